"""How classes share principal: one order, one proportion, or a tree of both.

A tree is made of nodes. Each pays its parts, classes or nodes again, in their order or in a proportion; a node with
planned balances takes only what brings its classes down to them (planned and targeted amortization classes), so that
what is more goes to the parts after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
from attrs import field

from ledger.deal.checked import is_cash, is_date, is_name, is_positive, is_rate, is_title
from ledger.errors import InvalidTerms
from ledger.values.dates import to_date
from ledger.values.fields import by_declared_type
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue, to_amount, to_factor


class Sharing(StrEnum):
    """How classes named together share what is not enough for all, or a principal amount."""

    SEQUENTIAL = "sequential"
    PRO_RATA_CLAIM = "pro rata on what is due"
    PRO_RATA_BALANCE = "pro rata on balance"
    PRO_RATA_FACE = "pro rata on original face"
    GIVEN_WEIGHTS = "by given weights"


def _parts(value: Iterable[Node | str]) -> tuple[Node | str, ...]:
    return tuple(value)


def _weights(value: Iterable[Decimal]) -> tuple[Decimal, ...]:
    return tuple(to_factor(item) for item in value)


def _are_parts(_instance: Any, _attribute: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    if not value:
        raise InvalidTerms("Node.of", "missing", "a node of the structure has at least one class or node")
    for item in value:
        if isinstance(item, Node):
            continue
        try:
            identifier(item)
        except BadValue as fault:
            raise InvalidTerms("Node.of", fault.code, f"is made of class names and nodes: {fault}") from None


def _are_weights(instance: Any, attribute: attrs.Attribute[Any], value: tuple[Decimal, ...]) -> None:
    for item in value:
        is_positive(instance, attribute, item)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Node:
    """Classes, and nodes of classes, that share what the node gets.

    ``pay`` is how they share; with given weights, ``weights`` has one for each part. ``down_to`` names the deal's
    schedule of balances that the classes of the node are paid down to and no further. A class may stand in several
    parts of a sequential node (first to its plan, last to nothing).
    """

    of: tuple[Node | str, ...] = field(converter=_parts, validator=_are_parts)
    pay: Sharing = Sharing.SEQUENTIAL
    weights: tuple[Decimal, ...] = field(default=(), converter=_weights, validator=_are_weights)
    down_to: str | None = field(default=None, validator=is_name)

    def __attrs_post_init__(self) -> None:
        wanted = len(self.of) if self.pay is Sharing.GIVEN_WEIGHTS else 0
        if len(self.weights) != wanted:
            message = f"{self.pay.value!r} of {len(self.of)} parts takes {wanted} weights, not {len(self.weights)}"
            raise InvalidTerms("Node.weights", "contradiction", message)
        inside = list(self._names())
        if self.pay is not Sharing.SEQUENTIAL and len(inside) != len(set(inside)):
            twice = next(name for name in inside if inside.count(name) > 1)
            message = f"{twice!r} stands in two parts that share; only parts paid in order may repeat a class"
            raise InvalidTerms("Node.of", "duplicate", message)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes of the node and of the nodes in it, each once, in their order."""
        return tuple(dict.fromkeys(self._names()))

    @property
    def schedules(self) -> tuple[str, ...]:
        """The schedules of balances that the node and the nodes in it are paid down to."""
        own = () if self.down_to is None else (self.down_to,)
        return (*own, *(name for part in self.of if isinstance(part, Node) for name in part.schedules))

    def _names(self) -> Iterator[str]:
        for part in self.of:
            if isinstance(part, Node):
                yield from part._names()
            else:
                yield part


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PlannedBalance:
    """From this payment date on, the balance, in the deal's money, that classes are paid down to, or a notional one."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    balance: Decimal = field(converter=to_amount, validator=is_cash)


def _points(value: Iterable[PlannedBalance]) -> tuple[PlannedBalance, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class BalanceSchedule:
    """Balances by payment date, as an offering document lists them; each stands until the next."""

    schedule_id: str = field(validator=is_name)
    points: tuple[PlannedBalance, ...] = field(converter=_points)

    def __attrs_post_init__(self) -> None:
        dates = [point.from_date for point in self.points]
        if not dates or dates != sorted(set(dates)):
            message = "has at least one point, and its points stand in the order of their dates, one to a date"
            raise InvalidTerms(f"BalanceSchedule[{self.schedule_id}].points", "contradiction", message)

    def on(self, day: dt.date) -> Decimal | None:
        """Return the balance for a payment date, or None before the first."""
        passed = [point.balance for point in self.points if point.from_date <= day]
        return passed[-1] if passed else None


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ExchangeShare:
    """The part of a class that an exchangeable class stands for: a fraction of its balance and payments."""

    class_id: str = field(validator=is_name)
    share: Decimal = field(default=Decimal(1), converter=to_factor, validator=is_rate)


def _shares(value: Iterable[ExchangeShare]) -> tuple[ExchangeShare, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ExchangeableClass:
    """A class that holders of others may take for them: it stands for parts of those, and is paid nothing beside them.

    Nothing of the distribution depends on it, and no total counts it: whoever holds it holds what it stands for.
    """

    class_id: str = field(validator=is_name)
    cusip: str = field(default="", validator=is_title)
    description: str = field(default="", validator=is_title)
    of: tuple[ExchangeShare, ...] = field(converter=_shares)

    def __attrs_post_init__(self) -> None:
        names = [part.class_id for part in self.of]
        if not names or len(names) != len(set(names)):
            message = "stands for at least one class, and for each once"
            raise InvalidTerms(f"ExchangeableClass[{self.class_id}].of", "contradiction", message)
