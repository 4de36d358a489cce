"""Rows that SQLite hands over a column at a time.

To hand a row over takes SQLite's driver five times as long as SQLite takes to come by it. So a few thousand rows are
put together there, each column as one text, and cut into values here; what comes out are the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, literal_column

from ledger.errors import IntegrityFault

_LINES = "payload"
"""The column of texts that hold no end of a line: to quote them, and to read the quotes, would take longer."""

TOGETHER = 4_000
"""Rows that are put together at most: of more than a few thousand none is quicker, and all are held."""

_values = msgspec.json.Decoder(list[str | int | float | None])


def put_together(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Return the columns of a statement of one row that has all values of each of them."""
    return [
        func.group_concat(column, literal_column("char(10)"))
        if getattr(column, "name", "") == _LINES
        else func.json_group_array(column)
        for column in columns
    ]


def taken_apart(columns: Iterable[str], texts: Sequence[str | None]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows whose columns of these names were put together.

    Raises :class:`~ledger.errors.IntegrityFault` for a payload that is no line, and for what is no text and no number.
    """
    found = [_cut(name, text or "") for name, text in zip(columns, texts, strict=True)]
    if len({*map(len, found)}) > 1:
        raise IntegrityFault("stored payload cannot be read: it is not on one line, which no canonical payload is")
    return zip(*found, strict=True)


def _cut(name: str, text: str) -> list[Any]:
    if name == _LINES:
        return text.split("\n") if text else []
    try:
        return _values.decode(text)
    except msgspec.DecodeError as fault:
        raise IntegrityFault(f"stored {name} cannot be read: {fault}") from fault


__all__ = ["TOGETHER", "put_together", "taken_apart"]
