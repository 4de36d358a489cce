"""Columns: tables of events encoded column by column, as the store keeps them.

What every loan does every month, and the loans themselves as a tape brings them, need not become an object for every
event. Whatever is not plain here is left to single events, which decide it and name what is wrong. Both ways write the
same rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from ledger.events import codec
from ledger.events.base import COMPONENTS, RATES, Event
from ledger.events.registry import REGISTRY, EventType
from ledger.journal.movements import BOARDING, MONTHLY_TYPES
from ledger.values.dates import date_number
from ledger.writing.fields import Checks, Field, default_text, field_of, with_plain_types
from ledger.writing.tables import EventTable, as_events, frames

if TYPE_CHECKING:
    import polars as pl

COLUMNS_FROM = 50
"""From this many rows on a table is worth encoding by columns; a shorter one goes event by event."""


COLUMN_TYPES = MONTHLY_TYPES | {BOARDING}
"""Event types that are encoded by columns."""

_PART = 2_048
"""Payloads that are written at a time: those of a large table together would take more memory than the table."""


class Payloads(NamedTuple):
    """The canonical payloads of a table, made part by part from its columns."""

    frame: pl.DataFrame
    written: Any

    def parts(self) -> Iterator[pl.Series]:
        """Yield the payloads in order, some thousand at a time."""
        for start in range(0, len(self.frame), _PART):
            yield self.frame.slice(start, _PART).select(payload=self.written)["payload"]


class Columns(NamedTuple):
    """Events of one type, encoded: what the store needs of each, column by column; amounts in 0.0001 dollar.

    ``varying`` holds, in the order of the events, the columns ``event_id``, ``effective_date`` (YYYYMMDD), ``loan``,
    and those of ``loan_group``, ``code``, components and rates that are not the same in every event; ``constant``
    holds those that are. ``first`` has one event of every combination of dates and code; ``cash_unit`` is what
    all cash in them is a whole number of, in store units.
    :func:`~ledger.writing.admission.admit` adds the ``distribution``, and the ``loan_group`` where the events left it
    out.
    """

    type: str
    payloads: Payloads
    varying: dict[str, Sequence[Any]]
    constant: dict[str, Any]
    first: list[Event]
    cash_unit: int

    @property
    def event_ids(self) -> Sequence[str]:
        """The ids of the events, in order."""
        return self.varying["event_id"]

    @property
    def loans(self) -> Sequence[str]:
        """The loans of the events, in order."""
        return self.varying["loan"]

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a column, event by event."""
        if name in self.constant:
            return [self.constant[name]] * len(self.event_ids)
        return self.varying[name]

    def some(self, name: str, start: int, end: int) -> Iterable[Any]:
        """Return the values of a column from one event up to another; the same one for ever where all have it."""
        return repeat(self.constant[name]) if name in self.constant else self.varying[name][start:end]

    def with_column(self, name: str, values: Sequence[Any]) -> Columns:
        """Return the same events with a column set; one value for all is kept as one."""
        constant = {key: value for key, value in self.constant.items() if key != name}
        varying = {key: held for key, held in self.varying.items() if key != name}
        if values.count(values[0]) == len(values):
            return self._replace(constant=constant | {name: values[0]}, varying=varying)
        return self._replace(constant=constant, varying=varying | {name: values})


_UNITS_OF_CASH = (10_000, 1_000, 100, 10)
"""What cash can be whole numbers of, in store units, the coarsest first: units of currencies with few decimals."""


def encode(
    table: EventTable, frame: pl.DataFrame, deal: str, *, spelt: Collection[str] = frozenset()
) -> Columns | None:
    """Return the encoded columns, or None where a value is not of the plain kind that columns are checked for.

    ``spelt`` are fields that payloads name even where they say nothing (:func:`ledger.events.codec.spelt_out`); such
    payloads are to be read, and not to be stored.
    """
    polars = frames()
    if table.type not in COLUMN_TYPES or len(frame) < COLUMNS_FROM:
        return None
    known = REGISTRY[table.type]
    frame = with_plain_types(polars, known, frame)
    nulls = frame.null_count().row(0, named=True)
    checks, fields, literals = Checks(), {}, {"deal": codec.plain_json({"": deal})[4:-1]}
    for item in attrs.fields(attrs.resolve_types(known.kind)):
        if item.name == "deal":
            continue
        if nulls.get(item.name, len(frame)) == len(frame):
            if item.default is attrs.NOTHING:
                return None
            literals |= _same_in_all(known, item, spelt)
            continue
        if nulls[item.name] and item.default is not None:
            return None
        made = field_of(polars, known.name, item, frame[item.name], checks)
        if made is None:
            return None
        fields[item.name] = made
    if "loan" not in fields or nulls["loan"]:
        return None
    if known.name == BOARDING and "balance_in_group" in fields:
        _check_counted_once(polars, fields, checks)
    if "restates" in fields:
        checks.require(~polars.col("restates").any())
    codes = [item.name for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    varying = [name for name in ("effective_date", "due_date", *codes) if name in fields]
    for name in varying:
        checks.ask(f"one {name}", (polars.col(name) == polars.col(name).first()).all())
    _ask_of_cash(polars, checks)
    answers = frame.select(checks.asked).row(0, named=True)
    if not all(answers[name] for name in checks.required):
        return None
    varying = [name for name in varying if not answers[f"one {name}"]]
    first = frame.unique(varying, keep="first", maintain_order=True) if varying else frame.head(1)
    payload = _payload(polars, known, frame, fields, literals, answers, spelt)
    return _columns(polars, known, frame, fields, payload, answers, list(as_events(table, first, deal)))


def _same_in_all(known: EventType, item: attrs.Attribute[Any], spelt: Collection[str]) -> dict[str, str]:
    """Return what is written of a field that no event gives: nothing where it is not known and the class is sparse."""
    left_out = item.default is None and known.kind.sparse and item.name not in spelt
    return {} if left_out else {item.name: default_text(item.default)}


def _ask_of_cash(polars: Any, checks: Checks) -> None:
    """Look up which units all cash is whole numbers of."""
    for unit in _UNITS_OF_CASH:
        whole = [(units % unit == 0).fill_null(True).all() for units in checks.cash]
        checks.ask(f"cash by {unit}", polars.all_horizontal(whole) if whole else polars.lit(True))


def _check_counted_once(polars: Any, fields: dict[str, Field], checks: Checks) -> None:
    """Demand that loans inside a group balance brought forward are counted there alone."""
    elsewhere = polars.col("balance_in_group") == 0
    if "loan_count" in fields:
        beside = polars.col("loan_count") == 0
        if "balance" in fields:
            beside &= polars.col("balance") == 0
        elsewhere |= beside
    checks.require(elsewhere.all())


def _columns(
    polars: Any,
    known: EventType,
    frame: pl.DataFrame,
    fields: dict[str, Field],
    payload: Any,
    answers: dict[str, Any],
    first: list[Event],
) -> Columns:
    constant: dict[str, Any] = {}
    stored = {"event_id": polars.col("event_id"), "loan": polars.col("loan")}
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
    varying = {name: _values(made[name]) for name in stored}
    unit = next((unit for unit in _UNITS_OF_CASH if answers[f"cash by {unit}"]), 1)
    return Columns(known.name, Payloads(frame, payload), varying, constant, first, unit)


_FIT_LONG = frozenset({"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32"})
"""The types of numbers that a column of 64 bits with a sign holds every one of."""


def _values(column: pl.Series) -> Sequence[Any]:
    """Return the values of a column: numbers side by side, where an object each would take five times the room."""
    values: list[Any] = column.to_list()
    return array("q", values) if str(column.dtype) in _FIT_LONG and not column.null_count() else values


def _payload(
    polars: Any,
    known: EventType,
    frame: pl.DataFrame,
    fields: dict[str, Field],
    literals: dict[str, str],
    answers: dict[str, Any],
    spelt: Collection[str],
) -> Any:
    """Return the expression of the payloads, canonical but for the fields that are ``spelt`` all the same."""
    pieces: list[Any] = []
    text = f'{{"$type":"{known.name}","$version":{known.version}'
    for name in sorted(fields.keys() | literals.keys()):
        label = f',"{name}":'
        if name in literals:
            text += label + literals[name]
            continue
        written = fields[name].written(answers)
        if known.kind.sparse and name not in spelt and frame[name].null_count():
            # What is not known is left out together with its name.
            stated = polars.concat_str(polars.lit(label), written)
            unless_known = polars.when(polars.col(name).is_null()).then(polars.lit(""))
            pieces.extend((polars.lit(text), unless_known.otherwise(stated)))
        else:
            pieces.extend((polars.lit(text + label), written))
        text = ""
    pieces.append(polars.lit(text + "}"))
    return polars.concat_str(pieces)


def share_names(columns: Columns, known: dict[str, str]) -> Columns:
    """Return columns whose loans are the names in ``known``, which holds those of other columns; the rest are added.

    A month names every loan in each of its tables.
    """
    loans = [known.setdefault(loan, loan) for loan in columns.loans]
    return columns._replace(varying=columns.varying | {"loan": loans})


def event_ids(parts: Iterable[Columns | Sequence[Event]]) -> list[str]:
    """Return the ids of every event, in order."""
    return [
        name
        for part in parts
        for name in (part.event_ids if isinstance(part, Columns) else [event.event_id for event in part])
    ]
