"""Balances that rise: draws on lines of credit, notes that can be drawn on, and principal that buys more loans.

All of it needs the fourth rules of a deal (``DealTerms.rules``).
"""

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
    is_cash,
    is_identifier,
    is_one_of,
    is_optional_identifier,
    is_text,
    word,
)
from ledger.values.money import to_amount


class DrawFunding(StrEnum):
    """Who paid the borrower what was drawn."""

    PRINCIPAL = "principal collections"
    FUNDING_ACCOUNT = "funding account"
    SELLER = "seller"
    NOTE = "variable funding note"


class NoteUse(StrEnum):
    """What a draw on a note pays for: draws of borrowers, loans of the seller, or what joins funds or an account."""

    PRINCIPAL_FUNDS = "principal funds"
    DRAWS = "draws"
    SELLER = "seller"
    FUNDING_ACCOUNT = "funding account"


class DepositSource(StrEnum):
    """Where a deposit to the funding account comes from, beside what a distribution sets aside."""

    ISSUANCE = "proceeds of the bonds"
    PRINCIPAL = "principal collections"


class PurchaseSource(StrEnum):
    """What additional loans are paid from."""

    FUNDING_ACCOUNT = "funding account"
    PRINCIPAL = "principal collections"


def to_draw_funding(value: DrawFunding | str) -> DrawFunding:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(DrawFunding, value)


def to_note_use(value: NoteUse | str) -> NoteUse:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(NoteUse, value)


def to_deposit_source(value: DepositSource | str) -> DepositSource:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(DepositSource, value)


def to_purchase_source(value: PurchaseSource | str) -> PurchaseSource:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(PurchaseSource, value)


@attrs.frozen(kw_only=True)
class DrawMade(PoolEvent):
    """A borrower drew on a line of credit: the stated balance of the loan, or of the group, rises by ``amount``.

    ``funded_by`` is who paid it: principal collections of the month (the funds are then net of it), the funding
    account, the seller, or holders of a note (:class:`ClassBalanceIncreased` records their part).
    """

    name: ClassVar[str] = "draw_made"
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    funded_by: DrawFunding = field(
        default=DrawFunding.PRINCIPAL,
        converter=to_draw_funding,
        validator=is_one_of(DrawFunding),
        metadata=CODE,
    )


@attrs.frozen(kw_only=True)
class ClassBalanceIncreased(Event):
    """The holders of a variable funding note paid in: the balance of the class rises by ``amount``.

    ``used_for`` says where the cash went. It bears interest from the next accrual period on.
    """

    name: ClassVar[str] = "class_balance_increased"
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    class_id: str = field(validator=is_identifier)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    used_for: NoteUse = field(
        default=NoteUse.PRINCIPAL_FUNDS, converter=to_note_use, validator=is_one_of(NoteUse), metadata=CODE
    )


@attrs.frozen(kw_only=True)
class FundingAccountDeposited(Event):
    """Cash was put on the funding account outside a distribution."""

    name: ClassVar[str] = "funding_account_deposited"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    source: DepositSource = field(
        default=DepositSource.ISSUANCE,
        converter=to_deposit_source,
        validator=is_one_of(DepositSource),
        metadata=CODE,
    )


@attrs.frozen(kw_only=True)
class FundingAccountReleased(Event):
    """What the funding account was not needed for joined the principal funds of the distribution."""

    name: ClassVar[str] = "funding_account_released"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class AdditionalLoansPurchased(PoolEvent):
    """The trust bought more loans for ``amount``, their balance; each, or their group, is boarded as well."""

    name: ClassVar[str] = "additional_loans_purchased"
    window: ClassVar[Window] = Window.BOARDING

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    paid_from: PurchaseSource = field(
        default=PurchaseSource.FUNDING_ACCOUNT,
        converter=to_purchase_source,
        validator=is_one_of(PurchaseSource),
        metadata=CODE,
    )


@attrs.frozen(kw_only=True)
class RevolvingPeriodEnded(Event):
    """The revolving period ended before its date: from this distribution on, no principal is set aside to buy loans."""

    name: ClassVar[str] = "revolving_period_ended"

    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class PrincipalSetAside(Event):
    """A distribution put principal on the funding account, to buy more loans or to pay draws with."""

    name: ClassVar[str] = "principal_set_aside"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class SellerDrawsRepaid(Event):
    """A distribution repaid the seller draws that it had funded; ``group`` is whose, where groups have own targets."""

    name: ClassVar[str] = "seller_draws_repaid"
    version: ClassVar[int] = 2

    group: str | None = field(default=None, validator=is_optional_identifier)

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
