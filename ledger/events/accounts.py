"""Accounts of the trust beside the collection account: what is put in, earned, paid in, drawn, and reported of them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import attrs
from attrs import field

from ledger.deal.windows import Window
from ledger.events.base import CODE, Event, component, is_cash, is_identifier
from ledger.values.exact import Origin
from ledger.values.money import to_amount

NOTHING = Decimal("0.00")


@attrs.frozen(kw_only=True)
class TrustAccountDeposited(Event):
    """Cash from outside the distributions was put into an account of the trust.

    It is the initial deposit at closing, what somebody adds later, or what the account held when the deal was carried
    into the ledger. It stands there from the distribution that follows its date on.
    """

    name: ClassVar[str] = "trust_account_deposited"
    window: ClassVar[Window] = Window.BALANCE

    account_id: str = field(validator=is_identifier, metadata=CODE)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class TrustAccountEarned(Event):
    """An account of the trust earned investment income, which stays in it until it is drawn or released."""

    name: ClassVar[str] = "trust_account_earned"

    account_id: str = field(validator=is_identifier, metadata=CODE)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("interest"))


@attrs.frozen(kw_only=True)
class TrustAccountFunded(Event):
    """Funds of a distribution were paid into an account of the trust."""

    name: ClassVar[str] = "trust_account_funded"

    account_id: str = field(validator=is_identifier, metadata=CODE)
    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class TrustAccountWithdrawn(Event):
    """Cash of an account of the trust joined the funds of a distribution.

    ``drawn_for_interest`` (fees too) and ``drawn_for_principal`` made up for what funds were short of, ``released`` was
    above the target.
    """

    name: ClassVar[str] = "trust_account_withdrawn"

    account_id: str = field(validator=is_identifier, metadata=CODE)
    drawn_for_interest: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("interest")
    )
    drawn_for_principal: Decimal = field(
        default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("principal")
    )
    released: Decimal = field(default=NOTHING, converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class TrustAccountReported(Event):
    """Whoever holds an account says what stands in it before the distribution; the gate compares it with the books."""

    name: ClassVar[str] = "trust_account_reported"
    origin: ClassVar[Origin] = Origin.REPORTED

    account_id: str = field(validator=is_identifier, metadata=CODE)
    balance: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("memo"))


__all__ = [
    "TrustAccountDeposited",
    "TrustAccountEarned",
    "TrustAccountFunded",
    "TrustAccountReported",
    "TrustAccountWithdrawn",
]
