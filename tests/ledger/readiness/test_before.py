"""The month before is held to its closing and to its payments before another one is closed."""

from __future__ import annotations

import attrs
import pytest

from ledger import BondInterestPaid, CurtailmentCollected, Ledger
from tests.deals.pair import DEAL, FEBRUARY, MARCH, month, on, pair_deal, settle
from tests.ledger.readiness.small import codes


@pytest.fixture
def paid_out(ledger: Ledger) -> Ledger:
    """February is closed and paid, and March is in."""
    pair_deal(ledger).post_many(month(2)).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many(month(3)).or_raise()
    return ledger


def test_a_month_that_was_paid_as_computed_is_not_mentioned(paid_out: Ledger) -> None:
    assert codes(paid_out.readiness(DEAL, MARCH)) == {"ages_unknown"}


def test_a_restatement_must_be_acknowledged_with_the_next_closing(paid_out: Ledger) -> None:
    found = CurtailmentCollected(event_id="found", amount="70.00", restates=True, **on("2024-01-20", loan="1"))
    paid_out.post(found).or_raise()
    assert "closed_month_restated" in paid_out.readiness(DEAL, MARCH).codes_to_acknowledge


def test_a_payment_by_hand_that_nobody_computed_must_be_acknowledged(paid_out: Ledger) -> None:
    name = f"{DEAL}/{FEBRUARY}/interest/A"
    [held] = [item.event for item in paid_out.events(DEAL, event_ids=[name])]
    paid_out.reverse(DEAL, name, reason="test", effective_date=FEBRUARY).or_raise()
    assert isinstance(held, BondInterestPaid)
    paid_out.post(attrs.evolve(held, event_id="by hand", amount="1.00", computed="1")).or_raise()
    assert "earlier_payment_unlike_computed" in paid_out.readiness(DEAL, MARCH).codes_to_acknowledge
