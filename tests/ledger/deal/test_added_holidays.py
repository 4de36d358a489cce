"""Holidays that terms give date by date move payments as those of a named calendar do."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ledger import BusinessDayRule, HolidayCalendar, InvalidTerms, Schedule
from ledger.values.dates import adjust, business_days_before
from tests.deals.toy import toy_terms

MAY = [dt.date(2021, 5, day) for day in (25, 26)]


def paid(rule: BusinessDayRule, *added: dt.date, day: int = 25) -> list[dt.date]:
    terms = toy_terms()
    calendar = attrs.evolve(terms.calendar, payment_rule=rule, holidays_added=added, payment_day=day)
    return Schedule(attrs.evolve(terms, calendar=calendar)).payment_dates


def test_following_and_preceding_pass_over_added_days_and_weekends() -> None:
    """25 and 26 May 2021 are a Tuesday and a Wednesday."""
    assert MAY[0] in paid(BusinessDayRule.FOLLOWING)
    assert dt.date(2021, 5, 27) in paid(BusinessDayRule.FOLLOWING, *MAY)
    assert dt.date(2021, 5, 24) in paid(BusinessDayRule.PRECEDING, *MAY)
    assert MAY[0] in paid(BusinessDayRule.UNADJUSTED, *MAY)


def test_modified_following_stays_in_its_month() -> None:
    """The last of June 2021 is a Wednesday: moved on it would be paid in July."""
    last = dt.date(2021, 6, 30)
    assert dt.date(2021, 7, 1) in paid(BusinessDayRule.FOLLOWING, last, day=31)
    assert adjust(last, BusinessDayRule.FOLLOWING, HolidayCalendar.TARGET, frozenset([last])) == dt.date(2021, 7, 1)
    assert dt.date(2021, 6, 29) in paid(BusinessDayRule.MODIFIED_FOLLOWING, last, day=31)


def test_business_days_are_counted_back_over_added_days() -> None:
    friday, monday = dt.date(2021, 5, 28), dt.date(2021, 5, 24)
    assert business_days_before(friday, 2, HolidayCalendar.TARGET, frozenset(MAY)) == monday
    assert business_days_before(friday, 2, HolidayCalendar.TARGET) == MAY[1]


@pytest.mark.parametrize(
    "rule", [BusinessDayRule.FOLLOWING, BusinessDayRule.MODIFIED_FOLLOWING, BusinessDayRule.PRECEDING]
)
def test_a_day_that_was_none_anyhow_changes_nothing(rule: BusinessDayRule) -> None:
    sunday = dt.date(2021, 5, 23)
    for offset in range(60):
        day = dt.date(2021, 5, 1) + dt.timedelta(days=offset)
        assert adjust(day, rule, HolidayCalendar.TARGET, frozenset([sunday])) == adjust(
            day, rule, HolidayCalendar.TARGET
        )


def test_what_is_no_date_is_refused_by_name() -> None:
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms().calendar, holidays_added=["1.5.2021"])
    assert caught.value.field == "CalendarTerms.holidays_added"
