"""Parquet files, their columns as text: read through Polars, which the extra ``frames`` brings, a part at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from ledger.errors import InvalidArgument, StoreError
from ledger.tapes.cells import NOT_PLAIN
from ledger.tapes.frame import Frame, TapeTable
from ledger.tapes.parquet_size import check_parquet_size
from ledger.tapes.rows import refusal
from ledger.tapes.sheets import number_text
from ledger.values.limits import TAPE_BYTES, TAPE_COLUMNS, TAPE_LINE_CHARACTERS

if TYPE_CHECKING:
    import polars as pl

_PART = 32_768
_SINGLE = Context(prec=7)
_CELL = 8
"""What a number, a date or a truth value counts for, in bytes."""
_WHOLE_CENTS = 100_000
"""From here on the seven digits of a single-precision float are too few for cents: it is shown with its exponent."""


def _polars() -> Any:
    try:
        import polars
    except ImportError as fault:
        raise StoreError("reading Parquet needs Polars: pip install 'indenture[frames]'") from fault
    return polars


def parquet_table(held: BinaryIO, name: str) -> TapeTable:
    """Open a Parquet file.

    Raises :class:`~ledger.errors.InvalidEvent` for one that cannot be read, and
    :class:`~ledger.errors.StoreError` where Polars is not installed.
    """
    polars = _polars()
    check_parquet_size(held, name)
    try:
        schema = polars.read_parquet_schema(held)
        held.seek(0)
        found = polars.scan_parquet(held)
        rows = found.select(polars.len()).collect().item()
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError, ValueError) as fault:
        raise _damaged(name, fault) from None
    if len(schema) > TAPE_COLUMNS.value:
        raise refusal(name, "", "too_large", TAPE_COLUMNS.exceeded(f"a file of {len(schema):,} columns"))
    if rows > TAPE_BYTES.value:
        raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded(f"a file of {rows:,} rows"))
    names = tuple(schema)
    return TapeTable(name=name, names=names, line=1, frames=_frames(found, names, rows, name), kind="Parquet")


def _damaged(name: str, fault: BaseException) -> Exception:
    first = str(fault).partition("\n")[0]
    return refusal(name, "", "damaged", f"this is Parquet that cannot be read: {first}; get the file again")


def _frames(found: pl.LazyFrame, names: Sequence[str], rows: int, name: str) -> Iterator[Frame]:
    polars = _polars()
    read = 0
    for start in range(0, rows, _PART):
        try:
            part = found.slice(start, _PART).collect()
        except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError, ValueError) as fault:
            raise _damaged(name, fault) from None
        read += checked_size(part, start + 1, name)
        if read > TAPE_BYTES.value:
            raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded("the file"))
        columns = tuple(_texts(part[key]) for key in names)
        lines, kept, blank = _without_blanks(columns, start + 1)
        yield Frame(columns=kept, lines=lines, blank=blank)


def checked_size(part: pl.DataFrame, first: int, name: str) -> int:
    """Return how many bytes the cells of a part take as text, before any is made: a text may be held once for all rows.

    Raises :class:`~ledger.errors.InvalidEvent` for a cell that is longer than a line of text may be.
    """
    polars = _polars()
    taken = 0
    for key in part.columns:
        column = part[key]
        if column.dtype not in (polars.String, polars.Categorical, polars.Enum):
            taken += _CELL * part.height
            continue
        sizes = column.cast(polars.String).str.len_bytes().fill_null(0).cast(polars.UInt64)
        longest = sizes.arg_max() or 0
        if part.height and int(sizes[longest]) > TAPE_LINE_CHARACTERS.value:
            line = first + longest
            raise refusal(f"{name}:{line}", key, "too_large", TAPE_LINE_CHARACTERS.exceeded("the cell"))
        taken += int(sizes.sum())
    return taken


def _without_blanks(
    columns: tuple[Sequence[str], ...], first: int
) -> tuple[Sequence[int], tuple[Sequence[str], ...], int]:
    height = len(columns[0]) if columns else 0
    says = [any(row) for row in zip(*columns, strict=True)] if columns else []
    if all(says):
        return range(first, first + height), columns, 0
    at = [k for k, found in enumerate(says) if found]
    return [first + k for k in at], tuple([column[k] for k in at] for column in columns), height - len(at)


def _texts(column: pl.Series) -> list[str]:
    polars = _polars()
    kind = column.dtype
    if kind in (polars.Float32, polars.Float64):
        return [_float(value, kind == polars.Float32) for value in column.to_list()]
    if kind == polars.Boolean:
        return ["" if value is None else str(value).upper() for value in column.to_list()]
    if isinstance(kind, polars.Datetime):
        return [_moment(value) for value in column.to_list()]
    if kind == polars.Time:
        return ["" if value is None else str(value) for value in column.to_list()]
    if kind.is_nested() or kind in (polars.Binary, polars.Object, polars.Duration):
        return [f"{NOT_PLAIN}{kind.base_type()})" if value else "" for value in column.is_not_null()]
    return column.cast(polars.String).fill_null("").to_list()


def _float(value: float | None, single: bool) -> str:
    """Return the shortest text that reads back as a float of somebody's file: from here on it is a text like others.

    One of single precision that has no room for cents keeps its exponent, which no amount is read with: it is refused.
    """
    if value is None:
        return ""
    if not math.isfinite(value):
        return str(value)
    shown = repr(value)
    if single and abs(value) >= _WHOLE_CENTS:
        return f"{value:.6E}"
    return number_text(str(_SINGLE.create_decimal(Decimal(shown)))) if single else number_text(shown.removesuffix(".0"))


def _moment(value: Any) -> str:
    if value is None:
        return ""
    midnight = not (value.hour or value.minute or value.second or value.microsecond)
    return str(value.date().isoformat()) if midnight else str(value.isoformat(" "))
