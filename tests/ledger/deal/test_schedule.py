"""The calendar of a deal: every date of a distribution, and which distribution a fact belongs to.

The dates of 2002 are those that the trustee of Impac CMB Trust 2002-1 printed.
"""

from __future__ import annotations

import datetime as dt
from datetime import date

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import AccrualRule, BondClass, DayCount, DealTerms, Distribution, RecordDateRule, Schedule
from ledger.deal.windows import Window
from ledger.samples.impac_cmb_2002_1.september_2002 import deal_terms
from ledger.values.dates import date_number, months_between
from tests.deals.toy import toy_terms

IMPAC = deal_terms()
SCHEDULE = Schedule(IMPAC)
DAY = dt.timedelta(days=1)


def paid(payment_date: date) -> Distribution:
    """Return Impac's distribution of a date."""
    found = SCHEDULE.paid_on(payment_date)
    assert found is not None
    return found


SEPTEMBER = paid(date(2002, 9, 25))


def test_the_dates_of_september_2002() -> None:
    assert attrs.asdict(SEPTEMBER) == {
        "ordinal": 7,
        "payment_date": date(2002, 9, 25),
        "prior_payment_date": date(2002, 8, 26),
        "record_date": date(2002, 8, 30),
        "determination_date": date(2002, 9, 13),
        "remittance_cut_off": date(2002, 9, 13),
        "due_period": (date(2002, 8, 2), date(2002, 9, 1)),
        "prepayment_period": (date(2002, 8, 1), date(2002, 8, 31)),
    }
    assert SEPTEMBER.number == 20020925


@pytest.mark.parametrize("class_id", ["A", "B"])
def test_classes_accrue_from_payment_date_to_payment_date(class_id: str) -> None:
    period = SCHEDULE.accrual(IMPAC.bond_class(class_id), SEPTEMBER)
    assert (period.start, period.end) == (date(2002, 8, 26), date(2002, 9, 24))
    assert (period.days, period.days_in_year) == (30, 360)


def test_the_first_accrual_starts_at_closing() -> None:
    period = SCHEDULE.accrual(IMPAC.bond_class("A"), SCHEDULE.at(0))
    assert (period.start, period.end, period.days) == (date(2002, 2, 27), date(2002, 3, 24), 26)


def test_payments_of_2002_move_over_weekends_and_memorial_day() -> None:
    """25 May 2002 was a Saturday and the Monday after it Memorial Day: the bonds were paid on the 28th."""
    assert [d for d in SCHEDULE.payment_dates if d.year == 2002] == [
        date(2002, 3, 25),
        date(2002, 4, 25),
        date(2002, 5, 28),
        date(2002, 6, 25),
        date(2002, 7, 25),
        date(2002, 8, 26),
        date(2002, 9, 25),
        date(2002, 10, 25),
        date(2002, 11, 25),
        date(2002, 12, 26),
    ]


def test_the_holiday_moves_the_accrual_with_the_payment() -> None:
    may, june = paid(date(2002, 5, 28)), paid(date(2002, 6, 25))
    periods = [SCHEDULE.accrual(IMPAC.bond_class("A"), item) for item in (may, june)]
    assert [(p.start, p.end, p.days) for p in periods] == [
        (date(2002, 4, 25), date(2002, 5, 27), 33),
        (date(2002, 5, 28), date(2002, 6, 24), 28),
    ]


def test_record_dates_are_last_business_days_of_the_month_before() -> None:
    found = {d.month: r for d, r in zip(SCHEDULE.payment_dates, SCHEDULE.record_dates, strict=True) if d.year == 2002}
    assert found[4] == date(2002, 3, 29)  # Good Friday, on which the Federal Reserve is open
    assert found[7] == date(2002, 6, 28)
    assert found[9] == date(2002, 8, 30)
    assert found[12] == date(2002, 11, 29)


@pytest.mark.parametrize(
    ("day", "payment"),
    [
        (date(2002, 2, 28), date(2002, 3, 25)),
        (date(2002, 8, 29), date(2002, 8, 26)),
        (date(2002, 8, 30), date(2002, 9, 25)),
        (date(2002, 9, 29), date(2002, 9, 25)),
        (date(2002, 9, 30), date(2002, 10, 25)),
        (date(2199, 1, 1), date(2032, 3, 25)),
    ],
)
def test_a_record_date_is_in_force_until_the_next_one(day: date, payment: date) -> None:
    found = SCHEDULE.for_record_date(day)
    assert found is not None
    assert found.payment_date == payment


def test_there_is_no_distribution_before_the_first_record_date() -> None:
    assert SCHEDULE.at(0).record_date == date(2002, 2, 28)
    assert SCHEDULE.for_record_date(date(2002, 2, 27)) is None


def test_the_last_distribution_is_the_final_payment_date() -> None:
    last = SCHEDULE.payment_dates[-1]
    assert last == date(2032, 3, 25)
    assert len(SCHEDULE.payment_dates) == 361
    assert SCHEDULE.following(date_number(last)) is None
    for window in (Window.REMITTANCE, Window.DUE_PERIOD, Window.PREPAYMENT_PERIOD, Window.ACCRUAL_PERIOD):
        assert SCHEDULE.belongs_to(window, last + DAY) is None


def test_only_payment_dates_are_paid_on() -> None:
    assert SCHEDULE.paid_on(date(2002, 5, 28)) is not None
    for day in (date(2002, 5, 25), date(2002, 5, 27), date(2002, 2, 25), date(2032, 4, 26)):
        assert SCHEDULE.paid_on(day) is None


def test_distributions_are_found_by_number() -> None:
    assert SCHEDULE.numbered(20020528) == paid(date(2002, 5, 28))
    assert SCHEDULE.numbered(20020525) is None
    assert SCHEDULE.following(0) == 20020325
    assert SCHEDULE.following(20020325) == 20020425
    assert SCHEDULE.following(20020326) == 20020425


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        (Window.DUE_PERIOD, date(2002, 8, 2), date(2002, 9, 1)),
        (Window.PREPAYMENT_PERIOD, date(2002, 8, 1), date(2002, 8, 31)),
        (Window.ACCRUAL_PERIOD, date(2002, 8, 26), date(2002, 9, 24)),
        (Window.REMITTANCE, date(2002, 8, 27), date(2002, 9, 25)),
        (Window.BOARDING, date(2002, 8, 2), date(2002, 9, 1)),
        (Window.BALANCE, date(2002, 9, 25), date(2002, 10, 24)),
    ],
)
def test_a_fact_belongs_to_september_from_the_first_to_the_last_day_of_its_window(
    window: Window, first: date, last: date
) -> None:
    assert SCHEDULE.belongs_to(window, first) == SCHEDULE.belongs_to(window, last) == 20020925
    assert SCHEDULE.belongs_to(window, first - DAY) == 20020826
    assert SCHEDULE.belongs_to(window, last + DAY) == 20021025


def test_terms_and_what_precedes_every_distribution_belong_to_none() -> None:
    assert SCHEDULE.belongs_to(Window.TERMS, date(2010, 1, 1)) == 0
    assert SCHEDULE.belongs_to(Window.BALANCE, date(2002, 3, 24)) == 0
    for day in (IMPAC.cut_off_date, IMPAC.closing_date):
        assert SCHEDULE.belongs_to(Window.BOARDING, day) == 0


CALENDARS = [
    IMPAC,
    toy_terms(),
    attrs.evolve(toy_terms(), calendar=attrs.evolve(toy_terms().calendar, prepayment_start_day=16)),
    attrs.evolve(toy_terms(), calendar=attrs.evolve(toy_terms().calendar, due_day=2, payment_day=15)),
    attrs.evolve(toy_terms(), calendar=attrs.evolve(toy_terms().calendar, due_day=28, payment_day=20)),
]


@given(st.sampled_from(CALENDARS), st.integers(0, 59), st.integers(0, 40))
@settings(max_examples=200)
def test_windows_and_printed_periods_agree_and_leave_no_day_out(terms: DealTerms, k: int, offset: int) -> None:
    calendar = Schedule(terms)
    at, following = calendar.at(k), calendar.at(k + 1 if k + 1 < len(calendar.payment_dates) else k)
    for window, name in ((Window.DUE_PERIOD, "due_period"), (Window.PREPAYMENT_PERIOD, "prepayment_period")):
        first, last = getattr(at, name)
        day = first + dt.timedelta(days=offset)
        if day <= last:
            assert calendar.belongs_to(window, day) == at.number
        if following is not at:
            assert getattr(following, name)[0] == last + DAY


def test_a_prepayment_period_may_begin_in_mid_month() -> None:
    calendar = Schedule(CALENDARS[2])
    assert calendar.at(1).prepayment_period == (date(2021, 1, 16), date(2021, 2, 15))
    assert calendar.belongs_to(Window.PREPAYMENT_PERIOD, date(2021, 2, 15)) == calendar.at(1).number
    assert calendar.belongs_to(Window.PREPAYMENT_PERIOD, date(2021, 2, 16)) == calendar.at(2).number


@pytest.mark.parametrize(
    ("rule", "record_date"),
    [
        (RecordDateRule.LAST_BUSINESS_DAY_OF_PRIOR_MONTH, date(2021, 4, 30)),
        (RecordDateRule.LAST_DAY_OF_PRIOR_MONTH, date(2021, 4, 30)),
        (RecordDateRule.BUSINESS_DAY_BEFORE_PAYMENT, date(2021, 5, 24)),
        (RecordDateRule.DAY_BEFORE_PAYMENT, date(2021, 5, 24)),
    ],
)
def test_record_dates_of_may_2021(rule: RecordDateRule, record_date: date) -> None:
    assert schedule_with(rule).at(4).record_date == record_date


@pytest.mark.parametrize(
    ("rule", "record_date"),
    [
        (RecordDateRule.LAST_BUSINESS_DAY_OF_PRIOR_MONTH, date(2021, 9, 30)),
        (RecordDateRule.LAST_DAY_OF_PRIOR_MONTH, date(2021, 9, 30)),
        (RecordDateRule.BUSINESS_DAY_BEFORE_PAYMENT, date(2021, 10, 22)),
        (RecordDateRule.DAY_BEFORE_PAYMENT, date(2021, 10, 24)),
    ],
)
def test_record_dates_before_a_monday(rule: RecordDateRule, record_date: date) -> None:
    """25 October 2021 is a Monday."""
    assert schedule_with(rule).at(9).record_date == record_date


def test_record_dates_at_the_end_of_a_month_that_ends_on_a_sunday() -> None:
    """31 January 2021 was a Sunday."""
    assert schedule_with(RecordDateRule.LAST_BUSINESS_DAY_OF_PRIOR_MONTH).at(1).record_date == date(2021, 1, 29)
    assert schedule_with(RecordDateRule.LAST_DAY_OF_PRIOR_MONTH).at(1).record_date == date(2021, 1, 31)


def schedule_with(rule: RecordDateRule) -> Schedule:
    """Return the toy deal's schedule with another record date."""
    terms = toy_terms()
    return Schedule(attrs.evolve(terms, calendar=attrs.evolve(terms.calendar, record_date=rule)))


@pytest.mark.parametrize("k", range(24))
def test_a_calendar_month_has_thirty_days_under_30_360(k: int) -> None:
    terms = toy_terms()
    calendar = Schedule(terms)
    period = calendar.accrual(terms.bond_class("B"), calendar.at(k))
    assert (period.start.day, period.days, period.days_in_year) == (1, 30, 360)
    assert months_between(period.start, calendar.at(k).payment_date) == 1
    assert (period.end + DAY).day == 1


def test_day_to_day_accrual_ignores_the_holidays() -> None:
    bond = BondClass(class_id="X", accrual=AccrualRule.DAY_TO_DAY, day_count=DayCount.THIRTY_360)
    period = SCHEDULE.accrual(bond, paid(date(2002, 5, 28)))
    assert (period.start, period.end, period.days) == (date(2002, 4, 25), date(2002, 5, 24), 30)
