"""Tables of events as they are handed in: a month of a pool, one table a type of event, one row an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import attrs

from ledger.errors import InvalidEvent, StoreError, Violation
from ledger.events.base import Event
from ledger.events.registry import REGISTRY
from ledger.values.glance import in_notebook, line_of

if TYPE_CHECKING:
    import polars as pl


_FIRST_DAY, _LAST_DAY = (day.toordinal() - dt.date(1970, 1, 1).toordinal() for day in (dt.date.min, dt.date.max))
_DAY_UNITS = {"d": 1, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
"""How many of a column's units a day has: dates count days, moments the parts of a second."""


class EventTable(NamedTuple):
    """Events of one type as a table: a Polars or Arrow table, or a mapping of columns, named by the event's fields.

    Amounts are decimals, or strings; rates are decimals as in 0.0625; dates are dates. The deal need not be a column.
    """

    type: str
    frame: Any

    def __repr__(self) -> str:
        return line_of(self)

    def _repr_html_(self) -> str:
        """Return it for a notebook."""
        return in_notebook(self, ())


def frames() -> Any:
    """Return Polars; raises :class:`~ledger.errors.StoreError` where it is not installed."""
    try:
        import polars
    except ModuleNotFoundError as fault:
        raise StoreError("posting tables needs Polars: pip install 'indenture[frames]'") from fault
    return polars


def as_frame(table: EventTable, deal: str) -> pl.DataFrame:
    """Return the table as a Polars frame, with only the columns that its event type has.

    Raises :class:`~ledger.errors.InvalidEvent` for an unknown type, an unknown or missing column, and floats.
    """
    polars = frames()
    where = f"(table of {table.type})"
    known = REGISTRY.get(table.type)
    if known is None:
        message = f"{table.type!r} is not an event type; known are {', '.join(sorted(REGISTRY))}"
        raise InvalidEvent([Violation(where, "type", "unknown_type", message)])
    frame = _whole(polars, table.frame, where)
    faults: list[Violation] = []
    for name in sorted(set(frame.columns) - known.fields):
        message = f"{known.name} has no field {name!r}; its fields are {', '.join(sorted(known.fields))}"
        faults.append(Violation(where, name, "unknown_field", message))
    for item in attrs.fields(known.kind):
        if item.default is attrs.NOTHING and item.name != "deal" and item.name not in frame.columns:
            faults.append(Violation(where, item.name, "missing", f"{known.name} needs {item.name}"))
    for name, dtype in frame.schema.items():
        if dtype.is_float():
            message = f"the column {name!r} holds floats; write amounts and rates as decimals or strings"
            faults.append(Violation(where, name, "float_money", message))
    faults.extend(_no_days(frame, where))
    if "deal" in frame.columns and frame.schema["deal"] not in (polars.String, polars.Categorical, polars.Enum):
        told = f"the column 'deal' holds {frame.schema['deal']} and no texts; leave it out, or write {deal}"
        faults.append(Violation(where, "deal", "other_deal", told))
    elif "deal" in frame.columns and not (frame["deal"].cast(polars.String) == deal).all():
        faults.append(Violation(where, "deal", "other_deal", f"the table holds events of other deals than {deal}"))
    if faults:
        raise InvalidEvent(faults)
    return frame


def _no_days(frame: pl.DataFrame, where: str) -> Iterator[Violation]:
    """Yield the columns with a day that no calendar here has: a table counts days, and may count to any number."""
    for name, dtype in frame.schema.items():
        each = _DAY_UNITS.get(str(getattr(dtype, "time_unit", "d"))) if dtype.is_temporal() else None
        if each is None:
            continue
        counted = frame[name].to_physical()
        beyond = (counted < _FIRST_DAY * each) | (counted >= (_LAST_DAY + 1) * each)
        row = beyond.arg_max() if beyond.any() else None
        if row is not None:
            told = f"row {row + 1} of the column {name!r} holds a day outside the years 1 to 9999"
            yield Violation(where, name, "not_a_date", told)


def _whole(polars: Any, given: Any, where: str) -> pl.DataFrame:
    """Return what was handed in as a Polars frame."""
    if isinstance(given, polars.LazyFrame):
        message = "a LazyFrame has no rows yet; call its collect() and hand in what that returns"
        raise InvalidEvent([Violation(where, "frame", "not_collected", message)])
    if isinstance(given, polars.DataFrame):
        return cast("pl.DataFrame", given)
    try:
        return cast("pl.DataFrame", polars.DataFrame(given))
    except (TypeError, ValueError, polars.exceptions.PolarsError) as fault:
        message = f"{type(given).__name__} is no table; give a Polars or Arrow table or a mapping of columns: {fault}"
        raise InvalidEvent([Violation(where, "frame", "not_a_table", message)]) from None


def as_events(table: EventTable, frame: pl.DataFrame, deal: str) -> Iterator[Event]:
    """Yield the rows of a table as single events.

    Raises :class:`~ledger.errors.InvalidEvent` naming the event and the field.
    """
    kind = REGISTRY[table.type].kind
    # A null stands for a field's default where it has one.
    needed = {item.name for item in attrs.fields(kind) if item.default is attrs.NOTHING}
    for row in frame.iter_rows(named=True):
        given = {name: value for name, value in row.items() if value is not None or name in needed}
        given["deal"] = deal
        yield kind(**given)
