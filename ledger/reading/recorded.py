"""Events as the ledger holds them: with their place in the log, their time and their hash."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger.events import codec
from ledger.events.base import Event
from ledger.store.rows import StoredRow
from ledger.values.dates import date_from_number, moment


@attrs.frozen(kw_only=True)
class RecordedEvent:
    """An event as the ledger holds it."""

    sequence: int
    recorded_at: dt.datetime
    distribution_date: dt.date | None
    event: Event
    hash: str


def recorded_event(row: StoredRow) -> RecordedEvent:
    """Return a stored row as an event with its stamps."""
    return RecordedEvent(
        sequence=row.sequence,
        recorded_at=moment(row.recorded_at),
        distribution_date=date_from_number(row.distribution) if row.distribution else None,
        event=codec.decode(row.payload),
        hash=bytes(row.hash).hex(),
    )


__all__ = ["RecordedEvent", "recorded_event"]
