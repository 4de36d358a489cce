"""The hash chain of a deal.

Every row carries ``sha256(hash of the row before, sequence, recorded_at, distribution, payload)``, so that the head
hash, kept elsewhere, proves every row, its order, and the stamps that the ledger put on it.
"""

from __future__ import annotations

from hashlib import sha256

GENESIS = bytes(32)
"""What the first event of every deal is chained to."""


def link(previous: bytes, sequence: int, recorded_at: int, distribution: int, payload: bytes) -> bytes:
    """Return the hash of one row, 32 bytes."""
    stamp = b"%d|%d|%d|" % (sequence, recorded_at, distribution)
    return sha256(previous + stamp + payload).digest()


def payload_hash(payload: bytes) -> str:
    """Return the hash by which a repeated event is recognised as the same."""
    return sha256(payload).hexdigest()
