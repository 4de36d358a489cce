"""Payments out of the ordinary: held unapplied, overpaid, or returned by the bank.

None of this cash is funds of a distribution while it is held: it stands in the collection account under a name of its
own. The events need the second rules of a deal (``DealTerms.rules``), under which a month's funds are what came in.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import attrs
from attrs import field

from ledger.events.base import CODE, PoolEvent, component, is_cash, is_date, is_one_of, is_optional_date, is_text
from ledger.events.collections import Timing, to_timing
from ledger.values.dates import to_date, to_optional_date
from ledger.values.money import to_amount


@attrs.frozen(kw_only=True)
class UnappliedFundsReceived(PoolEvent):
    """Cash came in on a loan that is not applied to anything yet, being less than an instalment or of unknown purpose.

    ``amount`` is whole cents. It stands under "unapplied funds" until it is applied or given back.
    """

    name: ClassVar[str] = "unapplied_funds_received"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class UnappliedFundsApplied(PoolEvent):
    """Unapplied funds became the payment of an instalment, which ``due_date`` names (default the current one).

    ``principal`` and ``interest`` are whole cents, interest gross of the servicing fee, as in a collection; an
    instalment of an earlier distribution says so in ``timing``, as there.
    """

    name: ClassVar[str] = "unapplied_funds_applied"

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    timing: Timing = field(default=Timing.ON_TIME, converter=to_timing, validator=is_one_of(Timing), metadata=CODE)
    due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)


@attrs.frozen(kw_only=True)
class UnappliedFundsReturned(PoolEvent):
    """Unapplied funds were given back to who paid them; ``amount`` is whole cents."""

    name: ClassVar[str] = "unapplied_funds_returned"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class OverpaymentReceived(PoolEvent):
    """A borrower paid more than was owed, or paid on a loan that has left; ``amount`` is owed back, in whole cents."""

    name: ClassVar[str] = "overpayment_received"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    received_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class OverpaymentRefunded(PoolEvent):
    """An overpayment went back to the borrower, or on to who owns the loan now; ``amount`` is whole cents."""

    name: ClassVar[str] = "overpayment_refunded"

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class PaymentReturned(PoolEvent):
    """The bank took a payment back that had been collected, and the loan owes the instalment again.

    The effective date is the day on which the bank did; ``due_date`` names the instalment. While that instalment's
    distribution is open the payment is as if it had not come in; after it was paid out, the cash is missing from the
    open distribution, where it counts as delinquent and may be advanced. Amounts are whole cents, and no more than was
    paid of the instalment; ``timing`` is that of the payment.
    """

    name: ClassVar[str] = "payment_returned"

    principal: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))
    interest: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))
    timing: Timing = field(default=Timing.ON_TIME, converter=to_timing, validator=is_one_of(Timing), metadata=CODE)
    due_date: dt.date = field(converter=to_date, validator=is_date)
    reason: str = field(default="", validator=is_text)
