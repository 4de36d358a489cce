"""Amounts of cash in a deal's terms: none may be finer than the smallest unit that its currency is paid in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from ledger.deal.checked import is_cash
from ledger.errors import InvalidTerms
from ledger.values.currency import Currency

if TYPE_CHECKING:
    from ledger.deal.terms import DealTerms


def parts_of_units(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Yield the amounts of cash anywhere in the terms that are no whole units of the currency, by their paths."""
    yield from _within(terms, "DealTerms", terms.currency)


_KNOWN: dict[type, tuple[tuple[str, bool], ...]] = {}


def _fields(kind: type) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a part that may hold cash, or parts that do; whether each is cash itself."""
    if kind in _KNOWN:
        return _KNOWN[kind]
    plain = (str, int, bool, dt.date)
    found = []
    for item in attrs.fields(attrs.resolve_types(kind)):
        is_amount = item.metadata.get("check") is is_cash
        if is_amount or not (isinstance(item.type, type) and issubclass(item.type, plain)):
            found.append((item.name, is_amount))
    _KNOWN[kind] = tuple(found)
    return _KNOWN[kind]


def _within(part: Any, where: str, currency: Currency) -> Iterator[InvalidTerms]:
    for name, is_amount in _fields(type(part)):
        value = getattr(part, name)
        if is_amount:
            if isinstance(value, Decimal) and not currency.is_whole(value):
                message = f"{value} is not whole {currency.unit_told}"
                yield InvalidTerms(f"{where}.{name}", "not_whole_cents", message)
        elif isinstance(value, tuple):
            for place, inner in enumerate(value):
                if attrs.has(type(inner)):
                    yield from _within(inner, f"{where}.{name}[{place}]", currency)
        elif attrs.has(type(value)):
            yield from _within(value, f"{where}.{name}", currency)


__all__ = ["parts_of_units"]
