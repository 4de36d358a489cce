"""Opening a tape: what the file is, what it is packed in, and the reader that turns it into columns."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from ledger.tapes.assets import asset_table
from ledger.tapes.frame import TapeTable, delimited, fixed_width
from ledger.tapes.kinds import PARQUET, TEXT, WORKBOOK
from ledger.tapes.lines import text_lines
from ledger.tapes.parquet import parquet_table
from ledger.tapes.rows import refusal
from ledger.tapes.tape_map import TapeMap, filter_parts
from ledger.tapes.unpacking import unpacked
from ledger.tapes.workbook import workbook_table


@contextmanager
def opened_tape(
    file: BinaryIO, tape: TapeMap, name: str, *, sheet: str | None = None, member: str | None = None
) -> Iterator[TapeTable]:
    """Open a file as a table, whatever it is: text, a workbook, Parquet, XML, each also in gzip or zip.

    Raises :class:`~ledger.errors.InvalidEvent` where it is none of these, saying what it is.
    """
    with _unchanged(file, name), unpacked(file, name, member) as (kind, inside, stream):
        if kind != TEXT:
            yield table_of(kind, inside, stream, tape, sheet, _wanted(tape))
            return
        if sheet is not None:
            raise refusal(inside, "", "no_sheet", "this is text and no workbook, so it has no sheet; drop --sheet")
        notes: list[str] = []
        lines = text_lines(stream, tape.encoding, inside, notes.append)
        table = fixed_width(lines, tape, inside) if tape.layout else delimited(lines, tape, inside)
        notes += table.notes
        table.notes = notes
        yield table


@contextmanager
def _unchanged(file: BinaryIO, name: str) -> Iterator[None]:
    """Refuse a file that somebody wrote to while it was read: half of it may be of before, and half of behind."""
    before = _state_of(file)
    yield
    if _state_of(file) != before:
        told = "the file was written to while it was read; read it again when it is finished"
        raise refusal(name, "", "changed", told)


def _state_of(file: BinaryIO) -> tuple[int, int] | None:
    """Return the size of a file and when it was written last; None of what is no file, as standard input."""
    try:
        found = os.fstat(file.fileno())
    except (OSError, ValueError, AttributeError):
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def table_of(
    kind: str,
    name: str,
    stream: BinaryIO,
    tape: TapeMap,
    sheet: str | None,
    wanted: Sequence[Sequence[str]],
    *,
    titled: bool = True,
) -> TapeTable:
    """Open what is no text as a table; ``wanted`` are elements that XML is asked for.

    ``titled`` says that rows may stand above the header of a workbook.
    """
    if kind == WORKBOOK:
        return workbook_table(stream, name, tape, sheet, titled=titled)
    if sheet is not None:
        raise refusal(name, "", "no_sheet", f"this is {kind} and no workbook, so it has no sheet; drop --sheet")
    if kind == PARQUET:
        return parquet_table(stream, name)
    return asset_table(stream, name, wanted)


def _wanted(tape: TapeMap) -> list[tuple[str, ...]]:
    columns = [*tape.columns.values(), *(filter_parts(item)[0] for item in tape.filters)]
    return [
        (item,) if isinstance(item, str) else tuple(map(str, item)) for item in columns if not isinstance(item, int)
    ]
