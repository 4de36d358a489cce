"""Rows that were set aside, as a file that can be mended and read alone by the same map, and why each was."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import accumulate

from ledger.reports.report import Column, ColumnKind, Report, Table
from ledger.tapes.loans import RejectedRow
from ledger.tapes.tape_map import TapeMap

_REASONS = (
    Column("file"),
    Column("line", kind=ColumnKind.COUNT),
    Column("reject", kind=ColumnKind.COUNT),
    Column("column"),
    Column("rule"),
    Column("message"),
)


def rejects_text(rejected: Sequence[RejectedRow], tape: TapeMap) -> str:
    """Return the rows that were rejected as they stood, in the layout of the map, below one header where it has one.

    Rows of a workbook, of Parquet or of XML are written as text between delimiters, which the same map reads.
    """
    if tape.layout:
        head = [" ".join(tape.layout)] if tape.header else []
        return "".join(f"{line}\n" for line in [*head, *(row.cells[0] for row in rejected)])
    out = io.StringIO()
    names = rejected[0].names
    for cells in ([names] if tape.header else []) + [_in_order(row, names) for row in rejected]:
        if tape.quoted_with:
            csv.writer(out, delimiter=tape.delimiter, quotechar=tape.quoted_with, lineterminator="\n").writerow(cells)
        else:
            out.write(tape.delimiter.join(cells) + "\n")
    return out.getvalue()


def rejects_bytes(rejected: Sequence[RejectedRow], tape: TapeMap) -> bytes:
    """Return the rejected rows in the encoding of the map, or marked as UTF-8 where that lacks a character."""
    text = rejects_text(rejected, tape)
    try:
        return text.encode(tape.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _in_order(row: RejectedRow, names: Sequence[str]) -> Sequence[str]:
    """Return the cells of a row of another file in the order of the first file's columns."""
    if list(row.names) == list(names) or len(row.cells) != len(row.names):
        return row.cells
    held = dict(zip(row.names, row.cells, strict=True))
    return [held.get(name, "") for name in names]


def reasons_report(rejected: Sequence[RejectedRow]) -> Report:
    """Return why rows were rejected: file, line, the row of the file of rejects, column, rule, and a sentence."""
    # Rows of the second file are not among those that are written.
    written = accumulate(int(not row.second) for row in rejected)
    rows = [
        (row.file, row.line, None if row.second else number, item.field, item.code, item.message)
        for number, row in zip(written, rejected, strict=True)
        for item in row.violations
    ]
    title = f"{len(rejected)} rows were set aside"
    return Report(title=title, parts=(Table(name="reasons", columns=_REASONS, rows=tuple(rows)),))
