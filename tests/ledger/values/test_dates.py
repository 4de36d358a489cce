"""Days are counted, moved and added as the rules of a bond say."""

from __future__ import annotations

import datetime as dt
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import BusinessDayRule, DayCount, HolidayCalendar, IntegrityFault
from ledger.values.dates import accrual_days, add_months, adjust, business_days_before, date_from_number, months_between

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "end", "thirty", "actual"),
    [
        (date(2002, 1, 1), date(2002, 2, 1), 30, 31),
        (date(2002, 2, 1), date(2002, 3, 1), 30, 28),
        (date(2004, 2, 1), date(2004, 3, 1), 30, 29),
        (date(2002, 1, 31), date(2002, 2, 28), 28, 28),
        (date(2002, 1, 30), date(2002, 3, 31), 60, 60),
        (date(2002, 2, 28), date(2002, 3, 31), 33, 31),
        (date(2002, 1, 1), date(2003, 1, 1), 360, 365),
        (date(2002, 8, 26), date(2002, 9, 25), 29, 30),
    ],
)
def test_day_counts(start: date, end: date, thirty: int, actual: int) -> None:
    """The bond basis, as the agreements mean 30/360: the 31st of the end counts unless the start is at the 30th."""
    assert accrual_days(start, end, DayCount.THIRTY_360) == thirty
    assert accrual_days(start, end, DayCount.ACTUAL_360) == actual
    assert accrual_days(start, end, DayCount.ACTUAL_365) == actual
    assert (DayCount.ACTUAL_360.days_in_year, DayCount.ACTUAL_365.days_in_year) == (360, 365)


@pytest.mark.parametrize("number", [0, -5, 10_000, 20021301, 20020230, 10**9])
def test_a_stored_number_that_is_no_date_is_said_to_be_damage(number: int) -> None:
    with pytest.raises(IntegrityFault, match=f"{number} is stored where a date belongs") as raised:
        date_from_number(number)
    assert isinstance(raised.value, ValueError)


FED, NYSE = HolidayCalendar.FEDERAL_RESERVE, HolidayCalendar.NEW_YORK_STOCK_EXCHANGE
WEEKENDS = HolidayCalendar.WEEKENDS_ONLY


@pytest.mark.parametrize(
    ("day", "rule", "calendar", "moved"),
    [
        (date(2002, 5, 25), BusinessDayRule.FOLLOWING, FED, date(2002, 5, 28)),
        (date(2002, 5, 25), BusinessDayRule.FOLLOWING, WEEKENDS, date(2002, 5, 27)),
        (date(2002, 5, 25), BusinessDayRule.PRECEDING, FED, date(2002, 5, 24)),
        (date(2002, 5, 25), BusinessDayRule.UNADJUSTED, FED, date(2002, 5, 25)),
        (date(2002, 8, 31), BusinessDayRule.FOLLOWING, FED, date(2002, 9, 3)),
        (date(2002, 8, 31), BusinessDayRule.MODIFIED_FOLLOWING, FED, date(2002, 8, 30)),
        (date(2002, 3, 29), BusinessDayRule.FOLLOWING, FED, date(2002, 3, 29)),
        (date(2002, 3, 29), BusinessDayRule.FOLLOWING, NYSE, date(2002, 4, 1)),
        (date(2002, 12, 25), BusinessDayRule.FOLLOWING, FED, date(2002, 12, 26)),
    ],
)
def test_business_days(day: date, rule: BusinessDayRule, calendar: HolidayCalendar, moved: date) -> None:
    assert adjust(day, rule, calendar) == moved


def test_business_days_before_skip_holidays() -> None:
    assert business_days_before(date(2002, 5, 28), 1, FED) == date(2002, 5, 24)
    assert business_days_before(date(2002, 5, 28), 2, FED) == date(2002, 5, 23)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-240, 240))
def test_months_are_added_and_counted_alike(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert months_between(day, moved) == months
    assert moved.day == min(day.day, (add_months(moved.replace(day=1), 1) - DAY).day)
