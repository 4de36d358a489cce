"""What a cell spells: the same characters in every writer, but for the spelling that a reader is shown."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from ledger.reports.report import CellValue, Column, Fact, Spelling

_CENT, _FOUR_DECIMALS = Decimal("0.01"), Decimal("0.0001")


def plain(cell: CellValue) -> str:
    """Return a cell as a program reads it: numbers without separators, dates as ISO 8601 has them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return " ".join(map(_item, cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def spelt(cell: CellValue, column: Column) -> str:
    """Return a cell as a reader is shown it."""
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        if column.spelling is Spelling.GROUPED:
            return f"{cell:,}"
        if column.spelling is Spelling.ACCOUNTING:
            return accounting(Decimal(cell))
    return (", ".join(map(_item, cell)) if isinstance(cell, tuple) else plain(cell)) or column.empty


def _item(item: str | int | Fact) -> str:
    if not isinstance(item, Fact):
        return str(item)
    return (
        f"{item.name}: {plain(item.value) if not isinstance(item.value, tuple) else ' '.join(map(_item, item.value))}"
    )


def accounting(amount: Decimal) -> str:
    """Return an amount with its thousands apart and negatives in parentheses.

    It has cents, or four decimals, halves away from zero, where it carries fractions of a cent. What is posted has no
    more; what is computed may.
    """
    size = abs(amount)
    cents = size.quantize(_CENT, ROUND_HALF_UP)
    shown = f"{cents if cents == size else size.quantize(_FOUR_DECIMALS, ROUND_HALF_UP):,}"
    return f"({shown})" if amount < 0 else shown
