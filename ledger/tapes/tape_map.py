"""A tape map: which column of a loan tape holds what, and how the tape is written. It is data, read from JSON."""

from __future__ import annotations

import codecs
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, cast

import attrs
from attrs import field

from ledger.errors import InvalidTerms

AMOUNTS = ("balance", "original_balance")
RATES = ("note_rate", "net_rate", "servicing_rate", "margin", "max_rate", "min_rate", "cap_up", "cap_down", "pmi_rate")
RATIOS = ("loan_to_value",)
COUNTS = ("original_term_months", "remaining_term_months")
MONTHS = ("remaining_amortization_months", "seasoning_months")
DATES = ("origination_date", "paid_to_date")
TEXTS = ("loan", "group", "state")
FIELDS = frozenset({*TEXTS, *AMOUNTS, *RATES, *RATIOS, *COUNTS, *MONTHS, *DATES})
"""What a column may be mapped to: what a tape says of a loan, and the net rate (the servicing rate follows from it)."""

REQUIRED = ("loan", "balance", "note_rate")
_GIVEN = {
    "event_id": "the id of the event is made from the deal and the loan",
    "deal": "the deal is given where the tape is read (--deal)",
    "effective_date": "the boarding date is given where the tape is read (--date)",
}
_NO_TEXT = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""Codecs of the language that no file is written in, and under which any file would be read as something."""

_PROBE = dt.date(2001, 11, 23)


def heading(text: str) -> str:
    """Return the heading of a column with every run of white space as one space."""
    return " ".join(text.split())


def _forms(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else cast("tuple[str, ...]", value)


@attrs.frozen(kw_only=True)
class TapeMap:
    """Which column of a tape holds which field of :class:`~ledger.LoanBoarded`, and how the tape is written.

    ``percent_rates`` says that rates (and loan to value) are percentages; a ``%`` sign in a cell says so whatever it
    is. ``date_formats`` are tried in order. ``quote`` is the character that cells may be quoted with and ``""`` says
    that none is; left out, it is ``"`` where the delimiter is a comma or a semicolon and none elsewhere.

    Raises :class:`~ledger.errors.InvalidTerms` naming the key.
    """

    columns: Mapping[str, str]
    delimiter: str = ","
    quote: str | None = None
    encoding: str = "utf-8"
    percent_rates: bool = True
    date_formats: tuple[str, ...] = field(default=("%Y-%m-%d", "%m/%d/%Y"), converter=_forms)

    def __attrs_post_init__(self) -> None:
        _check_columns(self.columns)
        _check_delimiter(self.delimiter)
        _check_quote(self.quote, self.delimiter)
        _check_encoding(self.encoding)
        _check_percent(self.percent_rates)
        _check_dates(self.date_formats)

    @property
    def quoted_with(self) -> str:
        """The character that cells may be quoted with; empty where a quote is a character like any other."""
        if self.quote is not None:
            return self.quote
        return '"' if self.delimiter in ",;" else ""


def _check_columns(columns: object) -> None:
    if not isinstance(columns, Mapping):
        message = f'must be an object of fields and column names ({{"loan": "Loan ID", ...}}), not {columns!r:.60}'
        raise InvalidTerms("columns", "malformed", message)
    for name, column in columns.items():
        where = f"columns.{name}"
        if name in _GIVEN:
            raise InvalidTerms(where, "unknown", f"{name} cannot come from a column: {_GIVEN[name]}; take it out")
        if name not in FIELDS:
            raise InvalidTerms(where, "unknown", f"a tape has no field {name!r}; it has {', '.join(sorted(FIELDS))}")
        if not isinstance(column, str) or not heading(column):
            raise InvalidTerms(where, "not_text", f"must be the name of a column, not {column!r:.60}")
    for name in REQUIRED:
        if name not in columns:
            raise InvalidTerms(f"columns.{name}", "missing", f"a tape map needs a column for {name}")
    if "net_rate" in columns and "servicing_rate" in columns:
        message = "the net rate gives the servicing rate already; map one of the two"
        raise InvalidTerms("columns.servicing_rate", "duplicate", message)


def _check_delimiter(delimiter: object) -> None:
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter.isalnum() or delimiter in " \r\n\"'.-+$%":
        message = f'must be one character that no value holds (",", "|", ";" or "\\t" for a tab), not {delimiter!r:.60}'
        raise InvalidTerms("delimiter", "malformed", message)


def _check_quote(quote: object, delimiter: str) -> None:
    if quote is None or quote == "":
        return
    if not isinstance(quote, str) or len(quote) != 1 or quote.isalnum() or quote in " \r\n" or quote == delimiter:
        message = f'must be one character other than the delimiter ("\\""), or "" for none, not {quote!r:.60}'
        raise InvalidTerms("quote", "malformed", message)


def _check_encoding(encoding: object) -> None:
    try:
        if isinstance(encoding, str) and "1,a".encode(encoding) and codecs.lookup(encoding).name not in _NO_TEXT:
            return
    except (LookupError, ValueError):
        pass
    message = f'must name a text encoding ("utf-8", "latin-1", "cp1252", "utf-16"), not {encoding!r:.60}'
    raise InvalidTerms("encoding", "unknown", message)


def _check_percent(percent: object) -> None:
    if not isinstance(percent, bool):
        message = f"must be true (4.5 is 4.5%) or false (0.045 is 4.5%), not {percent!r:.60}"
        raise InvalidTerms("percent_rates", "not_a_flag", message)


def _check_dates(forms: object) -> None:
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
    if not isinstance(raw, dict):
        raise InvalidTerms("tape map", "malformed", f"must be a JSON object with the key columns, not {raw!r:.60}")
    known = [item.name for item in attrs.fields(TapeMap)]
    for key in raw:
        if key not in known:
            raise InvalidTerms(key, "unknown", f"a map has no key {key!r:.60}; it has {', '.join(known)}")
    if "columns" not in raw:
        raise InvalidTerms("columns", "missing", "a map needs the key columns: fields and the columns that hold them")
    return TapeMap(**raw)


def shipped_maps() -> list[str]:
    """Return the names of the maps shipped with the product."""
    return sorted(
        item.name.removesuffix(".json") for item in files(__package__).iterdir() if item.name.endswith(".json")
    )


def shipped_map(name: str) -> TapeMap:
    """Return a map shipped with the product; raises :class:`~ledger.errors.InvalidTerms` for an unknown name."""
    if name not in shipped_maps():
        raise InvalidTerms("tape map", "unknown", f"{name!r} is none of {', '.join(shipped_maps())}")
    return tape_map_from_json((files(__package__) / f"{name}.json").read_text(encoding="utf-8"))
