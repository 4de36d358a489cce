"""Events as the ledger holds them, with place, time and hash; and what a caller means who asks for some of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TypedDict, Unpack

import attrs

from ledger.errors import InvalidArgument
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.registry import REGISTRY
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, moment
from ledger.values.selector import Selector


class _Keys(TypedDict):
    group: str | None
    class_id: str | None
    code: str | None
    loan: str | None
    first: int | None
    last: int | None


@attrs.frozen(kw_only=True)
class RecordedEvent:
    """An event as the ledger holds it; ``payload`` is its text, in the version that it was written in."""

    sequence: int
    recorded_at: dt.datetime
    distribution_date: dt.date | None
    event: Event
    hash: str
    payload: str


def recorded_event(row: StoredRow) -> RecordedEvent:
    """Return a stored row as an event with its stamps."""
    return RecordedEvent(
        sequence=row.sequence,
        recorded_at=moment(row.recorded_at),
        distribution_date=date_from_number(row.distribution) if row.distribution else None,
        event=codec.decode(row.payload),
        hash=bytes(row.hash).hex(),
        payload=row.payload,
    )


def asked_events(
    *, types: Sequence[str] | None, event_ids: Sequence[str] | None, **keys: Unpack[_Keys]
) -> Selector | None:
    """Return what a caller's keywords select; None where they name an empty list, which selects nothing.

    A bare string names one type, or one event. A type that there is not raises
    :class:`~ledger.errors.InvalidArgument`.
    """
    named, ids = _listed(types), _listed(event_ids)
    for name in named or ():
        if name not in REGISTRY:
            near = get_close_matches(str(name), REGISTRY, n=3, cutoff=0.5) or sorted(REGISTRY)
            raise InvalidArgument("types", "unknown_type", f"{name!r} is no event type; there is {', '.join(near)}")
    if named == () or ids == ():
        return None
    return Selector(types=named or (), event_ids=ids or (), **keys)


def _listed(names: Sequence[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    return (names,) if isinstance(names, str) else tuple(names)


def read_events(
    reading: Source,
    deal: str,
    wanted: Selector | None,
    *,
    after: int,
    known_through: int | None,
    limit: int | None,
) -> Iterator[RecordedEvent]:
    """Yield the selected events of a deal in sequence, none where nothing is selected."""
    deal_key = reading.deal_key(deal)
    if wanted is not None:
        rows = reading.rows(deal_key, wanted, after=after, known_through=known_through, limit=limit)
        yield from map(recorded_event, rows)


__all__ = ["RecordedEvent", "asked_events", "read_events", "recorded_event"]
