"""Do the bounds that the footer of a file states of its columns hold of its rows?

A query passes over a group of rows whose stated bounds rule out what is asked for. Bounds narrower than the rows would
hide events from such a query, and from nothing that reads every row; so verification derives them from the rows again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ledger.store.archive.format import SCHEMA, pl
from ledger.values.thrift import NotParquet, Struct, footer_of

_NULLS, _MOST, _LEAST = 3, (1, 5), (2, 6)
"""The fields of a column's statistics: how many values are null, and where the largest and the smallest stand."""

_STATISTICS, _BLOOM, _SORTED = 12, 14, 4


def bound_faults(file: BinaryIO, size: int, rows: pl.LazyFrame) -> Iterator[str]:
    """Yield where the footer of an open file says of its columns what does not hold of its ``rows``.

    The rows are read from end to end, whatever is stated. Raises ValueError where the footer cannot be read.
    """
    texts = [pl.col(name).cast(pl.String) for name, kind in SCHEMA.items() if kind is pl.Categorical]
    start = 0
    for number, group in enumerate(_structs(footer_of(file, size).get(4))):
        count = group.get(3)
        if not isinstance(count, int) or _SORTED in group:
            raise NotParquet("a group of its rows says that it is sorted, or not how many it has")
        part = rows.slice(start, count).with_columns(texts)
        found = part.select(
            pl.all().min().name.prefix("least "),
            pl.all().max().name.prefix("most "),
            pl.all().null_count().name.prefix("nulls "),
        ).collect(engine="streaming")
        yield from _group_faults(group, found.row(0, named=True), f"of group {number}")
        start += count


def _group_faults(group: Struct, held: dict[str, Any], where: str) -> Iterator[str]:
    columns = _structs(group.get(1))
    if len(columns) != len(SCHEMA):
        raise NotParquet("a group of its rows has other columns than an archive")
    for name, column in zip(SCHEMA, columns, strict=True):
        chunk = column.get(3)
        if not isinstance(chunk, dict) or chunk.get(3) != [name.encode()] or _BLOOM in chunk:
            raise NotParquet(f"what it says of the column {name} is not of an archive")
        stated = chunk.get(_STATISTICS, {})
        if not isinstance(stated, dict):
            raise NotParquet(f"what it states of the column {name} cannot be read")
        if not _hold(stated, held[f"least {name}"], held[f"most {name}"], held[f"nulls {name}"]):
            yield f"states bounds of {name} that do not hold of the rows {where}"


def _hold(stated: Struct, least: object, most: object, nulls: int) -> bool:
    """Say whether the rows lie within what is stated of them; text may be stated in short."""
    if stated.get(_NULLS, nulls) != nulls:
        return False
    try:
        below = all(_value(stated[place], least) <= _plain(least) for place in _LEAST if place in stated)
        above = all(_value(stated[place], most) >= _plain(most) for place in _MOST if place in stated)
    except TypeError:
        return False  # a bound of another kind, or one of no values
    return below and above


def _value(stated: object, of: object) -> Any:
    if not isinstance(stated, bytes):
        raise TypeError
    return int.from_bytes(stated, "little", signed=True) if isinstance(of, int) else stated


def _plain(value: object) -> Any:
    return value.encode() if isinstance(value, str) else value


def _structs(value: object) -> list[Struct]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise NotParquet("a list is missing")
    return value


__all__ = ["bound_faults"]
