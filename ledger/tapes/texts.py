"""Columns of text as a library of columns holds them: a part of a tape parted at its delimiters all at once.

What is not plain enough for that - quotes, rows of other widths, blank ones, stray line ends - is left to a reader of
rows, which says what is wrong with it. Both give the same cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import polars as pl

_MARK = "\ufeff"


@cache
def columns_library() -> Any:
    """Return Polars, which the extra ``frames`` brings; None where it is not installed."""
    try:
        import polars
    except ImportError:
        return None
    return polars


class Texts(Sequence[str]):
    """A column of text; whoever goes through it row by row is given a list, which is made once."""

    def __init__(self, series: pl.Series) -> None:
        self.series = series
        self._list: list[str] | None = None

    def _listed(self) -> list[str]:
        if self._list is None:
            self._list = self.series.to_list()
        return self._list

    def __len__(self) -> int:
        return len(self.series)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._listed()[place]


def series_at(texts: Sequence[str], rows: Sequence[int]) -> pl.Series:
    """Return the texts of some rows of a column, in their order, as a series of Polars."""
    polars = columns_library()
    whole: pl.Series = texts.series if isinstance(texts, Texts) else polars.Series(texts, dtype=polars.String)
    if isinstance(rows, range) and rows.step == 1:
        return whole if len(rows) == len(whole) else whole.slice(rows.start, len(rows))
    return whole.gather(polars.Series(rows, dtype=polars.UInt32))


def parted(text: str, rows: int, delimiter: str, width: int) -> tuple[Texts, ...] | None:
    """Return lines without quotes as columns; None where they are no rows of exactly this width that say something."""
    polars = columns_library()
    if polars is None or width < 2 or not delimiter.isascii() or text.startswith(_MARK):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if "\r" in text or len(lines) != rows or {line.count(delimiter) for line in lines} != {width - 1}:
        return None
    try:
        frame: pl.DataFrame = polars.read_csv(
            text.encode(),
            has_header=False,
            separator=delimiter,
            quote_char=None,
            infer_schema=False,
        ).fill_null("")
    except (UnicodeEncodeError, polars.exceptions.PolarsError):
        return None
    if frame.shape != (rows, width) or not all(map(str.strip, frame.to_series(0).to_list())):
        return None
    return tuple(map(Texts, frame.get_columns()))
