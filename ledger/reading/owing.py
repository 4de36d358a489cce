"""Reading what is still owed of every instalment, on a date and as known through a sequence.

Of a month nothing is carried but the loans whose instalments are not what came in for them: the store adds the others
up and keeps them to itself. What was owed after an earlier distribution, which a snapshot holds, is moved on by the
events of the distributions after it, so that month 300 costs what month 3 did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

import attrs

from ledger.deal.schedule import BEFORE_FIRST, Schedule
from ledger.deal.windows import Window
from ledger.projections.owing import Counting, OwedInstalment, Owing, OwingState, paid_to
from ledger.reading.owing_months import OwingMonths
from ledger.reading.tape_dates import TapeDates, tape_of
from ledger.store.rows import Boarding
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.glance import Glanced

_SHORTEST = 28
"""The days that every month has."""


class HeldOwing(NamedTuple):
    """What was owed after a distribution, by its number: what later ones are moved on from."""

    number: int
    owing: Owing


@attrs.frozen(kw_only=True, repr=False)
class OwedOn(Glanced):
    """What loans owe on a date, as known through a sequence.

    ``opened`` are the instalments that are not settled, in order of loan and due date, among them what came in beyond
    one that is. ``through`` is the last date up to then on which any instalment fell due in the ledger. ``paid_to`` is
    the due date that every loan boarded is paid to, None where nobody knows.
    """

    GLANCED: ClassVar[str] = "opened"

    on: dt.date
    opened: tuple[OwedInstalment, ...]
    through: dt.date | None
    paid_to: Mapping[str, dt.date | None]


def owed_on(
    reading: Source, deal_key: int, calendar: Schedule, *, known: int, on: dt.date, held: HeldOwing | None = None
) -> OwedOn:
    """Return what loans owe at the close of a day, of events up to a sequence.

    ``held`` is what was owed after an earlier distribution as known then; it is used where nothing dated back was
    posted since, which the caller knows, and its remittance cut-off had passed by that day.
    """
    places = [calendar.belongs_to(window, on) for window in (Window.CUT_OFF, Window.DUE_PERIOD)]
    last = max((place or date_number(calendar.payment_dates[-1]) for place in places), default=BEFORE_FIRST)
    if held is not None and held.number:
        at = calendar.numbered(held.number)
        if at is None or at.remittance_cut_off > on or held.number > last:
            held = None
    boardings = list(reading.boardings(deal_key, known_through=known))
    months = OwingMonths(reading, deal_key, calendar, known, last, boardings)
    cent = calendar.terms.currency.unit_in_store
    state, after = (OwingState(held.owing, cent), held.number) if held is not None else (OwingState(cent=cent), -1)
    if not months.roll(state, after, through=on):
        state = OwingState(cent=cent)
        months.roll_whole(state, through=on)
    newest = max((day for day in months.due_days() if day <= date_number(on)), default=None)
    opened, fell_due = state.owing().opened, None if newest is None else date_from_number(newest)
    tapes = tape_of(boardings)
    paid = _paid_to_dates(opened, fell_due, tapes, Counting.by(calendar.terms))
    return OwedOn(on=on, opened=opened, through=fell_due, paid_to=paid)


def owing_after(
    reading: Source,
    deal_key: int,
    calendar: Schedule,
    *,
    known: int,
    number: int,
    held: HeldOwing | None = None,
    cuts: Mapping[int, dt.date] | None = None,
    boardings: Sequence[Boarding] | None = None,
) -> tuple[Owing, dict[int, tuple[OwedInstalment, ...]]]:
    """Return what is owed after a distribution, and what was owed on a day of some distributions up to it (``cuts``).

    An event counts in its own distribution and those after it, so that a later month changes nothing of an earlier one.
    ``boardings`` are those of the whole log by then, where the caller has read them anyhow.
    """
    months = OwingMonths(reading, deal_key, calendar, known, number, boardings)
    asked = dict(cuts or {})
    found: dict[int, tuple[OwedInstalment, ...]] = {}
    if held is not None and held.number <= number and all(at > held.number for at in asked):
        state = OwingState(held.owing, calendar.terms.currency.unit_in_store)
        if months.roll(state, held.number, cuts=asked, found=found):
            return state.owing(), found
    state = OwingState(cent=calendar.terms.currency.unit_in_store)
    months.roll_whole(state, cuts=asked, found=found)
    return state.owing(), found


def owed_and_missed(
    reading: Source,
    deal_key: int,
    calendar: Schedule,
    *,
    known: int,
    number: int,
    months: Iterable[int],
    held: HeldOwing | None = None,
) -> tuple[Owing, dict[int, dict[str, int]]]:
    """Return what is owed after a distribution, and the due dates that each loan had missed when months were counted.

    Months are numbers of distributions; loans that had missed nothing are left out.
    """
    counting = Counting.by(calendar.terms)
    cuts = {month: counting.date(at) for month in months if (at := calendar.numbered(month)) is not None}
    if held is not None and held.number == number and not cuts:
        return held.owing, {}
    asked = reading, deal_key, calendar
    owing, found = owing_after(*asked, known=known, number=number, held=held, cuts=cuts)
    # The day of a note that is due late in the month does not follow from a due date of a shorter one.
    late = {item.loan for opened in found.values() for item in opened if item.due % 100 >= _SHORTEST}
    rows = reading.boardings(deal_key, known_through=known, loans=sorted(late)) if late else ()
    due_days = {loan: tape.day for loan, tape in tape_of(rows).items() if tape.day is not None}
    return owing, {month: counting.missed(opened, cuts[month], due_days) for month, opened in found.items()}


def _paid_to_dates(
    opened: Iterable[OwedInstalment], through: dt.date | None, tapes: Mapping[str, TapeDates], counting: Counting
) -> dict[str, dt.date | None]:
    """Return the due date that every loan of a tape is paid to; None where nobody knows."""
    items: dict[str, list[OwedInstalment]] = {}
    for item in opened:
        items.setdefault(item.loan, []).append(item)
    return {
        loan: paid_to(
            items.get(loan, ()), tape.paid_to, through, tolerance=counting.tolerance, cent=counting.cent, day=tape.day
        )
        for loan, tape in tapes.items()
    }


__all__ = ["HeldOwing", "OwedOn", "owed_and_missed", "owed_on", "owing_after"]
