"""The text and the rows of a tape: bytes become lines, lines become rows as wide as the header, or are refused."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ledger.errors import InvalidEvent, Violation
from ledger.tapes.map_checks import heading
from ledger.tapes.tape_map import Column, TapeMap, column_text
from ledger.values.limits import TAPE_COLUMNS, TAPE_LOANS
from ledger.visible import quoted

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_TITLES = 30
"""Rows among which the header is looked for."""

Row = tuple[int, list[str]]
"""The line that a row begins on, and its cells."""


def refusal(where: str, column: str, code: str, message: str) -> InvalidEvent:
    """Return the refusal of one thing."""
    return InvalidEvent([Violation(where, column, code, message)])


def encoding_of(data: bytes, encoding: str) -> str:
    """Return the encoding that a byte order mark says, and else the one given."""
    return next((found for mark, found in _MARKS if data.startswith(mark)), encoding)


class Lines:
    """The lines of a tape, counted as they are taken, one by one or many at once; some may be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.number += 1
        return line.removeprefix("\ufeff") if self.number == 1 else line

    def some(self, most: int, characters: int) -> list[str]:
        """Take lines on, at most so many, and no more than reach so many characters together."""
        found: list[str] = []
        held = 0
        for line in self._source:
            found.append(line)
            held += len(line)
            if len(found) >= most or held > characters:
                break
        self.number += len(found)
        return found

    def put_back(self, lines: list[str]) -> None:
        """Put lines back that were taken last."""
        self._source = chain(lines, self._source)
        self.number -= len(lines)


def rows(lines: Lines, tape: TapeMap, name: str) -> Iterator[Row]:
    """Yield the rows of a tape, the header first, blank ones as well.

    Raises :class:`~ledger.errors.InvalidEvent` for a quote that is not closed, naming the line that it opened on. A
    quoted cell may run over lines, but not so far that it swallows a row.
    """
    quote = tape.quoted_with
    reader = csv.reader(
        lines,
        delimiter=tape.delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=True,
    )
    most = 1
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            where = f"{name}:{start}"
            if not quote:
                raise refusal(where, "", "malformed", f"the row cannot be read: {fault}") from None
            raise refusal(where, "", "open_quote", _open(quote, f"{fault}, on line {lines.number}")) from None
        if lines.number > start and any(cell.count(tape.delimiter) >= most for cell in cells):
            told = f"it runs on to line {lines.number}, over other rows"
            raise refusal(f"{name}:{start}", "", "open_quote", _open(quote, told))
        if most == 1 and len(cells) > 1:
            most = len(cells) - 1
        yield start, cells


def _open(quote: str, told: str) -> str:
    return (
        f"a {quote} that opens a cell here is not closed as it should be ({told}); double it or take it out, or set "
        f'quote to "" in the map if cells are not quoted'
    )


def is_blank(cells: list[str]) -> bool:
    """Say whether a row says nothing."""
    return not any(cell.strip() for cell in cells)


def not_blank(found: Iterator[Row], name: str) -> Iterator[Row]:
    """Yield the rows that say something; raises where as many say nothing as a tape may have loans."""
    blank = 0
    for row in found:
        if not is_blank(row[1]):
            yield row
            continue
        blank += 1
        if blank > TAPE_LOANS.value:
            raise refusal(f"{name}:{row[0]}", "", "too_large", TAPE_LOANS.exceeded(f"{blank:,} blank rows"))


def refuse_wider(cells: Sequence[str], where: str) -> None:
    """Refuse a row with more cells than any tape has columns, before anything is asked of them."""
    if len(cells) > TAPE_COLUMNS.value:
        raise refusal(where, "", "too_large", TAPE_COLUMNS.exceeded(f"a row of {len(cells):,} cells"))


def header_of(found: Iterator[Row], tape: TapeMap, name: str) -> tuple[Row, int] | None:
    """Return the header of a tape, and how many rows stand above it; None where there is no row at all.

    It is the first row with every column that the map needs, of the first ones that are not blank: reports have titles
    above. Where none has them, the first row is what the tape has for a header.
    """
    first: Row | None = None
    above = 0
    for row in not_blank(found, name):
        refuse_wider(row[1], f"{name}:{row[0]}")
        names = [heading(cell) for cell in row[1]]
        needed = (column for name, column in tape.columns.items() if name not in tape.optional)
        if all(column_at(names, column, named=True) for column in needed):
            return row, above
        first, above = first or row, above + 1
        if above == _TITLES:
            break
    return None if first is None else (first, 0)


def positions(names: Sequence[str], line: int, tape: TapeMap, name: str) -> dict[str, int]:
    """Return where each field of the map stands, by the names of the columns; those that may be left out need not.

    Raises :class:`~ledger.errors.InvalidEvent` for every mapped column that the header lacks or has twice.
    """
    where = f"{name}:{line}"
    found = [heading(cell) for cell in names]
    held: dict[str, int] = {}
    violations: dict[str, Violation] = {}
    for wanted, column in tape.columns.items():
        at = column_at(found, column, tape.header or bool(tape.layout))
        told = column_text(column)
        if len(at) == 1:
            held[wanted] = at[0]
        elif len(at) > 1:
            cells = ", ".join(str(k + 1) for k in at)
            message = (
                f"the header has the column {told!r} {len(at)} times (cells {cells}); rename all but the one meant"
            )
            violations.setdefault(told, Violation(where, told, "duplicate", message))
        elif wanted not in tape.optional:
            message = f"the tape has no column {told!r}; {_has(found, tape)}"
            violations.setdefault(told, Violation(where, told, "missing", message))
            if len(found) == 1:
                break
    if violations:
        raise InvalidEvent(violations.values())
    return held


def column_at(found: Sequence[str], column: Column, named: bool) -> list[int]:
    """Return where a column stands among the names of a tape, counted from nought; a number stands where it says."""
    if isinstance(column, int):
        return [column - 1] if not named and column <= len(found) else []
    for item in (column,) if isinstance(column, str) else column:
        at = [k for k, cell in enumerate(found) if cell == heading(item)]
        if at:
            return at
    return []


def _has(found: list[str], tape: TapeMap) -> str:
    if len(found) == 1:
        told = f"its header is one cell, so see whether delimiter {tape.delimiter!r} is right"
        return f"{told}; that cell is {quoted(found[0])}"
    if not tape.header and not tape.layout:
        return f"its rows have {len(found)} cells"
    shown = [f"{cell:.40}" for cell in found if cell]
    if not tape.quoted_with and any(cell.startswith('"') for cell in found):
        return f'its header has {shown[0]}, so set quote to "\\"" in the map if cells are quoted'
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return f"its header has {', '.join(shown[:8])}{more}"
