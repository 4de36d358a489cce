"""Accounts of the trust beside the collection account: reserve, spread, yield supplement and liquidity accounts.

An account is cash that was set aside. Steps of the waterfall draw on it, pay into it and release what it holds beyond
its target; :mod:`ledger.waterfall.reserves` reckons how much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import cast

import attrs
from attrs import field

from ledger.deal.checked import is_cash, is_date, is_name, is_rate, is_title
from ledger.errors import InvalidTerms
from ledger.values.dates import to_date
from ledger.values.fields import by_declared_type
from ledger.values.money import to_amount, to_optional_amount, to_optional_factor


class AccountPurpose(StrEnum):
    """What an account is for; the name says it, and nothing is reckoned from it."""

    RESERVE = "reserve"
    SPREAD = "spread"
    YIELD_SUPPLEMENT = "yield supplement"
    LIQUIDITY = "liquidity"


class Covers(StrEnum):
    """What a draw on an account may make up for.

    Losses are those realized this month that excess has not covered. Parity is what the named classes would stand above
    the pool by, once the principal funds are paid. Principal is what the classes stand at, to be paid off at the end.
    """

    INTEREST = "interest"
    FEES = "fees"
    LOSSES = "losses"
    PARITY = "parity"
    PRINCIPAL = "principal"


class TargetOf(StrEnum):
    """What the target of an account is a share of.

    A class balance is that at which the classes stand when the step runs: what steps before it paid is off it.
    """

    ORIGINAL_POOL = "original pool balance"
    OPENING_POOL = "opening pool balance"
    CLOSING_POOL = "closing pool balance"
    CLASSES = "class balance"


class JoinsFunds(StrEnum):
    """Which funds a release joins."""

    INTEREST = "interest funds"
    PRINCIPAL = "principal funds"


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


def covers(value: Iterable[Covers | str]) -> tuple[Covers, ...]:
    """Convert written words; one that is none is left for the validator to refuse by name."""
    known: dict[str, Covers] = {item.value: item for item in Covers}
    return tuple(known.get(item, cast("Covers", item)) for item in ((value,) if isinstance(value, str) else value))


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class TargetLevel:
    """From this payment date on, the target is this amount, or this share of what the target is of."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    amount: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)

    def __attrs_post_init__(self) -> None:
        if (self.amount is None) == (self.percent is None):
            message = "a level is an amount or a share: give one of amount and percent"
            raise InvalidTerms("TargetLevel.amount", "contradiction", message)


def _levels(value: Iterable[TargetLevel]) -> tuple[TargetLevel, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class AccountTarget:
    """How much an account should hold, in the deal's money.

    It is ``amount``, or ``percent`` of what ``of`` names (to the cent), the greater where both are given; the latest of
    the dated ``levels`` takes their place. It is never less than ``floor``, and never more than the classes of
    ``at_most_balance_of`` stand at: with them retired, nothing is needed.
    """

    amount: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    of: TargetOf = TargetOf.ORIGINAL_POOL
    classes: tuple[str, ...] = field(default=(), converter=_names)
    floor: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    levels: tuple[TargetLevel, ...] = field(default=(), converter=_levels)
    at_most_balance_of: tuple[str, ...] = field(default=(), converter=_names)

    def __attrs_post_init__(self) -> None:
        dates = [level.from_date for level in self.levels]
        if dates != sorted(set(dates)):
            message = "the levels stand in the order of their dates, one to a date"
            raise InvalidTerms("AccountTarget.levels", "contradiction", message)
        if self.of is TargetOf.CLASSES and not self.classes and self.shares:
            message = "a share of class balances needs the classes: name them in classes"
            raise InvalidTerms("AccountTarget.classes", "missing", message)

    @property
    def shares(self) -> bool:
        """Whether the target is, or will be, a share of something."""
        return self.percent is not None or any(level.percent is not None for level in self.levels)

    def in_force(self, on: dt.date | None) -> tuple[Decimal | None, Decimal | None]:
        """Return the amount and the share that hold on a payment date."""
        passed = [level for level in self.levels if on is not None and level.from_date <= on]
        return (passed[-1].amount, passed[-1].percent) if passed else (self.amount, self.percent)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class TrustAccount:
    """One account of the trust that the waterfall draws on and pays into.

    ``initial_deposit`` is what is set aside at closing; a ``trust_account_deposited`` event puts it there. ``may_pay``
    is what draws on it may cover. A release joins the funds that ``releases_to`` names.
    """

    account_id: str = field(validator=is_name)
    title: str = field(default="", validator=is_title)
    kind: AccountPurpose = AccountPurpose.RESERVE
    initial_deposit: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    target: AccountTarget = AccountTarget()
    may_pay: tuple[Covers, ...] = field(default=(Covers.INTEREST,), converter=covers)
    releases_to: JoinsFunds = JoinsFunds.INTEREST

    @property
    def name(self) -> str:
        """What a statement calls it."""
        return self.title or self.account_id


__all__ = ["AccountPurpose", "AccountTarget", "Covers", "JoinsFunds", "TargetLevel", "TargetOf", "TrustAccount"]
