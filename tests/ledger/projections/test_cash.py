"""The cash that a distribution is paid from, and how far roundings can put it apart from the funds shown."""

from __future__ import annotations

from fractions import Fraction

from ledger import Ledger, OverpaymentReceived
from ledger.projections.cash import most_by_rounding
from tests.deals.pair import DEAL, FEBRUARY, MARCH, first, month, on, pair_deal, settle


def test_cash_leaves_out_what_is_held_and_what_the_distribution_itself_paid(ledger: Ledger) -> None:
    """1,700.00 come in and 62.50 of fees are kept; 50.00 more are owed back. Paying changes nothing of it."""
    over = OverpaymentReceived(event_id="over", amount="50.00", **on(first(2), loan="1"))
    pair_deal(ledger).post_many([*month(2), over]).or_raise()
    before = ledger.distribution(DEAL, FEBRUARY)
    assert before.cash.value == Fraction("1637.50") == before.funds.value
    settle(ledger, FEBRUARY)
    assert ledger.distribution(DEAL, FEBRUARY).cash.value == Fraction("1637.50")
    ledger.post_many(month(3)).or_raise()
    assert ledger.distribution(DEAL, MARCH).cash.value == Fraction("1636.54")


def test_roundings_are_half_a_cent_each() -> None:
    assert most_by_rounding(3) == Fraction(3, 200)
