"""Cutting a pool by the spelling of its measures: the sums are those of its loans one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.projections.pool import MEASURE_FIELDS, PREMIUM, RUNNING, months_between_dates
from ledger.projections.pool_cut import CutLoan, weighed_pool

DUE = dt.date(2024, 6, 1)
NAMES = (*MEASURE_FIELDS, PREMIUM)
VALUES = st.sampled_from([None, 0, 3, 240, "0", "0.5", "12.25", "0.0625"])
DAYS = st.sampled_from(["2024-01-01", "2024-03-15", "2024-07-01"])
UNITS = st.sampled_from([0, 0, 100, 15_000_000_001, -3])


@st.composite
def loans(draw: st.DrawFn) -> CutLoan:
    fields = (draw(DAYS), draw(st.sampled_from([None, "2023-11-30"])), *(draw(VALUES) for _ in NAMES))
    return CutLoan(draw(st.sampled_from(["one", "two"])), fields, draw(UNITS), draw(UNITS))


def one_by_one(loan: CutLoan, rules: int, *, opens: bool) -> dict[str, tuple[int, Fraction]]:
    """Return the balance that carries each measure of a loan, and the balance times the measure."""
    boarded, originated, *values = loan.fields
    day, units = dt.date.fromisoformat(str(boarded)), loan.opening_units if opens else loan.units
    age = months_between_dates(day, DUE) - (1 if opens else 0)
    found = {}
    for name, value in zip(NAMES, values, strict=True):
        number: str | int | None = value
        if name == "seasoning_months" and value is None and originated is not None and rules > 2:
            number = months_between_dates(dt.date.fromisoformat(str(originated)), day)
        if number is None or not units or (name == PREMIUM and not opens):
            continue
        monthly = RUNNING.get(name, 0)
        then = Fraction(Decimal(str(number))) + monthly * age
        found[name] = (units, units * (max(then, Fraction(0)) if monthly < 0 else then))
    return found


@given(st.lists(loans(), max_size=30), st.sampled_from([2, 4]))
def test_a_cut_is_the_sum_of_its_loans(pool: list[CutLoan], rules: int) -> None:
    cut = weighed_pool(pool, ("one", "two"), DUE, rules, 1)
    for found, opens in zip(cut, (False, True), strict=True):
        assert set(found) == {"one", "two"}
        for group, weighed in found.items():
            parts = [one_by_one(loan, rules, opens=opens) for loan in pool if loan.group == group]
            names = {name for part in parts for name in part}
            assert set(weighed) == names
            for name, (weight, sums) in weighed.items():
                carried = [part[name] for part in parts if name in part]
                assert weight == sum(units for units, _ in carried)
                assert sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) == sum(
                    (product for _, product in carried), Fraction(0)
                )
