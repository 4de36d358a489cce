"""A moment is a place in one log: the last event that was recorded by then."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import InvalidArgument, Ledger
from tests.deals.toy import TOY, boarding


def test_a_moment_is_the_last_event_recorded_by_then(toy: Ledger) -> None:
    stamps = [recorded.recorded_at for recorded in toy.events(TOY)]
    assert toy.sequence_at(TOY, stamps[0] - dt.timedelta(seconds=1)) == 0
    for at, stamp in enumerate(stamps, start=1):
        last = max(place for place, other in enumerate(stamps, start=1) if other <= stamp)
        assert toy.sequence_at(TOY, stamp) == last >= at


def test_what_is_recorded_later_is_behind_the_moment(toy: Ledger) -> None:
    head, moment = toy.head(TOY).sequence, dt.datetime.now(dt.UTC)
    toy.reverse(TOY, boarding()[-1].event_id, effective_date=dt.date(2021, 1, 4), reason="not sold").or_raise()
    assert toy.sequence_at(TOY, moment) == head < toy.head(TOY).sequence


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (dt.datetime(2021, 1, 1), "not_a_moment"),
        (dt.date(2021, 1, 1), "not_a_moment"),
        (dt.datetime.now(dt.UTC) + dt.timedelta(days=400), "still_to_come"),
    ],
)
def test_what_is_no_moment_that_has_passed_is_refused(toy: Ledger, moment: dt.datetime, code: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        toy.sequence_at(TOY, moment)
    assert refused.value.code == code
