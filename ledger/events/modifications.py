"""What is agreed with borrowers in default: principal deferred or forgiven, and arrears added to principal.

All of it needs the fourth rules of a deal (``DealTerms.rules``).
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs import field
from attrs.validators import optional

from ledger.deal.vocabulary import LossCause
from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import CODE, PoolEvent, component, is_cash, is_one_of, is_text, word
from ledger.events.collections import to_loss_cause
from ledger.values.money import to_amount

NOTHING = Decimal("0.00")


class CapitalizedArrears(StrEnum):
    """Which instalments' interest was added to principal: earlier ones, or the one of this distribution."""

    EARLIER = "earlier instalments"
    CURRENT = "current instalment"


def to_arrears(value: CapitalizedArrears | str) -> CapitalizedArrears:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(CapitalizedArrears, value)


@attrs.frozen(kw_only=True)
class PrincipalDeferred(PoolEvent):
    """Principal was forborne: it bears no interest from here on, and is due at the loan's end.

    ``written_off`` is the part that leaves the stated balance as a realized loss at once: all of ``amount`` or nothing,
    as the terms say (``DealTerms.forbearance``).
    """

    name: ClassVar[str] = "principal_deferred"
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("memo"))
    written_off: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal")
    )
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class DeferredPrincipalCollected(PoolEvent):
    """A borrower paid deferred principal.

    ``principal`` lowers the stated balance, in which it still stood; ``recovery`` comes in on what was written off when
    it was deferred, and is a subsequent recovery. The terms say which of the two it is.
    """

    name: ClassVar[str] = "deferred_principal_collected"
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    principal: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal"))
    recovery: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("loss"))


@attrs.frozen(kw_only=True)
class PrincipalForgiven(PoolEvent):
    """Principal was forgiven on a loan that stays: a realized loss of ``amount``.

    ``deferred`` is how much of the deferred balance was forgiven: part of ``amount`` where that still stood in the
    stated balance, else a loss no longer, for it was one when it was deferred. ``cause`` is given for a loss that
    bankruptcy, fraud or a special hazard brought.
    """

    name: ClassVar[str] = "principal_forgiven"
    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    amount: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal"))
    deferred: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("memo"))
    cause: LossCause | None = field(
        default=None, converter=to_loss_cause, validator=optional(is_one_of(LossCause)), metadata=CODE
    )
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class InterestCapitalized(PoolEvent):
    """Arrears were added to a loan's principal, which rises by ``amount`` without cash.

    ``expenses`` is the part of it that the servicer had paid for the loan; the rest is interest that fell due and was
    not received, of earlier instalments or of the current one (``arrears``): that one owes it no longer.
    """

    name: ClassVar[str] = "interest_capitalized"
    window: ClassVar[Window] = Window.DUE_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    expenses: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other"))
    arrears: CapitalizedArrears = field(
        default=CapitalizedArrears.EARLIER, converter=to_arrears, validator=is_one_of(CapitalizedArrears), metadata=CODE
    )
    reason: str = field(default="", validator=is_text)

    def __attrs_post_init__(self) -> None:
        PoolEvent.__attrs_post_init__(self)
        if self.expenses > self.amount:
            message = f"expenses of {self.expenses} are part of the amount capitalized, {self.amount}"
            raise InvalidEvent([Violation(self.event_id, "expenses", "contradiction", message)])
