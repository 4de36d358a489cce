"""What bondholders were paid, what they were not paid, and what they lost."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field

from ledger.events.base import (
    CODE,
    Event,
    PoolEvent,
    component,
    is_amount,
    is_cash,
    is_exact_text,
    is_identifier,
    is_one_of,
    is_text,
    word,
)
from ledger.values.money import to_amount

NOTHING = Decimal("0.00")


class Shortfall(StrEnum):
    """What a class was short of, to be made up later."""

    UNPAID_INTEREST = "unpaid interest"
    BASIS_RISK = "basis risk"
    INSURER_REIMBURSEMENT = "insurer reimbursement"


def to_shortfall(value: Shortfall | str) -> Shortfall:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(Shortfall, value)


@attrs.frozen(kw_only=True)
class CollectionAccountRemitted(Event):
    """Available funds moved from the collection account to the distribution account on the payment date.

    ``roundings_left`` are cents that the roundings of the payments leave in the account for the next distribution,
    ``roundings_paid`` those of earlier ones that are paid out now.
    """

    name: ClassVar[str] = "collection_account_remitted"
    version: ClassVar[int] = 2

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    roundings_left: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("memo"))
    roundings_paid: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class BondInterestPaid(Event):
    """Interest (or, to the residual class, excess cash) was paid to a class.

    ``computed`` is what the statement shows, exact, as a fraction in lowest terms or a decimal; to-date columns add it.
    """

    name: ClassVar[str] = "bond_interest_paid"
    version: ClassVar[int] = 2

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    computed: str = field(default="", validator=is_exact_text)


@attrs.frozen(kw_only=True)
class BondInterestDeferred(Event):
    """Interest of an accrual class was added to its balance; the money that would have paid it retired others."""

    name: ClassVar[str] = "bond_interest_deferred"

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class BondPrincipalPaid(Event):
    """Principal was paid to a class; ``scheduled`` of it stems from scheduled principal of the loans.

    ``computed`` and ``computed_scheduled`` are what the statement shows of both, exact, written as in
    :class:`BondInterestPaid`; ``scheduled`` is the latter to four decimals.
    """

    name: ClassVar[str] = "bond_principal_paid"
    version: ClassVar[int] = 2

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    scheduled: Decimal = field(default=NOTHING, converter=to_amount, validator=is_amount, metadata=component("memo"))
    computed: str = field(default="", validator=is_exact_text)
    computed_scheduled: str = field(default="", validator=is_exact_text)


@attrs.frozen(kw_only=True)
class BondShortfallRecorded(Event):
    """A shortfall of a class grew by ``incurred`` and shrank by ``recovered`` at this distribution."""

    name: ClassVar[str] = "bond_shortfall_recorded"

    class_id: str = field(validator=is_identifier)
    shortfall: Shortfall = field(converter=to_shortfall, validator=is_one_of(Shortfall), metadata=CODE)
    incurred: Decimal = field(default=NOTHING, converter=to_amount, validator=is_amount, metadata=component("memo"))
    recovered: Decimal = field(default=NOTHING, converter=to_amount, validator=is_amount, metadata=component("fee"))


@attrs.frozen(kw_only=True)
class PrepaymentShortfallBorne(PoolEvent):
    """Interest that payoffs did not bring and nobody made up was written off what is due, when the bonds were paid."""

    name: ClassVar[str] = "prepayment_shortfall_borne"

    amount: Decimal = field(converter=to_amount, validator=is_amount, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class BondLossAllocated(Event):
    """A class was written down by a realized loss."""

    name: ClassVar[str] = "bond_loss_allocated"

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))


@attrs.frozen(kw_only=True)
class BondWrittenUp(Event):
    """A class was written up again by a subsequent recovery."""

    name: ClassVar[str] = "bond_written_up"

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))


@attrs.frozen(kw_only=True)
class BondLossPaid(Event):
    """A class was paid what it had been written down by before; its balance stays as it is.

    What was paid ``out_of_principal`` retired nothing, so that the loss is borne once more, by other classes; what was
    paid ``out_of_interest`` was nobody's principal.
    """

    name: ClassVar[str] = "bond_loss_paid"

    class_id: str = field(validator=is_identifier)
    out_of_interest: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest")
    )
    out_of_principal: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal")
    )


@attrs.frozen(kw_only=True)
class InsurerReimbursed(Event):
    """The bond insurer was repaid, out of the funds of a distribution, what it had paid on a class."""

    name: ClassVar[str] = "insurer_reimbursed"

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class InsurerInterestAccrued(Event):
    """What the bond insurer had paid on a class bore interest until this distribution; it is owed like the rest."""

    name: ClassVar[str] = "insurer_interest_accrued"

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class InsurerPaymentReceived(Event):
    """The bond insurer paid what an insured class was short of."""

    name: ClassVar[str] = "insurer_payment_received"

    class_id: str = field(validator=is_identifier)
    principal: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest"))
    reason: str = field(default="", validator=is_text)
