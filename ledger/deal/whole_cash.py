"""Amounts of cash in a deal's terms: none may be finer than the smallest unit that its currency is paid in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
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


@cache
def _fields(kind: type[object]) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a part that may hold cash, or parts that do; whether each is cash itself."""
    plain = (str, int, bool, dt.date)
    found = []
    for item in attrs.fields(attrs.resolve_types(kind)):
        is_amount = item.metadata.get("check") is is_cash
        if is_amount or not (isinstance(item.type, type) and issubclass(item.type, plain)):
            found.append((item.name, is_amount))
    return tuple(found)


def _within(part: Any, where: str, currency: Currency) -> Iterator[InvalidTerms]:
    kind: type[object] = type(part)
    for name, is_amount in _fields(kind):
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
