"""Daily simple interest by when payments came in: from the day of one payment to the day of the next.

A payment that somebody posted came in on its ``received_date``, or the day of its cash; one that a month took to have
come in, on its due date. The interest of an instalment runs to the day on which the whole of it was there; to its due
date where it was not, and then what is paid of it later lets the interest of its principal fall due with the instalment
that comes next. Interest that a payment leaves unpaid is carried without interest. Everything is asked of the store by
distribution, and of earlier ones only as far back as an instalment left interest unpaid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ledger.deal.schedule import Schedule
from ledger.events import codec
from ledger.notes.instalment import rounded_interest
from ledger.notes.note import Note
from ledger.notes.payments import is_interest_only
from ledger.notes.periods import by_days
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.money import rate_from_units
from ledger.values.selector import Selector

PAYING = ("collection_received", "unapplied_funds_applied", "payment_returned")
"""Event types by which an instalment is paid; the last of them takes a payment back."""

_DUES = ("event_id", "loan", "effective_date", "principal", "interest", "reverses")


def stamp_on(deal: str, payment_date: dt.date) -> str:
    """Return what the ids of the events of a month begin with that the month itself posted."""
    return f"{deal}/month/{payment_date}/"


class CameIn(NamedTuple):
    """What came in of an instalment on a day, in store units; ``due`` is the one it names."""

    day: dt.date
    due: dt.date | None
    principal: int
    interest: int
    late: bool


class Fallen(NamedTuple):
    """An instalment of an earlier distribution, in store units."""

    day: dt.date
    principal: int
    interest: int


class PaidTo(NamedTuple):
    """Up to where interest is paid: the day it runs from, and what is carried of earlier periods, in store units."""

    since: dt.date
    unpaid: int = 0


class RunsTo(NamedTuple):
    """For how long interest of an instalment runs: until a day, and ``more``, balances times parts of a year.

    ``more`` is of principal that bore interest longer, or shorter, than the balance says; in store units.
    """

    until: dt.date
    more: Fraction


class PaymentsIn:
    """The payments and instalments of a deal's distributions, read once each."""

    def __init__(self, reading: Source, deal: str, known: int, calendar: Schedule, number: int) -> None:
        self._reading, self._deal, self._known, self._calendar = reading, deal, known, calendar
        self.number = number
        self._came: dict[int, dict[str, list[CameIn]]] = {}
        self._fallen: dict[int, dict[str, list[Fallen]]] = {}

    @cached_property
    def _deal_key(self) -> int:
        return self._reading.deal_key(self._deal)

    def came(self, loan: str, number: int | None = None) -> Sequence[CameIn]:
        """Return what others posted of a loan's payments in a distribution, in order; by default in this one."""
        at = self.number if number is None else number
        if at not in self._came:
            self._came[at] = self._read(at)
        return self._came[at].get(loan, ())

    def _read(self, number: int) -> dict[str, list[CameIn]]:
        standing: dict[str, StoredRow] = {}
        wanted = Selector(types=PAYING, first=number, last=number)
        for row in self._reading.rows(self._deal_key, wanted, known_through=self._known):
            if row.reverses is not None:
                standing.pop(row.reverses, None)
            else:
                standing[row.event_id] = row
        own = stamp_on(self._deal, date_from_number(number))
        found: dict[str, list[CameIn]] = {}
        for row in standing.values():
            if row.loan and not row.event_id.startswith(own):
                event = codec.decode(row.payload)
                day = getattr(event, "received_date", None) or date_from_number(row.effective_date)
                due = getattr(event, "due_date", None)
                sign = -1 if row.posts_as == "payment_returned" else 1
                item = CameIn(day, due, sign * row.principal, sign * row.interest, row.code != "on time")
                found.setdefault(row.loan, []).append(item)
        return {loan: sorted(items, key=lambda item: item.day) for loan, items in found.items()}

    def _due_in(self, number: int) -> Mapping[str, list[Fallen]]:
        if number not in self._fallen:
            standing: dict[str, tuple[str, Fallen]] = {}
            wanted = Selector(types=("scheduled_payment_due",), first=number, last=number)
            for event_id, loan, day, principal, interest, reverses in self._reading.month_columns(
                self._deal_key, wanted, _DUES, known_through=self._known
            ):
                if reverses is not None:
                    standing.pop(reverses, None)
                else:
                    standing[event_id] = loan, Fallen(date_from_number(day), principal, interest)
            found: dict[str, list[Fallen]] = {}
            for loan, item in standing.values():
                found.setdefault(loan, []).append(item)
            self._fallen[number] = {loan: sorted(items) for loan, items in found.items()}
        return self._fallen[number]

    def paid_to(self, loan: str, note: Note, balance: int, rate: int, boarded: dt.date | None) -> PaidTo | None:
        """Return up to where interest of a loan is paid before this distribution; None: to the due date before.

        ``boarded`` is the day that it was paid to when it was boarded.
        """
        trail: list[tuple[int, Fallen]] = []
        number = self._before(self.number)
        while number:
            items = self._due_in(number).get(loan, [])
            trail = [(number, item) for item in items] + trail
            # An instalment that brought principal left no interest unpaid.
            if not items or any(item.principal > 0 or is_interest_only(note, item.day) for item in items):
                break
            number = self._before(number)
        if not trail:
            return None if boarded is None else PaidTo(boarded)
        since, unpaid = boarded or note.due_after(trail[0][1].day, -1), 0
        for number, item in trail:
            run = self.run(note, self.came(loan, number), item.day, since, rate, item.principal + item.interest)
            if item.principal > 0 or is_interest_only(note, item.day):
                unpaid = 0
            else:
                whole = balance * by_days(since, run.until, note.conventions.simple_interest_days) + run.more
                accrued = rounded_interest(note, whole * rate_from_units(rate))
                unpaid = max(0, unpaid + accrued - item.interest)
            since = run.until
        return PaidTo(since, unpaid)

    def _before(self, number: int) -> int:
        return self._calendar.preceding(number) or 0

    @staticmethod
    def run(note: Note, came: Sequence[CameIn], due: dt.date, since: dt.date, rate: int, owed: int | None) -> RunsTo:
        """Return for how long the interest of an instalment runs, by what came in of it and late of earlier ones.

        ``owed`` is what the whole instalment comes to; None where all that came is taken to be the whole of it.
        """
        days = note.conventions.simple_interest_days
        paid = [item for item in came if not item.late and item.due in (None, due)]
        until, more = due, Fraction(0)
        if paid and (owed is None or sum(item.principal + item.interest for item in paid) > owed - note.cent):
            until = max(item.day for item in paid if item.principal + item.interest >= 0)
        until = max(until, since)
        for item in paid:
            if since < item.day < until:
                more -= item.principal * by_days(item.day, until, days)
        for item in came:
            if item.late and item.due is not None and item.due < item.day:
                kept = item.principal * by_days(item.due, item.day, days)
                # That interest was taken out of the payment, which so much less reduced the balance.
                rest = by_days(item.day, until, days) if item.day < until else Fraction(0)
                more += kept + kept * rate_from_units(rate) * rest
        return RunsTo(until, more)
