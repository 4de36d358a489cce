"""What a cell spells: the same characters in every writer, but for the spelling that a reader is shown."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal

from ledger.reports.report import CellValue, Column, Spelling

_CENT, _FOUR_DECIMALS = Decimal("0.01"), Decimal("0.0001")


def plain(cell: CellValue) -> str:
    """Return a cell as a program reads it: numbers without separators, dates as ISO 8601 has them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return " ".join(map(str, cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def spelt(cell: CellValue, column: Column) -> str:
    """Return a cell as a reader is shown it."""
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        if column.spelling is Spelling.GROUPED:
            return f"{cell:,}"
        if column.spelling is Spelling.ACCOUNTING:
            return accounting(Decimal(cell))
    return (", ".join(map(str, cell)) if isinstance(cell, tuple) else plain(cell)) or column.empty


def accounting(amount: Decimal) -> str:
    """Return an amount with its thousands apart and negatives in parentheses.

    It has cents, or four decimals where it carries fractions of a cent; no amount of the ledger has more.
    """
    size = abs(amount)
    cents = size.quantize(_CENT, ROUND_DOWN)
    shown = f"{cents if cents == size else size.quantize(_FOUR_DECIMALS, ROUND_DOWN):,}"
    return f"({shown})" if amount < 0 else shown
