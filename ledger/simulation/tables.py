"""Events as columns: one table for each run of events of one type, in the order in which they are to be posted.

A column holds integers in the store's own units, so that no amount is ever anything but exact:

- amounts: numpy ``int64`` in units of 0.0001 dollar
- rates: numpy ``int64`` in units of 10**-10
- dates: numpy ``int64``, YYYYMMDD
- counts, and plain numbers (terms and ages in whole months): numpy ``int64``
- flags: numpy ``bool``
- text and words: a Polars ``String`` series
- any of the above that may be missing: a Polars series (``Int64`` or ``String``) with nulls
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import attrs
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ledger.events.base import Event
from ledger.events.registry import REGISTRY
from ledger.values import dates, money
from ledger.values.dates import date_from_number
from ledger.values.money import RATE_SCALE, SCALE

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Column = NDArray[Any] | pl.Series


class FieldKind(StrEnum):
    """What a column of a table counts."""

    AMOUNT = "amount"
    RATE = "rate"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"


_BY_CONVERTER: dict[Any, FieldKind] = {
    money.to_amount: FieldKind.AMOUNT,
    money.to_optional_amount: FieldKind.AMOUNT,
    money.to_rate: FieldKind.RATE,
    money.to_optional_rate: FieldKind.RATE,
    money.to_factor: FieldKind.NUMBER,
    money.to_optional_factor: FieldKind.NUMBER,
    dates.to_date: FieldKind.DATE,
    dates.to_optional_date: FieldKind.DATE,
}


@attrs.frozen
class TableField:
    """One field of an event type as a column; ``default`` is in the column's units, ``required`` says it has none."""

    name: str
    kind: FieldKind
    required: bool
    default: Any


def _in_units(kind: FieldKind, value: Any) -> Any:
    if value is None or kind in (FieldKind.TEXT, FieldKind.FLAG, FieldKind.COUNT):
        return str(value) if isinstance(value, StrEnum) else value
    scale = {FieldKind.AMOUNT: SCALE, FieldKind.RATE: RATE_SCALE}.get(kind, 0)
    return int(Decimal(value).scaleb(scale))


@cache
def table_fields(type_name: str) -> tuple[TableField, ...]:
    """Return the columns of an event type's tables, in the order of its fields; ``deal`` is not among them."""
    found: list[TableField] = []
    for attribute in attrs.fields(REGISTRY[type_name].kind):
        if attribute.name == "deal":
            continue
        written = {"int": FieldKind.COUNT, "bool": FieldKind.FLAG}
        kind = _BY_CONVERTER.get(attribute.converter) or written.get(
            getattr(attribute.type, "__name__", str(attribute.type)), FieldKind.TEXT
        )
        required = attribute.default is attrs.NOTHING
        default = None if required else _in_units(kind, attribute.default)
        found.append(TableField(attribute.name, kind, required, default))
    return tuple(found)


_constants: dict[tuple[Any, str], pl.Series] = {}


def constant(value: str | int | None, length: int, dtype: type[pl.DataType] = pl.String) -> pl.Series:
    """Return a series of one value over and over; long ones are kept and cut to length."""
    key = (value, dtype.__name__)
    held = _constants.get(key)
    if held is None or len(held) < length:
        held = _constants[key] = pl.repeat(value, max(1_000, 2 * length), dtype=dtype, eager=True)
    return held.slice(0, length)


def _missing(item: TableField, length: int) -> Column:
    if item.default is None:
        return constant(None, length, pl.String if item.kind is FieldKind.TEXT else pl.Int64)
    if item.kind is FieldKind.TEXT:
        return constant(item.default, length)
    return np.broadcast_to(np.array(item.default), length)


def _series(column: Column) -> pl.Series:
    return column if isinstance(column, pl.Series) else pl.Series(values=np.ascontiguousarray(column))


def _amount(units: int) -> Decimal:
    return Decimal(units // 100).scaleb(-2) if units % 100 == 0 else Decimal(units).scaleb(-SCALE)


_FROM_UNITS: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.AMOUNT: _amount,
    FieldKind.RATE: lambda units: Decimal(units).scaleb(-RATE_SCALE),
    FieldKind.NUMBER: Decimal,
    FieldKind.DATE: date_from_number,
}


@attrs.frozen(eq=False)
class LifeTable:
    """Events of one type as columns.

    ``type`` is the written name of the event type. ``columns`` has one entry for every field of it but ``deal``, in
    the order of the fields; the units are those that :mod:`ledger.simulation.tables` lists.
    """

    type: str
    columns: Mapping[str, Column]

    @classmethod
    def build(cls, type_name: str, length: int, **columns: Column) -> LifeTable:
        """Return a table of ``length`` events; fields without a column get their default.

        Raises :class:`ValueError` for a column that is no field, one of another length, and a field left out that has
        no default.
        """
        fields = table_fields(type_name)
        unknown = columns.keys() - {item.name for item in fields}
        lacking = [item.name for item in fields if item.required and item.name not in columns]
        wrong = [name for name, column in columns.items() if len(column) != length]
        if unknown or lacking or wrong:
            raise ValueError(f"{type_name}: unknown {sorted(unknown)}, lacking {lacking}, not {length} long {wrong}")
        return cls(
            type_name,
            {item.name: columns[item.name] if item.name in columns else _missing(item, length) for item in fields},
        )

    def __len__(self) -> int:
        return len(self.columns["event_id"])

    def frame(self) -> pl.DataFrame:
        """Return the table as a Polars frame.

        Amounts are ``Decimal(18, 4)`` dollars, rates ``Decimal(18, 10)`` yearly fractions, dates ``Date``, counts and
        plain numbers ``Int64``, flags ``Boolean``, text ``String``; what is missing is null.
        """
        return pl.DataFrame(
            [_as_frame_column(item, _series(self.columns[item.name])) for item in table_fields(self.type)]
        )

    def events(self, deal: str) -> Iterator[Event]:
        """Yield the events one by one, as events of ``deal``; slow, for tests and small deals."""
        kind, fields = REGISTRY[self.type].kind, table_fields(self.type)
        values = []
        for item in fields:
            read = _FROM_UNITS.get(item.kind)
            column = self.columns[item.name]
            plain = column.to_list() if isinstance(column, pl.Series) else column.tolist()
            values.append(plain if read is None else [None if value is None else read(value) for value in plain])
        names = [item.name for item in fields]
        for row in zip(*values, strict=True):
            yield kind(deal=deal, **dict(zip(names, row, strict=True)))


def _as_frame_column(item: TableField, column: pl.Series) -> pl.Series:
    named = column.alias(item.name)
    if item.kind in (FieldKind.AMOUNT, FieldKind.RATE):
        scale = SCALE if item.kind is FieldKind.AMOUNT else RATE_SCALE
        exact: pl.Series = named.cast(pl.Decimal(38, scale)) / 10**scale
        return exact.cast(pl.Decimal(18, scale))
    if item.kind is FieldKind.DATE:
        parts = pl.DataFrame({"on": named.cast(pl.Int64)})
        on = pl.col("on")
        made = pl.date(on // 10_000, on // 100 % 100, on % 100)
        return parts.select(pl.when(on.is_not_null()).then(made).alias(item.name)).to_series()
    return named


@attrs.frozen(eq=False, kw_only=True)
class SimulatedMonth:
    """One month of a simulated deal, up to the distribution of ``payment_date``.

    ``tables`` are in posting order and land in one atomic batch. ``corrections`` come after them, before the period is
    closed: each correction stands right before what takes the other event's place. ``closing_balances`` (units of
    0.0001 dollar) and ``closing_counts`` are what the simulation itself knows of each group after the month.
    ``called`` says that the clean-up call ends the deal with this month.
    """

    payment_date: dt.date
    tables: tuple[LifeTable, ...]
    corrections: tuple[Event, ...]
    closing_balances: Mapping[str, int]
    closing_counts: Mapping[str, int]
    called: bool = False

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables) + len(self.corrections)


__all__ = [
    "Column",
    "FieldKind",
    "Flags",
    "Ints",
    "LifeTable",
    "SimulatedMonth",
    "TableField",
    "constant",
    "table_fields",
]
