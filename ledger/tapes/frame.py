"""A tape as columns of text, in parts: what every reader of a file makes, and all that the rest knows of one.

A reader opens a :class:`TapeTable` and yields its rows a part at a time, so that a tape is never held whole. What could
not be put into columns is in the part too, refused row by row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

import attrs
from attrs import field

from ledger.errors import InvalidEvent, Violation
from ledger.tapes.fields import DATES, NUMBERS
from ledger.tapes.rows import Lines, Row, header_of, is_blank, not_blank, refusal, refuse_wider, rows
from ledger.tapes.tape_map import TapeMap
from ledger.tapes.texts import parted

PART_ROWS = 16_384
"""Rows of a part at most."""

_PARTED_FROM = 1_024
"""From this many lines on a library of columns is worth asking."""

_PART_CHARACTERS = 8 << 20
"""Characters of a part, from which on it is handed over however few its rows are."""


@attrs.frozen(kw_only=True)
class Rejected:
    """A row that gives no loan: its line, its cells as they stood, and the rules that it breaks."""

    line: int
    cells: Sequence[str]
    violations: tuple[Violation, ...]


@attrs.frozen(kw_only=True)
class Frame:
    """A part of a tape: columns of text of one length each, the line of every row, and what was no row.

    ``blank`` counts the rows that say nothing. ``raw`` has the lines as they stood where cells do not give them back.
    """

    columns: tuple[Sequence[str], ...]
    lines: Sequence[int]
    blank: int = 0
    rejected: tuple[Rejected, ...] = ()
    raw: Sequence[str] = ()

    def cells(self, row: int) -> list[str]:
        """Return the cells of a row, or its line as it stood."""
        return [self.raw[row]] if self.raw else [column[row] for column in self.columns]


@attrs.define(kw_only=True)
class TapeTable:
    """A tape that is open: what its columns are called, on which line, and its rows in parts, to be gone through once.

    ``notes`` is what is to be said of the file, complete when its rows were gone through. ``names`` are numbers, from
    one on, where the file has no header.
    """

    name: str
    names: tuple[str, ...]
    line: int
    frames: Iterator[Frame]
    kind: str = "text"
    notes: list[str] = field(factory=list)


def as_frames(found: Iterable[Row], width: int, name: str, wrong_width: str) -> Iterator[Frame]:
    """Yield rows as columns, in parts; a row of another width is rejected in it.

    A fault of the file is raised behind the part that stands before it.
    """
    kept: list[list[str]] = []
    lines: list[int] = []
    rejected: list[Rejected] = []
    blank = held = 0
    source = iter(found)
    while True:
        fault: InvalidEvent | None = None
        try:
            row = next(source, None)
        except InvalidEvent as caught:
            row, fault = None, caught
        if row is None or len(lines) + len(rejected) >= PART_ROWS or held > _PART_CHARACTERS:
            yield Frame(columns=_turned(kept, width), lines=lines, blank=blank, rejected=tuple(rejected))
            kept, lines, rejected, blank, held = [], [], [], 0, 0
        if fault is not None:
            raise fault
        if row is None:
            return
        line, cells = row
        if is_blank(cells):
            blank += 1
        elif len(cells) == width:
            kept.append(cells)
            lines.append(line)
            held += sum(map(len, cells))
        else:
            refuse_wider(cells, f"{name}:{line}")
            told = f"the row has {len(cells)} cells and {wrong_width.format(width)}: {_why(len(cells) > width)}"
            violation = Violation(f"{name}:{line}", "", "wrong_width", told)
            rejected.append(Rejected(line=line, cells=cells, violations=(violation,)))


def _turned(kept: list[list[str]], width: int) -> tuple[Sequence[str], ...]:
    return tuple(zip(*kept, strict=True)) if kept else ((),) * width


def _why(wider: bool) -> str:
    if wider:
        return "a cell may hold the delimiter; correct the row"
    return "the row may be cut off; get the tape again or correct the row"


def delimited(given: Iterable[str], tape: TapeMap, name: str, *, titled: bool = True) -> TapeTable:
    """Open text whose cells stand between delimiters; ``titled`` says that rows may stand above the header.

    Raises :class:`~ledger.errors.InvalidEvent` where there is neither a header nor a row.
    """
    lines = Lines(given)
    found = rows(lines, tape, name)
    seeking = tape.header and titled
    header = header_of(found, tape, name) if seeking else next(((row, 0) for row in not_blank(found, name)), None)
    if header is None:
        raise refusal(f"{name}:1", "", "empty", "the tape is empty: it has no header and no rows")
    (line, cells), above = header
    refuse_wider(cells, f"{name}:{line}")
    if tape.header:
        parts = _text_frames(lines, found, tape, name, (len(cells), "the header {}"))
        return TapeTable(name=name, names=tuple(cells), line=line, frames=parts, notes=titles_note(line, above))
    check_width(len(cells), tape, f"{name}:{line}")
    names = tuple(str(k) for k in range(1, len(cells) + 1))
    wrong = "the first row {}"
    parts = chain(as_frames([header[0]], len(cells), name, wrong),
                  _text_frames(lines, found, tape, name, (len(cells), wrong)))  # fmt: skip
    return TapeTable(name=name, names=names, line=line, frames=parts)


def titles_note(line: int, above: int) -> list[str]:
    """Say that rows above the header are passed over, where there are any."""
    return [f"the header is on line {line}; what stands above it is passed over"] if above else []


def _text_frames(
    lines: Lines, found: Iterator[Row], tape: TapeMap, name: str, expected: tuple[int, str]
) -> Iterator[Frame]:
    """Yield the rows of text in parts: many lines at once where no quote stands in them, else row by row."""
    width, wrong_width = expected
    quote = tape.quoted_with
    while some := lines.some(PART_ROWS, _PART_CHARACTERS):
        first, cells = lines.number - len(some) + 1, None
        text = "".join(some)
        if not quote or quote not in text:
            columns = parted(text, len(some), tape.delimiter, width) if len(some) >= _PARTED_FROM else None
            if columns is not None:
                yield Frame(columns=columns, lines=range(first, first + len(some)))
                continue
            with suppress(csv.Error):
                cells = list(csv.reader(some, delimiter=tape.delimiter, quoting=csv.QUOTE_NONE, strict=True))
        if cells is None:
            end = lines.number
            lines.put_back(some)
            yield from as_frames(_through(found, lines, end), width, name, wrong_width)
        elif set(map(len, cells)) == {width} and all(row[0].strip() or not is_blank(row) for row in cells):
            yield Frame(columns=tuple(zip(*cells, strict=True)), lines=range(first, first + len(cells)))
        else:
            yield from as_frames(enumerate(cells, first), width, name, wrong_width)


def _through(found: Iterator[Row], lines: Lines, end: int) -> Iterator[Row]:
    """Yield rows up to the one that ends on a line, or behind it."""
    while lines.number < end and (row := next(found, None)) is not None:
        yield row


def check_width(width: int, tape: TapeMap, where: str) -> None:
    """Refuse a file without a header that is not as wide as the map says: its columns would be taken for others."""
    if tape.cells and width not in tape.cells:
        told = f"the row has {width} cells, and the map is of files that have {' or '.join(map(str, tape.cells))}"
        raise refusal(where, "", "wrong_width", f"{told}; see whether it is of this file, and its delimiter")


def fixed_width(lines: Iterable[str], tape: TapeMap, name: str) -> TapeTable:
    """Open text whose columns stand at the places that the map's layout says; a header line, if any, is passed over."""
    return TapeTable(
        name=name, names=tuple(tape.layout), line=1, frames=_cut(lines, tape, name), kind="text of fixed width"
    )


def _cut(lines: Iterable[str], tape: TapeMap, name: str) -> Iterator[Frame]:
    places = [(first - 1, last) for first, last in tape.layout.values()]
    least = max(first for first, _ in places) + 1
    inside = _numbers(tape)
    raw: list[str] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    blank = 0
    for number, ended in enumerate(lines, 1):
        line = ended.rstrip("\r\n")
        if len(raw) >= PART_ROWS:
            yield _placed(raw, numbers, places, blank, rejected)
            raw, numbers, rejected, blank = [], [], [], 0
        if not line.strip():
            blank += 1
        elif number == 1 and tape.header:
            continue
        elif len(line) < least:
            told = f"the line has {len(line)} characters, and the last column of the layout begins at {least}"
            message = f"{told}: it may be cut off; get the tape again or correct the line"
            found = (Violation(f"{name}:{number}", "", "wrong_width", message),)
            rejected.append(Rejected(line=number, cells=[line], violations=found))
        elif any(first <= len(line) < last for first, last in inside):
            told = f"the line ends at character {len(line)}, inside a number or a date of the layout"
            message = f"{told}: it may be cut off; get the tape again, or fill the line up with blanks"
            found = (Violation(f"{name}:{number}", "", "wrong_width", message),)
            rejected.append(Rejected(line=number, cells=[line], violations=found))
        else:
            raw.append(line)
            numbers.append(number)
    yield _placed(raw, numbers, places, blank, rejected)


def _numbers(tape: TapeMap) -> list[tuple[int, int]]:
    """Return the places of the layout that hold numbers and dates: what is cut off there reads as another value."""
    held = {column for name, column in tape.columns.items() if name in NUMBERS or name in DATES}
    return [place for column, place in tape.layout.items() if column in held]


def _placed(
    raw: list[str], numbers: list[int], places: list[tuple[int, int]], blank: int, rejected: list[Rejected]
) -> Frame:
    columns = tuple([line[first:last] for line in raw] for first, last in places)
    return Frame(columns=columns, lines=numbers, blank=blank, rejected=tuple(rejected), raw=raw)
