"""Reading a loan tape: one delimited row a loan, columns named by a map.

Nothing is guessed: a column the map names and the tape lacks is refused, and so is every row with a value that its
field cannot hold. Either every loan of the tape becomes an event or none does.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

import attrs
from attrs import field

from ledger.errors import InvalidEvent, InvalidTerms, Violation
from ledger.events.deal import LoanBoarded

RATES = frozenset({"note_rate", "net_rate", "margin", "max_rate", "min_rate", "cap_up", "cap_down", "servicing_rate"})
COUNTS = frozenset({"original_term_months", "remaining_term_months"})
DATES = frozenset({"origination_date", "paid_to_date"})
REQUIRED = frozenset({"loan", "balance", "note_rate"})
FIELDS = frozenset({item.name for item in attrs.fields(LoanBoarded)} | {"net_rate"})
"""What a column may be mapped to: the fields of a boarding event, and the net rate (the servicing rate follows)."""


def _forms(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class TapeMap:
    """Which column of a tape holds which field of :class:`~ledger.LoanBoarded`.

    ``percent_rates`` says that rates (and loan to value) are written as percentages. ``date_formats`` are tried in
    order.
    """

    columns: Mapping[str, str]
    delimiter: str = ","
    percent_rates: bool = True
    date_formats: tuple[str, ...] = field(default=("%Y-%m-%d", "%m/%d/%Y"), converter=_forms)

    def __attrs_post_init__(self) -> None:
        unknown = sorted(set(self.columns) - FIELDS)
        if unknown:
            raise InvalidTerms(f"columns.{unknown[0]}", "unknown", f"a loan has no field {unknown[0]!r}")
        missing = sorted(REQUIRED - set(self.columns))
        if missing:
            raise InvalidTerms(f"columns.{missing[0]}", "missing", f"a tape map needs a column for {missing[0]}")


def tape_map_from_json(text: str) -> TapeMap:
    """Return the tape map that a JSON document describes; raises :class:`~ledger.errors.InvalidTerms`."""
    try:
        raw = json.loads(text)
        return TapeMap(**raw)
    except (ValueError, TypeError) as fault:
        raise InvalidTerms("tape map", "malformed_json", str(fault)) from None


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


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None


def _rate(text: str, tape: TapeMap) -> Decimal:
    number = _number(text.removesuffix("%"))
    return number / 100 if tape.percent_rates else number


def _date(text: str, tape: TapeMap) -> dt.date:
    for form in tape.date_formats:
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not a date of the form {' or '.join(tape.date_formats)}")


def _value(name: str, text: str, tape: TapeMap) -> Any:
    if name in RATES or name == "loan_to_value":
        return _rate(text, tape)
    if name in COUNTS:
        number = _number(text)
        if number != int(number):
            raise ValueError(f"{text!r} is not a whole number of months")
        return int(number)
    if name in DATES:
        return _date(text, tape)
    return text.replace(",", "") if name in ("balance", "original_balance") else text


def _fields(row: Mapping[str, str], tape: TapeMap, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, column in tape.columns.items():
        text = (row.get(column) or "").strip()
        if not text:
            continue
        try:
            found[name] = _value(name, text, tape)
        except ValueError as fault:
            raise InvalidEvent([Violation(where, column, "not_a_number", str(fault))]) from None
    net = found.pop("net_rate", None)
    if net is not None and "note_rate" in found:
        found["servicing_rate"] = found["note_rate"] - net
    missing = sorted(REQUIRED - set(found))
    if missing:
        column = tape.columns[missing[0]]
        raise InvalidEvent([Violation(where, column, "missing", f"the row has no {missing[0]}")])
    return found


def loans_from_tape(
    lines: Iterable[str], tape: TapeMap, *, deal: str, group: str, effective_date: dt.date
) -> list[LoanBoarded]:
    """Return one boarding event for each row of a tape, in its order.

    Raises :class:`~ledger.errors.InvalidEvent` with a violation for every row and column that cannot be read, named by
    its line in the tape.
    """
    reader = csv.DictReader(lines, delimiter=tape.delimiter)
    lacking = [column for column in tape.columns.values() if column not in (reader.fieldnames or ())]
    if lacking:
        raise InvalidEvent([Violation("tape:1", lacking[0], "missing", f"the tape has no column {lacking[0]!r}")])
    loans: list[LoanBoarded] = []
    violations: list[Violation] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(reader, 2):
        where = f"tape:{number}"
        try:
            held = _fields(row, tape, where)
            first = seen.setdefault(held["loan"], number)
            if first != number:
                message = f"loan {held['loan']} stands on line {first} already"
                raise InvalidEvent([Violation(where, tape.columns["loan"], "duplicate", message)])
            event_id = f"{deal}/boarded/{held['loan']}"
            loans.append(LoanBoarded(event_id=event_id, deal=deal, group=group, effective_date=effective_date, **held))
        except InvalidEvent as fault:
            violations.extend(fault.violations)
    if violations or not loans:
        raise InvalidEvent(violations or [Violation("tape:1", "", "empty", "the tape holds no loan")])
    return loans
