"""One sheet of a workbook as it is written: numbers with their exact texts, formulas with their values, and texts.

A number of a workbook is a float; what it was before stands as text beside it, digit for digit. Every text is written
as text: an identifier keeps its noughts, and what begins like a formula is none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

from ledger import Exact
from replay.charts.drawing import readable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_TEXT = 32_000
"""Characters of a text in a cell; a longer one is cut, and says so."""

_MONEY = "#,##0.00;(#,##0.00)"
_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "soft": {"font_color": "#5a6572"},
    "table": {"bold": True, "font_size": 12},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right"},
    "lefthead": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "lefthead inside": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "indent": 1},
    "text": {},
    "text inside": {"indent": 1},
    "running": {},
    "over": {"italic": True},
    "exact": {"font_color": "#5a6572", "align": "right", "num_format": "@"},
    "money": {"num_format": _MONEY},
    "fine": {"num_format": "#,##0.00####"},
    "general": {"num_format": "General"},
    "count": {"num_format": "#,##0"},
    "share": {"num_format": "0.0000%"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left", "indent": 1},
    "link": {"font_color": "#1f5a94", "underline": 1},
    "link inside": {"font_color": "#1f5a94", "underline": 1, "indent": 1},
    **{f"decimals {places}": {"num_format": f"0.{'0' * places}" if places else "0"} for places in range(12)},
}
_RUNS_OVER = {"title": 1.5, "soft": 1.0, "table": 1.2, "running": 1.0}
"""Texts that run over the cells to the right of theirs, and how wide their characters are."""
_MOST_WIDE = {"head": 18, "lefthead": 18}
"""Characters that a column is made wide for at most."""

_DEFAULT_WIDTH, _WIDEST = 8, 110
"""Characters of a column that nothing is said of, and of a page of paper at most."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31


class WorkbookWriter:
    """A workbook as it is written; the same cells in the same order are the same bytes."""

    def __init__(self, title: str, made_for: dt.date, footer: str, about: str = "") -> None:
        import xlsxwriter

        self._bytes = BytesIO()
        self._book = xlsxwriter.Workbook(
            self._bytes,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        # A workbook says when it was made; this one says of which day it is, so that it can be made again.
        created = dt.datetime(made_for.year, made_for.month, made_for.day)
        self._book.set_properties({"title": readable(title)[:200], "created": created, "comments": about})
        self._footer = footer
        self._formats: dict[str, Format] = {name: self._book.add_format(given) for name, given in _FORMATS.items()}
        self.names: list[str] = []

    def sheet(self, name: str, title: str, subtitle: str, *, heads: int = 2, landscape: bool = True) -> SheetWriter:
        """Add a sheet under a name of its own, with its title; ``heads`` rows stay in sight."""
        own = self._own(name)
        self.names.append(own)
        found = self._book.add_worksheet(own)
        found.set_paper(9)
        found.fit_to_pages(1, 0)
        found.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        # What follows a size must be no digit, or it is read as one.
        found.set_footer(f"&L&8 {self._footer}&R&8 &A, page &P of &N")
        found.freeze_panes(heads, 1)
        found.repeat_rows(0, heads - 1)
        if landscape:
            found.set_landscape()
        made = SheetWriter(found, self._formats)
        made.text(0, 0, title, "title")
        made.text(1, 0, subtitle, "soft")
        return made

    def _own(self, name: str) -> str:
        """Return a name that a sheet may have and no other has, whatever its case."""
        plain = _FORBIDDEN.sub(" ", readable(name)).strip("' ") or "Sheet"
        taken = {each.lower() for each in self.names}
        found, time = plain[:_LONGEST_NAME].strip("' "), 1
        while found.lower() in taken or found.lower() == "history":
            time += 1
            found = f"{plain[: _LONGEST_NAME - 5].strip()} ({time})"
        return found

    def written(self) -> bytes:
        """Return the whole workbook; nothing can be added after it."""
        self._book.close()
        return self._bytes.getvalue()


class SheetWriter:
    """A sheet, cell by cell; rows and columns count from 0."""

    def __init__(self, sheet: Worksheet, formats: dict[str, Format]) -> None:
        self._sheet, self._formats = sheet, formats
        self._wide: dict[int, int] = {}
        self._runs_over = 0.0
        self._on_paper = 0

    def text(self, row: int, column: int, text: str, form: str = "text") -> None:
        """Write a text as text."""
        shown = readable(text)
        if len(shown) > LONGEST_TEXT:
            shown = f"{shown[:LONGEST_TEXT]} ... cut, of {len(shown):,} characters"
        inside = f"{form} inside" if column and f"{form} inside" in self._formats else form
        self._sheet.write_string(row, column, shown, self._formats[inside])
        if form in _RUNS_OVER:
            self._runs_over = max(self._runs_over, 0 if column else _RUNS_OVER[form] * len(shown))
        else:
            self._wide[column] = max(self._wide.get(column, 0), min(len(shown), _MOST_WIDE.get(form, 60)))

    def number(self, row: int, column: int, value: Fraction | int, form: str) -> None:
        """Write a number; the float nearest to it."""
        self._sheet.write_number(row, column, float(value), self._formats[form])
        self._wide[column] = max(self._wide.get(column, 0), 16)

    def formula(self, row: int, column: int, formula: str, value: Fraction | int, form: str) -> None:
        """Write a formula, with the value that the ledger found for it."""
        self._sheet.write_formula(row, column, formula, self._formats[form], float(value))
        self._wide[column] = max(self._wide.get(column, 0), 16)

    def exact(self, row: int, column: int, value: Exact | Fraction) -> None:
        """Write a value as text with all its digits."""
        held = value if isinstance(value, Exact) else Exact(value)
        self.text(row, column, str(held.decimal), "exact")

    def day(self, row: int, column: int, value: dt.date) -> None:
        """Write a day as a day."""
        self._sheet.write_datetime(row, column, value, self._formats["day"])
        self._wide[column] = max(self._wide.get(column, 0), 11)

    def link(self, row: int, column: int, sheet: str, text: str) -> None:
        """Write a link to a sheet of the workbook."""
        quoted = sheet.replace("'", "''")
        form = self._formats["link inside" if column else "link"]
        self._sheet.write_url(row, column, f"internal:'{quoted}'!A1", form, readable(text)[:250])
        self._wide[column] = max(self._wide.get(column, 0), min(len(text), 60))

    def leads_to(self, row: int, column: int, sheet: str, cell: str, tip: str) -> None:
        """Let a cell lead to another one; it is to be written after this, and keeps what is written."""
        quoted = sheet.replace("'", "''")
        self._sheet.write_url(row, column, f"internal:'{quoted}'!{cell}", tip=readable(tip)[:250])

    def heads(self, row: int, names: Sequence[str], *, left: Collection[int] = (0,)) -> None:
        """Write the headings of columns, to the left above texts."""
        for column, name in enumerate(names):
            self.text(row, column, name, "lefthead" if column in left else "head")

    def printed(self, last: int, columns: int) -> None:
        """Keep what stands to the right of these columns, exact texts and long ones, off the paper."""
        self._sheet.print_area(0, 0, last, columns)
        self._on_paper = columns

    def filtered(self, first: int, last: int, columns: int) -> None:
        """Let a reader filter the rows below a heading."""
        self._sheet.autofilter(first, 0, max(last, first), columns - 1)

    def fitted(self) -> None:
        """Make columns as wide as what they hold, and the first so wide that no heading or note is cut on paper."""
        wide = {column: held + 2 for column, held in self._wide.items()}
        beside = sum(wide.get(column, _DEFAULT_WIDTH) for column in range(1, self._on_paper + 1))
        if self._on_paper:
            missing = min(int(self._runs_over) + 2, _WIDEST) - beside
            wide[0] = max(wide.get(0, _DEFAULT_WIDTH), missing)
        for column, width in wide.items():
            self._sheet.set_column(column, column, width)


def address(row: int, column: int) -> str:
    """Return the address of a cell, as formulas have it: ``B3``."""
    letters, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


__all__ = ["LONGEST_TEXT", "SheetWriter", "WorkbookWriter", "address"]
