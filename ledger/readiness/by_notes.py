"""Instalments as the notes of their loans make them, where they look wrong by twelfths of a year and a level payment.

Nearly every instalment is the balance times a twelfth of the rate, and of the payment that its loan was boarded with.
Of those that are not, the note is read whole: it may count days, be a line of credit, let interest be added to the
balance, or have another payment by now. Loans whose boarding says too little are left to the plain comparison.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

from ledger.deal.notes import InterestMethod, NoteConventions
from ledger.deal.schedule import Distribution
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidArgument, InvalidEvent
from ledger.events.deal import LoanBoarded
from ledger.notes.accruing import Movement
from ledger.notes.boarding import missing, note_of, standing_at_boarding
from ledger.notes.instalment import fall_due
from ledger.notes.note import Note, Standing
from ledger.readiness.loan_month import CENT, LoanMonth, began
from ledger.store.rows import LoanStanding, StoredRow
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import RATE_SCALE, SCALE, to_units

_DAY = dt.timedelta(days=1)
_YEAR = 12 * 10**RATE_SCALE
_UNKNOWN, _NOTHING = (0, 0), Decimal(0)


class Noted(NamedTuple):
    """What the note of a loan makes of its instalment, in store units; ``bearing`` is what bore the interest of it.

    ``by_receipt`` says that the interest runs to the day on which a payment came in.
    """

    interest: int
    principal: int
    bearing: int
    by_receipt: bool = False


class LoanKnown(NamedTuple):
    """What is known of a loan whose note is read: amounts are store units, rates of 10**-10.

    ``began`` bore interest when the month began, at ``rate``; ``changes`` are later rates by date (YYYYMMDD).
    ``payment`` is the one in force, where it was changed since boarding; ``draws`` are draws of the month.
    """

    boarded: LoanBoarded
    held: LoanMonth
    began: int
    rate: int
    changes: tuple[tuple[int, int], ...] = ()
    payment: int | None = None
    draws: tuple[tuple[int, int], ...] = ()


def noted(terms: DealTerms, at: Distribution, loans: Iterable[LoanKnown]) -> dict[str, Noted]:
    """Return what the notes of these loans make of their one instalment, of those whose boarding says enough."""
    found: dict[str, Noted] = {}
    for known in loans:
        boarded, group = known.boarded, known.held.group
        conventions = terms.note_conventions(group) or NoteConventions()
        if missing(boarded, conventions):
            continue
        note = note_of(boarded, conventions, terms.currency)
        days = _due_days(note, boarded, at)
        if len(days) == 1 and known.held.due_dates[-1] == date_number(days[0]):
            # What no note allows, such as more paid ahead than is left, is compared plainly.
            with suppress(InvalidArgument, InvalidEvent):
                found[boarded.loan] = _instalment(note, known, days[0])
    return found


def _due_days(note: Note, boarded: LoanBoarded, at: Distribution) -> list[dt.date]:
    first, last = at.due_period
    due, found = note.first_due_after(max(first - _DAY, boarded.effective_date)), []
    while due <= last:
        found.append(due)
        due = note.due_after(due)
    return found


def _instalment(note: Note, known: LoanKnown, due: dt.date) -> Noted:
    start, last = note.due_after(due, -1), date_number(due)
    payment = standing_at_boarding(known.boarded, note).payment
    if known.payment is not None:
        payment = _dollars(known.payment)
    rate = known.rate
    for day, changed in sorted(known.changes):
        rate = changed if day < last else rate
    # What was deferred when the loan was boarded bears no interest either.
    bearing = known.began - to_units(known.boarded.deferred_balance or _NOTHING)
    standing = Standing(
        balance=_dollars(bearing),
        rate=Decimal(rate).scaleb(-RATE_SCALE),
        payment=payment,
        next_due=due,
        original_balance=known.boarded.original_balance,
    )
    found = fall_due(
        note,
        standing,
        due,
        curtailments=_movements(known.held.curtailed, start, due),
        draws=_movements(known.draws, start, due),
        resets=False,
    )
    added = to_units(found.negative_amortization)
    by_receipt = note.interest is InterestMethod.DAILY_SIMPLE
    return Noted(to_units(found.interest) + added, to_units(found.principal), bearing, by_receipt)


def _movements(rows: Iterable[tuple[int, int]], start: dt.date, due: dt.date) -> list[Movement]:
    """Return what moved the balance up to a due date; what came before its period moved it at the start."""
    found = ((date_from_number(day), units) for day, units in sorted(rows))
    return [Movement(on=max(day, start), amount=_dollars(units)) for day, units in found if day <= due]


def payments_changed(rows: Iterable[StoredRow]) -> dict[str, int]:
    """Return the payments that loans last came to by events that stand, in store units."""
    standing: dict[str, StoredRow] = {}
    for row in rows:
        if row.reverses is not None:
            standing.pop(row.reverses, None)
        else:
            standing[row.event_id] = row
    found: dict[str, tuple[int, int]] = {}
    for row in standing.values():
        if row.loan not in found or found[row.loan][0] <= row.effective_date:
            found[row.loan] = row.effective_date, row.memo
    return {loan: payment for loan, (_, payment) in found.items()}


def interest_apart(
    loans: Mapping[str, LoanMonth],
    standings: Mapping[str, LoanStanding],
    rates: Mapping[str, tuple[int, int]],
    deferred: Mapping[str, int],
    cent: int = CENT,
) -> Iterator[str]:
    """Yield the loans whose instalment is another interest than a twelfth of the rate on their balance, by a cent."""
    for loan, held in loans.items():
        if held.dues == 1 and (rate := rates.get(loan, _UNKNOWN)[0]):
            interest = (began(held, standings.get(loan)) - deferred.get(loan, 0)) * rate
            if abs(held.due_interest * _YEAR - interest) > cent * _YEAR:
                yield loan


def _dollars(units: int) -> Decimal:
    return Decimal(units).scaleb(-SCALE)
