"""Reads a statement that is a table of classes, as comma-separated or pipe-separated text.

Several tables in one text are merged by class (rates in one, amounts in the next). Lines around the tables are kept
as notes, and the record and distribution dates are picked out of them.
"""

from __future__ import annotations

import re

from attrs import define, field

from replay.filing.dates import date_after
from replay.filing.figures_csv import split_csv_line
from replay.filing.lines import physical_lines
from replay.filing.model import ClassRow, ClassTable, Findings
from replay.filing.numbers import is_number

_NAMES = {
    "class": "class",
    "cusip": "cusip",
    "descr": "descr",
    "rate": "rate",
    "beginning": "beginning",
    "beginning balance": "beginning",
    "interest": "interest",
    "principal": "principal",
    "loss": "loss",
    "current loss": "loss",
    "current realized loss": "loss",
    "ending": "ending",
    "ending balance": "ending",
    "total distribution": "total distribution",
    "cumulative loss": "cumulative loss",
    "cumulative losses": "cumulative loss",
}
_TEXT_COLUMNS = ("cusip", "descr")
_REMARK = re.compile(r"(?P<printed>[^\[\]]*?)\s*\[(?P<remark>[^\[\]]*)\]")
_TOTALS = ("total", "totals")
_LONGEST_CLASS = 24


def header_columns(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the delimiter and the column names of a class table's header row, or None when the line is none.

    Known columns get one name each (`Beginning Balance` is `beginning`, `Current Realized Loss` is `loss`); others
    keep their own, lower-cased.
    """
    for delimiter in ("|", ","):
        cells = _split(line, delimiter)
        names = tuple(" ".join(cell.lower().split()) for cell in cells)
        if len(names) >= 2 and names[0] == "class" and sum(name in _NAMES for name in names) >= 2:
            return delimiter, tuple(_NAMES.get(name, name) for name in names)
    return None


def read_class_table(text: str) -> ClassTable:
    """Return the classes of a statement given as a table, and every problem met while reading it."""
    reader = _Reader()
    for number, line in enumerate(physical_lines(text), start=1):
        if line.strip():
            reader.take(number, line)
    return reader.finish()


@define(kw_only=True)
class _Row:
    class_id: str
    source_line: int
    cells: dict[str, str] = field(factory=dict)
    remarks: dict[str, str] = field(factory=dict)


@define(kw_only=True)
class _Reader:
    """Gathers rows under the header that was met last."""

    out: Findings = field(factory=Findings)
    delimiter: str = ""
    header: tuple[str, ...] = ()
    columns: list[str] = field(factory=list)
    rows: dict[str, _Row] = field(factory=dict)
    totals: _Row | None = None
    notes: list[str] = field(factory=list)
    in_this_table: set[str] = field(factory=set)

    def take(self, number: int, line: str) -> None:
        """Read one line: a header, the row of a class, or a note."""
        header = header_columns(line)
        if header is not None:
            self._take_header(number, *header)
            return
        cells = _split(line, self.delimiter) if self.header else []
        if len(cells) >= 2 and _may_be_row(cells, self.header):
            self._take_row(number, cells)
            return
        self.notes.append(line.strip())
        if self.header and line.strip().lower().startswith((*_TOTALS, "class ")):
            message = f"{line.strip()[:60]!r} looks like a row of the table but cannot be read as one"
            self.out.problem(number, None, "row-unreadable", message)

    def _take_header(self, number: int, delimiter: str, names: tuple[str, ...]) -> None:
        self.delimiter, self.header, self.in_this_table = delimiter, names, set()
        for name in names:
            if name not in _NAMES.values():
                self.out.problem(number, None, "column-unknown", f"the column {name[:40]!r} is not a known one")
            if name not in self.columns and name != "class":
                self.columns.append(name)
        if len(set(names)) != len(names):
            self.out.problem(number, None, "column-repeated", "the header names a column twice")

    def _take_row(self, number: int, cells: list[str]) -> None:
        class_id = cells[0]
        is_totals = class_id.lower() in _TOTALS
        if not class_id:
            self.out.problem(number, None, "row-unreadable", f"the row on line {number} names no class")
            return
        if class_id in self.in_this_table:
            self.out.problem(number, None, "row-repeated", f"class {class_id!r} is printed twice in one table")
        self.in_this_table.add(class_id)
        if is_totals:
            self.totals = self.totals or _Row(class_id=class_id, source_line=number)
            row = self.totals
        else:
            row = self.rows.setdefault(class_id, _Row(class_id=class_id, source_line=number))
        self._check_width(number, class_id, cells)
        for name, cell in zip(self.header[1:], cells[1:], strict=False):
            if cell:
                self._take_cell(number, row, name, cell)

    def _check_width(self, number: int, class_id: str, cells: list[str]) -> None:
        if len(cells) > len(self.header):
            extra = ", ".join(cells[len(self.header) :])
            message = f"{class_id}: {len(cells)} cells under {len(self.header)} columns; not read: {extra[:60]}"
            self.out.problem(number, None, "cells-left-over", message)
        elif len(cells) < len(self.header):
            message = f"{class_id}: no cell under {', '.join(self.header[len(cells) :])}"
            self.out.problem(number, None, "cell-missing", message)

    def _take_cell(self, number: int, row: _Row, name: str, cell: str) -> None:
        match = _REMARK.fullmatch(cell)
        printed = match["printed"] if match else cell
        if name in row.cells and row.cells[name] != printed:
            message = f"{row.class_id}, {name}: {printed[:40]!r} here, {row.cells[name][:40]!r} before, which was kept"
            self.out.problem(number, None, "cell-repeated", message)
            return
        row.cells[name] = printed
        if match:
            row.remarks[name] = match["remark"].strip()
        if name not in _TEXT_COLUMNS and name in _NAMES.values() and not is_number(printed):
            message = f"{row.class_id}, {name}: {printed[:40]!r} is not a number"
            self.out.problem(number, None, "not-a-number", message)

    def finish(self) -> ClassTable:
        """Return what was gathered."""
        if not self.header:
            self.out.problem(0, None, "header-missing", "no header row of a class table was found")
        elif not self.rows:
            self.out.problem(0, None, "rows-missing", "the table has a header and no classes")
        prose = "\n".join(self.notes)
        distribution = date_after("Distribution Date", prose) or date_after("Payment Date", prose)
        return ClassTable(
            record_date=date_after("Record Date", prose),
            distribution_date=distribution,
            columns=tuple(self.columns),
            rows=tuple(_freeze(row) for row in self.rows.values()),
            totals=_freeze(self.totals) if self.totals is not None else None,
            notes=tuple(self.notes),
            problems=self.out.sorted_problems(),
        )


def _may_be_row(cells: list[str], header: tuple[str, ...]) -> bool:
    first = cells[0]
    return len(cells) == len(header) or (len(first) <= _LONGEST_CLASS and any(is_number(cell) for cell in cells[1:]))


def _split(line: str, delimiter: str) -> list[str]:
    cells = line.split("|") if delimiter == "|" else split_csv_line(line) or []
    return [" ".join(cell.split()) for cell in cells]


def _freeze(row: _Row) -> ClassRow:
    return ClassRow(class_id=row.class_id, cells=row.cells, remarks=row.remarks, source_line=row.source_line)
