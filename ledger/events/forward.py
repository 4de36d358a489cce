"""Balances brought forward: what a deal that enters the ledger in mid-life carries with it.

None of these can be derived from events in the ledger, so every figure that rests on them says so.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import (
    CODE,
    Event,
    component,
    is_amount,
    is_cash,
    is_count,
    is_date,
    is_factor,
    is_identifier,
    is_one_of,
    is_optional_factor,
    is_optional_identifier,
    is_signed_cash,
    is_text,
    word,
)
from ledger.values.dates import to_date
from ledger.values.exact import Origin
from ledger.values.money import to_amount, to_factor, to_optional_factor


class Measure(StrEnum):
    """Which to-date amount is brought forward."""

    INTEREST_PAID = "interest paid"
    UNPAID_INTEREST = "unpaid interest"
    SCHEDULED_PRINCIPAL = "scheduled principal"
    UNSCHEDULED_PRINCIPAL = "unscheduled principal"
    CLASS_LOSSES = "class losses"
    LOSSES_PAID_OF_INTEREST = "class losses paid out of interest"
    LOSSES_PAID_OF_PRINCIPAL = "class losses paid out of principal"
    BASIS_RISK = "basis risk"
    PAYOFFS = "payoffs"
    CURTAILMENTS = "curtailments"
    REPURCHASES = "repurchases"
    SPECIAL_REPURCHASES = "special repurchases"
    LIQUIDATIONS = "liquidations"
    LIQUIDATION_PROCEEDS = "liquidation proceeds"
    REALIZED_LOSSES = "realized losses"
    ADVANCES = "unreimbursed advances"
    SERVICING_ADVANCES = "unreimbursed servicing advances"
    INSURER_REIMBURSEMENT = "insurer reimbursement"


def to_measure(value: Measure | str) -> Measure:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(Measure, value)


@attrs.frozen(kw_only=True)
class PoolBalanceBroughtForward(Event):
    """A loan group's stated principal balance and loan count at the close of the effective date's distribution."""

    name: ClassVar[str] = "pool_balance_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    group: str = field(validator=is_identifier)
    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    loan_count: int = field(validator=is_count, metadata=component("loans"))


@attrs.frozen(kw_only=True)
class ClassBalanceBroughtForward(Event):
    """A class's balance at the close of the effective date's distribution.

    ``retired`` is what has left the class since issue, principal and losses together: face less balance. Of an accrual
    class it lies below zero while more interest was added to the balance than has left it.
    """

    name: ClassVar[str] = "class_balance_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    class_id: str = field(validator=is_identifier)
    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("memo"))
    retired: Decimal = field(converter=to_amount, validator=is_signed_cash, metadata=component("principal"))


@attrs.frozen(kw_only=True)
class AmountBroughtForward(Event):
    """A to-date amount (and count) of a group, a class, or the whole deal, up to the effective date."""

    name: ClassVar[str] = "amount_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    measure: Measure = field(converter=to_measure, validator=is_one_of(Measure), metadata=CODE)
    group: str | None = field(default=None, validator=is_optional_identifier)
    class_id: str | None = field(default=None, validator=is_optional_identifier)
    loan: str | None = field(default=None, validator=is_optional_identifier)
    amount: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_amount,
                            metadata=component("memo"))  # fmt: skip
    count: int = field(default=0, validator=is_count, metadata=component("loans"))


@attrs.frozen(kw_only=True)
class PerformanceBroughtForward(Event):
    """One earlier month's speeds of a group, or of the whole pool where ``group`` is None.

    ``single_monthly_mortality`` and ``monthly_default_rate`` are fractions of a balance a month, ``seasoning_months``
    is the weighted average age, ``loss_severity`` a fraction or None where nothing was liquidated.
    """

    name: ClassVar[str] = "performance_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    group: str | None = field(default=None, validator=is_optional_identifier)
    single_monthly_mortality: Decimal = field(converter=to_factor, validator=is_factor)
    seasoning_months: Decimal = field(converter=to_factor, validator=is_factor)
    monthly_default_rate: Decimal = field(default=Decimal(0), converter=to_factor, validator=is_factor)
    loss_severity: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)


@attrs.frozen(kw_only=True)
class DelinquencyBroughtForward(Event):
    """One earlier month's balances 60 and 90 days or more delinquent, foreclosures, bankruptcies and REO included."""

    name: ClassVar[str] = "delinquency_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    sixty_days_or_more: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))
    ninety_days_or_more: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("other"))

    def __attrs_post_init__(self) -> None:
        if self.ninety_days_or_more > self.sixty_days_or_more:
            message = f"{self.ninety_days_or_more} exceeds the balance 60 days or more ({self.sixty_days_or_more})"
            raise InvalidEvent([Violation(self.event_id, "ninety_days_or_more", "contradiction", message)])


@attrs.frozen(kw_only=True)
class TriggerBroughtForward(Event):
    """A trigger that nothing cures, or a declared event, was in force already when the deal entered the ledger.

    ``in_force_since`` is the payment date from which on it was.
    """

    name: ClassVar[str] = "trigger_brought_forward"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.BROUGHT_FORWARD

    trigger: str = field(validator=is_identifier, metadata=CODE)
    in_force_since: dt.date = field(converter=to_date, validator=is_date)
    reason: str = field(default="", validator=is_text)
