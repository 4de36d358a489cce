"""Reading a loan tape: one delimited row a loan, columns named by a map.

Nothing is guessed: a column the map names and the tape lacks is refused, and so is every row with a value that its
field cannot hold. Either every loan of the tape becomes an event or none does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs
from attrs import field

from ledger.errors import InvalidEvent, Violation
from ledger.events.deal import LoanBoarded
from ledger.tapes.cells import EXACT, number, percent, says_percent, value
from ledger.tapes.rows import Row, is_blank, positions, refusal, rows
from ledger.tapes.tape_map import REQUIRED, TapeMap
from ledger.values.dates import checked_date
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue

_TOTALS = re.compile(r"(?:(?:grand|sub|pool|overall|report)[\s-]*)?totals?\b.*|sum", re.IGNORECASE)
_SUMMARY = re.compile(r"(?:weighted )?(?:averages?|avg\.?|mean|median|minimum|maximum|count):?", re.IGNORECASE)
TOO_LOW = {"note_rate": Decimal("0.0025"), "loan_to_value": Decimal("0.02")}
"""Where ``percent_rates`` is true and no cell of the tape reaches this, the tape was not written in percentages."""


@attrs.frozen(kw_only=True)
class TotalsRow:
    """A row that is no loan but the sum of them: its line, what it is called, and its balance."""

    line: int
    label: str
    balance: Decimal


@attrs.frozen(kw_only=True)
class TapeReading:
    """What a tape gave: its loans in its order, how many rows stand below the header, and those that are no loans."""

    loans: tuple[LoanBoarded, ...]
    rows: int
    blank: int
    totals: tuple[TotalsRow, ...] = ()

    @property
    def balance(self) -> Decimal:
        """The balances of the loans, added up."""
        return _sum(loan.balance for loan in self.loans)


def loans_from_tape(
    lines: Iterable[str], tape: TapeMap, *, deal: str, group: str | None = None, effective_date: dt.date
) -> list[LoanBoarded]:
    """Return one boarding event for each loan of a tape, in its order; :func:`read_tape` says what else there was.

    Raises :class:`~ledger.errors.InvalidEvent` with a violation for every row and column that cannot be read, named by
    its line in the tape.
    """
    return list(read_tape(lines, tape, deal=deal, group=group, effective_date=effective_date).loans)


def read_tape(
    lines: Iterable[str],
    tape: TapeMap,
    *,
    deal: str,
    group: str | None = None,
    effective_date: dt.date,
    name: str = "tape",
    loans: int | None = None,
    balance: Decimal | None = None,
) -> TapeReading:
    """Read a tape whole. ``group`` is given unless the map has a column for it; ``name`` is the tape's in messages.

    ``loans`` and ``balance`` are what the tape should hold: another number of loans, or another sum of their balances,
    is refused. Raises :class:`~ledger.errors.InvalidEvent` with a violation for every row and column that cannot be
    read, named by its line in the tape.
    """
    _check_given(name, tape, deal, group, effective_date)
    reading = _Reading(tape=tape, name=name, given={"deal": deal, "effective_date": effective_date})
    if group is not None:
        reading.given["group"] = group
    found = rows(lines, tape, name)
    header = next((row for row in found if not is_blank(row[1])), None)
    if header is None:
        raise refusal(f"{name}:1", "", "empty", "the tape is empty: it has no header and no rows")
    reading.begin(header)
    try:
        for row in found:
            reading.take(row)
    except InvalidEvent as fault:
        reading.violations.extend(fault.violations)
    return reading.end(loans, balance)


def _check_given(name: str, tape: TapeMap, deal: str, group: str | None, effective_date: dt.date) -> None:
    if ("group" in tape.columns) == (group is not None):
        told = (
            f"the map takes the group from the column {tape.columns['group']!r}, and a group is given as well; drop one"
            if group is not None
            else "no group is given, and the map has no column for it; give one (--group), or map the column"
        )
        raise refusal(name, "group", "duplicate" if group is not None else "missing", told)
    checks: list[tuple[str, Callable[[Any], object], object]] = [
        ("deal", identifier, deal), ("effective_date", checked_date, effective_date)
    ]  # fmt: skip
    if group is not None:
        checks.append(("group", identifier, group))
    for item, check, given in checks:
        try:
            check(given)
        except BadValue as fault:
            raise refusal(name, item, fault.code, fault.message) from None


def _sum(balances: Iterable[Decimal]) -> Decimal:
    whole = Decimal("0.00")
    for item in balances:
        whole = EXACT.add(whole, item)
    return whole


@attrs.define(kw_only=True)
class _Reading:
    tape: TapeMap
    name: str
    given: dict[str, Any]
    header: int = 1
    width: int = 0
    where: dict[str, int] = field(factory=dict)
    loans: list[LoanBoarded] = field(factory=list)
    violations: list[Violation] = field(factory=list)
    totals: list[TotalsRow] = field(factory=list)
    lines: dict[str, int] = field(factory=dict)
    unsigned: dict[str, Decimal] = field(factory=dict)
    rows: int = 0
    blank: int = 0

    def begin(self, header: Row) -> None:
        self.header, self.width = header[0], len(header[1])
        self.where = positions(header, self.tape, self.name)

    def take(self, row: Row) -> None:
        line, cells = row
        self.rows += 1
        if is_blank(cells):
            self.blank += 1
            return
        where = f"{self.name}:{line}"
        try:
            if len(cells) != self.width:
                raise refusal(where, "", "wrong_width", _widths(len(cells), self.width, self.tape))
            label = self._totals_label(cells)
            if label:
                self.totals.append(TotalsRow(line=line, label=label, balance=self._total(cells, where, label)))
            else:
                self.loans.append(self._loan(cells, line, where))
        except InvalidEvent as fault:
            self.violations.extend(fault.violations)

    def _totals_label(self, cells: Sequence[str]) -> str:
        loan = cells[self.where["loan"]].strip()
        found = [loan] if loan else [cell.strip() for cell in cells]
        return next((cell for cell in found if _TOTALS.fullmatch(cell)), "")

    def _total(self, cells: Sequence[str], where: str, label: str) -> Decimal:
        column, text = self.tape.columns["balance"], cells[self.where["balance"]].strip()
        if not text:
            message = f"{label!r} was read as a totals row, and it has no balance to compare; take the row out"
            raise refusal(where, column, "missing", message)
        try:
            return number(text, grouped=True)
        except BadValue as fault:
            message = f"{label!r} was read as a totals row: {fault.message}"
            raise refusal(where, column, fault.code, message) from None

    def _loan(self, cells: Sequence[str], line: int, where: str) -> LoanBoarded:
        said = cells[self.where["loan"]].strip()
        if _SUMMARY.fullmatch(said):
            message = f"{said!r} is the name of a summary and not of a loan; take the row out"
            raise refusal(where, self.tape.columns["loan"], "not_a_loan", message)
        held = self._fields(cells, where)
        loan = str(held["loan"])
        first = self.lines.setdefault(loan, line)
        if first != line:
            message = f"loan {loan} stands on line {first} already; take one of the two rows out"
            raise refusal(where, self.tape.columns["loan"], "duplicate", message)
        try:
            return LoanBoarded(event_id=f"{self.given['deal']}/boarded/{loan}", **self.given, **held)
        except InvalidEvent as fault:
            raise InvalidEvent(self._placed(item, where) for item in fault.violations) from None

    def _placed(self, item: Violation, where: str) -> Violation:
        names = {"event_id": "loan"}
        if "net_rate" in self.tape.columns:
            names["servicing_rate"] = "net_rate"
        name = names.get(item.field, item.field)
        message = item.message if item.field == name else f"{item.field}: {item.message}"
        return Violation(where, self.tape.columns.get(name, name), item.code, message)

    def _fields(self, cells: Sequence[str], where: str) -> dict[str, Any]:
        tape, found, violations = self.tape, dict[str, Any](), list[Violation]()
        for name, column in tape.columns.items():
            text = cells[self.where[name]].strip()
            if not text:
                continue
            try:
                found[name] = value(name, text, tape)
            except BadValue as fault:
                violations.append(Violation(where, column, fault.code, fault.message))
                continue
            if name in TOO_LOW and not says_percent(text):
                self.unsigned[name] = max(self.unsigned.get(name, Decimal(0)), found[name])
        if violations:
            raise InvalidEvent(violations)
        needed = (*REQUIRED, "group") if "group" in tape.columns else REQUIRED
        missing = [Violation(where, tape.columns[name], "missing", f"the row has no {name}; fill the cell")
                   for name in needed if name not in found]  # fmt: skip
        if missing:
            raise InvalidEvent(missing)
        net = found.pop("net_rate", None)
        if net is not None:
            if net > found["note_rate"]:
                message = f"the net rate {percent(net)} is above the note rate {percent(found['note_rate'])}"
                raise refusal(where, tape.columns["net_rate"], "negative", message + "; correct one of them")
            found["servicing_rate"] = EXACT.subtract(found["note_rate"], net)
        return found

    def end(self, loans: int | None, balance: Decimal | None) -> TapeReading:
        reading = TapeReading(
            loans=tuple(self.loans), rows=self.rows, blank=self.blank, totals=tuple(self.totals)
        )  # fmt: skip
        if not self.violations:
            self.violations = [*self._of_the_whole(reading), *_expected(reading, self.name, loans, balance)]
        if self.violations:
            raise InvalidEvent(self.violations)
        return reading

    def _of_the_whole(self, reading: TapeReading) -> list[Violation]:
        tape, header = self.tape, f"{self.name}:{self.header}"
        if not reading.loans:
            return [Violation(header, "", "empty", "the tape holds no loan: no row below the header is one")]
        found = []
        for name, highest in self.unsigned.items():
            if tape.percent_rates and 0 < highest < TOO_LOW[name]:
                message = (
                    f"percent_rates is true, and no {name} of the tape reaches {percent(TOO_LOW[name])} (the highest "
                    f"is {percent(highest)}): set percent_rates to false if 0.045 means 4.5%, or write % signs"
                )
                found.append(Violation(header, tape.columns[name], "not_percent", message))
        whole = reading.balance
        for row in reading.totals:
            if row.balance != whole:
                message = (
                    f"{row.label!r} was read as a totals row: it says {row.balance:,}, and the {len(reading.loans)} "
                    f"loans add up to {whole:,}; find the difference, or take the row out"
                )
                where = f"{self.name}:{row.line}"
                found.append(Violation(where, tape.columns["balance"], "not_the_balance", message))
        return found


def _widths(found: int, width: int, tape: TapeMap) -> str:
    seen = f"the row has {found} cells and the header {width}"
    if found > width:
        return f"{seen}: a cell may hold the delimiter {tape.delimiter!r}; correct the row"
    return f"{seen}: the row may be cut off; get the tape again or correct the row"


def _expected(reading: TapeReading, name: str, loans: int | None, balance: Decimal | None) -> list[Violation]:
    found = []
    if loans is not None and loans != len(reading.loans):
        message = f"{loans} loans are expected and the tape holds {len(reading.loans)}; find out which is right"
        found.append(Violation(name, "", "not_the_count", message))
    if balance is not None and balance != reading.balance:
        message = f"a balance of {balance:,} is expected and the loans add up to {reading.balance:,}"
        found.append(Violation(name, "", "not_the_balance", f"{message}; find out which is right"))
    return found
