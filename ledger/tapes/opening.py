"""Opening a tape: what the file is, what it is packed in, and the reader that turns it into columns."""

from __future__ import annotations

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
    with unpacked(file, name, member) as (kind, inside, stream):
        if kind != TEXT:
            yield table_of(kind, inside, stream, tape, sheet, _wanted(tape))
            return
        if sheet is not None:
            raise refusal(inside, "", "no_sheet", "this is text and no workbook, so it has no sheet; drop --sheet")
        notes: list[str] = []
        lines = text_lines(stream, tape.encoding, inside, notes.append)
        table = fixed_width(lines, tape, inside) if tape.layout else delimited(lines, tape, inside)
        table.notes = notes
        yield table


def table_of(
    kind: str, name: str, stream: BinaryIO, tape: TapeMap, sheet: str | None, wanted: Sequence[Sequence[str]]
) -> TapeTable:
    """Open what is no text as a table; ``wanted`` are elements that XML is asked for."""
    if kind == PARQUET:
        return parquet_table(stream, name)
    if kind == WORKBOOK:
        return workbook_table(stream, name, tape, sheet)
    return asset_table(stream, name, wanted)


def _wanted(tape: TapeMap) -> list[tuple[str, ...]]:
    columns = [*tape.columns.values(), *(filter_parts(item)[0] for item in tape.filters)]
    return [
        (item,) if isinstance(item, str) else tuple(map(str, item)) for item in columns if not isinstance(item, int)
    ]
