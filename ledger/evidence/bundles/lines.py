"""The lines of a bundle: how an event, an envelope and a waypoint are written, and how they are read again.

Of an event a line holds what its hash covers, and nothing else: columns follow from the payload by deciding it again,
hashes from the chain, the sequence from the number of the line. The lines of the first two formats hold whole rows.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from ledger.store.batches import StoredBatch
from ledger.store.rows import StoredRow

EVERY = 1_000
"""Events from one waypoint to the next."""

LONGEST = 16 << 20
"""Bytes that a line may have, and a member that is none of lines."""

_EVENT = re.compile(rb"(0|[1-9][0-9]{0,17}) (0|[1-9][0-9]{7}) (\{[^\n]*\})\n")
_ENVELOPE = re.compile(rb"(0|[1-9][0-9]{0,17}) (\{[^\n]*\})\n")
_DERIVED = ("recorded_at", "digest")
"""What of an envelope its words do not say, or give."""


def hashed_line(row: StoredRow) -> bytes:
    """Return an event as a line: when it was recorded, its distribution, and the payload."""
    return b"%d %d %b\n" % (row.recorded_at, row.distribution, row.payload.encode())


def event_of(line: bytes) -> tuple[int, int, str]:
    """Return what stands in the line of an event; raises ValueError for what :func:`hashed_line` does not write."""
    found = _EVENT.fullmatch(line)
    if found is None:
        raise ValueError("it is not a moment, a distribution and a payload")
    return int(found[1]), int(found[2]), found[3].decode()


def envelope_line(batch: StoredBatch) -> bytes:
    """Return an envelope as a line: when it was recorded, and the words that its digest is of."""
    return b"%d %b\n" % (batch.recorded_at, batch.words())


def envelope_of(line: bytes) -> StoredBatch:
    """Return the envelope in a line; raises ValueError for any that :func:`envelope_line` does not write."""
    found = _ENVELOPE.fullmatch(line)
    if found is None:
        raise ValueError("it is not a moment and an envelope")
    try:
        words = json.loads(found[2])
        names = sorted(name for name in StoredBatch._fields if name not in _DERIVED)
        if list(words) != names:
            raise ValueError("it has not the words of an envelope")
        batch = StoredBatch(**words, recorded_at=int(found[1]), digest=sha256(found[2]).digest())
        if batch.words() != found[2]:
            raise ValueError("it is not the one way to write this envelope")
    except (TypeError, RecursionError) as fault:
        raise ValueError(f"it cannot be read: {fault}") from fault
    return batch


def waypoint_line(sequence: int, digest: bytes) -> bytes:
    """Return the hash of an event as a line."""
    return b"%d %b\n" % (sequence, digest.hex().encode())


def waypoints_of(content: bytes, events: int) -> dict[int, bytes]:
    """Return the hashes that are held of a log of so many events; raises ValueError where they are not what must be."""
    lines = content.splitlines(keepends=True)
    found: dict[int, bytes] = {}
    for sequence, line in zip(range(EVERY, events + 1, EVERY), lines, strict=False):
        digest = bytes.fromhex(line.partition(b" ")[2].decode("ascii"))
        if len(digest) != 32 or waypoint_line(sequence, digest) != line:
            raise ValueError(f"where the hash of event {sequence} belongs, another line stands")
        found[sequence] = digest
    if len(lines) != events // EVERY:
        raise ValueError(f"{events} events have {events // EVERY} waypoints, not {len(lines)}")
    return found


def row_line(row: StoredRow) -> bytes:
    """Return a stored row as the first two formats have it: JSON, columns in their order, the hash in digits.

    A deal's key differs from database to database and says nothing of the deal: in a bundle it is always 1.
    """
    fields = row._asdict() | {"deal_key": 1, "hash": bytes(row.hash).hex()}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes) -> StoredRow:
    """Return the row in a line; raises ValueError for any line that :func:`row_line` cannot have written."""
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict) or tuple(fields) != StoredRow._fields:
            raise ValueError("it has not the columns of a stored event")
        row = StoredRow(**{**fields, "hash": bytes.fromhex(fields["hash"])})
        if row_line(row) != line:
            raise ValueError("it is not the one way to write this event")
    except (ValueError, TypeError, RecursionError) as fault:
        raise ValueError(f"the line cannot be read: {fault}") from fault
    return row


__all__ = [
    "EVERY",
    "LONGEST",
    "envelope_line",
    "envelope_of",
    "event_of",
    "hashed_line",
    "row_line",
    "row_of",
    "waypoint_line",
    "waypoints_of",
]
