"""How sentences about a deal say amounts, and name several things."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ledger.values.currency import DOLLARS, Currency


def named_together(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: `A, B and C`."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}" if held else "nobody"


def dollars_told(amount: Decimal, currency: Currency = DOLLARS) -> str:
    """Return an amount as a sentence has it: `$1,000.00`, `JPY 1,000`."""
    told = f"{amount:,.{currency.decimals}f}"
    return f"${told}" if currency == DOLLARS else f"{currency.code} {told}"


__all__ = ["dollars_told", "named_together"]
