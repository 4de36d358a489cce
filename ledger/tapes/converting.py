"""The columns of a tape become the fields of loans: column by column, each spelling of a value read once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs
from attrs import field

from ledger.errors import Violation
from ledger.tapes.cells import Value, is_unknown, says_percent, value
from ledger.tapes.frame import Frame, TapeTable
from ledger.tapes.map_checks import heading
from ledger.tapes.rows import column_at, positions, refusal
from ledger.tapes.tape_map import TapeMap, column_text, filter_parts
from ledger.values.money import BadValue

_TOTALS = re.compile(r"(?:(?:grand|sub|pool|overall|report)[\s-]*)?totals?\b.*|sum", re.IGNORECASE)
_SUMMARY = re.compile(r"(?:weighted )?(?:averages?|avg\.?|mean|median|minimum|maximum|count):?", re.IGNORECASE)
TOO_LOW = {"note_rate": Decimal("0.0025"), "loan_to_value": Decimal("0.02")}
"""Where ``percent_rates`` is true and no cell of the tape reaches this, the tape was not written in percentages."""

_REMEMBERED = 100_000
"""Spellings of one column that are remembered; where there are more, they are read as they come."""


@attrs.define(kw_only=True)
class ReadRow:
    """A row as it was read: where it stands in its part, and either its fields, what it breaks, or what it sums up."""

    at: int
    line: int
    fields: dict[str, Any] = field(factory=dict)
    violations: list[Violation] = field(factory=list)
    label: str = ""


@attrs.define(kw_only=True)
class Converter:
    """What turns the parts of one file into fields by its map.

    ``unsigned`` is the highest of every rate that says by no sign that it is a percentage, ``low`` the spelling of one
    that is below what any should be; ``filtered`` counts the rows that the filters pass over, ``unrated`` the loans
    with a blank where their servicing rate would stand.
    """

    tape: TapeMap
    table: TapeTable
    where: dict[str, int]
    filters: Sequence[tuple[int, frozenset[str], bool]]
    constants: Mapping[str, Value]
    remembered: dict[str, dict[str, Value | BadValue | None]] = field(factory=dict)
    unsigned: dict[str, Decimal] = field(factory=dict)
    low: dict[str, str] = field(factory=dict)
    filtered: int = 0
    unrated: int = 0

    @property
    def rated_by(self) -> str:
        """The field that the servicing rate is read of in this file; nothing where it is read of none."""
        return next((name for name in ("net_rate", "servicing_rate") if name in self.where), "")

    def rows(self, frame: Frame, places: Sequence[int]) -> Iterator[ReadRow]:
        """Yield rows of a part, in their order."""
        kept = [ReadRow(at=k, line=frame.lines[k]) for k in places]
        loans = []
        for row in kept:
            row.label = self._label(frame, row)
            if not row.label:
                loans.append(row)
                row.fields.update(self.constants)
        for name, column in self.where.items():
            self._convert(name, frame.columns[column], loans)
        yield from kept

    def kept(self, frame: Frame) -> Sequence[int]:
        """Return the places of the rows that the filters keep, and count the others."""
        found: Sequence[int] = range(len(frame.lines))
        for column, words, keeps in self.filters:
            texts = frame.columns[column]
            found = [k for k in found if (texts[k].strip() in words) == keeps]
        self.filtered += len(frame.lines) - len(found)
        return found

    def _label(self, frame: Frame, row: ReadRow) -> str:
        """Return what a row of totals is called; the name of another summary is refused."""
        loan = frame.columns[self.where["loan"]][row.at].strip()
        if loan:
            if _SUMMARY.fullmatch(loan):
                message = f"{loan!r} is the name of a summary and not of a loan; take the row out"
                row.violations.append(self.violation(row.line, "loan", "not_a_loan", message))
            return loan if _TOTALS.fullmatch(loan) else ""
        return next((text for column in frame.columns if _TOTALS.fullmatch(text := column[row.at].strip())), "")

    def _convert(self, name: str, texts: Sequence[str], loans: Sequence[ReadRow]) -> None:
        known = self.remembered.setdefault(name, {})
        for row in loans:
            text = texts[row.at].strip()
            if text in known:
                found = known[text]
            else:
                found = self.learn(name, text)
                if len(known) < _REMEMBERED:
                    known[text] = found
            if isinstance(found, BadValue):
                row.violations.append(self.violation(row.line, name, found.code, found.message))
            elif found is not None:
                row.fields[name] = found

    def learn(self, name: str, text: str) -> Value | BadValue | None:
        """Read a spelling of a field, and note how high a rate without a percent sign is."""
        found = self._read(name, text)
        watched = name in TOO_LOW and name not in self.tape.units
        if watched and isinstance(found, Decimal) and not says_percent(text):
            self.unsigned[name] = max(self.unsigned.get(name, Decimal(0)), found)
            if 0 < found < TOO_LOW[name]:
                self.low[name] = text
        return found

    def _read(self, name: str, text: str) -> Value | BadValue | None:
        if is_unknown(name, text, self.tape):
            return None
        try:
            return value(name, text, self.tape)
        except BadValue as fault:
            return fault

    def violation(self, line: int, name: str, code: str, message: str) -> Violation:
        """Return the refusal of a cell, by its file, line and column."""
        return Violation(f"{self.table.name}:{line}", self.tape.column_name(name), code, message)


def converter(table: TapeTable, tape: TapeMap) -> Converter:
    """Return what reads a table by a map; raises :class:`~ledger.errors.InvalidEvent` for columns that it lacks."""
    return Converter(
        tape=tape,
        table=table,
        where=positions(table.names, table.line, tape, table.name),
        filters=_filters(table, tape),
        constants=_constants(tape, table.name),
    )


def _filters(table: TapeTable, tape: TapeMap) -> list[tuple[int, frozenset[str], bool]]:
    found = []
    headings = [heading(item) for item in table.names]
    for item in tape.filters:
        column, words, keeps = filter_parts(item)
        at = column_at(headings, column, tape.header or bool(tape.layout))
        if len(at) != 1:
            told = "no column" if not at else f"{len(at)} columns"
            message = f"a filter is of the column {column_text(column)!r}, and the tape has {told} of this name"
            raise refusal(f"{table.name}:{table.line}", column_text(column), "missing", message)
        found.append((at[0], words, keeps))
    return found


def _constants(tape: TapeMap, name: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, text in tape.constants.items():
        try:
            read = value(key, text, tape)
        except BadValue as fault:
            raise refusal(name, key, fault.code, f"the constant of the map: {fault.message}") from None
        if read is not None:
            found[key] = read
    return found
