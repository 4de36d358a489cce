"""Actual balances and what bridges them to stated ones, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from ledger import CollectionReceived, CurtailmentCollected, Ledger
from tests.deals.pair import DEAL, FEBRUARY, MARCH, due, first, on, paid, pair_deal, pair_terms

NOTHING = Decimal("0.00")


@pytest.fixture
def pair() -> Iterator[Ledger]:
    """Two loans of 150,000 at 6%."""
    with Ledger.create("sqlite://") as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        yield ledger


def test_an_instalment_paid_ahead_lowers_the_actual_balance_alone(pair: Ledger) -> None:
    ahead = CollectionReceived(
        event_id="ahead", principal="100.50", interest="749.50", due_date=first(3), **on("2024-02-03", loan="1")
    )
    pair.post_many([due(2, "1"), paid(2, "1"), ahead]).or_raise()
    book = pair.loans_paid(DEAL, FEBRUARY)
    assert book.loan("1").actual_balance == Decimal("149799.50")
    bridge = next(item for item in book.bridge() if item.loan == "1")
    assert (bridge.paid_ahead, bridge.difference) == (Decimal("100.50"), NOTHING)


def test_a_curtailment_of_the_next_distribution_is_received_and_not_passed_through(pair: Ledger) -> None:
    # It came after the prepayment period, which ends with January, and before the cut-off of February.
    more = CurtailmentCollected(event_id="more", amount="1000.00", **on("2024-02-05", loan="1"))
    pair.post_many([due(2, "1"), paid(2, "1"), more]).or_raise()
    book = pair.loans_paid(DEAL, FEBRUARY)
    assert (book.loan("1").stated_balance, book.loan("1").actual_balance) == (
        Decimal("149900.00"),
        Decimal("148900.00"),
    )
    bridge = next(item for item in book.bridge() if item.loan == "1")
    assert (bridge.not_passed_through, bridge.difference) == (Decimal("1000.00"), NOTHING)
    rolled = next(item for item in pair.loans_paid(DEAL, MARCH).roll_forward() if item.loan == "1")
    assert (rolled.curtailments, rolled.difference) == (Decimal("-1000.00"), NOTHING)


def test_what_came_in_beyond_an_instalment_is_shown_as_a_difference(pair: Ledger) -> None:
    pair.post_many([due(2, "1"), paid(2, "1", principal="130.00")]).or_raise()
    apart = {item.loan: item.difference for item in pair.loans_paid(DEAL, FEBRUARY).bridge() if item.difference}
    assert apart == {"1": Decimal("30.00")}
