"""Parts of a year between two dates, counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger.deal.notes import InterestMethod, YearBasis
from ledger.notes.periods import by_days, part_of_year, thirty_360
from tests.ledger.notes.loans import day


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        ("2024-01-01", "2024-02-01", Fraction(30, 360)),
        ("2024-01-31", "2024-02-29", Fraction(29, 360)),
        ("2024-01-15", "2025-01-15", Fraction(1)),
        ("2023-12-20", "2024-01-01", Fraction(11, 360)),
        ("2024-01-30", "2024-01-31", Fraction(0)),
    ],
)
def test_months_of_thirty_days(start: str, end: str, part: Fraction) -> None:
    assert thirty_360(day(start), day(end)) == part


@pytest.mark.parametrize(
    ("basis", "part"),
    [
        (YearBasis.ACTUAL_360, Fraction(31, 360)),
        (YearBasis.ACTUAL_365, Fraction(31, 365)),
        (YearBasis.ACTUAL_365_NO_LEAP_DAY, Fraction(30, 365)),
        (YearBasis.ACTUAL_ACTUAL, Fraction(31, 366)),
    ],
)
def test_days_with_the_leap_day_and_without(basis: YearBasis, part: Fraction) -> None:
    assert by_days(day("2024-02-10"), day("2024-03-12"), basis) == part


def test_days_of_two_years() -> None:
    found = by_days(day("2023-12-22"), day("2024-01-11"), YearBasis.ACTUAL_ACTUAL)
    assert found == Fraction(10, 365) + Fraction(10, 366)


def test_a_day_after_the_leap_day_has_none() -> None:
    start, end = day("2024-03-01"), day("2024-03-11")
    assert by_days(start, end, YearBasis.ACTUAL_365_NO_LEAP_DAY) == Fraction(10, 365)


def test_a_method_is_one_of_them() -> None:
    start, end = day("2024-01-01"), day("2024-02-01")
    assert part_of_year(start, end, InterestMethod.THIRTY_360) == Fraction(1, 12)
    assert part_of_year(start, end, InterestMethod.ACTUAL_360) == Fraction(31, 360)
