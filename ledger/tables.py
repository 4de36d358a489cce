"""Posting by columns: a month of a pool as tables, one row an event, under the same rules as single events.

What every loan does every month is checked and encoded column by column. Whatever that quick way cannot prove right in
full - an unusual value, a repeated event, a rule that might be broken - goes the way of single events, which decides it
and names what is wrong. Both ways write the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from ledger.dates import date_number
from ledger.errors import InvalidEvent, StoreError, Violation
from ledger.events import base, codec
from ledger.events.base import COMPONENTS, Event
from ledger.events.registry import REGISTRY, EventType
from ledger.identifiers import LONGEST
from ledger.money import LARGEST_AMOUNT, RATE_SCALE, SCALE, UNITS_PER_DOLLAR, plain
from ledger.movements import BALANCE_SIGN, REMOVALS
from ledger.rules import place
from ledger.state import DealState, Keys, concerns_advances

if TYPE_CHECKING:
    import polars as pl

COLUMNAR = (
    "scheduled_payment_due",
    "collection_received",
    "instalment_reported_delinquent",
    "curtailment_collected",
    "payoff_collected",
    "advance_made",
    "servicing_fee_withheld",
    "compensating_interest_paid",
    "loan_status_changed",
)
"""Event types that are posted column by column where they name loans; events of any other type go one by one."""

COLUMNS_FROM = 200
"""From this many rows on a table is worth encoding by columns; a shorter one goes event by event."""

_PLAIN_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:/#+()\-]*( [A-Za-z0-9._:/#+()\-]+)*$"
_LARGEST_UNITS = int(LARGEST_AMOUNT) * UNITS_PER_DOLLAR


class EventTable(NamedTuple):
    """Events of one type as a table: a Polars or Arrow table, or a mapping of columns, named by the event's fields.

    Amounts are decimals, or strings; rates are decimals as in 0.0625; dates are dates. The deal need not be a column.
    """

    type: str
    frame: Any


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
    frame: pl.DataFrame = table.frame if isinstance(table.frame, polars.DataFrame) else polars.DataFrame(table.frame)
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
    if "deal" in frame.columns and not (frame["deal"] == deal).all():
        faults.append(Violation(where, "deal", "other_deal", f"the table holds events of other deals than {deal}"))
    if faults:
        raise InvalidEvent(faults)
    return frame


def as_events(table: EventTable, frame: pl.DataFrame, deal: str) -> Iterator[Event]:
    """Yield the rows of a table as single events.

    Raises :class:`~ledger.errors.InvalidEvent` naming the event and the field.
    """
    kind = REGISTRY[table.type].kind
    for row in frame.iter_rows(named=True):
        yield kind(**{**{name: value for name, value in row.items() if not _absent(kind, name, value)}, "deal": deal})


def _absent(kind: type[Event], name: str, value: object) -> bool:
    """A null stands for a field's default where it has one."""
    return value is None and attrs.fields_dict(kind)[name].default is not attrs.NOTHING


class Columns(NamedTuple):
    """Events of one type, encoded: what the store needs of each, column by column; amounts in 0.0001 dollar."""

    type: str
    event_ids: list[str]
    dates: list[int]
    loans: list[str]
    groups: list[str]
    codes: list[str]
    components: list[list[int]]
    note_rates: list[int]
    servicing_rates: list[int]
    payloads: list[str]
    frame: pl.DataFrame


class Admitted(NamedTuple):
    """Columns that the rules let in, with the group and the distribution of every event."""

    columns: Columns
    groups: list[str]
    distributions: list[int]

    def rows(self, deal_key: int, sequence: int, previous: bytes, recorded_at: int) -> list[tuple[Any, ...]]:
        """Return the rows to insert after ``sequence``, each chained to the one before; as StoredRow, but bare."""
        held = self.columns
        count = len(held.event_ids)
        hashes: list[bytes] = []
        number, stamp, digest = sequence, b"|%d|" % recorded_at, sha256
        for distribution, payload in zip(self.distributions, held.payloads, strict=True):
            number += 1
            previous = digest(b"%b%d%b%d|%b" % (previous, number, stamp, distribution, payload.encode())).digest()
            hashes.append(previous)
        return list(
            zip(
                repeat(deal_key, count),
                range(sequence + 1, sequence + count + 1),
                held.event_ids,
                repeat(held.type),
                repeat(held.type),
                held.dates,
                self.distributions,
                held.loans,
                self.groups,
                repeat(""),
                held.codes,
                *held.components,
                held.note_rates,
                held.servicing_rates,
                repeat(None),
                repeat(recorded_at),
                held.payloads,
                hashes,
                strict=False,
            )
        )


def encode(table: EventTable, frame: pl.DataFrame, deal: str) -> Columns | None:
    """Return the encoded columns, or None where a value is not of the plain kind that columns are checked for."""
    polars = frames()
    if table.type not in COLUMNAR or len(frame) < COLUMNS_FROM:
        return None
    known = REGISTRY[table.type]
    written: dict[str, pl.Expr] = {}
    values: dict[str, pl.Series] = {}
    for item in attrs.fields(attrs.resolve_types(known.kind)):
        if item.name == "deal":
            written["deal"] = polars.lit(codec.plain_json({"": deal})[4:-1])
            continue
        given = frame[item.name] if item.name in frame.columns else None
        if given is None or given.null_count() == len(given):
            if item.default is attrs.NOTHING:
                return None
            written[item.name] = polars.lit(_default(item.default))
            continue
        if given.null_count() and item.default is not None:
            return None
        encoded = _encoded(polars, item, given)
        if encoded is None:
            return None
        values[item.name], written[item.name] = encoded[0].alias(item.name), encoded[1]
    loan = values.get("loan")
    if loan is None or loan.null_count() or values["event_id"].n_unique() != len(frame):
        return None
    if "restates" in values and values["restates"].any():
        return None
    return _columns(polars, known, values, written)


def _default(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    return f'"{value}"'


Encoded = tuple[Any, Any]
"""A field's values as the store keeps them, and the expression that writes them as in the canonical payload."""


def _encoded(polars: Any, item: Any, given: Any) -> Encoded | None:
    """Encode a column by the kind of its field; None for values that are not plain."""
    encoder = _ENCODERS.get(item.validator)
    if encoder is not None:
        return encoder(polars, item, given)
    words = _words(item)
    if words is not None and given.dtype == polars.String and given.is_in(words).all():
        return given, _quoted(polars, item.name)
    return None


def _quoted(polars: Any, name: str) -> Any:
    return polars.concat_str([polars.lit('"'), polars.col(name), polars.lit('"')])


def _or_null(polars: Any, name: str, written: Any) -> Any:
    return polars.when(polars.col(name).is_null()).then(polars.lit("null")).otherwise(written)


def _identifiers(polars: Any, item: Any, given: Any) -> Encoded | None:
    if given.dtype != polars.String:
        return None
    plain_names = given.drop_nulls()
    if not plain_names.str.contains(_PLAIN_IDENTIFIER).all() or plain_names.str.len_bytes().max() > LONGEST:
        return None
    return given, _or_null(polars, item.name, _quoted(polars, item.name))


def _dates(polars: Any, item: Any, given: Any) -> Encoded | None:
    if given.dtype != polars.Date or not given.drop_nulls().dt.year().is_between(1900, 2199).all():
        return None
    written = polars.col(item.name).dt.to_string("%Y-%m-%d")
    return given, _or_null(polars, item.name, polars.concat_str([polars.lit('"'), written, polars.lit('"')]))


def _flags(polars: Any, item: Any, given: Any) -> Encoded | None:
    return (given, polars.col(item.name).cast(polars.String)) if given.dtype == polars.Boolean else None


def _counts(polars: Any, item: Any, given: Any) -> Encoded | None:
    if not given.dtype.is_integer() or given.min() < 0 or given.max() > 10**9:
        return None
    return given.cast(polars.Int64), polars.col(item.name).cast(polars.String)


def _amounts(polars: Any, item: Any, given: Any) -> Encoded | None:
    units = _units(polars, given, SCALE)
    if units is None or units.min() < 0 or units.max() > _LARGEST_UNITS:
        return None
    if item.validator is base.is_cash and not (units % 100 == 0).all():
        return None
    return units, _written_amount(polars, item.name)


def _rates(polars: Any, item: Any, given: Any) -> Encoded | None:
    units = _units(polars, given, RATE_SCALE)
    if units is None or units.drop_nulls().min() < 0 or units.drop_nulls().max() > 100 * 10**RATE_SCALE:
        return None
    return units, _written_rate(polars, item.name, units)


_ENCODERS: dict[Any, Callable[[Any, Any, Any], Encoded | None]] = {
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


def _words(item: Any) -> list[str] | None:
    """Return the words that a field of one of a few words may hold; None for a field of another kind."""
    members = getattr(item.type, "__members__", None)
    return None if members is None else [str(member.value) for member in members.values()]


def _units(polars: Any, given: Any, scale: int) -> Any:
    """Return decimals or whole numbers as integers of the scale, exactly; None for other kinds of values."""
    if given.dtype.is_integer():
        return given.cast(polars.Int64) * 10**scale if given.abs().max() < 10 ** (18 - scale) else None
    if not given.dtype.is_decimal() or given.dtype.scale > scale:
        return None
    physical = given.cast(polars.Decimal(38, scale)).to_physical()
    return physical.cast(polars.Int64) if physical.drop_nulls().abs().max() < 2**62 else None


def _written_amount(polars: Any, name: str) -> Any:
    """Two decimals, or as many as it needs: the canonical form of :func:`~ledger.money.amount`."""
    units = polars.col(name)
    rest = units % UNITS_PER_DOLLAR
    decimals = (
        polars.when(rest % 100 == 0)
        .then((rest // 100).cast(polars.String).str.zfill(2))
        .when(rest % 10 == 0)
        .then((rest // 10).cast(polars.String).str.zfill(3))
        .otherwise(rest.cast(polars.String).str.zfill(4))
    )
    dollars = (units // UNITS_PER_DOLLAR).cast(polars.String)
    return polars.concat_str([polars.lit('"'), dollars, polars.lit("."), decimals, polars.lit('"')])


def _written_rate(polars: Any, name: str, units: Any) -> Any:
    """A pool bears few rates: each is written once, as :func:`~ledger.money.rate` writes it."""
    known = units.drop_nulls().unique()
    written = [f'"{plain(Decimal(int(value)).scaleb(-RATE_SCALE))}"' for value in known]
    return polars.col(name).replace_strict(known, written, default="null", return_dtype=polars.String)


def _columns(polars: Any, known: EventType, values: dict[str, Any], written: dict[str, Any]) -> Columns:
    frame = polars.DataFrame(list(values.values()))
    pieces: list[Any] = [polars.lit(f'{{"$type":"{known.name}","$version":{known.version}')]
    for name in sorted(written):
        pieces.extend((polars.lit(f',"{name}":'), written[name]))
    payloads = frame.select(polars.concat_str([*pieces, polars.lit("}")]).alias("payload"))["payload"].to_list()
    count = len(frame)

    def numbers(component: str) -> list[int]:
        field = known.component_fields.get(component)
        if field is None or field not in values:
            default = 0 if field is None else attrs.fields_dict(known.kind)[field].default
            return [int(default) if component == "loans" and isinstance(default, int) else 0] * count
        return values[field].fill_null(0).to_list()  # type: ignore[no-any-return]

    dates = values["effective_date"]
    day_numbers = (dates.dt.year().cast(polars.Int64) * 100 + dates.dt.month()) * 100 + dates.dt.day()
    coded = [item for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    parts = [values[item.name] if item.name in values else polars.Series([str(item.default)] * count) for item in coded]
    codes = (
        [":".join(each) for each in zip(*(part.to_list() for part in parts), strict=True)] if parts else [""] * count
    )
    group = values.get("group")
    return Columns(
        type=known.name,
        event_ids=values["event_id"].to_list(),
        dates=day_numbers.to_list(),
        loans=values["loan"].to_list(),
        groups=[""] * count if group is None else group.fill_null("").to_list(),
        codes=codes,
        components=[numbers(name) for name in COMPONENTS],
        note_rates=numbers("note_rate"),
        servicing_rates=numbers("servicing_rate"),
        payloads=payloads,
        frame=frame,
    )


def admit(columns: Columns, state: DealState, first_event: Sequence[Event]) -> Admitted | None:
    """Move the state by encoded columns; None where a rule might be broken, and then the state is of no more use.

    ``first_event`` holds one event for every combination of date and code, from which its distribution is told.
    """
    placed: dict[tuple[int, str], int] = {}
    for event, code in ((event, REGISTRY[event.name].keys(event)[3]) for event in first_event):
        found = place(event, columns.type, code, state)
        if not isinstance(found, int):
            return None
        placed[date_number(event.effective_date), code] = found
    groups = _admitted_groups(columns, state)
    if groups is None:
        return None
    keyed = list(zip(columns.dates, columns.codes, strict=True))
    distributions = [placed[key] for key in keyed]
    _move(columns, groups, distributions, state)
    return Admitted(columns, groups, distributions)


def _admitted_groups(columns: Columns, state: DealState) -> list[str] | None:
    """Check every loan and its balance, and return the groups of the loans."""
    held_loans, groups = state.loans, []
    leaves, reduces = columns.type in REMOVALS, BALANCE_SIGN.get(columns.type, 0) < 0
    principals, rates = columns.components[0], columns.note_rates
    counts = columns.components[-1]
    for k, loan in enumerate(columns.loans):
        held = held_loans.get(loan)
        if held is None or not held.group or columns.groups[k] not in ("", held.group):
            return None
        if reduces:
            principal = principals[k]
            if principal > held.balance or (rates[k] and held.note_rate and rates[k] != held.note_rate):
                return None
            if leaves:
                if held.on_books <= 0 or principal != held.balance:
                    return None
                held.on_books -= counts[k]
            held.balance -= principal
        groups.append(held.group)
    return groups


def _move(columns: Columns, groups: list[str], distributions: list[int], state: DealState) -> None:
    """Move what the state keeps by group, by date and by distribution, and the advances that are loaded."""
    polars = frames()
    sums = (
        polars.DataFrame(
            {
                "group": groups,
                "code": columns.codes,
                "date": columns.dates,
                "distribution": distributions,
                **dict(zip(COMPONENTS, columns.components, strict=True)),
            }
        )
        .group_by("group", "code", "date", "distribution")
        .sum()
    )
    for group, code, date, distribution, *components in sums.iter_rows():
        moved = tuple(components)
        state.apply_balances(columns.type, Keys("", group, "", code), moved)
        state.move_cash(columns.type, code, moved, date, distribution)
    if state.group_advances is None and not state.loan_advances:
        return
    components_by_row = zip(*columns.components, strict=True)
    rows = zip(columns.loans, groups, columns.codes, columns.dates, components_by_row, strict=True)
    for loan, group, code, date, parts in rows:
        if concerns_advances(columns.type, code):
            state.move_advances(columns.type, Keys(loan, group, "", code), parts, date)


def representatives(table: EventTable, frame: pl.DataFrame, deal: str) -> list[Event]:
    """Return one event for every combination of date and code in a table."""
    kind = REGISTRY[table.type].kind
    coded = [item.name for item in attrs.fields(kind) if item.metadata.get("dimension") == "code"]
    keys = ["effective_date", *(name for name in coded if name in frame.columns)]
    return list(as_events(table, frame.unique(keys, keep="first", maintain_order=True), deal))


def event_ids(parts: Iterable[Columns | list[Event]]) -> list[str]:
    """Return the ids of every event, in order."""
    return [
        name
        for part in parts
        for name in (part.event_ids if isinstance(part, Columns) else [event.event_id for event in part])
    ]
