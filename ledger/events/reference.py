"""A reference pool: loans that pay nobody of the deal. The issuer pays the classes on account of what they do.

Whoever serviced the loans has their cash. What the pool falls by is owed by the issuer, and stands under a name of its
own until it has paid. The terms say that it does (``DealTerms.paid_by``); all of it needs the fourth rules.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import Event, component, is_cash, is_count, is_identifier
from ledger.values.money import to_amount

NOTHING = Decimal("0.00")


@attrs.frozen(kw_only=True)
class ReferenceEvent(Event):
    """A fact about a reference pool, which is reported by loan group."""

    window: ClassVar[Window] = Window.PREPAYMENT_PERIOD

    group: str = field(validator=is_identifier)


@attrs.frozen(kw_only=True)
class ReferencePrincipalDue(ReferenceEvent):
    """Scheduled principal of a reference pool: what its loans fell by as their notes have it."""

    name: ClassVar[str] = "reference_principal_due"
    window: ClassVar[Window] = Window.DUE_PERIOD

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))


@attrs.frozen(kw_only=True)
class ReferencePrincipalPrepaid(ReferenceEvent):
    """Principal of a reference pool that was paid ahead; ``loan_count`` of its loans were paid off."""

    name: ClassVar[str] = "reference_principal_prepaid"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    loan_count: int = field(default=0, validator=is_count, metadata=component("loans"))


@attrs.frozen(kw_only=True)
class CreditEventReported(ReferenceEvent):
    """Loans left a reference pool by credit events.

    ``realized_loss`` is what classes are written down by, or stand for; the rest of the balance, ``recovered``, counts
    as principal that came in. The three are checked.
    """

    name: ClassVar[str] = "credit_event_reported"

    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    recovered: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other"))
    realized_loss: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))

    def __attrs_post_init__(self) -> None:
        if self.balance != self.recovered + self.realized_loss:
            message = f"{self.balance} is not recovered {self.recovered} + realized loss {self.realized_loss}"
            raise InvalidEvent([Violation(self.event_id, "realized_loss", "contradiction", message)])


@attrs.frozen(kw_only=True)
class ReferenceRecoveryReported(ReferenceEvent):
    """What was recovered later on credit events, or a credit event that was none: losses to date fall by it."""

    name: ClassVar[str] = "reference_recovery_reported"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("loss"))


@attrs.frozen(kw_only=True)
class IssuerPaymentReceived(Event):
    """The issuer paid on account of a reference pool: principal that it owed, and interest of the classes."""

    name: ClassVar[str] = "issuer_payment_received"

    group: str = field(validator=is_identifier)
    principal: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class RetainedPartSettled(Event):
    """What a distribution gave classes that the issuer holds itself was taken off what it owed: no cash moved."""

    name: ClassVar[str] = "retained_part_settled"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
