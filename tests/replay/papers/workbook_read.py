"""Workbooks as the ledger's own reader of tapes reads them, sheet by sheet, and as they are written inside."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from ledger.tapes.workbook import _Book, _rows


def sheets(content: bytes) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet, by its name."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        book = _Book(archive=archive, name="book")
        book.chosen("1")
        found = {}
        for title, path in list(book.sheets):
            held = _Book(archive=archive, name="book")
            held.chosen("1")
            found[title] = [cells for _, cells in _rows(held, title, path)]
        return found


def inside(content: bytes) -> dict[str, str]:
    """Return the parts of a workbook as text, by their names."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def formulas(content: bytes) -> list[tuple[str, str, str]]:
    """Return every formula: its sheet's part, the cell, the formula; values are left to who recalculates."""
    pattern = re.compile(r'<c r="([A-Z]+\d+)"[^>]*><f>([^<]*)</f>')
    return [(name, cell, formula) for name, text in inside(content).items() for cell, formula in pattern.findall(text)]
