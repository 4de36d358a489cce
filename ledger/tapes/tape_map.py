"""A tape map: which column of a loan tape holds what, and how the tape is written. It is data, read from JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, cast

import attrs
from attrs import field

from ledger.errors import InvalidTerms
from ledger.tapes import map_checks as checks
from ledger.tapes.fields import LOANS, MONTH, MONTH_REQUIRED, REQUIRED
from ledger.values.currency import DOLLARS

Column = str | int | tuple[str, ...]
"""A column by its heading, by its number from one on, or by several headings of which the tape has one."""

SHIPPED = "maps"
"""The folder of the maps that are shipped."""


def _tuple(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else cast("tuple[str, ...]", value)


def _numbers(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else cast("tuple[int, ...]", value)


Filter = Mapping[str, str | int | Sequence[str]]
"""A column, and the texts that its rows have (``is``) or have not (``is_not``) to be read."""


def _filters(value: Iterable[Filter]) -> tuple[Filter, ...]:
    return tuple(value) if isinstance(value, list | tuple) else cast("tuple[Filter, ...]", value)


def _columns(value: Mapping[str, str | int | Sequence[str]]) -> Mapping[str, Column]:
    return cast("Mapping[str, Column]", _lists_as_tuples(value))


def _layout(value: Mapping[str, Sequence[int]]) -> Mapping[str, tuple[int, int]]:
    return cast("Mapping[str, tuple[int, int]]", _lists_as_tuples(value))


def _sentinels(value: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return cast("Mapping[str, tuple[str, ...]]", _lists_as_tuples(value))


def _lists_as_tuples(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}


@attrs.frozen(kw_only=True)
class TapeMap:
    """Which column of a tape holds which field of :class:`~ledger.LoanBoarded`, and how the tape is written.

    ``percent_rates`` says that rates (and loan to value) are percentages; a ``%`` sign in a cell says so whatever it
    is, and ``units`` for single fields. ``date_formats`` are tried in order. ``quote`` is the character that cells may
    be quoted with and ``""`` says that none is; left out, it is ``"`` where the delimiter is a comma or a semicolon and
    none elsewhere. Without a ``header`` columns go by number; ``layout`` says that the file has columns of fixed width.
    ``join`` is the map of a second file whose rows are joined to those of the first by loan. ``of`` says what the rows
    are: ``loans`` as they stand, or what a ``month`` did to them. Amounts have no more than ``cash_decimals``, those in
    which the deal's currency is paid.

    Raises :class:`~ledger.errors.InvalidTerms` naming the key.
    """

    columns: Mapping[str, Column] = field(converter=_columns)
    delimiter: str = ","
    quote: str | None = None
    encoding: str = "utf-8"
    percent_rates: bool = True
    date_formats: tuple[str, ...] = field(default=("%Y-%m-%d", "%m/%d/%Y"), converter=_tuple)
    header: bool = True
    cells: tuple[int, ...] = field(default=(), converter=_numbers)
    layout: Mapping[str, tuple[int, int]] = field(factory=dict, converter=_layout)
    decimals: Mapping[str, int] = field(factory=dict)
    optional: tuple[str, ...] = field(default=(), converter=_tuple)
    constants: Mapping[str, str] = field(factory=dict)
    null_words: tuple[str, ...] = field(default=(), converter=_tuple)
    sentinels: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=_sentinels)
    codes: Mapping[str, Mapping[str, str]] = field(factory=dict)
    units: Mapping[str, str] = field(factory=dict)
    serial_dates: str = ""
    cash_decimals: int = DOLLARS.decimals
    filters: tuple[Filter, ...] = field(default=(), converter=_filters)
    of: str = LOANS
    join: TapeMap | None = None
    joined: bool = field(default=False, eq=False)

    def __attrs_post_init__(self) -> None:
        checks.check_columns(self.columns)
        checks.check_of(self.of, self.fields, joins=self.join is not None)
        checks.check_delimiter(self.delimiter)
        checks.check_quote(self.quote, self.delimiter)
        checks.check_encoding(self.encoding)
        checks.check_flag("percent_rates", self.percent_rates, "true (4.5 is 4.5%) or false (0.045 is 4.5%)")
        checks.check_dates(self.date_formats)
        checks.check_flag("header", self.header, "true or false")
        checks.check_cells(self.cells)
        checks.check_layout(self.layout)
        checks.check_decimals(self.decimals)
        checks.check_words("optional", self.optional, '["margin"]')
        checks.check_by_field("constants", self.constants, lambda value: isinstance(value, str), '{"group": "one"}')
        checks.check_words("null_words", self.null_words, '["NA", "N/A"]')
        checks.check_by_field("sentinels", self.sentinels, checks.fits_sentinels, '{"loan_to_value": ["999"]}')
        checks.check_by_field("codes", self.codes, checks.fits_codes, '{"amortization_type": {"FRM": "fixed"}}')
        checks.check_units(self.units)
        checks.check_serial(self.serial_dates)
        checks.check_cash_decimals(self.cash_decimals)
        checks.check_filters(self.filters)
        self._check_together()

    def _check_together(self) -> None:
        for name in self.optional:
            checks.check_field(f"optional.{name}", name)
        for name in self.constants:
            if name in self.columns:
                message = "a column holds it, and a constant is given as well; drop one"
                raise InvalidTerms(f"constants.{name}", "duplicate", message)
        for name, column in self.columns.items():
            if isinstance(column, int) == (self.header or bool(self.layout)):
                message = f"without a header a column goes by its number, counted from 1, not {column!r:.60}"
                if isinstance(column, int):
                    message = (
                        f"must be the name of a column, not {column!r:.60}; numbers are for a file without a header"
                    )
                raise InvalidTerms(f"columns.{name}", "not_text", message)
        if self.joined:
            checks.check_required(self.fields, ["loan"])
            return
        inside = self.join.fields if self.join is not None else ()
        checks.check_required((*self.fields, *inside), MONTH_REQUIRED if self.of == MONTH else REQUIRED)
        if "loan" not in self.columns:
            raise InvalidTerms("columns.loan", "missing", "a tape map needs a column for loan: a constant cannot be it")
        for name in set(inside) & set(self.fields) - {"loan"}:
            message = f"both files have a column for {name}; take it from one of them"
            raise InvalidTerms(f"join.columns.{name}", "duplicate", message)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that this file gives, by a column or as a constant."""
        return (*self.columns, *self.constants)

    @property
    def quoted_with(self) -> str:
        """The character that cells may be quoted with; empty where a quote is a character like any other."""
        if self.quote is not None:
            return self.quote
        return '"' if self.delimiter in ",;" else ""

    def column_name(self, name: str) -> str:
        """Return what messages call the column of a field: its heading, or its number."""
        column = self.columns.get(name)
        if column is None and self.join is not None:
            return self.join.column_name(name)
        return column_text(name if column is None else column)


def filter_parts(item: Filter) -> tuple[Column, frozenset[str], bool]:
    """Return the column of a filter, its texts, and whether rows that have one of them are kept."""
    keeps = "is" in item
    column = item["column"]
    texts = cast("Sequence[str]", item["is" if keeps else "is_not"])
    return column if isinstance(column, str | int) else tuple(column), frozenset(texts), keeps


def column_text(column: Column) -> str:
    """Return what messages call a column."""
    if isinstance(column, int):
        return f"column {column}"
    return column if isinstance(column, str) else " or ".join(column)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidTerms(key, "duplicate", f"the map has the key {key!r} twice; keep one")
        found[key] = value
    return found


def tape_map_from_json(text: str) -> TapeMap:
    """Return the tape map that a JSON document describes; raises :class:`~ledger.errors.InvalidTerms`."""
    try:
        raw = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except InvalidTerms:
        raise
    except ValueError as fault:
        raise InvalidTerms("tape map", "malformed_json", f"it is not JSON: {fault}") from None
    except RecursionError:
        raise InvalidTerms("tape map", "malformed_json", "it is nested too deeply for a map") from None
    return _from_fields(raw, "")


MAP_KEYS = tuple(item.name for item in attrs.fields(TapeMap) if item.name != "joined")
"""The keys of a map, in the order in which they are described."""


def _from_fields(raw: Any, inside: str) -> TapeMap:
    if not isinstance(raw, dict):
        told = "must be a JSON object with the key columns"
        raise InvalidTerms(inside or "tape map", "malformed", f"{told}, not {raw!r:.60}")
    known = [name for name in MAP_KEYS if not (inside and name == "join")]
    for key in raw:
        if key not in known:
            raise InvalidTerms(key, "unknown", f"a map has no key {key!r:.60}; it has {', '.join(known)}")
    if "columns" not in raw:
        message = "a map needs the key columns: fields and the columns that hold them"
        raise InvalidTerms(f"{inside}columns", "missing", message)
    if raw.get("join") is not None:
        raw = {**raw, "join": _from_fields(raw["join"], "join.")}
    return TapeMap(**raw, joined=bool(inside))


def shipped_maps() -> list[str]:
    """Return the names of the maps shipped with the product."""
    held = (files(__package__) / SHIPPED).iterdir()
    return sorted(item.name.removesuffix(".json") for item in held if item.name.endswith(".json"))


def shipped_map(name: str) -> TapeMap:
    """Return a map shipped with the product; raises :class:`~ledger.errors.InvalidTerms` for an unknown name."""
    if name not in shipped_maps():
        raise InvalidTerms("tape map", "unknown", f"{name!r} is none of {', '.join(shipped_maps())}")
    return tape_map_from_json((files(__package__) / SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
