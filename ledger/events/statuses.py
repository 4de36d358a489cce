"""What the servicer reports of loans and rates: delinquency, characteristics, status and rate changes, indexes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.windows import Window
from ledger.events.base import (
    CODE,
    Event,
    PoolEvent,
    component,
    is_amount,
    is_count,
    is_flag,
    is_identifier,
    is_one_of,
    is_optional_amount,
    is_optional_date,
    is_optional_factor,
    is_optional_identifier,
    is_optional_one_of,
    is_optional_rate,
    is_rate,
    is_signed_rate,
    is_text,
    word,
)
from ledger.values.dates import to_optional_date
from ledger.values.exact import Origin
from ledger.values.money import to_amount, to_optional_amount, to_optional_factor, to_optional_rate, to_rate


class LoanStatus(StrEnum):
    """Where a loan stands; foreclosure, bankruptcy and REO are exclusive of plain delinquency."""

    PERFORMING = "performing"
    FORECLOSURE = "foreclosure"
    BANKRUPTCY = "bankruptcy"
    REO = "reo"


class DelinquencyBucket(StrEnum):
    """How many payments behind: 0 to 30 days, 31 to 60, 61 to 90, 91 or more."""

    CURRENT = "current"
    ONE_PAYMENT = "1 payment"
    TWO_PAYMENTS = "2 payments"
    THREE_OR_MORE = "3+ payments"


class DelinquencyCategory(StrEnum):
    """The four exclusive rows of a delinquency report."""

    DELINQUENT = "delinquent"
    FORECLOSURE = "foreclosure"
    BANKRUPTCY = "bankruptcy"
    REO = "reo"


def to_loan_status(value: LoanStatus | str) -> LoanStatus:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(LoanStatus, value)


def to_delinquency_bucket(value: DelinquencyBucket | str) -> DelinquencyBucket:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(DelinquencyBucket, value)


def to_optional_bucket(value: DelinquencyBucket | str | None) -> DelinquencyBucket | None:
    """Convert the written word, if there is one; see :func:`~ledger.events.base.word`."""
    return None if value is None else word(DelinquencyBucket, value)


def to_delinquency_category(value: DelinquencyCategory | str) -> DelinquencyCategory:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(DelinquencyCategory, value)


@attrs.frozen(kw_only=True)
class DelinquencyReported(Event):
    """A group's balance and number of loans in one delinquency bucket, at the end of the reporting month."""

    name: ClassVar[str] = "delinquency_reported"
    origin: ClassVar[Origin] = Origin.REPORTED

    group: str = field(validator=is_identifier)
    category: DelinquencyCategory = field(
        converter=to_delinquency_category, validator=is_one_of(DelinquencyCategory), metadata=CODE
    )
    bucket: DelinquencyBucket = field(
        converter=to_delinquency_bucket, validator=is_one_of(DelinquencyBucket), metadata=CODE
    )
    balance: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))
    loan_count: int = field(validator=is_count, metadata=component("loans"))


@attrs.frozen(kw_only=True)
class PoolCharacteristicsReported(Event):
    """A group's weighted averages as the servicer reports them (``group`` None: the whole pool).

    Months for terms and seasoning, yearly fractions for rates; what is not reported is None.
    """

    name: ClassVar[str] = "pool_characteristics_reported"
    origin: ClassVar[Origin] = Origin.REPORTED

    group: str | None = field(default=None, validator=is_optional_identifier)
    coupon: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    months_to_maturity: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    amortization_months: Decimal | None = field(
        default=None, converter=to_optional_factor, validator=is_optional_factor
    )
    seasoning_months: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    margin: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    max_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    min_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    cap_up: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    cap_down: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)


@attrs.frozen(kw_only=True)
class CharacteristicsBroughtForward(PoolCharacteristicsReported):
    """The weighted averages of the last distribution before the deal entered the ledger."""

    name: ClassVar[str] = "characteristics_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD


@attrs.frozen(kw_only=True)
class LoanRateChanged(PoolEvent):
    """An adjustable loan reset: from the effective date its gross note rate is this one."""

    name: ClassVar[str] = "loan_rate_changed"

    note_rate: Decimal = field(converter=to_rate, validator=is_rate, metadata=component("note_rate"))
    servicing_rate: Decimal | None = field(
        default=None, converter=to_optional_rate, validator=is_optional_rate, metadata=component("servicing_rate")
    )


@attrs.frozen(kw_only=True)
class LoanStatusChanged(PoolEvent):
    """A loan's standing changed: how far behind it is, and whether it is in foreclosure, bankruptcy or REO.

    ``bucket`` is left out where the terms derive it from what the loan owes; one that is stated is then a claim.
    """

    name: ClassVar[str] = "loan_status_changed"
    version: ClassVar[int] = 2

    status: LoanStatus = field(converter=to_loan_status, validator=is_one_of(LoanStatus), metadata=CODE)
    bucket: DelinquencyBucket | None = field(
        default=None,
        converter=to_optional_bucket,
        validator=is_optional_one_of(DelinquencyBucket),
        metadata=CODE,
    )
    paid_to_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class IndexRateSet(Event):
    """The index of the floating classes was fixed; the effective date is the first day of the accrual period.

    Where ``period_start`` is given it is that first day, and the effective date any day on which the rate became known.
    ``fixing_date`` is the day of the rate itself, before the period begins. Rates may lie below zero.
    """

    name: ClassVar[str] = "index_rate_set"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.ACCRUAL_PERIOD
    origin: ClassVar[Origin] = Origin.REPORTED

    index: str = field(validator=is_identifier, metadata=CODE)
    rate: Decimal = field(converter=to_rate, validator=is_signed_rate, metadata=component("note_rate"))
    fixing_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    period_start: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class ClassRateReported(Event):
    """The pass-through rate of a class whose rate comes from loan-level weights that the ledger is not given."""

    name: ClassVar[str] = "class_rate_reported"
    window: ClassVar[Window] = Window.ACCRUAL_PERIOD
    origin: ClassVar[Origin] = Origin.REPORTED

    class_id: str = field(validator=is_identifier)
    rate: Decimal = field(converter=to_rate, validator=is_rate, metadata=component("note_rate"))
    notional_balance: Decimal | None = field(
        default=None, converter=to_optional_amount, validator=is_optional_amount, metadata=component("memo")
    )


@attrs.frozen(kw_only=True)
class ClassPrincipalReported(Event):
    """The principal of a class for the distribution of the effective date, as the trustee allocated it.

    For deals whose pools are not known well enough to derive it; the terms then have a step that pays what is reported.
    """

    name: ClassVar[str] = "class_principal_reported"
    window: ClassVar[Window] = Window.REMITTANCE
    origin: ClassVar[Origin] = Origin.REPORTED

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))


@attrs.frozen(kw_only=True)
class TriggerDeclared(Event):
    """An event that a trigger of the deal asks about was declared (a servicer default, say), or its end was.

    It counts from the distribution that its date belongs to until another is declared of the same trigger.
    """

    name: ClassVar[str] = "trigger_declared"
    origin: ClassVar[Origin] = Origin.REPORTED

    trigger: str = field(validator=is_identifier, metadata=CODE)
    in_force: bool = field(validator=is_flag)
    reason: str = field(validator=is_text)
