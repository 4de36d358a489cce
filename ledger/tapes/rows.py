"""The text and the rows of a tape: bytes become lines, lines become rows as wide as the header, or are refused."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator

from ledger.errors import InvalidEvent, Violation
from ledger.tapes.tape_map import TapeMap, heading

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Row = tuple[int, list[str]]
"""The line that a row begins on, and its cells."""


def refusal(where: str, column: str, code: str, message: str) -> InvalidEvent:
    """Return the refusal of one thing."""
    return InvalidEvent([Violation(where, column, code, message)])


def tape_lines(data: bytes, encoding: str, name: str = "tape") -> list[str]:
    """Return the lines of a tape. A byte order mark says UTF-8 or UTF-16 whatever ``encoding`` is.

    Raises :class:`~ledger.errors.InvalidEvent` naming the line and the byte that the encoding does not have.
    """
    encoding = next((found for mark, found in _MARKS if data.startswith(mark)), encoding)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as fault:
        at = fault.start + len(data) - len(fault.object)
        line = data[:at].decode(encoding, "replace").count("\n") + 1
        told = f"byte {at + 1} of the file (0x{data[at]:02X}) is not {encoding} text"
        message = f"{told}; name the encoding (--encoding cp1252, or encoding in the map)"
        raise refusal(f"{name}:{line}", "", "not_unicode", message) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        message = "the file holds NUL characters: it is no text, or UTF-16 without a mark (--encoding utf-16-le)"
        raise refusal(f"{name}:{line}", "", "not_text", message)
    return list(io.StringIO(text, newline=""))


def _unmarked(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix("\ufeff")


def rows(lines: Iterable[str], tape: TapeMap, name: str) -> Iterator[Row]:
    """Yield the rows of a tape, the header first, blank ones as well.

    Raises :class:`~ledger.errors.InvalidEvent` for a quote that is not closed, naming the line that it opened on. A
    quoted cell may run over lines, but not so far that it swallows a row.
    """
    quote = tape.quoted_with
    reader = csv.reader(
        _unmarked(lines),
        delimiter=tape.delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=True,
    )
    most = 1
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            where = f"{name}:{start}"
            if not quote:
                raise refusal(where, "", "malformed", f"the row cannot be read: {fault}") from None
            raise refusal(where, "", "open_quote", _open(quote, f"{fault}, on line {reader.line_num}")) from None
        if reader.line_num > start and any(cell.count(tape.delimiter) >= most for cell in cells):
            told = f"it runs on to line {reader.line_num}, over other rows"
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


def positions(row: Row, tape: TapeMap, name: str) -> dict[str, int]:
    """Return where each field of the map stands, by the header.

    Raises :class:`~ledger.errors.InvalidEvent` for every mapped column that the header lacks or has twice.
    """
    line, cells = row
    where = f"{name}:{line}"
    found = [heading(cell) for cell in cells]
    violations = []
    for column in dict.fromkeys(tape.columns.values()):
        times = found.count(heading(column))
        if times > 1:
            at = ", ".join(str(k) for k, cell in enumerate(found, 1) if cell == heading(column))
            message = f"the header has the column {column!r} {times} times (cells {at}); rename all but the one meant"
            violations.append(Violation(where, column, "duplicate", message))
        elif not times:
            message = f"the tape has no column {column!r}; {_has(found, tape)}"
            violations.append(Violation(where, column, "missing", message))
            if len(found) == 1:
                break
    if violations:
        raise InvalidEvent(violations)
    return {name: found.index(heading(column)) for name, column in tape.columns.items()}


def _has(found: list[str], tape: TapeMap) -> str:
    if len(found) == 1:
        return f"its header is one cell, so see whether delimiter {tape.delimiter!r} is right"
    shown = [f"{cell:.40}" for cell in found if cell]
    if not tape.quoted_with and any(cell.startswith('"') for cell in found):
        return f'its header has {shown[0]}, so set quote to "\\"" in the map if cells are quoted'
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return f"its header has {', '.join(shown[:8])}{more}"
