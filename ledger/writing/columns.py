"""Columns: tables of events encoded column by column, as the store keeps them.

What every loan does every month need not become an object for every event. Whatever is not plain here is left to single
events, which decide it and name what is wrong. Both ways write the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from ledger.events import base, codec
from ledger.events.base import COMPONENTS, RATES, Event
from ledger.events.registry import REGISTRY, EventType
from ledger.journal.movements import MONTHLY_TYPES
from ledger.values.dates import EARLIEST, LATEST, date_number
from ledger.values.identifiers import LONGEST
from ledger.values.money import LARGEST_AMOUNT, RATE_SCALE, SCALE, UNITS_PER_DOLLAR
from ledger.writing.tables import EventTable, as_events, frames

if TYPE_CHECKING:
    import polars as pl

COLUMNS_FROM = 50
"""From this many rows on a table is worth encoding by columns; a shorter one goes event by event."""

_PLAIN_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:/#+()\-]*( [A-Za-z0-9._:/#+()\-]+)*$"
_LARGEST_UNITS = int(LARGEST_AMOUNT) * UNITS_PER_DOLLAR
_LONGEST_SPAN = dt.timedelta(days=4_000)


class Columns(NamedTuple):
    """Events of one type, encoded: what the store needs of each, column by column; amounts in 0.0001 dollar.

    ``varying`` holds, in the order of the events, the columns ``event_id``, ``effective_date`` (YYYYMMDD), ``loan``,
    and those of ``loan_group``, ``code``, components and rates that are not the same in every event; ``constant``
    holds those that are. ``first`` has one event of every combination of dates and code.
    :func:`~ledger.writing.admission.admit` adds the ``distribution``, and the ``loan_group`` where the events left it
    out.
    """

    type: str
    payloads: pl.Series
    varying: dict[str, list[Any]]
    constant: dict[str, Any]
    first: list[Event]

    @property
    def event_ids(self) -> list[str]:
        """The ids of the events, in order."""
        return self.varying["event_id"]

    @property
    def loans(self) -> list[str]:
        """The loans of the events, in order."""
        return self.varying["loan"]

    def column(self, name: str) -> list[Any]:
        """Return the values of a column, event by event."""
        if name in self.constant:
            return [self.constant[name]] * len(self.event_ids)
        return self.varying[name]

    def with_column(self, name: str, values: list[Any]) -> Columns:
        """Return the same events with a column set; one value for all is kept as one."""
        constant = {key: value for key, value in self.constant.items() if key != name}
        varying = {key: held for key, held in self.varying.items() if key != name}
        if values.count(values[0]) == len(values):
            return self._replace(constant=constant | {name: values[0]}, varying=varying)
        return self._replace(constant=constant, varying=varying | {name: values})


class _Checks:
    """Conditions on the columns of a table, all looked up in one pass over it."""

    def __init__(self) -> None:
        self.asked: list[pl.Expr] = []
        self.required: list[str] = []

    def require(self, condition: pl.Expr) -> None:
        """Demand a condition that holds for the column as a whole."""
        name = f"required {len(self.required)}"
        self.required.append(name)
        self.asked.append(condition.fill_null(True).alias(name))

    def ask(self, name: str, value: pl.Expr) -> None:
        """Look a value up, to be known by a name."""
        self.asked.append(value.alias(name))


class _Field(NamedTuple):
    """How a field is stored and written: ``value`` in store units, ``written`` as in the canonical payload.

    ``written`` is called once the checks are answered.
    """

    value: pl.Expr
    written: Callable[[dict[str, Any]], pl.Expr]


def encode(table: EventTable, frame: pl.DataFrame, deal: str) -> Columns | None:
    """Return the encoded columns, or None where a value is not of the plain kind that columns are checked for."""
    polars = frames()
    if table.type not in MONTHLY_TYPES or len(frame) < COLUMNS_FROM:
        return None
    known, nulls = REGISTRY[table.type], frame.null_count().row(0, named=True)
    checks, fields, literals = _Checks(), {}, {"deal": codec.plain_json({"": deal})[4:-1]}
    for item in attrs.fields(attrs.resolve_types(known.kind)):
        if item.name == "deal":
            continue
        if nulls.get(item.name, len(frame)) == len(frame):
            if item.default is attrs.NOTHING:
                return None
            literals[item.name] = _default(item.default)
            continue
        if nulls[item.name] and item.default is not None:
            return None
        made = _field(polars, item, frame[item.name], checks)
        if made is None:
            return None
        fields[item.name] = made
    if "loan" not in fields or nulls["loan"]:
        return None
    if "restates" in fields:
        checks.require(~polars.col("restates").any())
    codes = [item.name for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    varying = [name for name in ("effective_date", "due_date", *codes) if name in fields]
    for name in varying:
        checks.ask(f"one {name}", (polars.col(name) == polars.col(name).first()).all())
    answers = frame.select(checks.asked).row(0, named=True)
    if not all(answers[name] for name in checks.required):
        return None
    varying = [name for name in varying if not answers[f"one {name}"]]
    first = frame.unique(varying, keep="first", maintain_order=True) if varying else frame.head(1)
    return _columns(polars, known, frame, fields, literals, answers, list(as_events(table, first, deal)))


def _columns(
    polars: Any,
    known: EventType,
    frame: pl.DataFrame,
    fields: dict[str, _Field],
    literals: dict[str, str],
    answers: dict[str, Any],
    first: list[Event],
) -> Columns:
    pieces: list[Any] = []
    text = f'{{"$type":"{known.name}","$version":{known.version}'
    for name in sorted(fields.keys() | literals.keys()):
        text += f',"{name}":'
        if name in literals:
            text += literals[name]
            continue
        pieces.extend((polars.lit(text), fields[name].written(answers)))
        text = ""
    pieces.append(polars.lit(text + "}"))
    constant: dict[str, Any] = {}
    stored = {"event_id": polars.col("event_id"), "loan": polars.col("loan"), "payload": polars.concat_str(pieces)}
    if answers["one effective_date"]:
        constant["effective_date"] = date_number(first[0].effective_date)
    else:
        stored["effective_date"] = fields["effective_date"].value
    if "group" in fields:
        stored["loan_group"] = polars.col("group").fill_null("")
    else:
        constant["loan_group"] = ""
    coded = [item for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    if any(item.name in fields for item in coded):
        parts = [
            polars.col(i.name).fill_null("") if i.name in fields else polars.lit(str(i.default or "")) for i in coded
        ]
        stored["code"] = polars.concat_str(parts, separator=":")
    else:
        constant["code"] = ":".join(str(item.default or "") for item in coded)
    for name in (*COMPONENTS, *RATES):
        field = known.component_fields.get(name)
        if field in fields:
            stored[name] = fields[field].value.fill_null(0)
        else:
            default = None if field is None else attrs.fields_dict(known.kind)[field].default
            constant[name] = default if name == "loans" and isinstance(default, int) else 0
    made = frame.select(**stored)
    varying = {name: made[name].to_list() for name in stored if name != "payload"}
    return Columns(known.name, made["payload"], varying, constant, first)


def _default(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    return f'"{value}"'


def _field(polars: Any, item: Any, given: pl.Series, checks: _Checks) -> _Field | None:
    """Say how a column is stored by the kind of its field; None for values that are not plain."""
    make = _KINDS.get(item.validator)
    if make is not None:
        return make(polars, item, given, checks)
    members = getattr(item.type, "__members__", None)
    if members is None or given.dtype != polars.String:
        return None
    checks.require(polars.col(item.name).is_in([str(member.value) for member in members.values()]).all())
    return _Field(polars.col(item.name), lambda _: _quoted(polars, given, polars.col(item.name)))


def _quoted(polars: Any, given: pl.Series, text: Any) -> Any:
    return _or_null(polars, given, polars.concat_str(polars.lit('"'), text, polars.lit('"')))


def _or_null(polars: Any, given: pl.Series, written: Any) -> Any:
    if not given.null_count():
        return written
    return polars.when(polars.col(given.name).is_null()).then(polars.lit("null")).otherwise(written)


def _identifiers(polars: Any, item: Any, given: pl.Series, checks: _Checks) -> _Field | None:
    if given.dtype != polars.String:
        return None
    column = polars.col(item.name)
    # A loan, and so its group, is let in only under a name that the ledger holds already, which was looked at then.
    if item.name in ("loan", "group"):
        checks.require(column.str.len_bytes().min() > 0)
    else:
        checks.require(column.str.contains(_PLAIN_IDENTIFIER).all() & (column.str.len_bytes().max() <= LONGEST))
    return _Field(column, lambda _: _quoted(polars, given, column))


def _dates(polars: Any, item: Any, given: pl.Series, _: _Checks) -> _Field | None:
    """Dates are few: each is written once, and looked up by its distance from the earliest."""
    if given.dtype != polars.Date:
        return None
    earliest, latest = given.min(), given.max()
    assert isinstance(earliest, dt.date)
    assert isinstance(latest, dt.date)
    if earliest < EARLIEST or latest > LATEST or latest - earliest > _LONGEST_SPAN:
        return None
    days = [earliest + dt.timedelta(days=k) for k in range((latest - earliest).days + 1)]
    place = polars.col(item.name).to_physical() - polars.lit(earliest).to_physical()
    text = polars.Series([f'"{day.isoformat()}"' for day in days])
    value = polars.lit(polars.Series([date_number(day) for day in days])).gather(place)
    return _Field(value, lambda _: _or_null(polars, given, polars.lit(text).gather(place)))


def _flags(polars: Any, item: Any, given: pl.Series, _: _Checks) -> _Field | None:
    if given.dtype != polars.Boolean:
        return None
    return _Field(polars.col(item.name), lambda _: polars.col(item.name).cast(polars.String))


def _counts(polars: Any, item: Any, given: pl.Series, checks: _Checks) -> _Field | None:
    if not given.dtype.is_integer():
        return None
    column = polars.col(item.name)
    checks.require((column.min() >= 0) & (column.max() <= 10**9))
    return _Field(column.cast(polars.Int64), lambda _: column.cast(polars.String))


def _units(polars: Any, given: pl.Series, scale: int, most: int, checks: _Checks) -> Any:
    """Return decimals or whole numbers as integers of the scale, exactly; None for other kinds of values."""
    column = polars.col(given.name)
    if given.dtype.is_integer():
        held = 0
    elif isinstance(given.dtype, polars.Decimal) and given.dtype.scale <= scale:
        held, column = given.dtype.scale, column.to_physical()
    else:
        return None
    factor = 10 ** (scale - held)
    checks.require((column.min() >= 0) & (column.max() <= most // factor))
    return column.cast(polars.Int64) * factor if factor > 1 else column.cast(polars.Int64)


def _amounts(polars: Any, item: Any, given: pl.Series, checks: _Checks) -> _Field | None:
    units = _units(polars, given, SCALE, _LARGEST_UNITS, checks)
    if units is None:
        return None
    name = f"{item.name} in whole cents"
    whole = (units % 100 == 0).all()
    if item.validator is base.is_cash:
        checks.require(whole)
    checks.ask(name, whole)
    return _Field(units, lambda answers: _written_amount(polars, given, units, answers[name]))


def _written_amount(polars: Any, given: pl.Series, units: Any, whole_cents: bool) -> Any:
    """Two decimals, or as many as it needs: the canonical form of :func:`~ledger.values.money.amount`."""
    column = polars.col(given.name)
    text = column.cast(polars.Decimal(38, 2)).cast(polars.String)
    if not whole_cents:
        exact = column.cast(polars.Decimal(38, SCALE)).cast(polars.String)
        text = polars.when(units % 100 == 0).then(text).otherwise(exact.str.strip_chars_end("0"))
    return _quoted(polars, given, text)


def _rates(polars: Any, item: Any, given: pl.Series, checks: _Checks) -> _Field | None:
    units = _units(polars, given, RATE_SCALE, 10**RATE_SCALE, checks)
    if units is None:
        return None
    if item.name == "note_rate":
        # A rate of nothing is compared with the loan's as any other; one that is not given is not.
        checks.require(polars.col(item.name).min() > 0)
    exact = polars.col(item.name).cast(polars.Decimal(38, RATE_SCALE)).cast(polars.String)
    text = exact.str.strip_chars_end("0").str.strip_chars_end(".")
    return _Field(units, lambda _: _quoted(polars, given, text))


_KINDS: dict[Any, Callable[[Any, Any, Any, _Checks], _Field | None]] = {
    base.is_identifier: _identifiers,
    base.is_optional_identifier: _identifiers,
    base.is_date: _dates,
    base.is_optional_date: _dates,
    base.is_flag: _flags,
    base.is_count: _counts,
    base.is_amount: _amounts,
    base.is_cash: _amounts,
    base.is_rate: _rates,
    base.is_optional_rate: _rates,
}


def event_ids(parts: Iterable[Columns | Sequence[Event]]) -> list[str]:
    """Return the ids of every event, in order."""
    return [
        name
        for part in parts
        for name in (part.event_ids if isinstance(part, Columns) else [event.event_id for event in part])
    ]
