"""Who stands behind what the log holds: who posted an event, and who approved it.

An event is approved by the envelope of its batch, or by events of their own that stand before it
(:mod:`ledger.rules.second_person`). Both are shown, whether the terms demanded anybody or not.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import codec
from ledger.events.deal import ActApproved
from ledger.reading.recorded import RecordedEnvelope, RecordedEvent
from ledger.rules.second_person import Approvals, People, Second, seconds
from ledger.store.batches import StoredBatch
from ledger.store.source import Source
from ledger.values.selector import Selector

_APPROVALS = Selector(types=(ActApproved.name,), last=0)


def read_seconds(reading: Source, deal: str, events: Iterable[RecordedEvent]) -> dict[int, tuple[Second, ...]]:
    """Return the second persons behind events of a deal, by their sequences; events that have none are left out."""
    deal_key = reading.deal_key(deal)
    asked = sorted(events, key=lambda item: item.sequence)
    if not asked or not reading.has_batches(deal_key):
        return {}
    rows = list(reading.rows(deal_key, _APPROVALS, known_through=asked[-1].sequence))
    envelopes = reading.batches_of(deal_key, [row.sequence for row in rows]) if rows else []
    standing, found, passed = Approvals(), dict[int, tuple[Second, ...]](), 0
    for item in asked:
        while passed < len(rows) and rows[passed].sequence < item.sequence:
            row = rows[passed]
            standing.note(codec.decode(row.payload), people_of(_around(envelopes, row.sequence)))
            passed += 1
        approvals = standing.of(item.event.event_id)
        behind = tuple(seconds(item.payload.encode(), people_of(item.envelope), approvals))
        if behind:
            found[item.sequence] = behind
    return found


def people_of(envelope: StoredBatch | RecordedEnvelope | None) -> People:
    """Return the people of an envelope; nobody where there is none."""
    return People() if envelope is None else People(envelope.login, envelope.actor, envelope.approver)


def _around(envelopes: Iterable[StoredBatch], sequence: int) -> StoredBatch | None:
    return next((item for item in envelopes if item.first_sequence <= sequence <= item.through_sequence), None)


__all__ = ["people_of", "read_seconds"]
