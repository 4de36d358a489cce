"""Days and months of a note: which part of a year lies between two dates, and when instalments fall due."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from fractions import Fraction

from ledger.deal.notes import InterestMethod, YearBasis
from ledger.values.dates import DayCount, year_fraction


def thirty_360(start: dt.date, end: dt.date) -> Fraction:
    """Return the part of a year between two dates in months of thirty days; a 31st counts as the 30th."""
    days = 360 * (end.year - start.year) + 30 * (end.month - start.month) + min(end.day, 30) - min(start.day, 30)
    return Fraction(days, 360)


def _leap_days(start: dt.date, end: dt.date) -> int:
    """Return how many 29ths of February lie from ``start`` up to but not including ``end``."""
    return sum(start <= dt.date(year, 2, 29) < end for year in range(start.year, end.year + 1) if isleap(year))


def by_days(start: dt.date, end: dt.date, basis: YearBasis) -> Fraction:
    """Return the part of a year from ``start`` up to but not including ``end``, by the day."""
    days = (end - start).days
    match basis:
        case YearBasis.ACTUAL_360:
            return Fraction(days, 360)
        case YearBasis.ACTUAL_365:
            return Fraction(days, 365)
        case YearBasis.ACTUAL_365_NO_LEAP_DAY:
            return Fraction(days - _leap_days(start, end), 365)
    return year_fraction(start, end, DayCount.ACTUAL_ACTUAL)


def part_of_year(start: dt.date, end: dt.date, method: InterestMethod) -> Fraction:
    """Return the part of a year between two dates by a method that is not daily simple interest."""
    return (
        thirty_360(start, end) if method is InterestMethod.THIRTY_360 else by_days(start, end, YearBasis(method.value))
    )
