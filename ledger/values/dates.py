"""Business days, day counts and months, all by QuantLib's calendars.

QuantLib is loaded on first use, so that a program that only posts events never pays for it. Dates outside
1901 to 2199 are outside QuantLib's range and outside any deal's life; they are refused by name.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import isleap
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from ledger.errors import IntegrityFault, InvalidArgument
from ledger.values.money import BadValue
from ledger.visible import quoted

if TYPE_CHECKING:
    import QuantLib as ql

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
"""The one spelling of a date: Python also reads 20240101 and weeks, which other programs do not."""

EARLIEST = dt.date(1901, 1, 1)
LATEST = dt.date(2199, 12, 1)


class HolidayCalendar(StrEnum):
    """Which holidays are not business days: the United States, or where they are named, TARGET, London and others."""

    FEDERAL_RESERVE = "federal reserve"
    NEW_YORK_STOCK_EXCHANGE = "nyse"
    SETTLEMENT = "us settlement"
    WEEKENDS_ONLY = "weekends only"
    TARGET = "target"
    LONDON = "london"
    CANADA = "canada"
    AUSTRALIA = "australia"
    JAPAN = "japan"


class BusinessDayRule(StrEnum):
    """Where a date that is not a business day moves."""

    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified following"
    PRECEDING = "preceding"
    UNADJUSTED = "unadjusted"


class DayCount(StrEnum):
    """How the days of an accrual period and the days of its year are counted."""

    ACTUAL_360 = "actual/360"
    ACTUAL_365 = "actual/365"
    THIRTY_360 = "30/360"
    THIRTY_E_360 = "30e/360"
    ACTUAL_ACTUAL = "actual/actual"

    @property
    def days_in_year(self) -> int:
        """The denominator of the convention; under actual/actual, of the days outside leap years."""
        return 365 if self in (DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL) else 360


def to_date(value: dt.date | str) -> dt.date:
    """Convert an ISO ``YYYY-MM-DD`` string; what is no date is left for the field's validator to refuse by name."""
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return cast("dt.date", value)
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return cast("dt.date", value)


def to_optional_date(value: dt.date | str | None) -> dt.date | None:
    """Convert an ISO date, or None."""
    return None if value is None else to_date(value)


def checked_date(value: object) -> dt.date:
    """Return the date, or raise :class:`~ledger.values.money.BadValue` with the rule it breaks."""
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise BadValue("not_a_date", f"{quoted(value)} is not a date; give a datetime.date or 'YYYY-MM-DD'")
    if not EARLIEST <= value <= LATEST:
        raise BadValue("date_out_of_range", f"{value} is outside {EARLIEST} to {LATEST}")
    return value


def asked_date(value: dt.date | str, name: str) -> dt.date:
    """Return the date that a caller gave for a parameter: a date, or an ISO ``YYYY-MM-DD`` string.

    Raises :class:`~ledger.errors.InvalidArgument` naming the parameter for anything else.
    """
    try:
        return checked_date(to_date(value))
    except BadValue as fault:
        raise InvalidArgument(name, fault.code, str(fault)) from None


def date_number(value: dt.date) -> int:
    """Return the date as the integer YYYYMMDD that the store keeps."""
    return value.year * 10000 + value.month * 100 + value.day


class _NoDate(IntegrityFault, ValueError):
    """A number that should stand for a date stands for none; numbers are stored, so most likely a row is damaged."""


def date_from_number(number: int) -> dt.date:
    """Return the date that an integer YYYYMMDD stands for.

    For any other number it raises a ValueError that is an :class:`~ledger.errors.IntegrityFault` as well.
    """
    try:
        return dt.date(number // 10000, number // 100 % 100, number % 100)
    except (ValueError, OverflowError) as fault:
        raise _NoDate(f"{number} is stored where a date belongs, as YYYYMMDD") from fault


def microseconds(value: dt.datetime) -> int:
    """Return a moment as microseconds since 1970, exactly: the integer that the store keeps."""
    return (value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def moment(value: int) -> dt.datetime:
    """Return the moment that stored microseconds stand for, in UTC."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=value)


def excel_serial(value: dt.date) -> int:
    """Return the day number that spreadsheets print for a date (day 0 is 1899-12-30)."""
    return (value - dt.date(1899, 12, 30)).days


def add_months(value: dt.date, months: int, day: int | None = None) -> dt.date:
    """Return the date ``months`` later, on ``day`` (or the same day), clipped to the length of that month."""
    index = value.year * 12 + value.month - 1 + months
    year, month = divmod(index, 12)
    first = dt.date(year, month + 1, 1)
    length = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - first).days
    return first.replace(day=min(day or value.day, length))


def months_between(start: dt.date, end: dt.date) -> int:
    """Return the number of calendar months from the month of ``start`` to the month of ``end``."""
    return (end.year - start.year) * 12 + end.month - start.month


@cache
def _quantlib() -> Any:
    import QuantLib

    return QuantLib


@cache
def _calendar(calendar: HolidayCalendar) -> ql.Calendar:
    lib = _quantlib()
    if calendar is HolidayCalendar.WEEKENDS_ONLY:
        return lib.WeekendsOnly()
    elsewhere = {
        HolidayCalendar.TARGET: lib.TARGET,
        HolidayCalendar.LONDON: lib.UnitedKingdom,
        HolidayCalendar.CANADA: lib.Canada,
        HolidayCalendar.AUSTRALIA: lib.Australia,
        HolidayCalendar.JAPAN: lib.Japan,
    }
    if calendar in elsewhere:
        return elsewhere[calendar]()
    markets = {
        HolidayCalendar.FEDERAL_RESERVE: lib.UnitedStates.FederalReserve,
        HolidayCalendar.NEW_YORK_STOCK_EXCHANGE: lib.UnitedStates.NYSE,
        HolidayCalendar.SETTLEMENT: lib.UnitedStates.Settlement,
    }
    return lib.UnitedStates(markets[calendar])


def _to_quantlib(value: dt.date) -> ql.Date:
    return _quantlib().Date(value.day, value.month, value.year)


def _from_quantlib(value: ql.Date) -> dt.date:
    return dt.date(value.year(), value.month(), value.dayOfMonth())


NO_DATES: frozenset[dt.date] = frozenset()


def _is_business_day(value: dt.date, calendar: HolidayCalendar, added: frozenset[dt.date]) -> bool:
    return value not in added and bool(_calendar(calendar).isBusinessDay(_to_quantlib(value)))


def _stepped(value: dt.date, step: int, calendar: HolidayCalendar, added: frozenset[dt.date]) -> dt.date:
    while not _is_business_day(value, calendar, added):
        value += dt.timedelta(days=step)
    return value


@cache
def adjust(
    value: dt.date, rule: BusinessDayRule, calendar: HolidayCalendar, added: frozenset[dt.date] = NO_DATES
) -> dt.date:
    """Return the business day that the rule moves ``value`` to; dates that are ``added`` are no business days either.

    Modified following is the day after, unless that lies in the next month; then it is the day before.
    """
    if added and rule is not BusinessDayRule.UNADJUSTED:
        if rule is BusinessDayRule.PRECEDING:
            return _stepped(value, -1, calendar, added)
        after = _stepped(value, 1, calendar, added)
        leaves = rule is BusinessDayRule.MODIFIED_FOLLOWING and after.month != value.month
        return _stepped(value, -1, calendar, added) if leaves else after
    lib = _quantlib()
    conventions = {
        BusinessDayRule.FOLLOWING: lib.Following,
        BusinessDayRule.MODIFIED_FOLLOWING: lib.ModifiedFollowing,
        BusinessDayRule.PRECEDING: lib.Preceding,
        BusinessDayRule.UNADJUSTED: lib.Unadjusted,
    }
    return _from_quantlib(_calendar(calendar).adjust(_to_quantlib(value), conventions[rule]))


@cache
def business_days_before(
    value: dt.date, days: int, calendar: HolidayCalendar, added: frozenset[dt.date] = NO_DATES
) -> dt.date:
    """Return the business day that lies ``days`` business days before ``value``."""
    if added:
        for _ in range(days):
            value = _stepped(value - dt.timedelta(days=1), -1, calendar, added)
        return value
    lib = _quantlib()
    return _from_quantlib(_calendar(calendar).advance(_to_quantlib(value), -days, lib.Days))


@cache
def accrual_days(start: dt.date, end: dt.date, day_count: DayCount) -> int:
    """Return the days from ``start`` up to but not including ``end`` under the convention."""
    lib = _quantlib()
    counters = {
        DayCount.THIRTY_360: lambda: lib.Thirty360(lib.Thirty360.BondBasis),
        DayCount.THIRTY_E_360: lambda: lib.Thirty360(lib.Thirty360.European),
        DayCount.ACTUAL_360: lib.Actual360,
        DayCount.ACTUAL_365: lib.Actual365Fixed,
        DayCount.ACTUAL_ACTUAL: lambda: lib.ActualActual(lib.ActualActual.ISDA),
    }
    return int(counters[day_count]().dayCount(_to_quantlib(start), _to_quantlib(end)))


def year_fraction(start: dt.date, end: dt.date, day_count: DayCount) -> Fraction:
    """Return the part of a year from ``start`` up to but not including ``end`` under the convention, exactly.

    Under actual/actual (ISDA) the days of leap years count over 366 and all others over 365.
    """
    if day_count is not DayCount.ACTUAL_ACTUAL:
        return Fraction(accrual_days(start, end, day_count), day_count.days_in_year)
    found, day = Fraction(0), start
    while day < end:
        following = min(end, dt.date(day.year + 1, 1, 1))
        found += Fraction((following - day).days, 366 if isleap(day.year) else 365)
        day = following
    return found
