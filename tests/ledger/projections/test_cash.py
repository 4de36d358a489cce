"""The cash that a distribution is paid from, beside the funds that its statement shows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from ledger import Ledger
from ledger.projections.cash import most_by_rounding
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample


def test_the_funds_of_the_real_month_are_its_cash_to_the_cent(real_ledger: Ledger) -> None:
    """859,788.44 + 9,294,149.56 + 1,283,193.10 are paid to the classes; the statement has half a cent more to show."""
    report = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))
    paid = sum(item.recorded.interest.value + item.recorded.principal.value for item in report.classes.values())
    assert paid == Decimal("859788.44") + Decimal("9294149.56") + Decimal("1283193.10")
    assert abs(report.funds.value - paid) < Fraction(1, 100)
    assert abs(report.funds.value - report.cash_for_classes.value) <= report.roundings


def test_each_rounding_is_half_a_cent_at_most() -> None:
    assert most_by_rounding(3) == Fraction(3, 200)
