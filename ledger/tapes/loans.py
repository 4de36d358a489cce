"""The rows of a tape become loans, or are rejected: what is needed, what stands twice, what a second file adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import repeat
from typing import Any

import attrs
from attrs import field

from ledger.errors import InvalidEvent, Violation
from ledger.events.deal import LoanBoarded
from ledger.events.registry import BY_CLASS
from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.cells import EXACT, number, percent
from ledger.tapes.converting import TOO_LOW, Converter, ReadRow, converter
from ledger.tapes.fields import REQUIRED, UNITS
from ledger.tapes.frame import Frame, TapeTable
from ledger.tapes.plain import PlainRows, can_be_plain
from ledger.tapes.rows import refusal
from ledger.tapes.tape_map import TapeMap
from ledger.values.currency import is_paid_in
from ledger.values.limits import TAPE_LOANS
from ledger.values.money import BadValue

MOST_REFUSED = 10_000
"""Rows that are refused until a tape is read no further: by then the map is wrong, and not its rows."""

_COLUMNS_FROM = 64
"""From this many rows on it is worth the try to read them as columns."""

MOST_SET_ASIDE = 100_000
"""Rows that are set aside until a tape is read no further."""


_UNRATED = "no servicing fee is reckoned on them, so see that none is owed"


@attrs.frozen(kw_only=True)
class RejectedRow:
    """A row that gives no loan: its file and line, the columns of the file, its cells, and the rules that it breaks.

    ``second`` says that it is of the second file, so that the row of the first that it belongs to is rejected as well.
    """

    file: str
    line: int
    names: Sequence[str]
    cells: Sequence[str]
    violations: tuple[Violation, ...]
    second: bool = False


@attrs.define(kw_only=True)
class Loans:
    """What the files of a tape have given so far.

    ``faults`` are of a file and not of a row of it, so that no row of the tape can be relied on.
    """

    tape: TapeMap
    given: dict[str, Any]
    loans: BoardedLoans
    most: int = MOST_REFUSED
    by_columns: bool = False
    rejected: list[RejectedRow] = field(factory=list)
    faults: list[Violation] = field(factory=list)
    totals: list[tuple[str, int, str, Decimal]] = field(factory=list)
    rows: int = 0
    blank: int = 0
    filtered: int = 0
    stands: dict[str, tuple[str, int]] = field(factory=dict)
    second: dict[str, tuple[int, dict[str, Any]]] | None = None
    second_name: str = ""
    joined: set[str] = field(factory=set)
    converters: list[Converter] = field(factory=list)

    def join(self, table: TapeTable, tape: TapeMap) -> None:
        """Take the rows of the second file, to be joined to those of the first."""
        reading = converter(table, tape)
        self.converters.append(reading)
        self.second, self.second_name = {}, table.name
        try:
            for frame in table.frames:
                self._reject(frame, reading)
                for row in reading.rows(frame, reading.kept(frame)):
                    if not row.label and not row.violations and self._second_is_new(row, reading):
                        self.second[row.fields["loan"]] = (row.line, row.fields)
                    elif row.violations:
                        self._set_aside(row, frame, reading)
                self._check_number(table)
        except InvalidEvent as fault:
            self.faults.extend(fault.violations)

    def _second_is_new(self, row: ReadRow, reading: Converter) -> bool:
        assert self.second is not None
        loan = row.fields.get("loan")
        if loan is None:
            row.violations.append(reading.violation(row.line, "loan", "missing", "the row has no loan; fill the cell"))
        elif loan in self.second:
            told = f"loan {loan} stands on line {self.second[loan][0]} already; keep one row of it (--join-where)"
            row.violations.append(reading.violation(row.line, "loan", "duplicate", told))
        return not row.violations

    def take(self, table: TapeTable) -> Iterator[int]:
        """Take the rows of a file, yielding how many after every part."""
        reading = converter(table, self.tape)
        self.converters.append(reading)
        plain = None
        if self.by_columns and self.second is None and can_be_plain():
            plain = PlainRows(reading=reading, given=self.given)
        try:
            for frame in table.frames:
                self._take(frame, reading, plain)
                self._check_number(table)
                yield len(frame.lines) + len(frame.rejected) + frame.blank
        except InvalidEvent as fault:
            self.faults.extend(fault.violations)

    def _check_number(self, table: TapeTable) -> None:
        if len(self.rejected) > self.most:
            told = f"more than {self.most:,} rows are refused, so it is read no further; is the map of this file?"
            raise refusal(table.name, "", "too_many", told)
        if self.blank > TAPE_LOANS.value:
            raise refusal(table.name, "", "too_large", TAPE_LOANS.exceeded(f"{self.blank:,} blank rows"))
        if len(self.totals) > self.most:
            told = f"more than {self.most:,} rows are read as totals, so it is read no further; is the map right?"
            raise refusal(table.name, "", "too_many", told)
        held = max(len(self.loans), len(self.second or ()))
        if held > TAPE_LOANS.value:
            raise refusal(table.name, "", "too_large", TAPE_LOANS.exceeded(f"a tape of {held:,} loans and more"))

    def _take(self, frame: Frame, reading: Converter, plain: PlainRows | None) -> None:
        self.rows += len(frame.lines) + len(frame.rejected) + frame.blank
        self.blank += frame.blank
        first = len(self.rejected)
        self._reject(frame, reading)
        self._take_rows(frame, reading.kept(frame), reading, plain)
        self.rejected[first:] = sorted(self.rejected[first:], key=lambda item: item.line)

    def _take_rows(self, frame: Frame, places: Sequence[int], reading: Converter, plain: PlainRows | None) -> None:
        """Take rows of a part as columns where all are plain, else in halves, and the few that are left one by one."""
        if plain is not None and len(places) >= _COLUMNS_FROM:
            found = plain.loans(frame, places, self.stands)
            if found is not None:
                self.loans.add(found)
                name = reading.table.name
                lines = map(frame.lines.__getitem__, places)
                self.stands.update(zip(found["loan"].to_list(), zip(repeat(name), lines, strict=False), strict=True))
                return
            half = len(places) // 2
            self._take_rows(frame, places[:half], reading, plain)
            self._take_rows(frame, places[half:], reading, plain)
            return
        for row in reading.rows(frame, places):
            if row.label:
                self._total(row, frame, reading)
            elif not row.violations:
                self._board(row, reading)
            if row.violations:
                self._set_aside(row, frame, reading)

    def _reject(self, frame: Frame, reading: Converter) -> None:
        names = reading.table.names
        self.rejected += [
            RejectedRow(
                file=reading.table.name,
                line=item.line,
                names=names,
                cells=item.cells,
                violations=item.violations,
                second=reading.tape is not self.tape,
            )
            for item in frame.rejected
        ]

    def _set_aside(self, row: ReadRow, frame: Frame, reading: Converter) -> None:
        table = reading.table
        found = tuple(row.violations)
        names = () if frame.raw else table.names
        cells = frame.cells(row.at)
        second = reading.tape is not self.tape
        self.rejected.append(
            RejectedRow(file=table.name, line=row.line, names=names, cells=cells, violations=found, second=second)
        )

    def _total(self, row: ReadRow, frame: Frame, reading: Converter) -> None:
        at = reading.where.get("balance")
        text = "" if at is None else frame.columns[at][row.at].strip()
        if not text:
            message = f"{row.label!r} was read as a totals row, and it has no balance to compare; take the row out"
            row.violations.append(reading.violation(row.line, "balance", "missing", message))
            return
        try:
            whole = number(text, grouped=True)
        except BadValue as fault:
            message = f"{row.label!r} was read as a totals row: {fault.message}"
            row.violations.append(reading.violation(row.line, "balance", fault.code, message))
            return
        power = UNITS[self.tape.units.get("balance", "dollars")][1] - self.tape.decimals.get("balance", 0)
        whole = whole.scaleb(power, EXACT)
        self.totals.append((reading.table.name, row.line, row.label, whole))

    def _board(self, row: ReadRow, reading: Converter) -> None:
        held = row.fields
        if self.second is not None and "loan" in held:
            self._add_second(row, reading)
            if row.violations:
                return
        needed = (*REQUIRED, "group") if "group" not in self.given else REQUIRED
        row.violations += [
            reading.violation(row.line, name, "missing", f"the row has no {name}; fill the cell")
            for name in needed
            if name not in held
        ]
        if not row.violations:
            self._check_net(row, reading)
            self._check_cash(row, reading)
        if row.violations or not self._is_new(row, reading):
            return
        loan = held["loan"]
        try:
            self.loans.append(LoanBoarded(event_id=f"{self.given['deal']}/boarded/{loan}", **self.given, **held))
        except InvalidEvent as fault:
            row.violations += [self._placed(item, row.line, reading) for item in fault.violations]
        else:
            reading.unrated += reading.rated_by != "" and "servicing_rate" not in held

    def _add_second(self, row: ReadRow, reading: Converter) -> None:
        assert self.second is not None
        loan = row.fields["loan"]
        if loan not in self.second:
            told = f"loan {loan} has no row in {self.second_name} that could be read; add it, or take this one out"
            row.violations.append(reading.violation(row.line, "loan", "no_partner", told))
            return
        self.joined.add(loan)
        row.fields.update({name: value for name, value in self.second[loan][1].items() if name != "loan"})

    def _check_net(self, row: ReadRow, reading: Converter) -> None:
        net = row.fields.pop("net_rate", None)
        if net is None:
            return
        gross = row.fields["note_rate"]
        if net > gross:
            message = f"the net rate {percent(net)} is above the note rate {percent(gross)}; correct one of them"
            row.violations.append(reading.violation(row.line, "net_rate", "negative", message))
        row.fields["servicing_rate"] = EXACT.subtract(gross, net)

    def _check_cash(self, row: ReadRow, reading: Converter) -> None:
        for name in BY_CLASS[LoanBoarded].cash_fields:
            given = row.fields.get(name)
            if given is not None and not is_paid_in(given, self.tape.cash_decimals):
                told = f"{given} is finer than cash is paid; where it is paid so, the map says so (cash_decimals)"
                row.violations.append(reading.violation(row.line, name, "not_whole_cents", told))

    def _is_new(self, row: ReadRow, reading: Converter) -> bool:
        loan, here = row.fields["loan"], (reading.table.name, row.line)
        if loan not in self.stands:
            self.stands[loan] = here
            return True
        file, line = self.stands[loan]
        where = f"line {line}" if file == here[0] else f"line {line} of {file}"
        if (file, line) == here:
            where += ", in the same file given before,"
        message = f"loan {loan} stands on {where} already; take one of the two rows out"
        row.violations.append(reading.violation(row.line, "loan", "duplicate", message))
        return False

    def _placed(self, item: Violation, line: int, reading: Converter) -> Violation:
        names = {"event_id": "loan"}
        if "net_rate" in self.tape.columns:
            names["servicing_rate"] = "net_rate"
        name = names.get(item.field, item.field)
        message = item.message if item.field == name else f"{item.field}: {item.message}"
        return reading.violation(line, name, item.code, message)

    @property
    def unmatched(self) -> int:
        """How many loans of the second file the first does not have."""
        return len(self.second) - len(self.joined) if self.second is not None else 0

    def mixed(self) -> Iterator[str]:
        """Yield what is to be said of columns in which some rates seem to be fractions, and the others percentages."""
        for reading in self.converters:
            for name, text in reading.low.items():
                if reading.tape.percent_rates and reading.unsigned[name] >= TOO_LOW[name]:
                    column, bound = reading.tape.column_name(name), percent(TOO_LOW[name])
                    told = f"the column {column!r} holds {text!r} beside rates of {bound} and more"
                    yield f"{reading.table.name}: {told}; see that it is no fraction among percentages"

    def unrated(self) -> Iterator[str]:
        """Yield how many loans of each file have a blank where their servicing rate would stand, or no such column."""
        for reading in self.converters:
            if reading.unrated:
                loans = "1 loan has" if reading.unrated == 1 else f"{reading.unrated:,} loans have"
                told = f"{loans} nothing in the column {reading.tape.column_name(reading.rated_by)!r}"
                yield f"{reading.table.name}: {told}; {_UNRATED}"
        fields = {*self.tape.fields, *(self.tape.join.fields if self.tape.join is not None else ())}
        if self.loans and fields.isdisjoint(("net_rate", "servicing_rate")):
            yield f"no column of the map gives the loans a servicing rate; {_UNRATED}"

    def end(self) -> None:
        """Add up what the files were passed over."""
        self.filtered = sum(reading.filtered for reading in self.converters)

    def violations(self) -> Iterator[Violation]:
        """Yield everything that is wrong with rows, and then with files."""
        for row in self.rejected:
            yield from row.violations
        yield from self.faults

    def of_the_whole(self) -> list[Violation]:
        """Return what is wrong with the tape as a whole: no loan, or rates that are no percentages."""
        table = self.converters[-1].table if self.converters else None
        if not self.loans and table is not None:
            told = "the tape holds no loan: no row below the header is one"
            if self.filtered:
                told += f", or the filters pass over it ({self.filtered} rows)"
            refused = [item for row in self.rejected for item in row.violations]
            return [*refused, Violation(f"{table.name}:{table.line}", "", "empty", told)]
        return [item for reading in self.converters for item in _not_percent(reading)]


def _not_percent(reading: Converter) -> Iterator[Violation]:
    for name, highest in reading.unsigned.items():
        if reading.tape.percent_rates and 0 < highest < TOO_LOW[name]:
            message = (
                f"percent_rates is true, and no {name} of the tape reaches {percent(TOO_LOW[name])} (the highest "
                f"is {percent(highest)}): set percent_rates to false if 0.045 means 4.5%, or write % signs"
            )
            yield reading.violation(reading.table.line, name, "not_percent", message)
