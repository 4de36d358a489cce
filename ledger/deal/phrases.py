"""How sentences about a deal say amounts, and name several things."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def named_together(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: `A, B and C`."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}" if held else "nobody"


def dollars_told(amount: Decimal) -> str:
    """Return an amount as a sentence has it."""
    return f"${amount:,.2f}"


__all__ = ["dollars_told", "named_together"]
