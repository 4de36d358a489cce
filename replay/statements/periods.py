"""The distributions of a deal one by one: their dates, whether they are open, closed, paid or restated, and by whom.

Only what was posted behind a closing, to its distribution or an earlier one, can have restated it, and its own payment
cannot; a report is replayed where there is any other such event, and nowhere else, so that a long life is told at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import attrs

from ledger import EventReversed, Ledger, PeriodClosed, RecordedEvent, date_number, schedule
from replay.frames import Tabular
from replay.statements.asking import Known, Source, StatementClosing, ledger_of
from replay.statements.restated import restated_since
from replay.statements.standing import PeriodState, state_of

if TYPE_CHECKING:
    import polars

_PAYMENTS = ("bond_interest_paid", "bond_principal_paid", "bond_loss_paid", "collection_account_remitted")
_ENTERING = "_brought_forward"


@attrs.frozen(kw_only=True)
class Period:
    """One distribution: its dates, its state, and who closed it when, on which figures.

    ``paid_at`` is the sequence of the last payment to the bonds that stands; ``restated_by`` are the events by which
    its figures are others than those that the closing fixed.
    """

    record_date: dt.date
    payment_date: dt.date
    state: PeriodState
    closing: StatementClosing | None = None
    paid_at: int | None = None
    restated_by: tuple[str, ...] = ()

    @property
    def closed_at(self) -> int | None:
        """The sequence of the closing; None while the distribution is open."""
        return None if self.closing is None else self.closing.recorded.sequence

    @property
    def closed_time(self) -> dt.datetime | None:
        """When it was closed, by the clock of the ledger; None while it is open."""
        return None if self.closing is None else self.closing.recorded.recorded_at

    @property
    def digest(self) -> str:
        """The digest of the figures that the closing fixed; empty while there is none."""
        event = None if self.closing is None else self.closing.recorded.event
        return event.report_digest if isinstance(event, PeriodClosed) else ""


@attrs.frozen(kw_only=True)
class Periods(Tabular):
    """The distributions of a deal that hold anything and the next that is open, as known through a sequence."""

    _DAYS: ClassVar[frozenset[str]] = frozenset({"record_date", "payment_date"})
    _COUNTS: ClassVar[frozenset[str]] = frozenset({"closed_at", "paid_at"})

    deal: str
    known_through: int
    periods: tuple[Period, ...]

    def __iter__(self) -> Iterator[Period]:
        return iter(self.periods)

    def __len__(self) -> int:
        return len(self.periods)

    def __repr__(self) -> str:
        return f"<Periods {self.deal}, known through {self.known_through}: {len(self)} distributions>"

    def rows(self) -> list[dict[str, str]]:
        """Return the distributions as plain rows, ready for a DataFrame."""
        return [
            {
                "record_date": str(item.record_date),
                "payment_date": str(item.payment_date),
                "state": item.state.value,
                "closed_at": "" if item.closed_at is None else str(item.closed_at),
                "closed_time": "" if item.closed_time is None else item.closed_time.isoformat(),
                "digest": item.digest,
                "paid_at": "" if item.paid_at is None else str(item.paid_at),
                "acknowledged": "; ".join(
                    told.code for told in (() if item.closing is None else item.closing.acknowledgements)
                ),
                "restated_by": "; ".join(item.restated_by),
            }
            for item in self.periods
        ]

    def to_frame(self) -> polars.DataFrame:
        """Return the distributions as a Polars DataFrame; needs ``pip install 'indenture[frames]'``."""
        import polars

        return polars.DataFrame(self.rows())


def periods(
    source: Source, deal: str, *, known_through: int | None = None, known_at: dt.datetime | None = None
) -> Periods:
    """Return every distribution of a deal from the first that was closed on, and those that are open and hold events.

    The last is the next to be closed. ``source`` is an open ledger, a SQLAlchemy URL, or the path of an embedded
    ledger. It is told as known through a sequence, or at a moment; else as known now. Raises
    :class:`ledger.InvalidArgument` for more than one point of knowledge, and for one beyond the log.
    """
    asked = Known(through=known_through, at=known_at)
    with ledger_of(source) as ledger:
        known = asked.sequence(ledger, deal)
        return _Reading(ledger, deal, ledger.head(deal).sequence if known is None else known).periods()


class _Reading:
    """The log of one deal up to a sequence, asked about its distributions."""

    def __init__(self, ledger: Ledger, deal: str, known: int) -> None:
        self._ledger, self._deal, self._known = ledger, deal, known
        self._closings: dict[dt.date, RecordedEvent] = {}
        for item in self._events(types=(PeriodClosed.name,)):
            if isinstance(item.event, PeriodClosed):
                self._closings[item.event.distribution_date] = item
        self._paid = self._payments()
        self._seconds = ledger.seconds(deal, self._closings.values())
        self._followed = ledger.followed(deal, known_through=known)

    def _events(
        self,
        *,
        after: int = 0,
        types: tuple[str, ...] | None = None,
        first: int | None = None,
        last: int | None = None,
        limit: int | None = None,
    ) -> Iterator[RecordedEvent]:
        return self._ledger.events(
            self._deal, after=after, known_through=self._known, types=types, first=first, last=last, limit=limit
        )

    def _payments(self) -> dict[dt.date, int]:
        """Return the sequence of the last payment of every distribution that stands."""
        standing: dict[str, tuple[dt.date, int]] = {}
        for item in self._events(types=_PAYMENTS):
            if isinstance(item.event, EventReversed):
                standing.pop(item.event.reverses, None)
            elif item.distribution_date is not None:
                standing[item.event.event_id] = (item.distribution_date, item.sequence)
        found: dict[dt.date, int] = {}
        for day, sequence in standing.values():
            found[day] = max(sequence, found.get(day, 0))
        return found

    def periods(self) -> Periods:
        """Return the distributions in the order of their dates."""
        dates = self._dates()
        found: list[Period] = []
        for recorded, paid in dates:
            closing = self._closings.get(paid)
            if closing is None:
                found.append(Period(record_date=recorded, payment_date=paid, state=PeriodState.OPEN))
                continue
            changed = self._restated_by(paid, closing)
            at = self._paid.get(paid)
            found.append(
                Period(
                    record_date=recorded,
                    payment_date=paid,
                    state=state_of(closed=True, paid=at is not None, is_restated=bool(changed)),
                    closing=self._told(closing),
                    paid_at=at,
                    restated_by=changed,
                )
            )
        return Periods(deal=self._deal, known_through=self._known, periods=tuple(found))

    def _dates(self) -> list[tuple[dt.date, dt.date]]:
        """Return the record and payment dates from the first closing on, and of the open months with any event."""
        dates = self._calendar(self._known)
        listed = {day for _, day in dates}
        for day, closing in self._closings.items():
            if day not in listed:  # Terms that were amended since then have other dates.
                dates += [pair for pair in self._calendar(closing.sequence) if pair[1] == day]
        dates.sort(key=lambda pair: pair[1])
        closed = [place for place, (_, day) in enumerate(dates) if day in self._closings]
        first = closed[0] if closed else next((at for at, (_, day) in enumerate(dates) if self._holds(day)), 0)
        last = min(closed[-1] + 1, len(dates) - 1) if closed else first
        while last + 1 < len(dates) and self._holds(dates[last][1]) and self._holds(dates[last + 1][1]):
            last += 1
        return dates[first : last + 1]

    def _calendar(self, known: int) -> list[tuple[dt.date, dt.date]]:
        calendar = schedule(self._ledger.terms(self._deal, known_through=known))
        return list(zip(calendar.record_dates, calendar.payment_dates, strict=True))

    def _holds(self, payment_date: dt.date) -> bool:
        """Say whether a distribution has an event of its own; what a deal was entered with is of none."""
        day = date_number(payment_date)
        return any(not item.event.name.endswith(_ENTERING) for item in self._events(first=day, last=day, limit=100))

    def _restated_by(self, payment_date: dt.date, closing: RecordedEvent) -> tuple[str, ...]:
        if payment_date not in self._followed:
            return ()
        report = self._ledger.distribution(self._deal, payment_date, known_through=self._known)
        changed = restated_since(self._ledger, report, closing)
        return () if changed is None else changed.event_ids

    def _told(self, closing: RecordedEvent) -> StatementClosing:
        event = closing.event
        assert isinstance(event, PeriodClosed)
        seconds = self._seconds.get(closing.sequence, ())
        return StatementClosing(recorded=closing, acknowledgements=event.acknowledgements, seconds=seconds)


__all__ = ["Period", "Periods", "periods"]
