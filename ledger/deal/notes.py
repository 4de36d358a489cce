"""What the loans' notes go by: every convention in which lenders differ, as a term with a default.

A note says its rate, its payment and its dates; how interest is counted, which figure of an index is meant, or what an
early payment does to the month is often said by the lender's practice alone. A deal's terms say it here, and nothing
of it stands in code: :mod:`ledger.notes` reads the terms and computes.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import cast

import attrs
from attrs import field

from ledger.deal.checked import checked, is_count, is_positive_count, is_rate
from ledger.values.dates import HolidayCalendar
from ledger.values.fields import by_declared_type
from ledger.values.money import BadValue, Rounding, factor, to_optional_factor, to_optional_rate, to_rate


class YearBasis(StrEnum):
    """How the days of interest that is counted by the day make up a year.

    Without leap day: 29 February bears no interest. Actual/actual: days of leap years over 366, others over 365.
    """

    ACTUAL_365 = "actual/365"
    ACTUAL_365_NO_LEAP_DAY = "actual/365 without leap day"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"


class InterestMethod(StrEnum):
    """How interest falls due with an instalment.

    30/360: a twelfth of the year each month. The actual ones: by the days from due date to due date. Daily simple
    interest: by the days since interest was last paid, and what is not paid is carried without interest.
    """

    THIRTY_360 = "30/360"
    ACTUAL_365 = "actual/365"
    ACTUAL_365_NO_LEAP_DAY = "actual/365 without leap day"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"
    DAILY_SIMPLE = "daily simple interest"


class InterestPrecision(StrEnum):
    """What the interest of an instalment is rounded to: what is paid is cents, what is accrued can be finer."""

    CENTS = "cents"
    FOUR_DECIMALS = "four decimals"


class RateRounding(StrEnum):
    """Which way an adjusted rate is rounded to the note's step."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"
    NONE = "not rounded"


class LookBack(StrEnum):
    """From which day back the figure of an index is looked for."""

    CALENDAR_DAYS = "calendar days before the change"
    BUSINESS_DAYS = "business days before the change"
    FIRST_BUSINESS_DAY = "first business day of the month before"


class IndexBy(StrEnum):
    """Which figure is the most recent on the look-back day: by when it was published, or by the day that it is of."""

    PUBLISHED = "published by the day"
    AS_OF = "as of the day"


class UnstatedCaps(StrEnum):
    """What a cap or floor of the rate that is not stated means: that nobody knows it, or that the note has none."""

    UNKNOWN = "unknown"
    NO_CAP = "no cap"


class CurtailmentEffect(StrEnum):
    """From when a curtailment within the month bears no interest."""

    PERIOD_START = "start of the period"
    NEXT_DUE_DATE = "next due date"
    BY_THE_DAY = "by the day"


class CurtailmentPayment(StrEnum):
    """What a curtailment does to the payment: nothing, so that the loan ends sooner, or a new level payment."""

    KEPT = "kept"
    RECAST = "recast"


class NegativeLimit(StrEnum):
    """What replaces a payment that would take the balance beyond its limit."""

    LEVEL_PAYMENT = "level payment"
    INTEREST = "interest of the period"


class BiweeklyInterest(StrEnum):
    """What part of a year's interest falls due every two weeks."""

    TWENTY_SIXTH = "rate/26"
    FOURTEEN_DAYS = "14/365"


class LineInterest(StrEnum):
    """What the interest of a line of credit is reckoned on."""

    AVERAGE_DAILY_BALANCE = "average daily balance"
    BY_THE_DAY = "balance of each day"


class PayoffInterest(StrEnum):
    """How the interest to the day of a payoff is counted."""

    MONTHS_360_DAYS_365 = "months over 360, days over 365"
    THIRTY_360 = "30/360"
    ACTUAL_365 = "actual/365"


class OddDays(StrEnum):
    """Where the interest goes of the days before the first instalment's own month."""

    AT_CLOSING = "paid at closing"
    FIRST_INSTALMENT = "added to the first instalment"


class BoardedPayment(StrEnum):
    """What the payment is of a loan that enters in mid-life: as stated, or what its balance and rate make it."""

    AS_STATED = "as stated"
    LEVEL_PAYMENT = "level payment"


def _balance_share(value: object) -> None:
    if factor(cast("Decimal", value)) < 1:
        message = f"{value} is below the original balance; give 110% of it as 1.1"
        raise BadValue("out_of_range", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class NoteConventions:
    """The conventions that the schedules of loans are built by, where their notes do not say otherwise.

    ``rounding`` makes cents (or four decimals, ``interest_precision``) of interest, and cents of payments.
    ``rate_rounding`` and ``rate_rounding_way`` are for adjustable loans that do not state a step or a way; the rate is
    rounded once, before its caps. ``look_back_days`` is for those that do not state theirs, and ``holidays`` say what a
    business day is. A payment changes ``payment_lag_months`` after its rate and is recast on the balance expected then.
    ``payment_cap`` is the share by which a payment may rise at a change, ``recast_months`` how often a recast ignores
    it, ``negative_amortization_limit`` the share of the original balance that unpaid interest may take the balance
    to: all three are of adjustable loans that state none. ``line_payment_counts_on_its_day`` says that what is paid on
    a line of credit is off the balance of that day, ``payoff_day_counts`` that the day of a payoff bears interest.
    """

    interest_method: InterestMethod = InterestMethod.THIRTY_360
    interest_precision: InterestPrecision = InterestPrecision.CENTS
    rounding: Rounding = Rounding.HALF_UP
    rate_rounding: Decimal = field(default=Decimal("0.00125"), converter=to_rate, validator=is_rate)
    rate_rounding_way: RateRounding = RateRounding.NEAREST
    look_back: LookBack = LookBack.CALENDAR_DAYS
    look_back_days: int = field(default=45, validator=is_count)
    index_by: IndexBy = IndexBy.PUBLISHED
    holidays: HolidayCalendar = HolidayCalendar.FEDERAL_RESERVE
    unstated_caps: UnstatedCaps = UnstatedCaps.UNKNOWN
    payment_lag_months: int = field(default=1, validator=is_positive_count)
    payment_cap: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_rate)
    recast_months: int | None = field(default=None, validator=is_positive_count)
    negative_amortization_limit: Decimal | None = field(
        default=None, converter=to_optional_factor, validator=checked(_balance_share)
    )
    at_negative_limit: NegativeLimit = NegativeLimit.LEVEL_PAYMENT
    curtailments: CurtailmentEffect = CurtailmentEffect.NEXT_DUE_DATE
    curtailment_payment: CurtailmentPayment = CurtailmentPayment.KEPT
    simple_interest_days: YearBasis = YearBasis.ACTUAL_365
    biweekly_interest: BiweeklyInterest = BiweeklyInterest.TWENTY_SIXTH
    line_interest: LineInterest = LineInterest.AVERAGE_DAILY_BALANCE
    line_days: YearBasis = YearBasis.ACTUAL_365
    line_payment_counts_on_its_day: bool = True
    payoff_interest: PayoffInterest = PayoffInterest.MONTHS_360_DAYS_365
    payoff_day_counts: bool = False
    odd_days: OddDays = OddDays.AT_CLOSING
    boarded_payment: BoardedPayment = BoardedPayment.AS_STATED


__all__ = [
    "BiweeklyInterest",
    "BoardedPayment",
    "CurtailmentEffect",
    "CurtailmentPayment",
    "IndexBy",
    "InterestMethod",
    "InterestPrecision",
    "LineInterest",
    "LookBack",
    "NegativeLimit",
    "NoteConventions",
    "OddDays",
    "PayoffInterest",
    "RateRounding",
    "UnstatedCaps",
    "YearBasis",
]
