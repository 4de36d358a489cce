"""Payments less often than monthly, at the end of months, and the day counts of other markets."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import AccrualRule, BondClass, CalendarTerms, DayCount, DealTerms, InvalidTerms, LoanGroup, Schedule
from ledger.deal.windows import Window
from ledger.values.dates import year_fraction


def deal(accrual: AccrualRule = AccrualRule.PAYMENT_TO_PAYMENT, **calendar: object) -> DealTerms:
    given_dates = {"first_payment_date": "2020-03-25", "final_payment_date": "2030-12-25", **calendar}
    return DealTerms(
        title="Quarterly",
        cut_off_date="2020-01-01",
        closing_date="2020-01-15",
        calendar=CalendarTerms(**given_dates),  # type: ignore[arg-type]
        groups=(LoanGroup(group_id="one"),),
        classes=(BondClass(class_id="A", face="100.00", accrual=accrual, day_count=DayCount.THIRTY_360),),
    )


def test_a_quarterly_deal_pays_every_third_month_for_three_months_of_dues() -> None:
    schedule = Schedule(deal(months_between_payments=3))
    assert schedule.payment_dates[:3] == [dt.date(2020, 3, 25), dt.date(2020, 6, 25), dt.date(2020, 9, 25)]
    june = schedule.at(1)
    assert june.due_period == (dt.date(2020, 3, 2), dt.date(2020, 6, 1))
    assert june.prepayment_period == (dt.date(2020, 3, 1), dt.date(2020, 5, 31))
    assert schedule.belongs_to(Window.DUE_PERIOD, dt.date(2020, 4, 1)) == june.number


def test_three_calendar_months_accrue_a_quarter() -> None:
    terms = deal(AccrualRule.PRIOR_CALENDAR_MONTH, months_between_payments=3)
    period = Schedule(terms).accrual(terms.classes[0], Schedule(terms).at(1))
    assert (period.start, period.end) == (dt.date(2020, 3, 1), dt.date(2020, 5, 31))
    assert period.fraction == Fraction(1, 4)


def test_a_payment_day_of_31_is_the_end_of_every_month() -> None:
    schedule = Schedule(deal(payment_day=31, payment_rule="unadjusted"))
    assert [day.day for day in schedule.payment_dates[:4]] == [31, 30, 31, 30]


@pytest.mark.parametrize("months", [0, 5, 7, 24])
def test_payments_divide_a_year(months: int) -> None:
    with pytest.raises(InvalidTerms, match="must divide a year"):
        deal(months_between_payments=months)


def test_actual_actual_counts_leap_days_apart() -> None:
    """16 December 2019 to 16 January 2020: 16 days of 365, 15 of 366."""
    found = year_fraction(dt.date(2019, 12, 16), dt.date(2020, 1, 16), DayCount.ACTUAL_ACTUAL)
    assert found == Fraction(16, 365) + Fraction(15, 366)


def test_european_thirty_counts_the_31st_as_the_30th_at_both_ends() -> None:
    """30E/360 from 30 May to 31 July: 60 days; from 28 February to 31 March: 32, where American counting gives 33."""
    european, american = DayCount.THIRTY_E_360, DayCount.THIRTY_360
    assert year_fraction(dt.date(2019, 5, 30), dt.date(2019, 7, 31), european) == Fraction(60, 360)
    assert year_fraction(dt.date(2019, 2, 28), dt.date(2019, 3, 31), european) == Fraction(32, 360)
    assert year_fraction(dt.date(2019, 2, 28), dt.date(2019, 3, 31), american) == Fraction(33, 360)


days = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))


@given(days, days, days)
def test_actual_actual_adds_up(one: dt.date, two: dt.date, three: dt.date) -> None:
    first, middle, last = sorted((one, two, three))
    method = DayCount.ACTUAL_ACTUAL
    parts = year_fraction(first, middle, method) + year_fraction(middle, last, method)
    assert parts == year_fraction(first, last, method)
