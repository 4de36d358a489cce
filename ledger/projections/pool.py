"""The pool loan by loan, cut down to what a statement needs of it: sums of characteristics, and who is how far behind.

A cut is small whatever the number of loans, additive over them, and holds integers only, so that it can be kept in a
snapshot. Only loans that the statement names one by one stay whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from ledger.values.money import from_units, to_units

Weighed = dict[str, tuple[int, dict[int, int]]]
"""By measure: the balance of the loans that carry it in units of 0.0001 dollar, and the sums of balance x value by the
denominator of the value."""

Cells = dict[str, tuple[int, int]]
"""By ``group/category:bucket``: the balance of the loans there in units of 0.0001 dollar, and their number."""

Members = dict[str, dict[str, int]]
"""By ``group/category:bucket``: the loans there, with their balances in units of 0.0001 dollar."""

MEASURE_FIELDS: Mapping[str, str] = {
    "months_to_maturity": "remaining_term_months",
    "amortization_months": "remaining_amortization_months",
    "seasoning_months": "seasoning_months",
    "margin": "margin",
    "max_rate": "max_rate",
    "min_rate": "min_rate",
    "cap_up": "cap_up",
    "cap_down": "cap_down",
}
"""The field of a boarded loan that says what it had of a measure on boarding."""

PREMIUM = "pmi_rate"
"""The yearly rate of a loan's mortgage insurance, weighed by the balance that its premium of the month is on."""

CUT_FIELDS = ("effective_date", "origination_date", *MEASURE_FIELDS.values(), PREMIUM)
"""The fields of a boarded loan that a cut looks at."""

ORIGINAL_FIELDS = (*CUT_FIELDS, "note_rate", "balance", "balance_in_group")
"""The fields of a boarded loan that its pool's originals are made of."""

SEASONING = "seasoning_months"

RUNNING: Mapping[str, int] = {"months_to_maturity": -1, "amortization_months": -1, "seasoning_months": 1}
"""What a month does to a measure; what is not here stays as it was boarded."""


@attrs.frozen(kw_only=True)
class LoanDetail:
    """One loan as of a distribution: what was boarded, and where it stands; balances in units of 0.0001 dollar."""

    loan: str
    group: str
    boarded: Any
    units: int
    opening_units: int
    on_books: int
    status: str = "performing"
    bucket: str = "current"
    became_reo: bool = False

    @property
    def balance(self) -> Fraction:
        """The closing balance in dollars."""
        return from_units(self.units)

    @property
    def place(self) -> str | None:
        """Where a delinquency table counts the loan, as ``category:bucket``; None for one that is paid up or gone."""
        if self.on_books <= 0:
            return None
        if self.status == "performing":
            return None if self.bucket == "current" else f"delinquent:{self.bucket}"
        return f"{self.status}:{self.bucket}"


@attrs.frozen(kw_only=True)
class PoolCut:
    """A pool after a distribution: characteristics by group then and before it, cells, and loans new in REO.

    ``members`` are the loans of every cell, where it follows from what they owe.
    """

    closing: dict[str, Weighed]
    opening: dict[str, Weighed]
    cells: Cells
    new_reo: tuple[LoanDetail, ...] = ()
    members: Members = attrs.field(factory=dict)


def months_between_dates(start: dt.date, end: dt.date) -> int:
    """Return how many months lie between two dates, by their months alone; none where the end comes first."""
    return max(0, (end.year - start.year) * 12 + end.month - start.month)


def age_on_boarding(record: Any, rules: int) -> Decimal | int | None:
    """Return how many months old a boarded loan was: as its tape states, else since it was originated; None: unknown.

    Under the first and second rules an origination date gave no age.
    """
    if record.seasoning_months is not None or record.origination_date is None or rules < 3:
        stated: Decimal | None = record.seasoning_months
        return stated
    return months_between_dates(record.origination_date, record.effective_date)


def _measures(record: Any, rules: int) -> list[tuple[str, int, int, int]]:
    """Return the measures that a boarded loan carries: name, numerator, denominator, and what a month adds."""
    found = []
    for measure, field in MEASURE_FIELDS.items():
        number: Decimal | int | None = getattr(record, field)
        if measure == SEASONING:
            number = age_on_boarding(record, rules)
        if number is not None:
            found.append((measure, *number.as_integer_ratio(), RUNNING.get(measure, 0)))
    return found


def _add(weighed: Weighed, measures: Iterable[tuple[str, int, int, int]], units: int, age: int) -> None:
    for measure, boarded, below, monthly in measures:
        above = boarded + monthly * age * below
        if monthly < 0 > above:
            above = 0
        weight, sums = weighed.get(measure) or (0, {})
        sums[below] = sums.get(below, 0) + units * above
        weighed[measure] = (weight + units, sums)


def cut_originals(loans: Iterable[tuple[str, Any]], groups: Iterable[str], rules: int) -> dict[str, Weighed]:
    """Return the measures of loans as they were boarded, note rates among them, by group and weighed by balance."""
    found: dict[str, Weighed] = {group: {} for group in groups}
    for group, record in loans:
        coupon = ("coupon", *record.note_rate.as_integer_ratio(), 0)
        units = to_units(record.balance + record.balance_in_group)
        _add(found[group], [coupon, *_measures(record, rules)], units, 0)
    return found


def count_cells(loans: Iterable[LoanDetail]) -> Cells:
    """Return the balance and number of the loans in every cell of the delinquency tables."""
    cells: Cells = {}
    for loan in loans:
        place = loan.place
        if place is not None:
            key = f"{loan.group}/{place}"
            units, count = cells.get(key, (0, 0))
            cells[key] = (units + loan.units, count + 1)
    return cells


def members_of(loans: Iterable[LoanDetail]) -> Members:
    """Return the loans in every cell of the delinquency tables."""
    found: Members = {}
    for loan in loans:
        place = loan.place
        if place is not None:
            found.setdefault(f"{loan.group}/{place}", {})[loan.loan] = loan.units
    return found
