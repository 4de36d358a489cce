"""Reads a statement that is a table of classes: delimited text, a Markdown table, or columns set apart by blanks.

A table begins with a header row that names a class column, wherever it stands, and at least one other known column.
Cells are divided by `|`, a tab, `;` or `,`, or by two blanks or more; of columns set apart by blanks the headings may
stand over several lines. Several tables in one text are merged by class
(rates in one, amounts in the next). Lines around the tables are kept as notes, and the record and distribution dates
are picked out of them. Below a header nothing with figures in it is passed over: it is a row, or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from attrs import define, field

from replay.filing.model import ClassRow, ClassTable, Gathered
from replay.filing.tables.class_columns import NAMES, TEXT_COLUMNS, known, plain_heading
from replay.filing.tables.stacked import StackedHeading, stacked_headings
from replay.filing.text.dates import SPELLINGS, dates_after
from replay.filing.text.numbers import parse_cell
from replay.filing.text.raw import physical_lines, split_csv_line

BLANKS = "  "
"""Stands for the delimiter of a table whose columns are set apart by two blanks or more."""

_HARD = ("|", "\t", ";")
_DELIMITERS = (*_HARD, ",", BLANKS)
_REMARK = re.compile(r"(?P<printed>[^\[\]]*?)\s*\[(?P<remark>[^\[\]]*)\]")
_TOTALS = re.compile(r"(?:grand |class )?totals?\s*:?", re.IGNORECASE)
_CLASS_PREFIX = re.compile(r"class(?:es)?\s+(?=\S)", re.IGNORECASE)
_RULE_SIGNS, _RULE = re.compile(r"[-=_+|:*\s]+"), re.compile(r"[-=_]{2}")
_MONEY = re.compile(r"(?<![\w.,/-])[$(]{0,4}-?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+)%?(?![\w/-])")
_LABELLED = re.compile(
    r"(?:record|distribution|payment|determination|closing|cut-?off|report) date|url:|also:|#", re.IGNORECASE
)
_DATE_LABELS = ("record date", "distribution date", "payment date")
_LONGEST_CLASS = 24
_SHOWN = 60
_LONGEST_LINE = 4_000
_MOST_CELLS = 256
"""Cells of a heading at most, as spreadsheets write them: the blank ones behind it count."""
_MAY_HEAD = re.compile(r"class|tranche", re.IGNORECASE)
"""What stands in each name of the column of classes: whatever lacks it is no heading, and is not taken apart."""


def header_columns(line: str, delimiters: Sequence[str] = _DELIMITERS) -> tuple[str, tuple[str, ...]] | None:
    """Return the delimiter and the column names of a class table's header row, or None when the line is none.

    Known columns get one name each (`Beginning Balance` is `beginning`, `Current Realized Loss` is `loss`); others
    keep their own, in small letters. A line of more than 256 cells is none.
    """
    if len(line) > _LONGEST_LINE or not _MAY_HEAD.search(line):
        return None
    for delimiter in delimiters:
        cells = _split(line, delimiter)
        if not 2 <= len(cells) <= _MOST_CELLS:
            continue
        columns = [known(cell) for cell in cells]
        if columns.count("class") == 1 and len({*columns} - {None}) >= 2:
            return delimiter, tuple(column or plain_heading(cell) for column, cell in zip(columns, cells, strict=True))
    return None


def read_class_table(text: str) -> ClassTable:
    """Return the classes of a statement given as a table, and every problem met while reading it."""
    reader = _Reader()
    lines = physical_lines(text)
    stacked = {
        number: heading for heading in stacked_headings(lines) for number in range(heading.first, heading.last + 1)
    }
    for number, line in enumerate(lines, start=1):
        heading = stacked.get(number)
        if heading is not None and number == heading.last:
            reader.take_stacked(heading)
        elif heading is None and line.strip():
            reader.take(number, line)
    return reader.finish()


@define(kw_only=True)
class _Row:
    class_id: str
    source_line: int
    cells: dict[str, str] = field(factory=dict)
    remarks: dict[str, str] = field(factory=dict)
    lines: dict[str, int] = field(factory=dict)


@define(kw_only=True)
class _Stranger:
    """A table without a class column that was met below one with: where it begins, and how many rows it has."""

    source_line: int
    heading: str
    rows: int = 0


@define(kw_only=True)
class _Reader:
    """Gathers rows under the header that was met last."""

    out: Gathered = field(factory=Gathered)
    delimiter: str = ""
    header: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    columns: dict[str, None] = field(factory=dict)
    rows: dict[str, _Row] = field(factory=dict)
    totals: _Row | None = None
    notes: list[tuple[int, str]] = field(factory=list)
    in_this_table: set[str] = field(factory=set)
    stranger: _Stranger | None = None

    def take(self, number: int, line: str) -> None:
        """Read one line: a header, the row of a class, a rule, or a note."""
        header = header_columns(line, (self.delimiter, *_DELIMITERS) if self.delimiter else _DELIMITERS)
        if header is not None:
            delimiter, names = header
            self._begin(number, delimiter, names, tuple(_spans(line)) if delimiter == BLANKS else ())
        elif not self.header:
            self._take_note_above(number, line)
        elif len(line) > _LONGEST_LINE or not (_RULE_SIGNS.fullmatch(line) and _RULE.search(line)):
            self._take_line(number, line)

    def take_stacked(self, heading: StackedHeading) -> None:
        """Begin the table that a heading of several lines heads."""
        self._begin(heading.first, BLANKS, heading.names, heading.spans)

    def _take_line(self, number: int, line: str) -> None:
        cells = _split(line, self.delimiter)
        filled = [cell for cell in cells if cell]
        if _LABELLED.match(line.strip(" |\t")):
            self.notes.append((number, line.strip()))
        elif len(filled) >= 2 and self._is_header_of_another(filled, len(cells)):
            self._close_stranger()
            self.stranger = _Stranger(source_line=number, heading=line.strip()[:_SHOWN])
        elif self.stranger is not None and len(filled) >= 2:
            self.stranger.rows += 1
        elif len(cells) >= 2 and self._may_be_row(cells, filled):
            self._take_row(number, self._aligned(number, line, cells))
        else:
            self._take_note(number, line)

    def _take_note_above(self, number: int, line: str) -> None:
        """Keep a line above the first header, and report a row of figures among them."""
        self.notes.append((number, line.strip()[:_LONGEST_LINE]))
        for delimiter in _HARD:
            figures = [cell for cell in _split(line[:_LONGEST_LINE], delimiter)[1:] if _MONEY.fullmatch(cell)]
            if len(figures) >= 2:
                message = f"{line.strip()[:_SHOWN]!r} has figures and stands above any header that can be read"
                self.out.problem(number, None, "row-unreadable", message)
                return

    def _take_note(self, number: int, line: str) -> None:
        self.notes.append((number, line.strip()[:_LONGEST_LINE]))
        if len(line) > _LONGEST_LINE:
            message = (
                f"line {number} has {len(line)} characters, more than any row; it begins {line[:_SHOWN].strip()!r}"
            )
            self.out.problem(number, None, "line-too-long", message)
            return
        if _is_prose(line):
            return
        others = [_split(line, delimiter) for delimiter in _DELIMITERS if delimiter != self.delimiter]
        divided = any(len(cells) >= 2 and any(_is_figure(cell) for cell in cells[1:]) for cells in others)
        hard = any(len([cell for cell in _split(line, d) if cell]) >= 2 for d in (*_HARD, self.delimiter))
        begins = re.match(r"\s*(?:(?:grand )?totals?\b|class )", line, re.IGNORECASE) is not None
        if divided or hard or begins or _MONEY.search(line) or _is_figure(line.strip()):
            shape = "two blanks" if self.delimiter == BLANKS else repr(self.delimiter)
            message = (
                f"{line.strip()[:_SHOWN]!r} looks like a row of the table but cannot be read as one: the table's "
                f"cells are divided by {shape}, one for each of {', '.join(self.header)[:200]}"
            )
            self.out.problem(number, None, "row-unreadable", message)

    def _is_header_of_another(self, filled: list[str], width: int) -> bool:
        if any(any(character.isdigit() for character in cell) or _is_figure(cell) for cell in filled):
            return False
        if self.delimiter in (",", BLANKS) and any(len(cell.split()) > 4 for cell in filled):
            return False
        if any(known(cell) for cell in filled):
            return True
        class_cell = filled[0] if width <= self._class_place else _split_at(filled, self._class_place)
        is_class = class_cell in self.rows or class_cell.isupper() or _TOTALS.fullmatch(class_cell) is not None
        return len(filled) == width >= 2 and not is_class

    @property
    def _class_place(self) -> int:
        return self.header.index("class")

    def _may_be_row(self, cells: list[str], filled: list[str]) -> bool:
        if self.delimiter in _HARD:
            return len(filled) >= 2 or len(cells) == len(self.header)
        figures = sum(_is_figure(cell) for cell in cells[1:])
        if len(cells) == len(self.header) and not (self.delimiter == "," and _is_prose(" ".join(cells))):
            return True
        return figures >= 2 or (figures == 1 and len(cells[0]) <= _LONGEST_CLASS)

    def _aligned(self, number: int, line: str, cells: list[str]) -> list[str]:
        """Put the cells of a row with fewer of them than columns under the headings that they stand below."""
        if self.delimiter != BLANKS or len(cells) >= len(self.header):
            return cells
        placed = [""] * len(self.header)
        for cell, (start, end) in zip(cells, _spans(line), strict=True):
            below = [index for index, (left, right) in enumerate(self.spans) if start < right and left < end]
            if len(below) != 1 or placed[below[0]]:
                message = f"{line.strip()[:_SHOWN]!r}: {cell[:20]!r} does not stand below one heading of the table"
                self.out.problem(number, None, "column-uncertain", message)
                return cells
            placed[below[0]] = cell
        return placed

    def _begin(self, number: int, delimiter: str, names: tuple[str, ...], spans: tuple[tuple[int, int], ...]) -> None:
        self._close_stranger()
        self.delimiter, self.header, self.in_this_table, self.spans = delimiter, names, set(), spans
        for name in names:
            if name not in NAMES:
                message = (
                    f"the column {name[:40]!r} is not a known one and was not compared; known are {', '.join(NAMES)}"
                )
                self.out.problem(number, None, "column-unknown", message)
            if name != "class":
                self.columns.setdefault(name)
        if len(set(names)) != len(names):
            self.out.problem(number, None, "column-repeated", "the header names a column twice")

    def _take_row(self, number: int, cells: list[str]) -> None:
        place = self._class_place
        first = next((cell for cell in cells if cell), "")
        class_id = cells[place] if place < len(cells) else ""
        is_totals = _TOTALS.fullmatch(class_id or first) is not None
        if is_totals:
            cells = ["" if _TOTALS.fullmatch(cell) else cell for cell in cells]
            class_id = "Total"
        elif not class_id:
            shown = ", ".join(cell for cell in cells if cell)[:_SHOWN]
            self.out.problem(number, None, "row-unreadable", f"the row on line {number} names no class: {shown}")
            return
        class_id = _CLASS_PREFIX.sub("", class_id)
        if class_id in self.in_this_table:
            self.out.problem(number, None, "row-repeated", f"class {class_id[:40]!r} is printed twice in one table")
        self.in_this_table.add(class_id)
        if is_totals:
            self.totals = self.totals or _Row(class_id=class_id, source_line=number)
            row = self.totals
        else:
            row = self.rows.setdefault(class_id, _Row(class_id=class_id, source_line=number))
        self._check_width(number, class_id, cells)
        for index, (name, cell) in enumerate(zip(self.header, cells, strict=False)):
            if cell and index != place:
                self._take_cell(number, row, name, cell)

    def _check_width(self, number: int, class_id: str, cells: list[str]) -> None:
        if len(cells) > len(self.header):
            extra = ", ".join(cells[len(self.header) :])
            message = f"{class_id[:40]}: {len(cells)} cells under {len(self.header)} columns; not read: {extra[:60]}"
            self.out.problem(number, None, "cells-left-over", message)
        elif len(cells) < len(self.header):
            message = f"{class_id[:40]}: no cell under {', '.join(self.header[len(cells) :])}"
            self.out.problem(number, None, "cell-missing", message)

    def _take_cell(self, number: int, row: _Row, name: str, cell: str) -> None:
        match = _REMARK.fullmatch(cell)
        printed = match["printed"] if match else cell
        where = row.class_id[:40]
        if name in row.cells and row.cells[name] != printed:
            message = f"{where}, {name}: {printed[:40]!r} here, {row.cells[name][:40]!r} before, which was kept"
            self.out.problem(number, None, "cell-repeated", message)
            return
        if name not in row.cells:
            row.cells[name], row.lines[name] = printed, number
        if match:
            row.remarks[name] = match["remark"].strip()
        if name not in TEXT_COLUMNS and name in NAMES and parse_cell(printed) is None:
            message = f"{where}, {name}: {printed[:40]!r} is not a number"
            self.out.problem(number, None, "not-a-number", message)

    def _close_stranger(self) -> None:
        if self.stranger is not None:
            rows = "its one row was" if self.stranger.rows == 1 else f"its {self.stranger.rows} rows were"
            message = (
                f"{self.stranger.heading!r} begins a table without a class column and a known one; {rows} not read"
            )
            self.out.problem(self.stranger.source_line, None, "table-not-read", message)
        self.stranger = None

    def _dates(self) -> tuple[tuple[str, int, date], ...]:
        found: list[tuple[str, int, date]] = []
        for number, note in self.notes:
            for label in _DATE_LABELS:
                for text, day in dates_after(label, note):
                    if day is not None:
                        found.append((label, number, day))
                        continue
                    message = f"the {label} {text[:40]!r} is not a date that can be read; write it as {SPELLINGS}"
                    self.out.problem(number, None, "date-unreadable", message)
        return tuple(found)

    def finish(self) -> ClassTable:
        """Return what was gathered."""
        self._close_stranger()
        if not self.header:
            self.out.problem(0, None, "header-missing", "no header row of a class table was found")
        elif not self.rows:
            self.out.problem(0, None, "rows-missing", "the table has a header and no classes")
        dates = self._dates()
        return ClassTable(
            record_date=_first(dates, "record date"),
            distribution_date=_first(dates, "distribution date") or _first(dates, "payment date"),
            columns=tuple(self.columns),
            rows=tuple(_freeze(row) for row in self.rows.values()),
            totals=_freeze(self.totals) if self.totals is not None else None,
            notes=tuple(note for _, note in self.notes),
            problems=self.out.sorted_problems(),
            note_lines=tuple(self.notes),
            printed_dates=dates,
        )


def _first(dates: Sequence[tuple[str, int, date]], label: str) -> date | None:
    return next((day for name, _, day in dates if name == label), None)


def _split_at(cells: list[str], place: int) -> str:
    return cells[min(place, len(cells) - 1)]


def _is_figure(cell: str) -> bool:
    """Say whether a cell is meant as a number: one that can be read, or digits and signs without a letter."""
    return parse_cell(cell) is not None or (any(c.isdigit() for c in cell) and not any(c.isalpha() for c in cell))


def _is_prose(line: str) -> bool:
    """Say whether a line reads as a sentence: words in small letters, more of them than figures."""
    words = re.findall(r"(?<![\w.-])[a-z]{2,}\b", line)
    return len(words) >= 3 and len(words) > 2 * len(_MONEY.findall(line))


def _split(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, single-spaced; the bars around a Markdown row divide nothing."""
    if delimiter == BLANKS:
        line = line.expandtabs(8)
        cells = [line[start:end] for start, end in _spans(line)]
    elif delimiter == ",":
        cells = split_csv_line(line) or []
    elif delimiter == "|":
        bare = line.strip()
        framed = len(bare) > 1 and bare.startswith("|") and bare.endswith("|")
        cells = (bare[1:-1] if framed else line).split("|")
    else:
        cells = split_csv_line(line, delimiter) or []
    return [" ".join(cell.split()) for cell in cells]


def _spans(line: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+(?: \S+)*", line.expandtabs(8))]


def _freeze(row: _Row) -> ClassRow:
    return ClassRow(
        class_id=row.class_id,
        cells=row.cells,
        remarks=row.remarks,
        source_line=row.source_line,
        cell_lines=row.lines,
    )
