"""Events as the ledger holds them, with place, time and hash; and what a caller means who asks for some of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypedDict, Unpack

import attrs

from ledger.errors import InvalidArgument
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.registry import REGISTRY
from ledger.store.batches import StoredBatch
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, moment
from ledger.values.glance import Glanced
from ledger.values.near import near
from ledger.values.selector import Selector


class _Keys(TypedDict):
    group: str | None
    class_id: str | None
    code: str | None
    loan: str | None
    first: int | None
    last: int | None


_TOGETHER = 2_000
"""Events whose envelopes are looked up at a time."""


@attrs.frozen(kw_only=True, repr=False)
class RecordedEnvelope(Glanced):
    """The envelope of a batch as the ledger holds it: of the events ``first_sequence`` to ``through_sequence``.

    ``login`` is who was connected, in the database's own word; it is empty on an embedded ledger, which knows nobody.
    ``actor``, ``approver`` and the document are *stated* by whoever posted; what was not stated is empty. ``digest`` is
    what the chain holds of it, in hexadecimal digits.
    """

    first_sequence: int
    through_sequence: int
    recorded_at: dt.datetime
    login: str
    actor: str
    approver: str
    document: str
    document_sha256: str
    digest: str

    @property
    def is_stated(self) -> bool:
        """Say whether it holds more than the database's word."""
        return bool(self.actor or self.approver or self.document)


@attrs.frozen(kw_only=True, repr=False)
class RecordedEvent(Glanced):
    """An event as the ledger holds it.

    ``payload`` is its JSON as it was written, in the version of its own day; ``envelope`` is that of the batch it was
    posted in, where there is one.
    """

    sequence: int
    recorded_at: dt.datetime
    distribution_date: dt.date | None
    event: Event
    payload: str
    hash: str
    envelope: RecordedEnvelope | None = None


def recorded_envelope(item: StoredBatch) -> RecordedEnvelope:
    """Return a stored envelope with its moment and its digest as readers know them."""
    fields = item._asdict()
    return RecordedEnvelope(**{**fields, "recorded_at": moment(item.recorded_at), "digest": bytes(item.digest).hex()})


def recorded_event(row: StoredRow, envelope: RecordedEnvelope | None = None) -> RecordedEvent:
    """Return a stored row as an event with its stamps, in the envelope of its batch."""
    return RecordedEvent(
        sequence=row.sequence,
        recorded_at=moment(row.recorded_at),
        distribution_date=date_from_number(row.distribution) if row.distribution else None,
        event=codec.decode(row.payload),
        payload=row.payload,
        hash=bytes(row.hash).hex(),
        envelope=envelope,
    )


def asked_events(
    *,
    types: Sequence[str] | None,
    event_ids: Sequence[str] | None,
    loans: Sequence[str] | None = None,
    **keys: Unpack[_Keys],
) -> Selector | None:
    """Return what a caller's keywords select; None where they name an empty list, which selects nothing.

    A bare string names one type, or one event. A type that there is not raises
    :class:`~ledger.errors.InvalidArgument`.
    """
    named, ids, several = _listed(types), _listed(event_ids), _listed(loans)
    for name in named or ():
        if name not in REGISTRY:
            nearest = near(name, REGISTRY) or sorted(REGISTRY)
            raise InvalidArgument("types", "unknown_type", f"{name!r} is no event type; there is {', '.join(nearest)}")
    if () in (named, ids, several):
        return None
    return Selector(types=named or (), event_ids=ids or (), loans=several or (), **keys)


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
    if wanted is None:
        return
    rows = reading.rows(deal_key, wanted, after=after, known_through=known_through, limit=limit)
    if reading.has_batches(deal_key):
        yield from _in_envelopes(reading, deal_key, rows)
    else:
        yield from map(recorded_event, rows)


def read_selected(
    reading: Source,
    deal: str,
    wanted: Iterable[Selector],
    *,
    after: int,
    known_through: int,
    limit: int | None,
) -> Iterator[RecordedEvent]:
    """Yield the events that any of some selections holds in sequence, each once; the first ``limit`` where it is given.

    Rows are read as they are stored, and made events of once it is known which are among the first.
    """
    deal_key, found = reading.deal_key(deal), dict[int, StoredRow]()
    for selector in sorted(wanted, key=lambda item: item.first or 0):
        for row in reading.rows(deal_key, selector, after=after, known_through=known_through, limit=limit):
            found[row.sequence] = row
        if limit is not None and len(found) > limit:
            # What stands behind so many is not among the first, whatever selects it.
            found = {sequence: found[sequence] for sequence in sorted(found)[:limit]}
            known_through = max(found)
    rows = iter([found[sequence] for sequence in sorted(found)])
    if reading.has_batches(deal_key):
        yield from _in_envelopes(reading, deal_key, rows)
    else:
        yield from map(recorded_event, rows)


def _in_envelopes(reading: Source, deal_key: int, rows: Iterator[StoredRow]) -> Iterator[RecordedEvent]:
    """Yield rows as events, each in the envelope that it stands in."""
    while part := list(islice(rows, _TOGETHER)):
        found = reading.batches_of(deal_key, [row.sequence for row in part])
        # One envelope after the other, as the events come.
        coming = iter([recorded_envelope(item) for item in found])
        held = next(coming, None)
        for row in part:
            while held is not None and held.through_sequence < row.sequence:
                held = next(coming, None)
            inside = held is not None and held.first_sequence <= row.sequence
            yield recorded_event(row, held if inside else None)


__all__ = [
    "RecordedEnvelope",
    "RecordedEvent",
    "asked_events",
    "read_events",
    "read_selected",
    "recorded_envelope",
    "recorded_event",
]
