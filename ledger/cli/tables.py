"""``ledger post --table``: events of one type from a CSV or Parquet file, a row an event."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.errors import InvalidArgument, InvalidEvent, Violation
from ledger.visible import quoted

if TYPE_CHECKING:
    import polars as pl

    from ledger.writing.tables import EventTable


def tables_from(given: Sequence[str], deal: str | None) -> tuple[str, list[EventTable]]:
    """Return the deal and the tables that ``TYPE=FILE`` name.

    Raises :class:`~ledger.errors.InvalidEvent` for what cannot be read, and for a deal that is not said or said
    twice.
    """
    from ledger.writing.tables import EventTable

    found: list[EventTable] = []
    deals = {} if deal is None else {deal: "--deal"}
    for text in given:
        name, sign, file = text.partition("=")
        if not sign or not name or not file:
            raise click.BadParameter(f"write TYPE=FILE, such as loan_boarded=loans.csv, not {text!r}")
        frame = _frame(name, Path(file))
        if "deal" in frame.columns:
            deals.update((str(said), file) for said in frame["deal"].unique().to_list())
        found.append(EventTable(name, frame))
    _check_any(given, found)
    if len(deals) != 1:
        told = "no table has a column deal: give --deal" if not deals else "they are of more than one deal"
        named = f" ({', '.join(f'{said} in {where}' for said, where in list(deals.items())[:4])})" if deals else ""
        raise InvalidEvent([Violation("--table", "deal", "mixed_deals" if deals else "missing", told + named)])
    return next(iter(deals)), found


def _check_any(given: Sequence[str], found: Sequence[EventTable]) -> None:
    """Refuse tables of which none has a row, each by its file; one among others may have none."""
    if any(table.frame.height for table in found):
        return
    faults = []
    for text, table in zip(given, found, strict=True):
        told = f"the table has a header and no rows: there is no {table.type} in it to post; see that the file is whole"
        faults.append(Violation(text.partition("=")[2], "", "empty_batch", told))
    raise InvalidEvent(faults)


def _frame(name: str, file: Path) -> pl.DataFrame:
    from ledger.tapes.kinds import GZIP, HEAD, PARQUET, ZIP, kind_of, what_else
    from ledger.tapes.parquet import checked_size
    from ledger.tapes.parquet_size import check_parquet_size
    from ledger.values.limits import POSTING_CHARACTERS, TAPE_LOANS
    from ledger.writing.tables import frames

    polars = frames()
    if file.exists() and not (file.is_file() or file.is_dir()):
        piped = "this is a pipe or a device, and a table is read more than once; write it to a file first"
        raise InvalidEvent([Violation(str(file), "", "not_a_table", piped)])
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    told = what_else(head)
    if told is None and kind_of(head) == ZIP:
        told = "a workbook or a zip archive; save the sheet as CSV, or unpack it"
    if told is not None:
        raise InvalidEvent([Violation(str(file), "", "not_a_table", f"this is {told}")])
    try:
        if kind_of(head) == PARQUET:
            with file.open("rb") as opened:
                check_parquet_size(opened, str(file))
            rows = polars.scan_parquet(file).select(polars.len()).collect().item()
            if rows > TAPE_LOANS.value:
                raise InvalidArgument("--table", "too_large", TAPE_LOANS.exceeded(f"{file}, of {rows:,} rows,"))
            whole: pl.DataFrame = polars.read_parquet(file)
            if checked_size(whole, 1, str(file)) > POSTING_CHARACTERS.value:
                raise InvalidArgument("--table", "too_large", POSTING_CHARACTERS.exceeded(str(file)))
            return _known(name, whole, file)
        content = _content(file, packed=kind_of(head) == GZIP)
        if len(content) > POSTING_CHARACTERS.value:
            raise InvalidArgument("--table", "too_large", POSTING_CHARACTERS.exceeded(str(file)))
        _check_rows(content, file)
        read = polars.read_csv(content, infer_schema=False)
    except polars.exceptions.PolarsError as fault:
        told = f"this is no CSV with a header, and no Parquet: {str(fault).partition(chr(10))[0]}"
        raise InvalidEvent([Violation(str(file), "", "not_a_table", told)]) from None
    return _typed(name, _known(name, read, file), file)


def _known(name: str, frame: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Refuse a blank where its field has a default that says something: what is not known is none of it.

    Raises :class:`~ledger.errors.InvalidEvent` naming the first blank of every such column.
    """
    import attrs

    from ledger.events.registry import REGISTRY

    known, faults = REGISTRY.get(name), []
    for item in attrs.fields(known.kind) if known is not None else ():
        if item.name not in frame.columns or item.default in (None, "", attrs.NOTHING):
            continue
        blank = frame[item.name].is_null()
        if blank.any():
            told = f"the cell of {item.name} is blank, and what is not known is not {_spelt(item.default)}"
            message = f"{told}; fill it, or leave the column out where all rows mean that"
            faults.append(Violation(f"{file}:row {int(blank.arg_max() or 0) + 1}", item.name, "missing", message))
    if faults:
        raise InvalidEvent(faults)
    return frame


def _spelt(value: object) -> str:
    """Return a default as a file would say it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(file: Path, *, packed: bool) -> bytes:
    """Return a file as far as one may be posted, and one byte more of a longer one; gzip is undone as it is read."""
    from ledger.values.limits import POSTING_CHARACTERS

    try:
        with gzip.open(file) if packed else file.open("rb") as opened:
            return opened.read(POSTING_CHARACTERS.value + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        told = f"it cannot be unpacked: {fault}; it is damaged or cut off, so get it again"
        raise InvalidEvent([Violation(str(file), "", "damaged", told)]) from None


def _not_utf_8(content: bytes) -> str:
    """Say what text that is not UTF-8 is, where it says so, or on which line it is not."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "this is UTF-16, by the mark it begins with; save it as CSV in UTF-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        return f"the text of line {line} is not UTF-8 (0x{content[fault.start]:02X}); save it as CSV in UTF-8"
    return "the text is not UTF-8; save it as CSV in UTF-8"


def _check_rows(content: bytes, file: Path) -> None:
    """Refuse a header that names a field twice, and the first row of another width: what is cut off reads as unknown.

    Raises :class:`~ledger.errors.InvalidEvent`.
    """
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        header = next(rows, [])
        counts = Counter(header)
        twice = next((name for name in header if counts[name] > 1), None)
        wrong = next(((k, width) for k, width in enumerate(map(len, rows), 1) if width not in (0, len(header))), None)
    except (csv.Error, UnicodeDecodeError) as fault:
        unread = "this is no CSV with a header, and no Parquet"
        if isinstance(fault, UnicodeDecodeError):
            told = _not_utf_8(content)
        elif "unexpected end of data" in str(fault):
            told = f"{unread}: a quote that is not closed by line {rows.line_num}, the last; close it or take it out"
        else:
            told = f"{unread}: {fault}, on line {rows.line_num}"
        raise InvalidEvent([Violation(str(file), "", "not_a_table", told)]) from None
    if twice is not None:
        told = f"the header has the column {quoted(twice)} {counts[twice]} times; keep one"
        raise InvalidEvent([Violation(f"{file}:header", twice, "duplicate", told)])
    if wrong is not None:
        told = f"the row has {wrong[1]} cells and the header {len(header)}; correct it, or get the file again"
        raise InvalidEvent([Violation(f"{file}:row {wrong[0]}", "", "wrong_width", told)])


def _typed(name: str, frame: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Read the counts and flags of a CSV, whose cells are all texts; amounts, rates and dates may stay such."""
    import attrs
    import polars

    from ledger.events import base
    from ledger.events.registry import REGISTRY

    known = REGISTRY.get(name)
    faults: list[Violation] = []
    changed: list[Any] = []
    for item in attrs.fields(known.kind) if known is not None else ():
        if item.name not in frame.columns:
            continue
        if item.validator in (base.is_count, base.is_optional_count):
            faults += _unlike(frame, item.name, r"^[0-9]{1,10}$", "a whole number", file)
            changed.append(polars.col(item.name).cast(polars.Int64, strict=False))
        elif item.validator is base.is_flag:
            faults += _unlike(frame, item.name, r"^(true|false)$", "true or false", file)
            changed.append(polars.col(item.name) == "true")
    if faults:
        raise InvalidEvent(faults)
    return frame.with_columns(changed) if changed else frame


def _unlike(frame: pl.DataFrame, name: str, pattern: str, what: str, file: Path) -> Iterator[Violation]:
    """Name the first cell of a column that is written otherwise."""
    fits = frame[name].str.contains(pattern).fill_null(True)
    if not fits.all():
        at = int(fits.arg_min() or 0)
        yield Violation(f"{file}:row {at + 1}", name, "unlike", f"{frame[name][at]!r:.60} is not {what}")
