"""The cash that a distribution is paid from, and how far roundings can put it apart from the funds shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from ledger import Ledger, OverpaymentReceived
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from ledger.values.currency import DOLLARS
from ledger.values.money import most_by_rounding
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
    assert most_by_rounding(3, DOLLARS.unit) == Fraction(3, 200)


def test_the_funds_of_the_real_month_are_its_cash_to_the_cent(real_ledger: Ledger) -> None:
    """859,788.44 + 9,294,149.56 + 1,283,193.10 are paid to the classes; the statement has half a cent more to show."""
    report = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))
    paid = sum(item.recorded.interest.value + item.recorded.principal.value for item in report.classes.values())
    assert paid == Decimal("859788.44") + Decimal("9294149.56") + Decimal("1283193.10")
    assert abs(report.funds.value - paid) < Fraction(1, 100)
    assert abs(report.funds.value - report.cash_for_classes.value) <= report.roundings


def test_each_rounding_is_half_a_cent_at_most() -> None:
    assert most_by_rounding(3, DOLLARS.unit) == Fraction(3, 200)
