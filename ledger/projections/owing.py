"""What is still owed of every instalment, loan by loan, and to which due date a loan is therefore paid.

An instalment is what fell due of one loan on one date. It is owed until what came in for it and what is not owed make
up what fell due, to the cent: a fraction of a cent stays an accrual. A late payment that names no instalment is of the
oldest that is owed. A loan that left the pool owes the trust nothing more. Of due dates that a loan had missed before
it was boarded the number is known and not the amount: whatever comes in for one is taken to settle it, unless the tape
states the payment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple, cast

import attrs

from ledger.deal.schedule import Distribution
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import DelinquencyDay, DelinquencyMethod, StatusPrecedence
from ledger.values.currency import DOLLARS
from ledger.values.dates import BusinessDayRule, HolidayCalendar, add_months, adjust, date_from_number, date_number
from ledger.values.money import to_units

CENT = DOLLARS.unit_in_store
"""A cent of dollars in store units; what is less than the unit of the deal's cash is an accrual and never owed."""

DUE, ON_TIME, LATE, APPLIED = "due", "on time", "late", "applied"
RETURNED, NOT_OWED = "returned", "not owed"
CAPITALIZED, CONCEDED, LEFT, BOARDED = "capitalized", "conceded", "left", "boarded"
_PARTS = {DUE: 0, ON_TIME: 2, LATE: 4, APPLIED: 6, RETURNED: 8, NOT_OWED: 10}
"""Where the principal of each part stands among an instalment's sums; its interest stands behind it."""

_KNOWN = -1
_DAY = dt.timedelta(days=1)


class OwingMove(NamedTuple):
    """What an event does to what a loan owes, in store units (0.0001 dollar); days and due dates are YYYYMMDD.

    ``due`` is the instalment that it names, 0 where it names none. ``takes_back`` says that it voids an event of a
    distribution that was added up before.
    """

    kind: str
    day: int
    sequence: int
    loan: str
    group: str
    due: int
    principal: int
    interest: int
    takes_back: bool = False

    def taken_back(self, sequence: int) -> OwingMove:
        """Return what voids it in a later distribution, by the event of a sequence."""
        return self._replace(
            day=0, sequence=sequence, principal=-self.principal, interest=-self.interest, takes_back=True
        )


class OwedInstalment(NamedTuple):
    """One instalment and what became of it, in store units (0.0001 dollar); ``due`` is YYYYMMDD.

    ``*_on_time``, ``*_late`` and ``*_applied`` came in (the last from unapplied funds), ``*_returned`` the bank took
    back. ``*_not_owed`` is relief, and what was capitalised, deferred or forgiven. ``stated`` is -1, but for a due date
    missed before the loan was boarded: then what fell due is not known, and it is the payment that the tape states, 0
    where it states none.
    """

    loan: str
    group: str
    due: int
    principal_due: int = 0
    interest_due: int = 0
    principal_on_time: int = 0
    interest_on_time: int = 0
    principal_late: int = 0
    interest_late: int = 0
    principal_applied: int = 0
    interest_applied: int = 0
    principal_returned: int = 0
    interest_returned: int = 0
    principal_not_owed: int = 0
    interest_not_owed: int = 0
    stated: int = _KNOWN

    @property
    def due_date(self) -> dt.date:
        """The date on which it fell due."""
        return date_from_number(self.due)

    @property
    def is_known(self) -> bool:
        """Whether what fell due is known: it fell due in the ledger."""
        return self.stated == _KNOWN

    @property
    def principal_received(self) -> int:
        """The principal that came in and stayed."""
        return self.principal_on_time + self.principal_late + self.principal_applied - self.principal_returned

    @property
    def interest_received(self) -> int:
        """The interest that came in and stayed."""
        return self.interest_on_time + self.interest_late + self.interest_applied - self.interest_returned

    @property
    def left(self) -> int:
        """What is left of it, never below zero; what its boarding states of one that is not known."""
        principal, interest = self._net
        return max(0, principal + interest + max(0, self.stated))

    @property
    def principal_left(self) -> int:
        """The principal that is left; what came in beyond the interest is taken for principal."""
        principal, interest = self._net
        return max(0, principal + min(0, interest)) if self.is_known else 0

    @property
    def interest_left(self) -> int:
        """The interest that is left; what came in beyond the principal is taken for interest."""
        principal, interest = self._net
        return max(0, interest + min(0, principal)) if self.is_known else 0

    def made_up(self) -> OwedInstalment:
        """Return the instalment as one of which nothing is left, paid late."""
        return self.moved(LATE, *self._net)

    def moved(self, kind: str, principal: int, interest: int) -> OwedInstalment:
        """Return the instalment with something added to one of its parts."""
        at = _PARTS[kind]
        values = list(self._sums)
        values[at] += principal
        values[at + 1] += interest
        return OwedInstalment(self.loan, self.group, self.due, *values)

    @property
    def _sums(self) -> tuple[int, ...]:
        return cast("tuple[int, ...]", self[3:])

    @property
    def _net(self) -> tuple[int, int]:
        return (
            self.principal_due - self.principal_received - self.principal_not_owed,
            self.interest_due - self.interest_received - self.interest_not_owed,
        )

    def is_settled(self, cent: int = CENT) -> bool:
        """Whether less than a cent of it is left, and no more came in than was owed: nothing need be kept of it."""
        principal, interest = self._net
        if self.is_known:
            return abs(principal) < cent and abs(interest) < cent
        return not self.is_owed(0, cent)

    def is_owed(self, tolerance: int, cent: int = CENT) -> bool:
        """Say whether more is left of it than a tolerance, in store units."""
        if self.is_known or self.stated:
            return self.left >= cent and self.left > tolerance
        principal, interest = self._net
        return principal + interest > -cent


class Owing(NamedTuple):
    """What is owed after a distribution: instalments that are not settled, in order of loan and due date.

    ``spread`` are the loans of which something was set off against the oldest instalments, whichever those were: what
    is taken back of them later is told from their whole life. ``ahead`` are loans that were boarded as paid beyond the
    day of their boarding, with the due date (YYYYMMDD) that they were paid to.
    """

    opened: tuple[OwedInstalment, ...] = ()
    spread: tuple[str, ...] = ()
    ahead: tuple[tuple[str, int], ...] = ()


class OwingState:
    """The instalments that are not settled, while events pass by distribution and within one by day.

    ``cent`` is the smallest unit of cash of the deal's currency, in store units.
    """

    def __init__(self, held: Owing | None = None, cent: int = CENT) -> None:
        found, self._cent = held or Owing(), cent
        self._loans: dict[str, dict[int, OwedInstalment]] = {}
        for item in found.opened:
            self._loans.setdefault(item.loan, {})[item.due] = item
        self._spread = set(found.spread)
        self._ahead = dict(found.ahead)
        self._left: set[str] = set()

    def copy(self) -> OwingState:
        """Return a state that moves on by itself."""
        found = OwingState(cent=self._cent)
        found._loans = {loan: dict(items) for loan, items in self._loans.items()}
        found._spread, found._left, found._ahead = set(self._spread), set(self._left), dict(self._ahead)
        return found

    def holds(self, loan: str, due: int) -> bool:
        """Say whether an instalment stands here."""
        return due in self._loans.get(loan, ())

    def reopen(self, item: OwedInstalment) -> None:
        """Put back an instalment that was settled; what its events leave of it, unnamed payments made up."""
        self._put(item if item.is_settled(self._cent) or not item.is_known else item.made_up())

    def board(self, loan: str, group: str, missed: Iterable[int], stated: int) -> None:
        """Take in the due dates (YYYYMMDD) that a loan had missed when it was boarded, and the payment on its tape."""
        for due in missed:
            self._put(OwedInstalment(loan, group, due, stated=stated))

    def board_ahead(self, loan: str, due: int) -> None:
        """Take in the due date (YYYYMMDD) that a loan was paid to when it was boarded before it."""
        self._ahead[loan] = due

    def take(self, move: OwingMove) -> bool:
        """Take an event in; False where it takes back what was set off, so that all must pass anew."""
        if move.takes_back and (move.kind not in _PARTS or move.loan in self._spread):
            return False
        if move.kind == LEFT:
            self._left.add(move.loan)
        elif move.kind == CAPITALIZED:
            self._spread.add(move.loan)
            self._capitalize(move)
        elif move.kind == CONCEDED:
            self._spread.add(move.loan)
            self._concede(move)
        elif not move.due:
            if move.takes_back:
                return False
            self._spread.add(move.loan)
            self._to_oldest(move)
        else:
            held = self._loans.get(move.loan, {}).get(move.due) or OwedInstalment(move.loan, move.group, move.due)
            if move.kind == DUE:
                held = held._replace(stated=_KNOWN)
                if move.due <= self._ahead.get(move.loan, 0):
                    held = held.moved(NOT_OWED, move.principal, move.interest)
            self._put(held.moved(move.kind, move.principal, move.interest))
        return True

    def end_month(self) -> None:
        """Forget what is settled, and what loans owed that left the pool."""
        for loan in self._left:
            self._loans.pop(loan, None)
            self._spread.discard(loan)
            self._ahead.pop(loan, None)
        self._left.clear()
        for loan, items in [*self._loans.items()]:
            kept = {due: item for due, item in items.items() if not item.is_settled(self._cent)}
            if kept:
                self._loans[loan] = kept
            else:
                del self._loans[loan]

    def owing(self) -> Owing:
        """Return what is owed, of loans that are left."""
        opened = tuple(
            item
            for loan, items in sorted(self._loans.items())
            if loan not in self._left
            for _, item in sorted(items.items())
            if not item.is_settled(self._cent)
        )
        return Owing(opened, tuple(sorted(self._spread - self._left)), tuple(sorted(self._ahead.items())))

    def _put(self, item: OwedInstalment) -> None:
        self._loans.setdefault(item.loan, {})[item.due] = item

    def _oldest(self, move: OwingMove) -> Iterator[OwedInstalment]:
        """Yield the instalments that a move may be of, oldest first: those that had fallen due by its day."""
        for due, item in sorted(self._loans.get(move.loan, {}).items()):
            if due <= move.day and item.is_owed(0, self._cent):
                yield item

    def _to_oldest(self, move: OwingMove) -> None:
        """Set a payment off against the oldest instalments; what is more than all of them is of none.

        Its principal pays principal and its interest interest, as it states them, so that what loans owe and what came
        in stay one account; only what is more than is owed of the one pays the other.
        """
        principal, interest = move.principal, move.interest
        for item in [*self._oldest(move)]:
            if item.is_known:
                part = max(0, min(principal, item.principal_left)), max(0, min(interest, item.interest_left))
            else:
                # Where nobody knows what fell due, a payment is taken for all of it.
                whole = max(0, principal + interest)
                whole = min(whole, item.left) if item.stated else whole
                part = whole - min(max(0, interest), whole), min(max(0, interest), whole)
            self._put(item.moved(move.kind, *part))
            principal, interest = principal - part[0], interest - part[1]
        for item in [*self._oldest(move)]:
            if principal + interest <= 0:
                return
            if item.is_known:
                part = max(0, min(interest, item.principal_left)), max(0, min(principal, item.interest_left))
                self._put(item.moved(move.kind, *part))
                principal, interest = principal - part[1], interest - part[0]

    def _capitalize(self, move: OwingMove) -> None:
        """Set capitalised interest off against the oldest instalments; one without interest left is owed no longer.

        Its principal is owed with the balance that the loan is now to be paid off by.
        """
        left = move.interest
        for item in [*self._oldest(move)]:
            if not item.is_known:
                self._put(item.moved(NOT_OWED, 0, max(item.left, self._cent)))
                continue
            part = min(left, item.interest_left)
            left -= part
            rest = item.principal_left if part and part > item.interest_left - self._cent else 0
            self._put(item.moved(NOT_OWED, rest, part))

    def _concede(self, move: OwingMove) -> None:
        """Set principal that was deferred or forgiven off against what is owed of the oldest instalments."""
        left = move.principal
        for item in [*self._oldest(move)]:
            part = min(left, item.principal_left)
            left -= part
            if part:
                self._put(item.moved(NOT_OWED, part, 0))


@attrs.frozen(kw_only=True)
class Counting:
    """How due dates are counted that loans have missed, as the terms say.

    ``tolerance`` is how much may be left of an instalment that counts as paid, ``cent`` the unit of cash, both in store
    units.
    """

    method: DelinquencyMethod
    day: DelinquencyDay = DelinquencyDay.PREPAYMENT_PERIOD_END
    tolerance: int = 0
    cent: int = CENT
    business_days: bool = False
    holidays: HolidayCalendar = HolidayCalendar.FEDERAL_RESERVE
    added: frozenset[dt.date] = frozenset()
    precedence: StatusPrecedence = StatusPrecedence.LATEST

    @classmethod
    def by(cls, terms: DealTerms) -> Counting:
        """Return how a deal counts."""
        calendar, said = terms.calendar, terms.delinquency
        return cls(
            method=calendar.delinquency_method,
            day=calendar.delinquency_day,
            tolerance=to_units(said.tolerance),
            cent=terms.currency.unit_in_store,
            business_days=said.business_days,
            holidays=calendar.holidays,
            added=frozenset(calendar.holidays_added),
            precedence=said.precedence,
        )

    @property
    def spelling(self) -> str:
        """Everything that a count depends on, as text: counts of one spelling can stand beside each other."""
        parts = (self.method.value, self.day.value, self.tolerance, self.precedence.value)
        added = [str(day) for day in sorted(self.added)] if self.business_days else []
        return ";".join(map(str, (*parts, self.holidays.value if self.business_days else "", *added)))

    def date(self, at: Distribution) -> dt.date:
        """Return the day on which the due dates missed are counted for a distribution."""
        return self._moved(day_counted(self.day, at))

    def missed_from(self, due: dt.date, due_day: int | None = None) -> dt.date:
        """Return from which day on a due date counts as missed while it is unpaid; ``due_day`` is the note's.

        By the MBA method the day before the next due date, by the OTS method the due date's day of the next month.
        """
        following = add_months(due, 1, due_day or due.day)
        return self._moved(following - _DAY if self.method is DelinquencyMethod.MBA else following)

    def missed(
        self, opened: Iterable[OwedInstalment], on: dt.date, due_days: Mapping[str, int] | None = None
    ) -> dict[str, int]:
        """Return how many due dates each loan has missed on a day; loans that missed none are left out.

        ``due_days`` are those of notes, where they are not the days of their due dates.
        """
        found: dict[str, int] = {}
        known, since = due_days or {}, cache(self.missed_from)
        for item in opened:
            if item.is_owed(self.tolerance, self.cent) and since(item.due_date, known.get(item.loan)) <= on:
                found[item.loan] = found.get(item.loan, 0) + 1
        return found

    def _moved(self, day: dt.date) -> dt.date:
        return adjust(day, BusinessDayRule.PRECEDING, self.holidays, self.added) if self.business_days else day


def spelling_of(terms: DealTerms) -> str:
    """Return how a deal counts delinquency, as text; nothing where it is as reported."""
    return Counting.by(terms).spelling if terms.delinquency.is_derived else ""


def day_counted(day: DelinquencyDay, at: Distribution) -> dt.date:
    """Return the day of a distribution on which delinquency is counted."""
    if day is DelinquencyDay.RECORD_DATE:
        return at.record_date
    return at.remittance_cut_off if day is DelinquencyDay.REMITTANCE_CUT_OFF else at.prepayment_period[1]


def due_day(*dates: dt.date | None) -> int | None:
    """Return the day of the month on which a note falls due, of the due dates known; None where none is."""
    return max((date.day for date in dates if date is not None), default=None)


def paid_to(
    opened: Iterable[OwedInstalment],
    boarded: dt.date | None,
    through: dt.date | None,
    *,
    tolerance: int = 0,
    cent: int = CENT,
    day: int | None = None,
) -> dt.date | None:
    """Return the due date to which one loan is paid: the one before the oldest of its instalments that is owed.

    One that owes nothing is paid to the last of its due dates up to ``through``, counted on from the date that it was
    boarded as paid to, and to that date where it comes later. None where nobody knows.
    """
    owed = min((item.due for item in opened if item.is_owed(tolerance, cent)), default=None)
    if owed is not None:
        date = date_from_number(owed)
        return add_months(date, -1, day or date.day)
    if boarded is None or through is None or through <= boarded:
        return boarded
    day = day or boarded.day
    months = (through.year - boarded.year) * 12 + through.month - boarded.month
    found = add_months(boarded, months, day)
    return found if found <= through else add_months(boarded, months - 1, day)


def missed_before(paid: dt.date | None, boarded: dt.date, day: int | None = None) -> tuple[int, ...]:
    """Return the due dates (YYYYMMDD) that a loan had missed when it was boarded, by the date it was paid to."""
    found: list[int] = []
    while paid is not None:
        due = add_months(paid, len(found) + 1, day or paid.day)
        if due > boarded:
            break
        found.append(date_number(due))
    return tuple(found)


__all__ = [
    "Counting",
    "OwedInstalment",
    "Owing",
    "OwingMove",
    "OwingState",
    "day_counted",
    "due_day",
    "missed_before",
    "paid_to",
    "spelling_of",
]
