"""The instalments of a loan to its end, and the interest to the day of a payoff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ledger.deal.notes import InterestMethod, PayoffInterest
from ledger.errors import InvalidArgument
from ledger.notes.index import IndexHistory
from ledger.notes.instalment import Instalment, fall_due, rounded_interest
from ledger.notes.note import Note, Standing
from ledger.notes.payments import as_dollars
from ledger.notes.periods import by_days, thirty_360
from ledger.values.money import rate_from_units, rate_to_units, to_units


def scheduled_instalments(
    note: Note, standing: Standing, months: int | None = None, *, index: IndexHistory | None = None
) -> Iterator[Instalment]:
    """Yield the instalments of a loan that pays as due, to the last one, or so many of them.

    What is beyond the history of the index is reckoned by its latest figure.
    """
    count = 0
    while months is None or count < months:
        found = fall_due(note, standing, standing.next_due, index=index)
        yield found
        if found.is_last:
            return
        standing, count = found.after, count + 1


def payoff_interest(note: Note, standing: Standing, on: dt.date) -> Decimal:
    """Return the interest that is paid with the whole balance on a day: from when it was paid to, and what is carried.

    Raises :class:`~ledger.errors.InvalidArgument` where interest is paid beyond the day.
    """
    start = standing.interest_from or note.due_after(standing.next_due, -1)
    end = on + dt.timedelta(1) if note.conventions.payoff_day_counts else on
    if end < start:
        message = f"interest of loan {note.loan} is paid to {start}; a payoff on {on} needs the standing before it"
        raise InvalidArgument("on", "paid_beyond", message)
    exact = to_units(standing.balance) * _payoff_part(note, start, end) * rate_from_units(rate_to_units(standing.rate))
    return as_dollars(rounded_interest(note, exact) + to_units(standing.unpaid_interest))


def _payoff_part(note: Note, start: dt.date, end: dt.date) -> Fraction:
    if note.interest is InterestMethod.DAILY_SIMPLE:
        return by_days(start, end, note.conventions.simple_interest_days)
    if note.is_line:
        return by_days(start, end, note.conventions.line_days)
    match note.conventions.payoff_interest:
        case PayoffInterest.THIRTY_360:
            return thirty_360(start, end)
        case PayoffInterest.ACTUAL_365:
            return Fraction((end - start).days, 365)
    months, upto = 0, start
    while not note.is_biweekly and note.due_after(upto) <= end:
        months, upto = months + 1, note.due_after(upto)
    return Fraction(months, 12) + Fraction((end - upto).days, 365)
