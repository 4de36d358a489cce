"""``ledger post --table``: events of one type from a CSV or Parquet file, a row an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.errors import InvalidArgument, InvalidEvent, Violation

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
    if len(deals) != 1:
        told = "no table has a column deal: give --deal" if not deals else "they are of more than one deal"
        named = f" ({', '.join(f'{said} in {where}' for said, where in list(deals.items())[:4])})" if deals else ""
        raise InvalidEvent([Violation("--table", "deal", "mixed_deals" if deals else "missing", told + named)])
    return next(iter(deals)), found


def _frame(name: str, file: Path) -> pl.DataFrame:
    from ledger.values.limits import POSTING_CHARACTERS, TAPE_LOANS
    from ledger.writing.tables import frames

    polars = frames()
    with file.open("rb") as opened:
        head = opened.read(4)
    try:
        if head == b"PAR1":
            rows = polars.scan_parquet(file).select(polars.len()).collect().item()
            if rows > TAPE_LOANS.value:
                raise InvalidArgument("--table", "too_large", TAPE_LOANS.exceeded(f"{file}, of {rows:,} rows,"))
            whole: pl.DataFrame = polars.read_parquet(file)
            return whole
        if file.stat().st_size > POSTING_CHARACTERS.value:
            raise InvalidArgument("--table", "too_large", POSTING_CHARACTERS.exceeded(str(file)))
        read = polars.read_csv(file, infer_schema=False)
    except polars.exceptions.PolarsError as fault:
        told = f"this is no CSV with a header, and no Parquet: {str(fault).partition(chr(10))[0]}"
        raise InvalidEvent([Violation(str(file), "", "not_a_table", told)]) from None
    return _typed(name, read, file)


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
