"""What the events of the distributions do to what loans owe, month by month.

An event that was reversed, and its reversal, are passed over together, as if neither had been posted. Where a reversal
is of an event of a month that was added up before, it is taken off the instalment that the event named; where the event
named none, all months are added up anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ledger.deal.schedule import BEFORE_FIRST, Schedule
from ledger.deal.windows import Window
from ledger.errors import IntegrityFault
from ledger.events import codec
from ledger.journal.movements import BOARDING, REMOVALS, ROUTINE_CODE
from ledger.projections.owing import (
    APPLIED,
    BOARDED,
    CAPITALIZED,
    CONCEDED,
    DUE,
    LATE,
    LEFT,
    NOT_OWED,
    ON_TIME,
    RETURNED,
    OwedInstalment,
    OwingMove,
    OwingState,
)
from ledger.reading.tape_dates import TapeDates, tape_of, tapes_of_payloads
from ledger.store.rows import Boarding, UnpaidMonth
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.selector import Selector

_DUE = "scheduled_payment_due"
_PAID, _PUNCTUAL = ROUTINE_CODE
_RELIEF, _CAPITALIZED = "relief_act_shortfall_reported", "interest_capitalized"
_APPLIED, _RETURNED = "unapplied_funds_applied", "payment_returned"
_DEFERRED, _FORGIVEN = "principal_deferred", "principal_forgiven"
_EARLIER = "earlier instalments"
_LATE_CODES = ("late", "late, advanced")
_RARE = (_APPLIED, _RETURNED, _RELIEF, _CAPITALIZED, _DEFERRED, _FORGIVEN, *REMOVALS)
OWING_TYPES = frozenset({BOARDING, _DUE, _PAID, *_RARE})
"""Event types that change what loans owe."""

_NAMING = frozenset({_PAID, _APPLIED, _RETURNED})
_COLUMNS = (
    "event_id",
    "sequence",
    "effective_date",
    "distribution",
    "posts_as",
    "code",
    "loan_group",
    "loan",
    "principal",
    "interest",
    "memo",
    "other",
    "loans",
    "reverses",
    "payload",
)
_TOGETHER = 2_000
"""Boardings that are looked at together."""


class _Row(NamedTuple):
    event_id: str
    sequence: int
    day: int
    distribution: int
    type: str
    code: str
    group: str
    loan: str
    principal: int
    interest: int
    memo: int
    other: int
    loans: int
    reverses: str | None
    payload: str


class OwingMonths:
    """The distributions up to one, as events move what is owed."""

    def __init__(
        self,
        reading: Source,
        deal_key: int,
        calendar: Schedule,
        known: int,
        last: int,
        boardings: Sequence[Boarding] | None = None,
    ) -> None:
        self._reading, self._deal_key, self._calendar = reading, deal_key, calendar
        self._known, self._last, self._given = known, last, boardings
        self._cent = calendar.terms.currency.unit_in_store
        self._dues: dict[int, list[int]] | None = None
        self._after = -1
        self._void: frozenset[str] = frozenset()
        self._voided: dict[str, _Row] = {}
        self._singly: dict[int, set[str]] = {}
        self._boarded: dict[int, list[tuple[str, str, TapeDates]]] = {}
        self._unboarded: set[int] = set()

    def due_days(self, number: int | None = None) -> list[int]:
        """Return the dates (YYYYMMDD) on which instalments fell due, in one distribution or in all."""
        if self._dues is None:
            self._dues = {}
            wanted = Selector(types=(_DUE,), last=self._last)
            for day, row in self._reading.dated_totals(self._deal_key, wanted, known_through=self._known):
                if row.principal or row.interest:
                    self._dues.setdefault(row.distribution, []).append(day)
        if number is not None:
            return self._dues.get(number, [])
        return [day for days in self._dues.values() for day in days]

    def roll(
        self,
        state: OwingState,
        after: int,
        *,
        through: dt.date | None = None,
        cuts: Mapping[int, dt.date] | None = None,
        found: dict[int, tuple[OwedInstalment, ...]] | None = None,
    ) -> bool:
        """Move what is owed on through the distributions after one; False where all must be added up anew.

        ``through`` leaves out what is dated later, of every distribution; ``found`` takes in what was owed on the days
        of ``cuts``.
        """
        self._pair(after)
        number = BEFORE_FIRST if after < 0 else self._calendar.following(after)
        while number is not None and number <= self._last:
            day = (cuts or {}).get(number)
            if day is not None and found is not None:
                on_day = state.copy()
                if not self._take(on_day, number, day):
                    return False
                found[number] = on_day.owing().opened
            if not self._take(state, number, through):
                return False
            state.end_month()
            number = self._calendar.following(number)
        return True

    def roll_whole(self, state: OwingState, **asked: Any) -> None:
        """Move nothing owed on through every distribution from the first on."""
        if not self.roll(state, -1, **asked):
            raise IntegrityFault("an event is reversed that the log does not hold")

    def _pair(self, after: int) -> None:
        """Find the reversals after a distribution with what they void, and the loans boarded after it."""
        self._after = after
        asked = self._reading.reversals(self._deal_key, known_through=self._known, first=after + 1, last=self._last)
        reversals = [row for row in asked if row[3] in OWING_TYPES]
        originals = self._reading.by_event_id(self._deal_key, [voids for _, voids, *_ in reversals])
        self._singly, self._voided = {}, {}
        void: set[str] = set()
        for event_id, voids, loan, _, number in reversals:
            original = originals[voids]
            self._singly.setdefault(number, set()).add(loan)
            if original.distribution > after:
                self._singly.setdefault(original.distribution, set()).add(loan)
                void |= {event_id, voids}
            else:
                self._voided[event_id] = _Row._make(getattr(original, name) for name in _COLUMNS)
        self._void = frozenset(void)
        self._boarded, self._unboarded = {}, set()
        rows = self._boardings(after)
        while part := [*islice(rows, _TOGETHER)]:
            self._unboarded |= {row.distribution for row in part if row.event_id in self._voided}
            kept = [row for row in part if row.reverses is None and row.event_id not in void]
            for row, tape in zip(kept, tapes_of_payloads([row.payload for row in kept]), strict=True):
                if tape.missed or tape.is_ahead:
                    self._boarded.setdefault(row.distribution, []).append((row.loan, row.loan_group, tape))

    def _boardings(self, after: int) -> Iterator[Boarding]:
        """Yield the boardings of the distributions after one, where they are not given as they pass by."""
        if self._given is not None:
            return (row for row in self._given if after < row.distribution <= self._last)
        wanted = Selector(types=(BOARDING,), first=after + 1, last=self._last)
        asked = self._deal_key, wanted, Boarding._fields
        return map(Boarding._make, self._reading.month_columns(*asked, known_through=self._known))

    def _take(self, state: OwingState, number: int, through: dt.date | None) -> bool:
        if number in self._unboarded:
            return False
        for loan, group, tape in self._boarded.get(number, ()):
            if tape.missed:
                state.board(loan, group, tape.missed, tape.payment)
            elif tape.paid_to is not None:
                state.board_ahead(loan, date_number(tape.paid_to))
        moves = sorted(self._moves(number, None if through is None else date_number(through)), key=_by_day)
        self._reopen(state, moves, number)
        return all(state.take(move) for move in moves)

    def _moves(self, number: int, bound: int | None) -> Iterator[OwingMove]:
        """Yield what the events of a distribution move, up to a date (YYYYMMDD) where one is given."""
        rare = [*self._rare(number)]
        # What else happened to an instalment of this month is added to it payment by payment.
        singly = {row.loan for row in rare if row.type not in REMOVALS and row.type != _PAID}
        singly |= self._singly.get(number, set())
        dues: dict[str, int] = {}
        if any(bound is None or day <= bound for day in self.due_days(number)):
            for month in self._reading.unpaid_loans(
                self._deal_key, known_through=self._known, distribution=number, effective_through=bound, cent=self._cent
            ):
                if month.first_due != month.last_due:
                    singly.add(month.loan)
                elif month.loan not in singly:
                    yield from _of_month(month)
        rows = [*self._routine(number, singly), *rare]
        for row in rows:
            if row.type == _DUE and row.event_id not in self._void:
                dues.setdefault(row.loan, row.day)
        for row in rows:
            if row.event_id in self._void:
                continue
            voided = self._voided.get(row.event_id)
            if voided is not None:
                # It counts from the first day on: as if what it voids had never been.
                for move in self._move(voided, {}):
                    yield move.taken_back(row.sequence)
            elif bound is None or row.day <= bound:
                yield from self._move(row, dues)

    def _routine(self, number: int, loans: Iterable[str]) -> Iterator[_Row]:
        """Yield the instalments and punctual payments of some loans one by one."""
        listed = sorted(loans)
        if listed:
            for row in self._rows(Selector(types=(_DUE, _PAID), first=number, last=number), listed):
                if row.type == _DUE or row.code == _PUNCTUAL:
                    yield row

    def _rare(self, first: int, last: int | None = None, loans: Sequence[str] | None = None) -> Iterator[_Row]:
        last = first if last is None else last
        for code in _LATE_CODES:
            yield from self._rows(Selector(types=(_PAID,), code=code, first=first, last=last), loans)
        yield from self._rows(Selector(types=_RARE, first=first, last=last), loans)

    def _rows(self, wanted: Selector, loans: Sequence[str] | None = None) -> Iterator[_Row]:
        asked = self._deal_key, wanted, _COLUMNS
        return map(_Row._make, self._reading.month_columns(*asked, known_through=self._known, loans=loans))

    def _move(self, row: _Row, dues: Mapping[str, int]) -> Iterator[OwingMove]:
        kind, principal, interest = _meaning(row)
        due = row.day if kind == DUE else 0
        if row.type in _NAMING:
            named = codec.glance(row.payload, row.type, ("due_date",)).due_date
            due = 0 if named is None else date_number(named)
        if not due and (kind in (ON_TIME, NOT_OWED) or (kind == APPLIED and row.code == _PUNCTUAL)):
            due = dues.get(row.loan) or self._due_of(row)
        if kind != LEFT or row.loans > 0:
            yield OwingMove(kind, row.day, row.sequence, row.loan, row.group, due, principal, interest)

    def _due_of(self, row: _Row) -> int:
        """Return the due date of an instalment that an event does not name: the one of its distribution."""
        wanted = Selector(types=(_DUE,), first=row.distribution, last=row.distribution)
        days = [item.day for item in self._rows(wanted, [row.loan]) if item.reverses is None]
        if days:
            return days[0]
        at = self._calendar.numbered(row.distribution)
        return row.day if at is None else date_number(at.due_period[1])

    def _reopen(self, state: OwingState, moves: Iterable[OwingMove], number: int) -> None:
        """Put back the settled instalments of earlier months that payments are taken back of, as the log has them."""
        wanted: dict[int, dict[str, set[int]]] = {}
        for move in moves:
            if (move.kind == RETURNED or move.takes_back) and move.due and not state.holds(move.loan, move.due):
                place = self._calendar.belongs_to(Window.DUE_PERIOD, date_from_number(move.due))
                if place is not None and place < number:
                    wanted.setdefault(place, {}).setdefault(move.loan, set()).add(move.due)
        if not wanted:
            return
        loans = sorted({loan for dues in wanted.values() for loan in dues})
        before = {"known_through": self._known, "first": 0, "last": number - 1}
        void = {
            name for row in self._reading.reversals(self._deal_key, **before) if row[2] in loans for name in row[:2]
        }
        later = [row for row in self._rare(0, number - 1, loans) if row.event_id not in void]
        tapes = tape_of(self._reading.boardings(self._deal_key, known_through=self._known, loans=loans))
        for place, dues in wanted.items():
            rows = [row for row in self._routine(place, dues) if row.event_id not in void]
            days = {row.loan: row.day for row in rows if row.type == _DUE}
            sums = [move for row in (*rows, *later) if row.loan in dues for move in self._move(row, days)]
            for loan, named in dues.items():
                for due in sorted(named):
                    state.reopen(_as_it_was(loan, due, sums, tapes.get(loan)))


def _as_it_was(loan: str, due: int, moves: Iterable[OwingMove], tape: TapeDates | None) -> OwedInstalment:
    """Return an instalment as the events that are of it left it."""
    of_it = [move for move in moves if move.loan == loan and move.due == due]
    group = of_it[0].group if of_it else ""
    found = OwedInstalment(loan, group, due)
    if tape is not None and due in tape.missed and not any(move.kind == DUE for move in of_it):
        found = found._replace(stated=tape.payment)
    for move in of_it:
        found = found.moved(move.kind, move.principal, move.interest)
    return found


def _by_day(move: OwingMove) -> tuple[int, int]:
    return move.day, move.sequence


def _of_month(month: UnpaidMonth) -> Iterator[OwingMove]:
    named = (month.first_due, 0, month.loan, month.group, month.first_due)
    yield OwingMove(DUE, *named, month.principal_due, month.interest_due)
    if month.principal_paid or month.interest_paid:
        yield OwingMove(ON_TIME, *named, month.principal_paid, month.interest_paid)


def _meaning(row: _Row) -> tuple[str, int, int]:
    """Return what an event does to what its loan owes: the kind, its principal and its interest."""
    if row.type == _PAID:
        return ON_TIME if row.code == _PUNCTUAL else LATE, row.principal, row.interest
    if row.type == _RELIEF:
        return NOT_OWED, 0, row.interest
    if row.type == _CAPITALIZED:
        return CAPITALIZED if row.code == _EARLIER else NOT_OWED, 0, row.principal - row.other
    if row.type == _DEFERRED:
        return CONCEDED, row.memo, 0
    if row.type == _FORGIVEN:
        return CONCEDED, row.principal, 0
    if row.type in REMOVALS:
        return LEFT, 0, 0
    return _PLAIN[row.type], row.principal, row.interest


_PLAIN = {_DUE: DUE, _APPLIED: APPLIED, _RETURNED: RETURNED, BOARDING: BOARDED}

__all__ = ["OWING_TYPES", "OwingMonths"]
