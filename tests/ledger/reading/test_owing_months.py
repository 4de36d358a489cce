"""Distributions move what loans owe one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger import EventReversed, Ledger
from ledger.deal.schedule import schedule
from ledger.errors import IntegrityFault
from ledger.projections.owing import OwedInstalment, OwingState
from ledger.reading.owing_months import OwingMonths
from tests.deals.pair import DEAL, FEBRUARY, MARCH, due, month, on, pair_deal, settle

LAST = 20240425


@pytest.fixture
def behind(ledger: Ledger) -> Ledger:
    """Loan 2 misses February, which is closed, and March."""
    pair_deal(ledger)
    ledger.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many([*month(3, ["1"]), due(3, "2")]).or_raise()
    settle(ledger, MARCH)
    return ledger


@contextmanager
def months(ledger: Ledger) -> Iterator[OwingMonths]:
    """Give the distributions up to April, as known now."""
    calendar = schedule(ledger.terms(DEAL))
    with ledger._store.reading() as reading:
        yield OwingMonths(reading, reading.deal_key(DEAL), calendar, 2**62, LAST)


def owed(state: OwingState) -> list[tuple[str, int]]:
    """Return loan and due date of what is owed."""
    return [(item.loan, item.due) for item in state.owing().opened if item.is_owed(0)]


def test_due_days_are_those_of_one_distribution_or_of_all(behind: Ledger) -> None:
    with months(behind) as found:
        assert found.due_days(20240325) == [20240301]
        assert found.due_days() == [20240201, 20240301]
        assert found.due_days(LAST) == []


def test_what_was_owed_on_a_day_of_a_month_is_told_as_the_months_pass(behind: Ledger) -> None:
    with months(behind) as rolled:
        state = OwingState()
        found: dict[int, tuple[OwedInstalment, ...]] = {}
        rolled.roll_whole(state, cuts={20240325: dt.date(2024, 2, 29)}, found=found)
        assert owed(state) == [("2", 20240201), ("2", 20240301)]
        assert [item.due for item in found[20240325]] == [20240201]


def test_an_earlier_event_that_is_taken_back_is_told_from_the_first_month(behind: Ledger) -> None:
    behind.post_many(month(4)).or_raise()
    behind.post(EventReversed(event_id="x", reverses="paid/2/1", reason="bounced", **on("2024-04-02"))).or_raise()
    with months(behind) as rolled:
        state = OwingState()
        rolled.roll_whole(state)
        assert ("1", 20240201) in owed(state)


def test_a_whole_life_that_cannot_be_added_up_is_a_fault_of_the_log(
    behind: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OwingState, "take", lambda *_: False)
    with months(behind) as rolled, pytest.raises(IntegrityFault, match="does not hold"):
        rolled.roll_whole(OwingState())
