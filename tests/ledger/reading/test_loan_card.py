"""The card of a loan, read month by month."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from ledger import Event, EventReversed, InvalidArgument, Ledger
from tests.deals.pair import DEAL, FEBRUARY, due, first, paid, pair_deal, pair_terms

NOTHING = Decimal("0.00")


@pytest.fixture
def pair() -> Iterator[Ledger]:
    """Two loans of 150,000 at 6%."""
    with Ledger.create("sqlite://") as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        yield ledger


def test_months_events_and_reversals(pair: Ledger) -> None:
    events: list[Event] = [due(2, "1"), paid(2, "1"), due(2, "2")]
    pair.post_many(events).or_raise()
    pair.post(
        EventReversed(
            event_id="void", deal=DEAL, effective_date=first(2), reverses="paid/2/1", reason="of another loan"
        )
    ).or_raise()
    card = pair.loan_card(DEAL, "1", FEBRUARY)
    assert [month.distribution_date for month in card.months] == [None, FEBRUARY]
    month = card.months[-1]
    assert (month.balance.opening_balance, month.balance.closing_balance) == (
        Decimal("150000.00"),
        Decimal("149900.00"),
    )
    assert (month.due_interest, month.received_interest) == (Decimal("750.00"), NOTHING)
    assert [event.event_id for event in month.events] == ["due/2/1", "paid/2/1", "void"]
    assert [(event.reverses, event.event_id) for event in card.reversals] == [("paid/2/1", "void")]
    assert month.events[1].reversed_by == "void"
    assert card.boarded.event_id == "board/1"
    assert card.line == pair.loans_paid(DEAL, FEBRUARY).loan("1")


def test_a_loan_that_nobody_boarded_has_no_card(pair: Ledger) -> None:
    with pytest.raises(InvalidArgument, match="unknown_loan"):
        pair.loan_card(DEAL, "9", FEBRUARY)
