"""Reading a loan tape: one row a loan, columns named by a map.

Nothing is guessed: a column the map names and the tape lacks is refused, and so is every row with a value that its
field cannot hold. Either every loan of the tape becomes an event or none does, unless rows that are refused are to be
set aside: then they are returned beside the loans, whole, to be mended and read alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ledger.errors import InvalidEvent, Violation
from ledger.events.deal import LoanBoarded
from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.cells import EXACT
from ledger.tapes.fields import LOANS
from ledger.tapes.frame import TapeTable, delimited
from ledger.tapes.loans import MOST_REFUSED, MOST_SET_ASIDE, Loans, RejectedRow
from ledger.tapes.rows import refusal
from ledger.tapes.tape_map import TapeMap
from ledger.tapes.weighing import added_up
from ledger.values.dates import checked_date
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue


@attrs.frozen(kw_only=True)
class TotalsRow:
    """A row that is no loan but the sum of them: its line, what it is called, and its balance."""

    line: int
    label: str
    balance: Decimal
    file: str = "tape"


@attrs.frozen(kw_only=True)
class TapeReading:
    """What a tape gave: its loans in its order, how many rows stand below the header, and those that are no loans.

    ``filtered`` rows were passed over by the map's filters. ``rejected`` is empty unless rows are set aside.
    ``unmatched`` counts the loans of the second file that the first does not have. ``notes`` is what else is to say.
    """

    loans: Sequence[LoanBoarded]
    rows: int
    blank: int
    totals: tuple[TotalsRow, ...] = ()
    filtered: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    unmatched: int = 0
    notes: tuple[str, ...] = ()

    @property
    def balance(self) -> Decimal:
        """The balances of the loans, added up."""
        if isinstance(self.loans, BoardedLoans):
            return added_up(self.loans)
        return balance_sum(loan.balance for loan in self.loans)


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
    """Read a tape of text whole. ``group`` is given unless the map has a column for it; ``name`` is the tape's.

    ``loans`` and ``balance`` are what the tape should hold: another number of loans, or another sum of their balances,
    is refused. Raises :class:`~ledger.errors.InvalidEvent` with a violation for every row and column that cannot be
    read, named by its line in the tape.
    """
    reader = TapeReader(tape=tape, deal=deal, group=group, effective_date=effective_date, name=name)
    reader.take(delimited(lines, tape, name))
    return reader.end(loans=loans, balance=balance)


class TapeReader:
    """Reads the files of a tape one after the other, and says at the end what they gave together.

    ``set_aside`` keeps rows that are refused, for the caller, in the place of refusing all of the tape. ``by_columns``
    reads loans that are plain as columns, where Polars is installed: the same loans, of which events are made only
    when they are asked for.
    """

    def __init__(
        self,
        *,
        tape: TapeMap,
        deal: str,
        group: str | None = None,
        effective_date: dt.date,
        name: str = "tape",
        set_aside: bool = False,
        by_columns: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._tape, self._name, self._set_aside, self._progress = tape, name, set_aside, progress
        if tape.of != LOANS:
            told = f'the map is of a {tape.of} and not of loans (its key "of"); read the file with ledger remittance'
            raise refusal(name, "", "not_loans", told)
        _check_given(name, tape, deal, group, effective_date)
        given: dict[str, Any] = {"deal": deal, "effective_date": effective_date}
        if group is not None:
            given["group"] = group
        self._loans = Loans(
            tape=tape,
            given=given,
            loans=BoardedLoans(deal),
            most=MOST_SET_ASIDE if set_aside else MOST_REFUSED,
            by_columns=by_columns,
        )
        self._notes: list[str] = []

    def join(self, table: TapeTable) -> None:
        """Read the second file, before the first; its rows are joined to those of the first by loan.

        Raises :class:`~ledger.errors.InvalidEvent` where the map has none, or the file lacks its columns.
        """
        if self._tape.join is None:
            message = "the map is of one file: give the key join, the map of the second"
            raise refusal(table.name, "", "no_join", message)
        self._loans.join(table, self._tape.join)
        self._notes += [f"{table.name}: {note}" for note in table.notes]

    def take(self, table: TapeTable) -> None:
        """Read one file of the tape; raises :class:`~ledger.errors.InvalidEvent` for columns that it lacks."""
        for rows in self._loans.take(table):
            if self._progress is not None:
                self._progress(rows)
        self._notes += [f"{table.name}: {note}" for note in table.notes]

    def end(self, *, loans: int | None = None, balance: Decimal | None = None) -> TapeReading:
        """Return what was read. ``loans`` and ``balance`` are what the tape should hold; another is refused.

        Raises :class:`~ledger.errors.InvalidEvent` with everything that is wrong, unless it was set aside.
        """
        found = self._loans
        found.end()
        reading = TapeReading(
            loans=found.loans if self._loans.by_columns else tuple(found.loans),
            rows=found.rows,
            blank=found.blank,
            totals=tuple(TotalsRow(line=line, label=label, balance=whole, file=file)
                         for file, line, label, whole in found.totals),
            filtered=found.filtered,
            rejected=tuple(found.rejected),
            unmatched=found.unmatched,
            notes=(*self._notes, *found.mixed(), *found.unrated()),
        )  # fmt: skip
        set_aside = self._set_aside and not found.faults
        violations = [] if set_aside else [*found.violations()]
        if not violations:
            violations = found.of_the_whole()
            told = [*self._totals_that_differ(reading), *_expected(reading, self._name, loans, balance)]
            if not reading.rejected:
                violations += told
            else:
                differs = tuple(f"{item.event_id}: {item.message}" for item in told)
                reading = attrs.evolve(reading, notes=(*reading.notes, *differs))
        if violations:
            raise InvalidEvent(violations)
        return reading

    def _totals_that_differ(self, reading: TapeReading) -> list[Violation]:
        found = []
        whole = reading.balance
        for row in reading.totals:
            if row.balance != whole:
                message = (
                    f"{row.label!r} was read as a totals row: it says {row.balance:,}, and the {len(reading.loans)} "
                    f"loans add up to {whole:,}; find the difference, or take the row out"
                )
                column = self._tape.column_name("balance")
                found.append(Violation(f"{row.file}:{row.line}", column, "not_the_balance", message))
        return found


def _check_given(name: str, tape: TapeMap, deal: str, group: str | None, effective_date: dt.date) -> None:
    held = "group" in tape.fields or (tape.join is not None and "group" in tape.join.fields)
    if held == (group is not None):
        column = tape.column_name("group")
        told = (
            f"the map takes the group from the column {column!r}, and a group is given as well; drop one"
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


def balance_sum(balances: Iterable[Decimal]) -> Decimal:
    """Return amounts added up, exactly."""
    whole = Decimal("0.00")
    for item in balances:
        whole = EXACT.add(whole, item)
    return whole


def _expected(reading: TapeReading, name: str, loans: int | None, balance: Decimal | None) -> list[Violation]:
    found = []
    if loans is not None and loans != len(reading.loans):
        message = f"{loans} loans are expected and the tape holds {len(reading.loans)}; find out which is right"
        found.append(Violation(name, "", "not_the_count", message))
    if balance is not None and balance != reading.balance:
        message = f"a balance of {balance:,} is expected and the loans add up to {reading.balance:,}"
        found.append(Violation(name, "", "not_the_balance", f"{message}; find out which is right"))
    return found
