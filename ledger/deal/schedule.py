"""The deal's calendar worked out: every distribution with its dates, and which one a fact belongs to."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from fractions import Fraction
from functools import cached_property, lru_cache

import attrs

from ledger.deal.terms import BondClass, CalendarTerms, DealTerms
from ledger.deal.vocabulary import AccrualRule, RateKind, RecordDateRule
from ledger.deal.windows import Window
from ledger.errors import InvalidArgument
from ledger.values.dates import (
    BusinessDayRule,
    DayCount,
    accrual_days,
    add_months,
    adjust,
    business_days_before,
    date_number,
    months_between,
    year_fraction,
)
from ledger.values.glance import Glanced

BEFORE_FIRST = 0
"""The distribution number of facts that precede every distribution: terms, issue, boarding at cut-off."""

_DAY = dt.timedelta(days=1)


@attrs.frozen(kw_only=True, repr=False)
class Distribution(Glanced):
    """One distribution and its dates; every period is inclusive at both ends.

    ``ordinal`` counts from 1 at the first payment date. ``number`` is the payment date as YYYYMMDD.
    """

    ordinal: int
    payment_date: dt.date
    prior_payment_date: dt.date | None
    record_date: dt.date
    determination_date: dt.date
    remittance_cut_off: dt.date
    due_period: tuple[dt.date, dt.date]
    prepayment_period: tuple[dt.date, dt.date]

    @property
    def number(self) -> int:
        """The payment date as the integer that the store keeps."""
        return date_number(self.payment_date)


@attrs.frozen(kw_only=True, repr=False)
class AccrualPeriod(Glanced):
    """The days that a class accrues over: ``start`` and ``end`` inclusive; ``fraction`` is their part of a year."""

    start: dt.date
    end: dt.date
    days: int
    days_in_year: int
    fraction: Fraction


class Schedule:
    """Every distribution of a deal, and the windows that facts fall into."""

    def __init__(self, terms: DealTerms) -> None:
        self.terms = terms
        self.calendar: CalendarTerms = terms.calendar
        self._added = frozenset(self.calendar.holidays_added)
        first = self.calendar.first_payment_date
        self._apart = self.calendar.months_between_payments
        months = range(0, months_between(first, self.calendar.final_payment_date) + 1, self._apart)
        self._nominal = [add_months(first.replace(day=1), k, self.calendar.payment_day) for k in months]

    @cached_property
    def payment_dates(self) -> list[dt.date]:
        """Every payment date, first to last."""
        rule, holidays = self.calendar.payment_rule, self.calendar.holidays
        return [adjust(day, rule, holidays, self._added) for day in self._nominal]

    @cached_property
    def record_dates(self) -> list[dt.date]:
        """The record date of every payment date."""
        return [self._record_date(day) for day in self.payment_dates]

    @cached_property
    def _numbers(self) -> list[int]:
        return [date_number(day) for day in self.payment_dates]

    @cached_property
    def _ends(self) -> dict[Window, list[dt.date]]:
        dates = self.payment_dates
        return {
            Window.DUE_PERIOD: [self._due_date(day) for day in self._nominal],
            Window.PREPAYMENT_PERIOD: [self._prepayment_end(day) for day in self._nominal],
            Window.REMITTANCE: dates,
            Window.CUT_OFF: [self._cut_off(day) for day in self._nominal],
            Window.ACCRUAL_PERIOD: [self._accrual_end(k, self._index_rule) for k in range(len(dates))],
        }

    @lru_cache(maxsize=4)  # noqa: B019 - one for each rule
    def _accrual_ends(self, rule: AccrualRule) -> list[dt.date]:
        return [self._accrual_end(k, rule) for k in range(len(self.payment_dates))]

    @property
    def _index_rule(self) -> AccrualRule:
        rated = [c for c in self.terms.classes if c.rate.kind in (RateKind.FLOATING, RateKind.REPORTED)]
        return rated[0].accrual if rated else AccrualRule.PAYMENT_TO_PAYMENT

    def _due_date(self, nominal: dt.date) -> dt.date:
        due_day = self.calendar.due_day
        return add_months(nominal, 0 if due_day <= self.calendar.payment_day else -1, due_day)

    def _cut_off(self, nominal: dt.date) -> dt.date:
        """The remittance cut-off: never before the instalments that the distribution is about have fallen due."""
        day = self.calendar.remittance_cut_off_day
        found = self._determination_date(nominal) if day is None else nominal.replace(day=day)
        return max(found, self._due_date(nominal))

    def _determination_date(self, nominal: dt.date) -> dt.date:
        day = nominal.replace(day=self.calendar.determination_day)
        return adjust(day, self.calendar.determination_rule, self.calendar.holidays, self._added)

    def _prepayment_end(self, nominal: dt.date) -> dt.date:
        start = self.calendar.prepayment_start_day
        if start == 1:
            return nominal.replace(day=1) - _DAY
        return nominal.replace(day=start) - _DAY

    def _accrual_end(self, k: int, rule: AccrualRule) -> dt.date:
        if rule is AccrualRule.PAYMENT_TO_PAYMENT:
            return self.payment_dates[k] - _DAY
        if rule is AccrualRule.DAY_TO_DAY:
            return self._nominal[k] - _DAY
        return self._nominal[k].replace(day=1) - _DAY

    def _record_date(self, payment: dt.date) -> dt.date:
        rule, holidays = self.calendar.record_date, self.calendar.holidays
        if rule is RecordDateRule.BUSINESS_DAY_BEFORE_PAYMENT:
            return business_days_before(payment, 1, holidays, self._added)
        if rule is RecordDateRule.DAY_BEFORE_PAYMENT:
            return payment - _DAY
        last = payment.replace(day=1) - _DAY
        if rule is RecordDateRule.LAST_DAY_OF_PRIOR_MONTH:
            return last
        return adjust(last, BusinessDayRule.PRECEDING, holidays, self._added)

    @lru_cache(maxsize=512)  # noqa: B019 - a schedule lives as long as its deal's terms
    def at(self, k: int) -> Distribution:
        """Return the distribution with index ``k`` (0 is the first)."""
        nominal = self._nominal[k]
        ends = self._ends
        before = add_months(nominal, -self._apart, nominal.day)
        due_end, prepayment_end = ends[Window.DUE_PERIOD][k], ends[Window.PREPAYMENT_PERIOD][k]
        return Distribution(
            ordinal=k + 1,
            payment_date=self.payment_dates[k],
            prior_payment_date=self.payment_dates[k - 1] if k else None,
            record_date=self.record_dates[k],
            determination_date=self._determination_date(nominal),
            remittance_cut_off=ends[Window.CUT_OFF][k],
            due_period=(self._due_date(before) + _DAY, due_end),
            prepayment_period=(self._prepayment_end(before) + _DAY, prepayment_end),
        )

    def for_record_date(self, day: dt.date) -> Distribution | None:
        """Return the distribution whose record date is the latest on or before ``day``, or None before the first.

        Where the next business day moves a payment into the month after, two payments can have one record date, which
        then tells neither: raises :class:`~ledger.errors.InvalidArgument`, which names both.
        """
        k = bisect_right(self.record_dates, day) - 1
        if k > 0 and self.record_dates[k - 1] == self.record_dates[k]:
            found, paid = self.record_dates[k], self.payment_dates[k - 1 : k + 1]
            message = (
                f"{found} is the record date of two distributions, paid on {paid[0]} and on {paid[1]}; ask by the "
                "payment date instead"
            )
            raise InvalidArgument("record_date", "fits_two_distributions", message)
        return None if k < 0 else self.at(k)

    def paid_on(self, payment_date: dt.date) -> Distribution | None:
        """Return the distribution paid on this date, or None."""
        k = bisect_left(self.payment_dates, payment_date)
        if k < len(self.payment_dates) and self.payment_dates[k] == payment_date:
            return self.at(k)
        return None

    def numbered(self, number: int) -> Distribution | None:
        """Return the distribution with this YYYYMMDD number, or None."""
        k = bisect_left(self._numbers, number)
        return self.at(k) if k < len(self._numbers) and self._numbers[k] == number else None

    def following(self, number: int) -> int | None:
        """Return the number of the first distribution after ``number``, or None after the last."""
        k = bisect_right(self._numbers, number)
        return self._numbers[k] if k < len(self._numbers) else None

    def preceding(self, number: int) -> int | None:
        """Return the number of the last distribution before ``number``, or None before the first."""
        k = bisect_left(self._numbers, number)
        return self._numbers[k - 1] if k else None

    @lru_cache(maxsize=4096)  # noqa: B019 - as above
    def belongs_to(self, window: Window, day: dt.date, accrual: AccrualRule | None = None) -> int | None:
        """Return the number of the distribution that a fact of this window and date belongs to.

        ``accrual`` is the rule of the class that a fact of an accrual period is about; None takes the deal's first
        rated class.

        0 stands for before the first distribution. None says that the date lies beyond the last one.
        """
        if window is Window.TERMS:
            return BEFORE_FIRST
        if window is Window.BALANCE:
            k = bisect_right(self.payment_dates, day) - 1
            return self._numbers[k] if k >= 0 else BEFORE_FIRST
        if window is Window.BOARDING:
            if day <= max(self.terms.closing_date, self.at(0).due_period[0]):
                return BEFORE_FIRST
            if self.paid_on(day) is not None:
                return date_number(day)
            window = Window.DUE_PERIOD
        ends = self._ends[window]
        if window is Window.ACCRUAL_PERIOD and accrual is not None:
            ends = self._accrual_ends(accrual)
        k = bisect_left(ends, day)
        return self._numbers[k] if k < len(ends) else None

    def accrual(self, bond: BondClass, distribution: Distribution) -> AccrualPeriod:
        """Return the accrual period of a class for a distribution; the first one starts at closing where it is paid
        from payment date to payment date."""
        return self.accrual_period(bond.accrual, bond.day_count, distribution)

    def accrual_period(self, rule: AccrualRule, day_count: DayCount, distribution: Distribution) -> AccrualPeriod:
        """Return the accrual period of a distribution by a rule, its days counted as said."""
        k = distribution.ordinal - 1
        end = self._accrual_end(k, rule)
        if rule is AccrualRule.PAYMENT_TO_PAYMENT:
            start = self.payment_dates[k - 1] if k else self.terms.closing_date
        elif rule is AccrualRule.DAY_TO_DAY:
            start = self._nominal[k - 1] if k else self.terms.closing_date
        else:
            start = add_months(end.replace(day=1), 1 - self._apart)
        return AccrualPeriod(
            start=start,
            end=end,
            days=accrual_days(start, end + _DAY, day_count),
            days_in_year=day_count.days_in_year,
            fraction=year_fraction(start, end + _DAY, day_count),
        )


@lru_cache(maxsize=256)
def schedule(terms: DealTerms) -> Schedule:
    """Return the schedule of these terms; equal terms share one."""
    return Schedule(terms)
