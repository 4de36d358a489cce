"""Results as tables for notebooks and data frames: typed columns, and a few rows as HTML.

Rows are texts, digit for digit. A frame has days as dates, counts as whole numbers, and amounts as decimals of as many
places as the column needs; what is not known is null. No amount ever becomes a float.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from ledger.reports import visible

if TYPE_CHECKING:
    import polars

SHOWN = 20
"""Rows that a notebook is shown of a result."""

_DIGITS = 38
"""Digits of a decimal of a frame, both sides of the point together."""

Cell = str | int | Decimal | dt.date | None


class Tabular:
    """What a result of rows can be given away as; the columns of days, counts and decimals are named by its class."""

    __slots__ = ()
    _DAYS: ClassVar[frozenset[str]] = frozenset()
    _COUNTS: ClassVar[frozenset[str]] = frozenset()
    _DECIMALS: ClassVar[frozenset[str]] = frozenset()

    def rows(self) -> list[dict[str, str]]:
        """Return the rows as texts."""
        raise NotImplementedError

    def columns(self) -> dict[str, list[Cell]]:
        """Return the columns by name, typed; a column of decimals that does not fit into 38 digits stays text."""
        rows = self.rows()
        names = list(rows[0]) if rows else []
        return {name: self._typed(name, [row[name] for row in rows]) for name in names}

    def _typed(self, name: str, texts: Sequence[str]) -> list[Cell]:
        if name in self._DAYS:
            return [dt.date.fromisoformat(text) if text else None for text in texts]
        if name in self._COUNTS:
            return [int(text) if text else None for text in texts]
        if name in self._DECIMALS and _fits(texts):
            return [Decimal(text) if text and _is_number(text) else None for text in texts]
        return list(texts)

    def to_polars(self) -> polars.DataFrame:
        """Return a Polars DataFrame of typed columns; needs ``pip install 'indenture[frames]'``."""
        import polars as pl

        series = []
        for name, cells in self.columns().items():
            scales = [_places(cell) for cell in cells if isinstance(cell, Decimal)]
            if scales:
                kind: pl.DataType | type[pl.DataType] = pl.Decimal(_DIGITS, max(scales))
            else:
                kind = pl.Date if name in self._DAYS else pl.Int64 if name in self._COUNTS else pl.String
            series.append(pl.Series(name, cells, dtype=kind))
        return pl.DataFrame(series)

    def to_pandas(self) -> object:
        """Return a pandas DataFrame whose amounts are decimals and whose days are dates; needs ``pip install pandas``.

        Both are objects to pandas, which has no types of its own for them.
        """
        return import_module("pandas").DataFrame(self.columns())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows as a stream of Arrow, which DuckDB, PyArrow and others read without a copy."""
        return self.to_polars().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        """Return the first rows as a table for a notebook; whatever a deal is called is text in it."""
        rows = self.rows()
        heads = "".join(f"<th>{escape(visible(name))}</th>" for name in (rows[0] if rows else ()))
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(visible(cell))}</td>' for cell in row.values())}</tr>" for row in rows[:SHOWN]
        )
        more = f"<p>{len(rows) - SHOWN:,} more rows</p>" if len(rows) > SHOWN else ""
        return f"<p>{escape(visible(repr(self)))}</p><table><tr>{heads}</tr>{body}</table>{more}"


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _fits(texts: Sequence[str]) -> bool:
    """Say whether the numbers of a column are decimals of so many digits together."""
    numbers = [text.removeprefix("-") for text in texts if text and _is_number(text)]
    whole = max((len(text.partition(".")[0]) for text in numbers), default=0)
    return whole + max((len(text.partition(".")[2]) for text in numbers), default=0) <= _DIGITS


__all__ = ["SHOWN", "Tabular"]
