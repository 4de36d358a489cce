"""A first map for a file, proposed from its header and its first rows, with the reason for every line of it.

A proposal is to be read and edited. It takes a column for a field only by what its heading says, and says what it is
not sure of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import attrs
from attrs import field

from ledger.errors import InvalidEvent
from ledger.tapes.cells import number, read_date
from ledger.tapes.converting import converter
from ledger.tapes.fields import DATES, LOANS, NUMBERS, RATES, REQUIRED
from ledger.tapes.frame import Frame, TapeTable, delimited
from ledger.tapes.headings import HEADINGS, normal, written_out
from ledger.tapes.kinds import TEXT
from ledger.tapes.lines import text_lines
from ledger.tapes.opening import table_of
from ledger.tapes.rows import refusal
from ledger.tapes.tape_map import TapeMap, column_text, shipped_map, shipped_maps
from ledger.tapes.unpacking import unpacked
from ledger.values.money import BadValue

_DELIMITERS = ("|", "\t", ";", ",")
_LINES = 300
_NULL_WORDS = frozenset({"na", "n/a", "nan", "null", "none", "nav", "nap", "-", ".", "#n/a", "unknown"})
_FORMS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%Y%m%d",
    "%m%d%Y",
    "%Y%m",
    "%m%Y",
    "%m/%Y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
)
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_ANY = TapeMap(columns={"loan": "loan", "balance": "balance", "note_rate": "note_rate"})
_NOT_AVAILABLE = {"loan_to_value": "999"}


def _tuple(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(reasons)


@attrs.frozen(kw_only=True)
class Guess:
    """A proposed map: its keys as JSON has them, the reasons line by line, and whether it is one as it stands."""

    keys: Mapping[str, Any]
    reasons: tuple[str, ...] = field(converter=_tuple)
    complete: bool


def guessed_map(
    file: BinaryIO, name: str, *, encoding: str = "utf-8", sheet: str | None = None, member: str | None = None
) -> Guess:
    """Propose a map for a file; raises :class:`~ledger.errors.InvalidEvent` for what is no tape."""
    with unpacked(file, name, member) as (kind, inside, stream):
        if kind != TEXT:
            table = table_of(kind, inside, stream, _ANY, sheet, (), titled=False)
            return _by_headings(table, _first_part(table), {})
        lines = _first(text_lines(stream, encoding, inside, lambda _: None))
    if not lines:
        raise refusal(f"{name}:1", "", "empty", "the tape is empty: it has no header and no rows")
    delimiter = max(_DELIMITERS, key=lambda sign: min(line.count(sign) for line in lines[:2]))
    written: dict[str, Any] = {"delimiter": delimiter} if delimiter != "," else {}
    if encoding != "utf-8":
        written["encoding"] = encoding
    table = delimited(lines, attrs.evolve(_ANY, delimiter=delimiter), inside, titled=False)
    if any(re.search("[A-Za-z]{3}", cell) and not re.search("[0-9]{3}", cell) for cell in table.names[:4]) or not any(
        re.search("[0-9]", cell) for cell in table.names
    ):
        return _by_headings(table, _first_part(table), written)
    return _by_position(lines, len(table.names), delimiter)


def _first_part(table: TapeTable) -> Frame:
    return next(table.frames, Frame(columns=((),) * len(table.names), lines=()))


def _first(lines: Iterator[str]) -> list[str]:
    found = []
    for line in lines:
        if line.strip():
            found.append(line)
        if len(found) == _LINES:
            break
    return found


def _by_position(lines: Sequence[str], width: int, delimiter: str) -> Guess:
    """Propose the shipped map of files without a header that reads these lines best."""
    best: tuple[float, str] = (0.0, "")
    for name in shipped_maps():
        tape = shipped_map(name)
        if tape.of != LOANS:
            continue
        if tape.header or tape.join is not None or tape.delimiter != delimiter or width not in tape.cells:
            continue
        try:
            table = delimited(lines, tape, name)
            rows = [
                row
                for frame in table.frames
                for row in converter(table, attrs.evolve(tape, filters=())).rows(frame, range(len(frame.lines)))
            ]
        except InvalidEvent:
            continue
        good = sum(not row.violations and {*REQUIRED} <= row.fields.keys() for row in rows) / max(len(rows), 1)
        best = max(best, (good, name))
    if best[0] < 0.5:
        reason = (
            f"the first line is no header ({width} cells), and no shipped map reads it: number the columns yourself"
        )
        keys = {"header": False, "delimiter": delimiter, "columns": dict.fromkeys(REQUIRED, 0)}
        return Guess(keys=keys, reasons=(reason,), complete=False)
    tape = shipped_map(best[1])
    reasons = [f"the first line is no header; {width} cells, and --map {best[1]} reads {best[0]:.0%} of the first rows"]
    reasons += [f"{field}: {column_text(column)}" for field, column in tape.columns.items()]
    keys = {"header": False, "delimiter": delimiter, "cells": [width], "columns": dict(tape.columns)}
    keys |= {"percent_rates": tape.percent_rates, "date_formats": list(tape.date_formats)}
    keys |= {name: getattr(tape, name) for name in ("codes", "sentinels") if getattr(tape, name)}
    return Guess(keys=keys, reasons=reasons, complete=True)


def _by_headings(table: TapeTable, frame: Frame, written: Mapping[str, Any]) -> Guess:
    shipped = _shipped_for(table)
    if shipped is not None:
        held = {normal(name) for name in table.names}
        tape = shipped_map(shipped)
        columns = {key: column for key, column in tape.columns.items() if _is_held(column, held)}
        kept = [
            key for key in ("percent_rates", "date_formats", "codes", "sentinels", "null_words") if getattr(tape, key)
        ]
        keys = {**written, **{key: getattr(tape, key) for key in kept}, "percent_rates": tape.percent_rates}
        reasons = [f"the headings are those of {shipped}: --map {shipped} reads it; these are its lines, to be edited"]
        reasons += [f"{key}: {column_text(column)!r}" for key, column in columns.items()]
        return Guess(keys={**keys, "columns": columns}, reasons=reasons, complete=True)
    named, reasons = _columns(table.names)
    texts = {key: _said(table, frame, column) for key, column in named.items()}
    keys = {**written, **_spellings(texts, reasons)}
    missing = [name for name in REQUIRED if name not in named]
    reasons += [f"{name}: no heading says it, and a map needs it; put the column's heading there" for name in missing]
    keys["columns"] = {**named, **dict.fromkeys(missing, "?")}
    return Guess(keys=keys, reasons=reasons, complete=not missing)


def _is_held(column: object, held: set[str]) -> bool:
    names = (column,) if isinstance(column, str) else column if isinstance(column, tuple) else ()
    return any(normal(str(name)) in held for name in names)


def _shipped_for(table: TapeTable) -> str | None:
    held = {normal(name) for name in table.names}
    for name in shipped_maps():
        tape = shipped_map(name)
        if tape.of != LOANS:
            continue
        if tape.header and all(
            _is_held(column, held) for key, column in tape.columns.items() if key not in tape.optional
        ):
            return name
    return None


def _columns(names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    reasons: list[str] = []
    spoken = {written_out(name): name for name in reversed(names) if name.strip()}
    for key, headings in HEADINGS.items():
        held = dict.fromkeys(spoken[said] for said in map(written_out, headings) if said in spoken)
        fitting = [name for name in held if name not in found.values()]
        if fitting:
            found[key] = fitting[0]
            others = f"; {', '.join(map(repr, fitting[1:]))} may be it as well" if fitting[1:] else ""
            reasons.append(f"{key}: {fitting[0]!r} is what it is called{others}")
    if "net_rate" in found and "servicing_rate" in found:
        reasons.append(f"servicing_rate: {found.pop('servicing_rate')!r} is left out, for the net rate gives it")
    left = [name for name in names if name.strip() and name not in found.values()]
    if left:
        reasons.append(f"not taken: {', '.join(map(repr, left[:30]))}")
    return found, reasons


def _said(table: TapeTable, frame: Frame, column: str) -> list[str]:
    return [text.strip() for text in frame.columns[table.names.index(column)] if text.strip()]


def _spellings(texts: Mapping[str, Sequence[str]], reasons: list[str]) -> dict[str, Any]:
    """Return how rates, dates and what is not known seem to be written."""
    keys: dict[str, Any] = {}
    words = {text for key in (*NUMBERS, *DATES) for text in texts.get(key, ()) if text.lower() in _NULL_WORDS}
    if words:
        keys["null_words"] = sorted(words)
        reasons.append(f"null_words: {', '.join(sorted(words))} stand where numbers or dates belong")
    rates = [found for key in RATES for text in texts.get(key, ()) if (found := _number(text.rstrip("%"))) is not None]
    if rates:
        keys["percent_rates"] = max(rates) >= Decimal("0.25")
        reasons.append(f"percent_rates: the highest rate of the first rows is {max(rates)}")
    dates = [text for key in DATES for text in texts.get(key, ()) if text not in words]
    if dates and all(_SERIAL.fullmatch(text) for text in dates):
        keys["serial_dates"] = "1900"
        reasons.append(
            "serial_dates: the dates are numbers of days as a spreadsheet counts them, from 1900 as Excel does"
        )
    elif dates:
        keys["date_formats"] = _forms(dates, reasons)
    for key, sign in _NOT_AVAILABLE.items():
        if sign in texts.get(key, ()):
            keys.setdefault("sentinels", {})[key] = [sign]
            reasons.append(f"sentinels: {sign} of {key} says that it is not available")
    return keys


def _number(text: str) -> Decimal | None:
    try:
        return number(text.strip())
    except BadValue:
        return None


def _forms(dates: Sequence[str], reasons: list[str]) -> list[str]:
    fits = {form: sum(_reads(text, form) for text in dates) for form in _FORMS}
    whole = [form for form in _FORMS if fits[form] == len(dates)]
    if whole:
        others = f"; {' and '.join(whole[1:])} would as well, so look at a date" if whole[1:] else ""
        reasons.append(f"date_formats: {whole[0]} reads every date of the first rows{others}")
        return whole[:1]
    some = [form for form in _FORMS if fits[form]]
    told = f"{', '.join(some)} read some" if some else "write the form that they have"
    reasons.append(f"date_formats: no form reads all of them; {told}")
    return some or ["%m/%d/%Y"]


def _reads(text: str, form: str) -> bool:
    return read_date(text, form) is not None
