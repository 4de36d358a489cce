"""Every distribution is listed with its dates, its state, its closing and who stands behind it."""

from __future__ import annotations

import datetime as dt

import pytest

import replay
from ledger import InvalidArgument, Ledger
from replay import PeriodState
from tests.deals.toy import TOY, month_events, payment_date, toy_deal, toy_month
from tests.replay.restated import close
from tests.replay.statements.test_restated import january, restate


def states(ledger: Ledger, known: int | None = None) -> list[tuple[dt.date, str]]:
    return [(item.payment_date, item.state.value) for item in replay.periods(ledger, TOY, known_through=known)]


def test_a_deal_without_events_has_its_first_distribution_open(ledger: Ledger) -> None:
    toy_deal(ledger)
    assert states(ledger) == [(payment_date(1), "open")]


def test_a_month_is_open_closed_paid_and_restated(ledger: Ledger) -> None:
    january(ledger)
    paid = ledger.head(TOY).sequence
    (closing,) = ledger.events(TOY, types=["period_closed"])
    assert states(ledger) == [(payment_date(1), "paid"), (payment_date(2), "open")]
    posted = restate(ledger)
    first, second = replay.periods(ledger, TOY)
    assert (first.state, first.restated_by) == (PeriodState.RESTATED, posted)
    assert (first.closed_at, first.closed_time) == (closing.sequence, closing.recorded_at)
    assert first.digest == replay.statement(ledger, TOY, payment_date=payment_date(1), as_closed=True).report.digest
    assert (second.closed_at, second.closed_time, second.digest) == (None, None, "")
    assert states(ledger, paid)[0][1] == "paid", "as known then"
    assert states(ledger, closing.sequence)[0][1] == "closed"
    assert states(ledger, closing.sequence - 1)[0][1] == "open"


def test_a_restated_month_restates_those_behind_it_only_where_their_figures_change(ledger: Ledger) -> None:
    january(ledger)
    ledger.post_many(month_events(2)).or_raise()
    close(ledger, 2)
    restate(ledger)
    told = {item.payment_date: item for item in replay.periods(ledger, TOY)}
    for ordinal in (1, 2):
        found = replay.statement(ledger, TOY, payment_date=payment_date(ordinal))
        by = replay.restated(ledger, found)
        assert told[payment_date(ordinal)].restated_by == (() if by is None else by.event_ids)
    assert told[payment_date(1)].restated_by


def test_open_months_that_hold_events_are_listed(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    ledger.post_many([*month_events(2), *month_events(3)]).or_raise()
    assert [day for day, _ in states(ledger)] == [payment_date(1), payment_date(2), payment_date(3)]


def test_one_point_of_knowledge(ledger: Ledger) -> None:
    toy_deal(ledger)
    with pytest.raises(InvalidArgument):
        replay.periods(ledger, TOY, known_through=1, known_at=dt.datetime.now(dt.UTC))


def test_rows_are_plain(ledger: Ledger) -> None:
    january(ledger)
    (first, *_) = replay.periods(ledger, TOY).rows()
    assert first["state"] == "paid"
    assert first["payment_date"] == str(payment_date(1))
    assert replay.periods(ledger, TOY).to_frame().height == 2
