"""Asking a ledger, as known at any sequence: for a statement, for the books, and for what the servicer advanced.

``source`` is always an open ledger, which stays open, or the SQLAlchemy URL or path of one, which is opened for the
question and closed after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import ClassVar

import attrs

from ledger import (
    Acknowledgement,
    Advances,
    AsOf,
    Books,
    DistributionReport,
    Glanced,
    InvalidArgument,
    Ledger,
    NoDistribution,
    PeriodClosed,
    RecordedEvent,
    Second,
    StatementTemplate,
    date_number,
    schedule,
)
from replay.frames import Tabular
from replay.statements.statement import Statement, statement_of

Source = Ledger | str | Path
"""An open ledger, or where one is."""


def ledger_of(source: Source) -> AbstractContextManager[Ledger]:
    """Return a context with an open ledger, which stays open after it, or one that is opened for it and closed."""
    return nullcontext(source) if isinstance(source, Ledger) else Ledger.open(source)


def statement(
    source: Source,
    deal: str,
    record_date: dt.date | None = None,
    *,
    payment_date: dt.date | None = None,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
    template: StatementTemplate | None = None,
) -> Statement:
    """Return the statement whose record date is the latest on or before ``record_date``, or that of a payment date.

    ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded ledger. The statement is as known at a
    sequence, at a moment, or when its distribution was closed; else as known now. Its pages are laid out by
    ``template``, or as the terms of the deal say.

    Raises :class:`ledger.InvalidArgument` where not exactly one date is given, more than one point of knowledge, a
    sequence beyond the log, a moment to come, a record date that two distributions share, or ``as_closed`` of one that
    is open; :class:`ledger.NoDistribution` before the first record date or off the payment dates, and
    :class:`ledger.ReplayGap` where a fact is missing.
    """
    known = Known(through=known_through, at=known_at, as_closed=as_closed)
    with ledger_of(source) as ledger:
        report = report_asked(ledger, deal, record_date, payment_date=payment_date, known=known)
        return statement_of(report, template)


@attrs.frozen(kw_only=True)
class Known:
    """Known when: through a sequence, at a moment, or when the distribution was closed; with none of them, now.

    Raises :class:`ledger.InvalidArgument` where it is more than one of them.
    """

    through: int | None = None
    at: dt.datetime | None = None
    as_closed: bool = False

    def __attrs_post_init__(self) -> None:
        if (self.through is not None) + (self.at is not None) + self.as_closed > 1:
            message = "give one point of knowledge: a sequence, a moment, or as closed"
            raise InvalidArgument("known_through", "one_point_of_knowledge", message)

    def sequence(
        self,
        ledger: Ledger,
        deal: str,
        record_date: dt.date | None = None,
        *,
        payment_date: dt.date | None = None,
    ) -> int | None:
        """Return the sequence that was given, or that the moment or the closing stands for; None where it is now.

        The closing is that of the distribution of ``payment_date``, or else of the one whose record date is the latest
        on or before ``record_date``. Raises :class:`ledger.InvalidArgument` where that is open, or no date is given.
        """
        if self.as_closed:
            if record_date is None and payment_date is None:
                message = "as closed is of one distribution; give its record date or its payment date"
                raise InvalidArgument("as_closed", "one_date", message)
            return closed_at(ledger, deal, payment_date or paid_for(ledger, deal, record_date))
        return self.through if self.at is None else ledger.sequence_at(deal, self.at)


NOW = Known()
"""As known now."""


def report_asked(
    ledger: Ledger,
    deal: str,
    record_date: dt.date | None = None,
    *,
    payment_date: dt.date | None = None,
    known: Known = NOW,
) -> DistributionReport:
    """Return the report of a distribution by one of its dates, as known at one point; see :func:`statement`."""
    if (record_date is None) == (payment_date is None):
        message = "give the record date or the payment date of the distribution, and not both"
        raise InvalidArgument("record_date", "one_date", message)
    if known.as_closed:
        payment_date = payment_date or paid_for(ledger, deal, record_date)
    sequence = known.sequence(ledger, deal, record_date, payment_date=payment_date)
    if payment_date is not None:
        return ledger.distribution(deal, payment_date, known_through=sequence)
    assert record_date is not None
    return ledger.report(deal, AsOf(record_date=record_date, known_through=sequence))


def paid_for(ledger: Ledger, deal: str, record_date: dt.date | None) -> dt.date:
    """Return the payment date of the distribution whose record date is the latest on or before a date."""
    assert record_date is not None
    terms = ledger.terms(deal)
    calendar = schedule(terms)
    found = calendar.for_record_date(record_date)
    if found is None:
        first = calendar.at(0).record_date
        raise NoDistribution(f"the first record date of {terms.title} is {first}; {record_date} lies before it")
    return found.payment_date


def closed_at(ledger: Ledger, deal: str, payment_date: dt.date) -> int:
    """Return where in the log a distribution was closed; raises :class:`ledger.InvalidArgument` while it is open."""
    found = ledger.closing(deal, payment_date)
    if found is None:
        message = f"the distribution of {deal} paid on {payment_date} is open; close it first, or ask as known now"
        raise InvalidArgument("as_closed", "not_closed", message)
    return found.sequence


@attrs.frozen(kw_only=True, repr=False)
class StatementClosing(Glanced):
    """The closing of a statement's distribution: the event with the envelope of its batch, and who approved it."""

    recorded: RecordedEvent
    acknowledgements: tuple[Acknowledgement, ...]
    seconds: tuple[Second, ...]


def closing(source: Source, found: Statement) -> StatementClosing | None:
    """Return who closed a statement's distribution, as known when the statement is; None while it is open."""
    day = date_number(found.distribution_date)
    with ledger_of(source) as ledger:
        events: Iterable[RecordedEvent] = ledger.events(
            found.deal, types=(PeriodClosed.name,), first=day, last=day, known_through=found.report.known_through
        )
        for item in events:
            assert isinstance(item.event, PeriodClosed)
            seconds = ledger.seconds(found.deal, [item]).get(item.sequence, ())
            return StatementClosing(recorded=item, acknowledgements=item.event.acknowledgements, seconds=seconds)
    return None


@attrs.frozen(kw_only=True, repr=False)
class TabularBooks(Books, Tabular):
    """Books that notebooks show, and that are given away as typed frames."""

    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"balance"})
    _repr_html_ = Tabular._repr_html_


def books(
    source: Source,
    deal: str,
    record_date: dt.date,
    *,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
) -> TabularBooks:
    """Return the balance of every account on any business date, as known at a sequence, at a moment, or as closed.

    As closed is as known when the distribution was closed whose record date is the latest on or before the date; see
    :func:`statement`.
    """
    asked = Known(through=known_through, at=known_at, as_closed=as_closed)
    with ledger_of(source) as ledger:
        known = asked.sequence(ledger, deal, record_date)
        found = ledger.books(deal, AsOf(record_date=record_date, known_through=known))
    return TabularBooks(
        deal=found.deal,
        date=found.date,
        known_through=found.known_through,
        balances=found.balances,
        held=found.held,
    )


def advances(
    source: Source,
    deal: str,
    record_date: dt.date,
    *,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
) -> Advances:
    """Return what was advanced, recovered and is still owed on any business date, loan by loan and month by month.

    ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded ledger. It is as known at a sequence, at
    a moment, or when the distribution was closed whose record date is the latest on or before the date.
    """
    asked = Known(through=known_through, at=known_at, as_closed=as_closed)
    with ledger_of(source) as ledger:
        known = asked.sequence(ledger, deal, record_date)
        return ledger.advances(deal, AsOf(record_date=record_date, known_through=known))
