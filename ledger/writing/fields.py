"""How each kind of field is checked, stored and written where events are encoded column by column.

What is not of the plain kind that a column is checked for has no answer here; single events decide it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import attrs

from ledger.events import base
from ledger.events.registry import EventType
from ledger.journal.movements import BOARDING
from ledger.values.dates import EARLIEST, LATEST, date_number
from ledger.values.identifiers import LONGEST
from ledger.values.money import LARGEST_AMOUNT, RATE_SCALE, SCALE, UNITS_PER_DOLLAR

if TYPE_CHECKING:
    import polars as pl

PLAIN_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:/#+()\-]*( [A-Za-z0-9._:/#+()\-]+)*$"
_PLAIN_TEXT = r"^[ !#-\[\]-~]*$"
_LONGEST_TEXT = 500
_LARGEST_UNITS = int(LARGEST_AMOUNT) * UNITS_PER_DOLLAR
_LONGEST_SPAN = dt.timedelta(days=4_000)
_HIGHEST_RATIO = 100
_LARGEST_FACTOR = 10**8


class Checks:
    """Conditions on the columns of a table, all looked up in one pass over it.

    ``cash`` are the amounts, in store units, that must be whole ones of the deal's currency.
    """

    def __init__(self) -> None:
        self.asked: list[pl.Expr] = []
        self.required: list[str] = []
        self.cash: list[pl.Expr] = []

    def require(self, condition: pl.Expr) -> None:
        """Demand a condition that holds for the column as a whole."""
        name = f"required {len(self.required)}"
        self.required.append(name)
        self.asked.append(condition.fill_null(True).alias(name))

    def ask(self, name: str, value: pl.Expr) -> None:
        """Look a value up, to be known by a name."""
        self.asked.append(value.alias(name))


class Field(NamedTuple):
    """How a field is stored and written: ``value`` in store units, ``written`` as in the canonical payload.

    ``written`` is called once the checks are answered.
    """

    value: pl.Expr
    written: Callable[[dict[str, Any]], pl.Expr]


def default_text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    return f'"{value}"'


def field_of(polars: Any, type_name: str, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    """Say how a column of an event type is stored by the kind of its field; None for values that are not plain."""
    if type_name == BOARDING and item.name in ("loan", "group"):
        return _new_names(polars, item, given, checks)
    make = _KINDS.get(item.validator)
    if make is not None:
        return make(polars, item, given, checks)
    members = _words(item)
    if members is None or given.dtype != polars.String:
        return None
    checks.require(polars.col(item.name).is_in([str(member.value) for member in members.values()]).all())
    return Field(polars.col(item.name), lambda _: _quoted(polars, given, polars.col(item.name)))


def _words(item: Any) -> dict[str, Any] | None:
    """Return the words that a field may hold, whether it must hold one or may be left out."""
    kinds = (item.type, *get_args(item.type))
    return next((found for kind in kinds if (found := getattr(kind, "__members__", None))), None)


def _quoted(polars: Any, given: pl.Series, text: Any) -> Any:
    return _or_null(polars, given, polars.concat_str(polars.lit('"'), text, polars.lit('"')))


def _or_null(polars: Any, given: pl.Series, written: Any) -> Any:
    if not given.null_count():
        return written
    return polars.when(polars.col(given.name).is_null()).then(polars.lit("null")).otherwise(written)


def _identifiers(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    if given.dtype != polars.String:
        return None
    # A loan, and so its group, is let in only under a name that the ledger holds already, which was looked at then.
    if item.name not in ("loan", "group"):
        return _new_names(polars, item, given, checks)
    column = polars.col(item.name)
    checks.require(column.str.len_bytes().min() > 0)
    return Field(column, lambda _: _quoted(polars, given, column))


def _new_names(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    if given.dtype != polars.String:
        return None
    column = polars.col(item.name)
    checks.require(column.str.contains(PLAIN_IDENTIFIER).all() & (column.str.len_bytes().max() <= LONGEST))
    return Field(column, lambda _: _quoted(polars, given, column))


def _texts(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    """Texts of letters and signs that JSON writes as they are."""
    if given.dtype != polars.String:
        return None
    column = polars.col(item.name)
    checks.require(column.str.contains(_PLAIN_TEXT).all() & (column.str.len_bytes().max() <= _LONGEST_TEXT))
    return Field(column, lambda _: _quoted(polars, given, column))


def _dates(polars: Any, item: Any, given: pl.Series, _: Checks) -> Field | None:
    """Where dates are few each is written once, and looked up by its distance from the earliest."""
    if given.dtype != polars.Date:
        return None
    earliest, latest = given.min(), given.max()
    assert isinstance(earliest, dt.date)
    assert isinstance(latest, dt.date)
    if earliest < EARLIEST or latest > LATEST:
        return None
    if latest - earliest > _LONGEST_SPAN:
        column = polars.col(item.name)
        number = column.dt.year().cast(polars.Int64) * 10_000 + column.dt.month() * 100 + column.dt.day()
        return Field(number, lambda _: _or_null(polars, given, column.dt.strftime('"%Y-%m-%d"')))
    days = [earliest + dt.timedelta(days=k) for k in range((latest - earliest).days + 1)]
    place = polars.col(item.name).to_physical() - polars.lit(earliest).to_physical()
    text = polars.Series([f'"{day.isoformat()}"' for day in days])
    value = polars.lit(polars.Series([date_number(day) for day in days])).gather(place)
    return Field(value, lambda _: _or_null(polars, given, polars.lit(text).gather(place)))


def _flags(polars: Any, item: Any, given: pl.Series, _: Checks) -> Field | None:
    if given.dtype != polars.Boolean:
        return None
    return Field(polars.col(item.name), lambda _: _or_null(polars, given, polars.col(item.name).cast(polars.String)))


def _counts(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    if not given.dtype.is_integer():
        return None
    column = polars.col(item.name)
    checks.require((column.min() >= 0) & (column.max() <= 10**9))
    return Field(column.cast(polars.Int64), lambda _: _or_null(polars, given, column.cast(polars.String)))


def _units(polars: Any, given: pl.Series, scale: int, most: int, checks: Checks) -> Any:
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


def _amounts(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    units = _units(polars, given, SCALE, _LARGEST_UNITS, checks)
    if units is None:
        return None
    name = f"{item.name} in whole cents"
    checks.ask(name, (units % 100 == 0).all())
    if item.validator is base.is_cash:
        checks.cash.append(units)
    return Field(units, lambda answers: _written_amount(polars, given, units, answers[name]))


def _written_amount(polars: Any, given: pl.Series, units: Any, whole_cents: bool) -> Any:
    """Two decimals, or as many as it needs: the canonical form of :func:`~ledger.values.money.amount`."""
    column = polars.col(given.name)
    text = column.cast(polars.Decimal(38, 2)).cast(polars.String)
    if not whole_cents:
        exact = column.cast(polars.Decimal(38, SCALE)).cast(polars.String)
        text = polars.when(units % 100 == 0).then(text).otherwise(exact.str.strip_chars_end("0"))
    return _quoted(polars, given, text)


def _rates(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    most = _HIGHEST_RATIO if item.name == "loan_to_value" else 1
    units = _units(polars, given, RATE_SCALE, most * 10**RATE_SCALE, checks)
    if units is None:
        return None
    if item.name == "note_rate" and item.validator is base.is_optional_rate:
        # A rate of nothing is compared with the loan's as any other; one that is not given is not.
        checks.require(polars.col(item.name).min() > 0)
    return Field(units, lambda _: _quoted(polars, given, _plain_number(polars, polars.col(item.name))))


def _plain_number(polars: Any, column: Any) -> Any:
    """Write a number without trailing zeros: the canonical form of :func:`~ledger.values.money.plain`."""
    exact = column.cast(polars.Decimal(38, RATE_SCALE)).cast(polars.String)
    return exact.str.strip_chars_end("0").str.strip_chars_end(".")


def _factors(polars: Any, item: Any, given: pl.Series, checks: Checks) -> Field | None:
    units = _units(polars, given, RATE_SCALE, _LARGEST_FACTOR * 10**RATE_SCALE, checks)
    if units is None:
        return None
    return Field(units, lambda _: _quoted(polars, given, _plain_number(polars, polars.col(item.name))))


_KINDS: dict[Any, Callable[[Any, Any, Any, Checks], Field | None]] = {
    base.is_identifier: _identifiers,
    base.is_optional_identifier: _identifiers,
    base.is_date: _dates,
    base.is_optional_date: _dates,
    base.is_flag: _flags,
    base.is_count: _counts,
    base.is_optional_count: _counts,
    base.is_text: _texts,
    base.is_factor: _factors,
    base.is_optional_factor: _factors,
    base.is_amount: _amounts,
    base.is_optional_amount: _amounts,
    base.is_cash: _amounts,
    base.is_rate: _rates,
    base.is_optional_rate: _rates,
}


_NUMBERS = {
    base.is_amount: SCALE,
    base.is_cash: SCALE,
    base.is_optional_amount: SCALE,
    base.is_rate: RATE_SCALE,
    base.is_optional_rate: RATE_SCALE,
    base.is_factor: RATE_SCALE,
    base.is_optional_factor: RATE_SCALE,
}
"""Kinds of fields that may be written as texts, and the decimals that their plain texts have at most."""

_DATES = (base.is_date, base.is_optional_date)
_PLAIN_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def with_plain_types(polars: Any, known: EventType, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with the numbers and dates that are written as texts read, column by column, where all are plain.

    What is written otherwise stays as it is. A text that is left out is its field's default.
    """
    changed = []
    for item in attrs.fields(known.kind):
        if item.name not in frame.columns or frame[item.name].dtype != polars.String:
            continue
        given, column = frame[item.name], polars.col(item.name)
        if item.validator in _NUMBERS:
            places = _NUMBERS[item.validator]
            if given.str.contains(rf"^(0|[1-9][0-9]{{0,12}})(\.[0-9]{{1,{places}}})?$").all():
                changed.append(column.cast(polars.Decimal(38, places)))
        elif item.validator in _DATES:
            read = given.str.to_date("%Y-%m-%d", strict=False)
            if given.str.contains(_PLAIN_DATE).all() and read.null_count() == given.null_count():
                changed.append(read.alias(item.name))
        elif item.validator is base.is_text and given.null_count() < len(given):
            changed.append(column.fill_null(item.default if isinstance(item.default, str) else None))
    return frame.with_columns(changed) if changed else frame
