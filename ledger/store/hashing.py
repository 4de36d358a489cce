"""The hash chain of a deal.

Every row carries ``sha256(hash of the row before, sequence, recorded_at, distribution, payload)``, so that the head
hash, kept elsewhere, proves every row, its order, and the stamps that the ledger put on it. The first row of a batch
that has an envelope adds the digest of it before these (:mod:`ledger.store.batches`); every other row adds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

GENESIS = bytes(32)
"""What the first event of every deal is chained to."""


def link_bytes(sequence: int, recorded_at: int, distribution: int, payload: bytes) -> bytes:
    """Return what one row adds to the chain after the hash of the row before."""
    return b"%d|%d|%d|%b" % (sequence, recorded_at, distribution, payload)


def under_envelope(digest: bytes, added: bytes) -> bytes:
    """Return what the first row of a batch adds to the chain under an envelope, from what it adds without one.

    No row adds such bytes without one: 64 digits, where its moment has eighteen at most.
    """
    return b"2|%b|%b" % (digest.hex().encode(), added)


def chain(previous: bytes, links: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the hashes of consecutive rows, 32 bytes each, from what each adds to the chain."""
    for added in links:
        previous = sha256(previous + added).digest()
        yield previous


def linked_rows(
    previous: bytes, stamped: Iterable[tuple[int, int, int, str, bytes]], begun: Mapping[int, bytes]
) -> int:
    """Return how many rows have the hash that they must, up to the first that has not.

    They are given as sequence, recorded_at, distribution, payload and hash; ``begun`` holds the digests of the
    envelopes by the first sequence of their batches.
    """
    count = 0
    try:
        for sequence, recorded_at, distribution, payload, stored in stamped:
            added = b"%d|%d|%d|%b" % (sequence, recorded_at, distribution, payload.encode())
            if begun and sequence in begun:
                added = under_envelope(begun[sequence], added)
            if sha256(previous + added).digest() != stored:
                break
            previous = stored
            count += 1
    except ValueError:  # a damaged file may hold halves of characters, or numbers of any length
        pass
    return count


def link(
    previous: bytes, sequence: int, recorded_at: int, distribution: int, payload: bytes, envelope: bytes = b""
) -> bytes:
    """Return the hash of one row, 32 bytes; ``envelope`` is the digest of the envelope of the batch that it begins."""
    added = link_bytes(sequence, recorded_at, distribution, payload)
    return sha256(previous + (under_envelope(envelope, added) if envelope else added)).digest()
