"""Asking a ledger, as known at any sequence: for a statement, for the books, and for what the servicer advanced.

``source`` is always an open ledger, which stays open, or the SQLAlchemy URL or path of one, which is opened for the
question and closed after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import attrs

from ledger import Acknowledgement, Advances, AsOf, Books, Ledger, PeriodClosed, RecordedEvent, Second, date_number
from replay.statements.statement import Statement, statement_of

_Source = Ledger | str | Path


def _opened(source: _Source) -> AbstractContextManager[Ledger]:
    return nullcontext(source) if isinstance(source, Ledger) else Ledger.open(source)


def statement(source: _Source, deal: str, record_date: dt.date, *, known_through: int | None = None) -> Statement:
    """Return the statement whose record date is the latest on or before ``record_date``, as known at a sequence.

    ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded ledger. Raises
    :class:`ledger.NoDistribution` before the first record date, and :class:`ledger.ReplayGap` where a fact is missing.
    """
    with _opened(source) as ledger:
        return statement_of(ledger.report(deal, AsOf(record_date=record_date, known_through=known_through)))


@attrs.frozen(kw_only=True)
class StatementClosing:
    """The closing of a statement's distribution: the event with the envelope of its batch, and who approved it."""

    recorded: RecordedEvent
    acknowledgements: tuple[Acknowledgement, ...]
    seconds: tuple[Second, ...]


def closing(source: _Source, found: Statement) -> StatementClosing | None:
    """Return who closed a statement's distribution, as known when the statement is; None while it is open."""
    day = date_number(found.distribution_date)
    with _opened(source) as ledger:
        events: Iterable[RecordedEvent] = ledger.events(
            found.deal, types=(PeriodClosed.name,), first=day, last=day, known_through=found.report.known_through
        )
        for item in events:
            assert isinstance(item.event, PeriodClosed)
            seconds = ledger.seconds(found.deal, [item]).get(item.sequence, ())
            return StatementClosing(recorded=item, acknowledgements=item.event.acknowledgements, seconds=seconds)
    return None


def books(source: _Source, deal: str, record_date: dt.date, *, known_through: int | None = None) -> Books:
    """Return the balance of every account on any business date, as known at a sequence; see :func:`statement`."""
    with _opened(source) as ledger:
        return ledger.books(deal, AsOf(record_date=record_date, known_through=known_through))


def advances(source: _Source, deal: str, record_date: dt.date, *, known_through: int | None = None) -> Advances:
    """Return what was advanced, recovered and is still owed on any business date, loan by loan and month by month.

    ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded ledger.
    """
    with _opened(source) as ledger:
        return ledger.advances(deal, AsOf(record_date=record_date, known_through=known_through))
