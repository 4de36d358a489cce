"""What the servicer advances for delinquent borrowers, and how it gets it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field

from ledger.events.base import CODE, PoolEvent, component, is_cash, is_one_of, is_optional_date, is_text, word
from ledger.values.dates import to_optional_date
from ledger.values.money import to_amount

NOTHING = Decimal("0.00")


class RecoverySource(StrEnum):
    """Where a recovered advance was taken from; any funds only once it is declared nonrecoverable.

    An advance of arrears that were added to principal is repaid as the terms say, usually from principal.
    """

    LATE_COLLECTIONS = "late collections"
    PROCEEDS = "proceeds"
    ANY_FUNDS = "any funds"
    CAPITALIZED = "capitalized arrears"


def to_recovery_source(value: RecoverySource | str) -> RecoverySource:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(RecoverySource, value)


@attrs.frozen(kw_only=True)
class AdvanceMade(PoolEvent):
    """The servicer paid delinquent principal and interest (net of its fee) into the collection account.

    ``servicing_advance`` is taxes, insurance and legal cost paid to others on the loan's behalf; it is owed back to
    the servicer but does not pass through the account. ``due_date`` names the instalment that was advanced.
    """

    name: ClassVar[str] = "advance_made"
    version: ClassVar[int] = 2

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    servicing_advance: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other")
    )
    due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class AdvanceRecovered(PoolEvent):
    """The servicer took an advance back out of the collection account; ``due_date`` names the instalment advanced."""

    name: ClassVar[str] = "advance_recovered"
    version: ClassVar[int] = 2

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    servicing_advance: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other")
    )
    source: RecoverySource = field(
        default=RecoverySource.LATE_COLLECTIONS,
        converter=to_recovery_source,
        validator=is_one_of(RecoverySource),
        metadata=CODE,
    )
    due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class AdvanceDeclaredNonrecoverable(PoolEvent):
    """The servicer certified that the loan will not repay the advance; it may now be taken from any funds."""

    name: ClassVar[str] = "advance_declared_nonrecoverable"

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    servicing_advance: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other")
    )
    reason: str = field(default="", validator=is_text)
