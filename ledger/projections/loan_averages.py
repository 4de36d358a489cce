"""Averages of a pool from its loans themselves, weighted by stated balance, beside the coupon that interest gives.

A measure that a loan does not carry is left out with the loan's balance, never counted as zero; how much balance an
average is of stands beside it. An average is rounded to ten decimals, half up, when it is all added up.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction

from ledger.journal.totals import TotalRow
from ledger.projections.loans import POOL, LoanAverage, LoanLine, pool_closing
from ledger.values.money import as_decimal, from_store, from_units

MEASURES = ("note_rate", "servicing_rate", "remaining_term", "seasoning", "loan_to_value")
"""What is averaged over the loans, after the distribution."""

FROM_INTEREST = "note_rate_from_interest"
"""A year of the scheduled interest of the distribution over its opening balance: the coupon of the statement."""

_NOUGHT = Decimal("0.00")
_PLACES = 10
_EXACT = Context(prec=100)


class AverageSums:
    """Balances, and balances times measures, by group while the loans pass by."""

    def __init__(self, groups: Iterable[str]) -> None:
        self._groups = (*groups, POOL)
        self._sums = {(group, measure): (_NOUGHT, Decimal(0)) for group in self._groups for measure in MEASURES}

    def add(self, line: LoanLine) -> None:
        """Take a loan in."""
        if not line.stated_balance:
            return
        for measure in MEASURES:
            value: Decimal | None = getattr(line, measure)
            if value is not None:
                more = _EXACT.multiply(line.stated_balance, value)
                for group in (line.group, POOL):
                    weight, held = self._sums[group, measure]
                    self._sums[group, measure] = (
                        _EXACT.add(weight, line.stated_balance),
                        _EXACT.add(held, more),
                    )

    def averages(self, rows: Iterable[TotalRow], number: int, months_apart: int) -> list[LoanAverage]:
        """Return the averages by group, and the coupon from the totals of what moves a pool up to a distribution."""
        listed = list(rows)
        opening = pool_closing((row for row in listed if row.distribution < number), self._groups[:-1])
        interest = dict.fromkeys(self._groups, 0)
        for row in listed:
            if row.type == "scheduled_payment_due" and row.distribution == number:
                for group in (row.group, POOL):
                    interest[group] += row.interest
        found = []
        for group in self._groups:
            for measure in MEASURES:
                weight, held = self._sums[group, measure]
                value = as_decimal(Fraction(held) / Fraction(weight), _PLACES) if weight else None
                found.append(LoanAverage(group=group, measure=measure, value=value, balance=weight))
            units = opening[group][0]
            coupon = Fraction(12, months_apart) * from_units(interest[group]) / from_units(units) if units else None
            found.append(
                LoanAverage(
                    group=group,
                    measure=FROM_INTEREST,
                    value=None if coupon is None else as_decimal(coupon, _PLACES),
                    balance=from_store(units),
                )
            )
        return found


__all__ = ["FROM_INTEREST", "MEASURES", "AverageSums"]
