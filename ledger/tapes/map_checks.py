"""What makes a tape map one: every key of it is checked, and one that cannot be meant is refused by name."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ledger.errors import InvalidTerms
from ledger.tapes.fields import FIELDS, LOANS, MONTH, MONTH_FIELDS, NUMBERS, ONLY_OF_MONTH, UNITS
from ledger.values.money import SCALE

_GIVEN = {
    "event_id": "the id of the event is made from the deal and the loan",
    "deal": "the deal is given where the tape is read (--deal)",
    "effective_date": "the boarding date is given where the tape is read (--date)",
}
_NO_TEXT = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""Codecs of the language that no file is written in, and under which any file would be read as something."""

_PROBE = dt.date(2001, 11, 23)
_MOST_COLUMNS = 16_384


def heading(text: str) -> str:
    """Return the heading of a column with every run of white space as one space."""
    return " ".join(text.split())


def _number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_column(value: object) -> bool:
    """Say whether a value names a column: its heading, its number from one on, or several headings to choose from."""
    if isinstance(value, str):
        return bool(heading(value))
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(item, str) and heading(item) for item in value)
    return _number(value, 1, _MOST_COLUMNS)


def check_columns(columns: object) -> None:
    """Refuse columns that are no object of fields and the columns that hold them."""
    if not isinstance(columns, Mapping):
        message = f'must be an object of fields and column names ({{"loan": "Loan ID", ...}}), not {columns!r:.60}'
        raise InvalidTerms("columns", "malformed", message)
    for name, column in columns.items():
        where = f"columns.{name}"
        check_field(where, name)
        if not is_column(column):
            told = "must be the name of a column, a list of names of which the tape has one, or a number from 1 on"
            raise InvalidTerms(where, "not_text", f"{told}, not {column!r:.60}")
    if "net_rate" in columns and "servicing_rate" in columns:
        message = "the net rate gives the servicing rate already; map one of the two"
        raise InvalidTerms("columns.servicing_rate", "duplicate", message)


def check_of(of: object, fields: Iterable[str], *, joins: bool) -> None:
    """Refuse rows that are neither loans nor a month of them, and fields that rows of this kind have not."""
    if of not in (LOANS, MONTH):
        message = f'must be "{LOANS}" (rows are loans) or "{MONTH}" (rows are what a month did to them), not {of!r:.60}'
        raise InvalidTerms("of", "unknown", message)
    if of == MONTH and joins:
        raise InvalidTerms("join", "unknown", "a map of a month has no second file; take join out")
    for name in fields:
        fits = name in MONTH_FIELDS if of == MONTH else name not in ONLY_OF_MONTH
        if name in FIELDS and not fits:
            told = f'a map of "{of}" has no field {name!r}'
            more = f"it has {', '.join(sorted(MONTH_FIELDS))}" if of == MONTH else f'set of to "{MONTH}"'
            raise InvalidTerms(f"columns.{name}", "unknown", f"{told}; {more}")


def check_field(where: str, name: object) -> None:
    """Refuse what is no field that a tape can tell."""
    if name in _GIVEN:
        raise InvalidTerms(where, "unknown", f"{name} cannot come from a column: {_GIVEN[str(name)]}; take it out")
    if name not in FIELDS:
        raise InvalidTerms(where, "unknown", f"a tape has no field {name!r}; it has {', '.join(sorted(FIELDS))}")


def check_required(given: Iterable[str], required: Iterable[str]) -> None:
    """Refuse a map that has neither a column nor a constant for a field that every loan needs."""
    held = set(given)
    for name in required:
        if name not in held:
            message = f"a tape map needs a column for {name}, or a constant"
            raise InvalidTerms(f"columns.{name}", "missing", message)


def check_delimiter(delimiter: object) -> None:
    """Refuse what cannot stand between cells."""
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter.isalnum() or delimiter in " \r\n\"'.-+$%":
        message = f'must be one character that no value holds (",", "|", ";" or "\\t" for a tab), not {delimiter!r:.60}'
        raise InvalidTerms("delimiter", "malformed", message)


def check_quote(quote: object, delimiter: str) -> None:
    """Refuse what cannot stand around cells."""
    if quote is None or quote == "":
        return
    if not isinstance(quote, str) or len(quote) != 1 or quote.isalnum() or quote in " \r\n" or quote == delimiter:
        message = f'must be one character other than the delimiter ("\\""), or "" for none, not {quote!r:.60}'
        raise InvalidTerms("quote", "malformed", message)


def check_encoding(encoding: object) -> None:
    """Refuse what names no encoding of text."""
    try:
        if isinstance(encoding, str) and "1,a".encode(encoding) and codecs.lookup(encoding).name not in _NO_TEXT:
            return
    except (LookupError, ValueError):
        pass
    message = f'must name a text encoding ("utf-8", "latin-1", "cp1252", "utf-16"), not {encoding!r:.60}'
    raise InvalidTerms("encoding", "unknown", message)


def check_flag(name: str, value: object, told: str) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise InvalidTerms(name, "not_a_flag", f"must be {told}, not {value!r:.60}")


def check_dates(forms: object) -> None:
    """Refuse forms of dates that do not say month and year."""
    if not isinstance(forms, tuple) or not forms or not all(isinstance(form, str) for form in forms):
        raise InvalidTerms("date_formats", "malformed", f'must be a list such as ["%m/%d/%Y"], not {forms!r:.60}')
    for form in forms:
        try:
            read = dt.datetime.strptime(_PROBE.strftime(form), form)
        except ValueError:
            read = dt.datetime(1900, 1, 1)
        if (read.year, read.month) != (_PROBE.year, _PROBE.month):
            message = f"{form!r} does not say a month and a year; write one as strptime does, such as %m/%d/%Y or %m%Y"
            raise InvalidTerms("date_formats", "malformed", message)


def check_words(name: str, words: object, example: str) -> None:
    """Refuse what is no list of texts."""
    if not isinstance(words, tuple) or not all(isinstance(item, str) for item in words):
        raise InvalidTerms(name, "malformed", f"must be a list such as {example}, not {words!r:.60}")


def check_by_field(name: str, given: object, fits: Any, example: str, fields: Iterable[str] = FIELDS) -> None:
    """Refuse what is no object of fields, each with a value that ``fits`` it."""
    if not isinstance(given, Mapping):
        raise InvalidTerms(name, "malformed", f"must be an object such as {example}, not {given!r:.60}")
    allowed = frozenset(fields)
    for key, value in given.items():
        check_field(f"{name}.{key}", key)
        if key not in allowed:
            raise InvalidTerms(
                f"{name}.{key}", "unknown", f"{key} cannot have any; these can: {', '.join(sorted(allowed))}"
            )
        if not fits(value):
            raise InvalidTerms(f"{name}.{key}", "malformed", f"must be as in {example}, not {value!r:.60}")


def check_units(units: object) -> None:
    """Refuse units that nothing is measured in, or not the field that is given."""
    check_by_field("units", units, lambda unit: unit in UNITS, '{"margin": "basis points"}', NUMBERS)
    assert isinstance(units, Mapping)
    for name, unit in units.items():
        if name not in UNITS[unit][0]:
            fitting = [known for known, (fields, _) in UNITS.items() if name in fields]
            told = f"it can be in {', '.join(fitting)}" if fitting else "it has no unit"
            raise InvalidTerms(f"units.{name}", "unknown", f"{name} cannot be in {unit}; {told}")


def check_layout(layout: object) -> None:
    """Refuse a layout of fixed width whose columns have no place, or overlap."""
    example = '{"Loan Identifier": [38, 46]}'
    if not isinstance(layout, Mapping):
        raise InvalidTerms("layout", "malformed", f"must be an object such as {example}, not {layout!r:.60}")
    last = 0
    for name, place in sorted(layout.items(), key=lambda item: item[1] if isinstance(item[1], tuple) else (0, 0)):
        fits = isinstance(place, tuple) and len(place) == 2 and all(_number(item, 1, 1_000_000) for item in place)
        if not isinstance(name, str) or not heading(name) or not fits or place[0] > place[1]:
            message = f"must be the first and the last character of the column, counted from 1: {example}"
            raise InvalidTerms(f"layout.{name}", "malformed", f"{message}; not {place!r:.60}")
        if place[0] <= last:
            raise InvalidTerms(
                f"layout.{name}", "overlap", f"begins at {place[0]}, where the one before it still stands"
            )
        last = place[1]


def check_decimals(decimals: object) -> None:
    """Refuse implied decimals of what is no number."""
    check_by_field("decimals", decimals, lambda value: _number(value, 0, 12), '{"balance": 2}', NUMBERS)


def check_cells(cells: object) -> None:
    """Refuse what is no list of how many cells a row may have."""
    if not isinstance(cells, tuple) or not all(_number(item, 1, _MOST_COLUMNS) for item in cells):
        raise InvalidTerms("cells", "malformed", f"must be a list of numbers of cells such as [32], not {cells!r:.60}")


def check_filters(filters: object) -> None:
    """Refuse filters that name no column, or nothing to keep or to pass over."""
    example = '[{"column": "Status", "is": ["A"]}, {"column": "Lien", "is_not": ["2"]}]'
    if not isinstance(filters, tuple):
        raise InvalidTerms("filters", "malformed", f"must be a list such as {example}, not {filters!r:.60}")
    for k, item in enumerate(filters):
        asked = [key for key in ("is", "is_not") if isinstance(item, Mapping) and key in item]
        known = isinstance(item, Mapping) and set(item) <= {"column", "is", "is_not"} and is_column(item.get("column"))
        if not known or len(asked) != 1 or not _texts(item[asked[0]]):
            raise InvalidTerms(f"filters.{k}", "malformed", f"must be as in {example}, not {item!r:.60}")


def _texts(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, str) for item in value)


def check_cash_decimals(value: object) -> None:
    """Refuse decimals that no currency is paid in."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= SCALE:
        message = f"must be a whole number from 0 to {SCALE}: the decimals in which the deal's currency is paid"
        raise InvalidTerms("cash_decimals", "out_of_range", message)


def check_serial(serial: object) -> None:
    """Refuse what is none of the days that spreadsheets count from."""
    if serial not in ("", "1900", "1904"):
        message = f'must be "1900" or "1904", the year that the spreadsheet counts days from, or "", not {serial!r:.60}'
        raise InvalidTerms("serial_dates", "unknown", message)


def fits_codes(value: object) -> bool:
    """Say whether a value is a list of codes and what each means."""
    return isinstance(value, Mapping) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())


def fits_sentinels(value: object) -> bool:
    """Say whether a value is a list of texts that say that something is not known."""
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
