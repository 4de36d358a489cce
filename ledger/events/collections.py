"""What borrowers owe and pay, and how loans leave the pool."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field
from attrs.validators import optional

from ledger.deal.vocabulary import ExcessRecipient, LossCause
from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import (
    CODE,
    PoolEvent,
    component,
    is_amount,
    is_cash,
    is_count,
    is_identifier,
    is_one_of,
    is_optional_date,
    is_optional_rate,
    is_rate,
    is_text,
    word,
)
from ledger.values.dates import to_optional_date
from ledger.values.exact import Origin
from ledger.values.money import to_amount, to_optional_rate, to_rate

NOTHING = Decimal("0.00")


class Timing(StrEnum):
    """When an instalment was paid, and whether it had been advanced meanwhile."""

    ON_TIME = "on time"
    LATE = "late"
    LATE_ADVANCED = "late, advanced"


class RepurchaseReason(StrEnum):
    """Why the seller bought a loan back."""

    BREACH = "breach"
    DELINQUENT_OPTION = "delinquent option"
    CLEAN_UP_CALL = "clean-up call"


def to_timing(value: Timing | str) -> Timing:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(Timing, value)


def to_excess_recipient(value: ExcessRecipient | str | None) -> ExcessRecipient | None:
    """Convert the written word, if there is one; see :func:`~ledger.events.base.word`."""
    return None if value is None else word(ExcessRecipient, value)


def to_loss_cause(value: LossCause | str | None) -> LossCause | None:
    """Convert the written word, if there is one; see :func:`~ledger.events.base.word`."""
    return None if value is None else word(LossCause, value)


def to_repurchase_reason(value: RepurchaseReason | str) -> RepurchaseReason:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(RepurchaseReason, value)


@attrs.frozen(kw_only=True)
class ScheduledPaymentDue(PoolEvent):
    """An instalment fell due. It is an accrual, paid or not: up to four decimals.

    ``interest`` is gross of the servicing fee.
    """

    name: ClassVar[str] = "scheduled_payment_due"
    window: ClassVar[Window] = Window.DUE_PERIOD

    principal: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class CollectionReceived(PoolEvent):
    """Cash of scheduled instalments reached the collection account; ``interest`` is gross of the servicing fee.

    ``due_date`` names the instalment and ``received_date`` the day on which the cash came in, both if known. A payment
    for an instalment that falls due later is held, as paid ahead, for the distribution of that instalment; one for an
    instalment of an earlier distribution says so in ``timing``.
    """

    name: ClassVar[str] = "collection_received"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.DUE_PERIOD

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    timing: Timing = field(default=Timing.ON_TIME, converter=to_timing, validator=is_one_of(Timing), metadata=CODE)
    due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class InstalmentReportedDelinquent(PoolEvent):
    """An instalment due was not received in its period; ``servicing_fee`` is the fee inside its interest."""

    name: ClassVar[str] = "instalment_reported_delinquent"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.DUE_PERIOD

    principal: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("interest"))
    servicing_fee: Decimal = field(default=NOTHING, converter=to_amount, validator=is_amount, metadata=component("fee"))
    due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class CurtailmentCollected(PoolEvent):
    """A borrower paid principal ahead of schedule without paying the loan off."""

    name: ClassVar[str] = "curtailment_collected"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    premium: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other"))
    note_rate: Decimal | None = field(
        default=None, converter=to_optional_rate, validator=is_optional_rate, metadata=component("note_rate")
    )
    servicing_rate: Decimal | None = field(
        default=None, converter=to_optional_rate, validator=is_optional_rate, metadata=component("servicing_rate")
    )
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class PayoffCollected(PoolEvent):
    """A borrower paid the whole remaining balance. The prepayment interest shortfall is derived from it.

    ``amount`` is the principal paid, ``interest`` what the borrower paid for days of the month in which the payoff is
    passed through (prepayment interest excess), ``excess_to`` whose that is: the servicer's where it is left out, and
    where the terms say so the trust's. ``premium`` is a prepayment charge, ``note_rate`` the gross yearly rate of the
    note.
    """

    name: ClassVar[str] = "payoff_collected"
    version: ClassVar[int] = 3
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    note_rate: Decimal = field(converter=to_rate, validator=is_rate, metadata=component("note_rate"))
    servicing_rate: Decimal | None = field(
        default=None, converter=to_optional_rate, validator=is_optional_rate, metadata=component("servicing_rate")
    )
    premium: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other"))
    interest: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest"))
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    excess_to: ExcessRecipient | None = field(
        default=None, converter=to_excess_recipient, validator=optional(is_one_of(ExcessRecipient)), metadata=CODE
    )


@attrs.frozen(kw_only=True)
class LoanRepurchased(PoolEvent):
    """The seller, or the holder of a call, bought a loan out of the pool at balance plus accrued interest."""

    name: ClassVar[str] = "loan_repurchased"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    accrued_interest: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest")
    )
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))
    reason: RepurchaseReason = field(
        default=RepurchaseReason.BREACH,
        converter=to_repurchase_reason,
        validator=is_one_of(RepurchaseReason),
        metadata=CODE,
    )
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class LoanSubstituted(PoolEvent):
    """A loan left the pool and another took its place; the shortfall between their balances was paid in.

    ``balance`` is the balance of the loan removed. The substitute is boarded as an event of its own, with
    ``substitute`` as its loan number, on the same date; ``shortfall_principal`` is ``balance`` less its balance.
    """

    name: ClassVar[str] = "loan_substituted"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    substitute: str = field(validator=is_identifier)
    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    substitute_balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("memo"))
    shortfall_principal: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other")
    )
    shortfall_interest: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest")
    )
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)

    def __attrs_post_init__(self) -> None:
        PoolEvent.__attrs_post_init__(self)
        if self.substitute_balance + self.shortfall_principal != self.balance:
            message = (
                f"substitute balance {self.substitute_balance} plus shortfall {self.shortfall_principal} "
                f"is not the balance removed, {self.balance}"
            )
            raise InvalidEvent([Violation(self.event_id, "shortfall_principal", "contradiction", message)])


@attrs.frozen(kw_only=True)
class LoanLiquidated(PoolEvent):
    """A defaulted loan was disposed of.

    ``net_proceeds`` is the cash after expenses; ``realized_loss`` is balance plus accrued interest less net proceeds,
    and is checked. Of the proceeds the accrued interest is interest and the rest is principal. Proceeds beyond what is
    owed belong to the borrower and are not entered here. ``cause`` is given for a loss that bankruptcy, fraud or a
    special hazard brought; ``deferred`` is what of the loan's deferred balance ended with it.
    """

    name: ClassVar[str] = "loan_liquidated"
    version: ClassVar[int] = 3
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    accrued_interest: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest")
    )
    net_proceeds: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    realized_loss: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    cause: LossCause | None = field(
        default=None, converter=to_loss_cause, validator=optional(is_one_of(LossCause)), metadata=CODE
    )
    deferred: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("memo"))

    def __attrs_post_init__(self) -> None:
        PoolEvent.__attrs_post_init__(self)
        expected = self.balance + self.accrued_interest - self.net_proceeds
        if expected != self.realized_loss:
            message = (
                f"realized loss {self.realized_loss} is not balance {self.balance} + accrued interest "
                f"{self.accrued_interest} - net proceeds {self.net_proceeds} = {expected}"
            )
            raise InvalidEvent([Violation(self.event_id, "realized_loss", "contradiction", message)])


@attrs.frozen(kw_only=True)
class SubsequentRecoveryReceived(PoolEvent):
    """Cash came in on a loan liquidated earlier; it reduces the losses realized to date."""

    name: ClassVar[str] = "subsequent_recovery_received"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class InsuranceProceedsReceived(PoolEvent):
    """A hazard or mortgage insurer paid on a loan that stays in the pool; principal reduces its balance."""

    name: ClassVar[str] = "insurance_proceeds_received"
    version: ClassVar[int] = 2
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    principal: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class ReliefActShortfallReported(PoolEvent):
    """Interest that a borrower in military service did not owe; compensating interest never covers it."""

    name: ClassVar[str] = "relief_act_shortfall_reported"
    window: ClassVar[Window] = Window.DUE_PERIOD
    origin: ClassVar[Origin] = Origin.DERIVED

    interest: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("interest"))
    reason: str = field(default="", validator=is_text)
