"""What the trust pays for being serviced, trusteed, insured and hedged."""

from __future__ import annotations

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
    is_cash,
    is_identifier,
    is_one_of,
    is_optional_identifier,
    word,
)
from ledger.values.money import to_amount


class WithdrawalPurpose(StrEnum):
    """What the agreement permits to be taken out of the collection account before bondholders are paid."""

    PMI_PREMIUMS = "unreimbursed pmi premiums"
    SPECIAL_HAZARD_PREMIUMS = "unreimbursed special hazard premiums"
    LIQUIDATION_EXPENSES = "unreimbursed liquidation expenses"
    SERVICING_FEES = "unreimbursed servicing fees"
    DEPOSITS_IN_ERROR = "deposits in error"
    CLEAR_AND_TERMINATE = "clear and terminate"


def to_withdrawal_purpose(value: WithdrawalPurpose | str) -> WithdrawalPurpose:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(WithdrawalPurpose, value)


@attrs.frozen(kw_only=True)
class ServicingFeeWithheld(PoolEvent):
    """The servicer kept its fee out of the interest that it collected."""

    name: ClassVar[str] = "servicing_fee_withheld"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class ServicingFeeEarned(PoolEvent):
    """The servicer earned its fee and left it in the collection account for now; ``amount`` is whole cents."""

    name: ClassVar[str] = "servicing_fee_earned"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class ServicingFeeDrawn(PoolEvent):
    """The servicer took fees out that it had earned before, or interest excess of payoffs; whole cents."""

    name: ClassVar[str] = "servicing_fee_drawn"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class FeeCharged(Event):
    """A fee of the deal's terms was paid out of the collection account, borne by one group (or the whole deal)."""

    name: ClassVar[str] = "fee_charged"

    fee_id: str = field(validator=is_identifier, metadata=CODE)
    group: str | None = field(default=None, validator=is_optional_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class FeeBilled(Event):
    """A fee of the deal's terms was billed, to be paid in the waterfall; the basis of such a fee is ``billed``."""

    name: ClassVar[str] = "fee_billed"

    fee_id: str = field(validator=is_identifier, metadata=CODE)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("memo"))


@attrs.frozen(kw_only=True)
class FeeShortfallRecorded(Event):
    """What is owed of a fee in the waterfall grew by ``incurred`` and shrank by ``recovered`` at this distribution."""

    name: ClassVar[str] = "fee_shortfall_recorded"

    fee_id: str = field(validator=is_identifier, metadata=CODE)
    incurred: Decimal = field(
        default=Decimal("0.00"), converter=to_amount, validator=is_cash, metadata=component("memo")
    )
    recovered: Decimal = field(
        default=Decimal("0.00"), converter=to_amount, validator=is_cash, metadata=component("fee")
    )


@attrs.frozen(kw_only=True)
class CompensatingInterestPaid(PoolEvent):
    """The servicer gave up part of its fee to cover prepayment interest shortfalls."""

    name: ClassVar[str] = "compensating_interest_paid"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class DerivativePaymentMade(Event):
    """The trust paid under a cap, floor or swap contract.

    ``amount_due`` is the accrual under the contract, up to four decimals; ``amount_paid`` is the cash, whole cents.
    """

    name: ClassVar[str] = "derivative_payment_made"

    contract: str = field(validator=is_identifier, metadata=CODE)
    amount_due: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))
    amount_paid: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class DerivativePaymentReceived(Event):
    """The trust was paid under a cap, floor or swap contract; amounts as in :class:`DerivativePaymentMade`."""

    name: ClassVar[str] = "derivative_payment_received"

    contract: str = field(validator=is_identifier, metadata=CODE)
    amount_due: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("memo"))
    amount_paid: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class CollectionAccountWithdrawn(PoolEvent):
    """Cash left the collection account for a purpose that the agreement permits."""

    name: ClassVar[str] = "collection_account_withdrawn"
    window: ClassVar[Window] = Window.REMITTANCE

    purpose: WithdrawalPurpose = field(
        converter=to_withdrawal_purpose, validator=is_one_of(WithdrawalPurpose), metadata=CODE
    )
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("fee"))
