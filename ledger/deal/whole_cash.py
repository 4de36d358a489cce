"""Amounts of cash in a deal's terms: none may be finer than the smallest unit that its currency is paid in."""

from __future__ import annotations

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


def _within(part: Any, where: str, currency: Currency) -> Iterator[InvalidTerms]:
    for item in attrs.fields(type(part)):
        value, path = getattr(part, item.name), f"{where}.{item.name}"
        if isinstance(value, Decimal):
            if item.metadata.get("check") is is_cash and not currency.is_whole(value):
                message = f"{value} is not whole {currency.unit_told}"
                yield InvalidTerms(path, "not_whole_cents", message)
        elif isinstance(value, tuple):
            for place, inner in enumerate(value):
                if attrs.has(type(inner)):
                    yield from _within(inner, f"{path}[{place}]", currency)
        elif attrs.has(type(value)):
            yield from _within(value, path, currency)


__all__ = ["parts_of_units"]
