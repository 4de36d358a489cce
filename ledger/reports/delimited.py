"""Reports as CSV for spreadsheets, and as bare lines for a shell: the one table that stands for the report."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from ledger.reports.about import ABOUT
from ledger.reports.report import Report
from ledger.reports.spelling import plain
from ledger.visible import shows_nothing, visible

_FORMULA = frozenset("=+-@\u2212")
"""What a spreadsheet takes for the beginning of a formula, in this width or another (a minus has a sign of its own)."""

_BEFORE = "\"'`\u2018\u2019\u201c\u201d"
"""Quotes that a spreadsheet, or whoever divides its lines, may take away from the beginning of a cell."""

_NUMBER = re.compile(r"[-+]? ?\$? ?([0-9][0-9,]*(\.[0-9]*)?|\.[0-9]+)([Ee][-+]?[0-9]+)?%?|[-0. ]+")
"""A number, or what a statement prints for none, such as ``-0-``; it means the same to a spreadsheet."""


def as_csv(report: Report) -> str:
    """Return the report's table as CSV with a heading line, every line ended.

    A text that a spreadsheet would run as a formula has an apostrophe before it, by which a spreadsheet knows a text;
    numbers stay as they are. A row is one line, whatever its cells hold. What the report says of itself stands below
    the table, in rows whose first cell is ``about``: their second is what is said, and their third its value.
    """
    table = report.table
    columns = list(table.told())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_guarded(visible(column.name)) for _, column in columns])
    writer.writerows([_guarded(visible(plain(row[place]))) for place, _ in columns] for row in table.rows)
    if report.about is not None:
        blank = [""] * max(0, len(columns) - 3)
        told = report.about.said().items()
        writer.writerows([ABOUT, name, _guarded(visible(plain(value))), *blank] for name, value in told)
    return out.getvalue()


def _guarded(text: str) -> str:
    start = next((at for at, sign in enumerate(text) if sign not in _BEFORE and not shows_nothing(sign)), len(text))
    begun = text[start:]
    formula = unicodedata.normalize("NFKC", begun[:1])[:1] in _FORMULA
    return f"'{text}" if begun and formula and not _NUMBER.fullmatch(begun) else text


def as_tabs(report: Report) -> str:
    """Return the rows of the report's table without headings, cells apart by tabs, every line ended: for a shell."""
    table = report.table
    places = [place for place, _ in table.told()]
    return "".join("\t".join(_guarded(visible(plain(row[place]))) for place in places) + "\n" for row in table.rows)
