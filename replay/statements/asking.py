"""Asking a ledger, as known at any sequence: for a statement, for the books, and for what the servicer advanced.

``source`` is always an open ledger, which stays open, or the SQLAlchemy URL or path of one, which is opened for the
question and closed after it.
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from ledger import Advances, AsOf, Books, Ledger
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
