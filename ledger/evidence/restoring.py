"""Bringing a deal back from its rows: each is verified as it comes, and none is stored unless all of them are sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ledger.errors import IntegrityFault, StoreError
from ledger.evidence.rows import RowVerifier, blocks_of, deal_of
from ledger.store.batches import StoredBatch
from ledger.store.database.event_store import EventStore
from ledger.store.hashing import GENESIS
from ledger.store.rows import Head, StoredRow

_PART = 5_000
"""Rows that are verified and inserted at a time."""


def restore_rows(store: EventStore, rows: Iterable[StoredRow], batches: Iterable[StoredBatch] = ()) -> Head:
    """Bring a deal back from its rows and envelopes, all or none, with every stamp and hash; return its head.

    Raises :class:`~ledger.errors.IntegrityFault` naming the first bad row, and :class:`~ledger.errors.StoreError` where
    the store holds the deal already.
    """
    arriving = iter(rows)
    first = next(arriving, None)
    if first is None:
        raise IntegrityFault("there are no rows to restore")
    deal, held = deal_of(first), list(batches)
    return restore_sound(store, deal, _sound(chain((first,), arriving), RowVerifier(deal, held)), held)


def _sound(rows: Iterable[StoredRow], verifier: RowVerifier) -> Iterator[StoredRow]:
    """Yield rows for as long as nothing is wrong with them."""
    for block in blocks_of(rows):
        for fault in verifier.check_all(block):
            raise IntegrityFault(f"nothing was restored: {fault}")
        yield from block
    for fault in verifier.finish():
        raise IntegrityFault(f"nothing was restored: {fault}")


def restore_sound(store: EventStore, deal: str, rows: Iterator[StoredRow], batches: Iterable[StoredBatch]) -> Head:
    """Insert the rows of a deal and its envelopes, all or none; whoever yields the rows has verified them.

    What the iterator raises undoes everything. Raises :class:`~ledger.errors.StoreError` where the store holds the deal
    already.
    """
    head = Head(0, GENESIS)
    with store.appending(deal) as writer:
        if writer.find_deal() is not None:
            raise StoreError(f"the ledger holds {deal} already; bring it into one that does not")
        deal_key: int | None = None
        while part := list(islice(rows, _PART)):
            if deal_key is None:
                deal_key = writer.add_deal(part[0].recorded_at)
            writer.insert([[row._replace(deal_key=deal_key) for row in part]])
            head = Head(part[-1].sequence, part[-1].hash)
        if deal_key is not None:
            writer.insert_batches(deal_key, batches)
    return head


__all__ = ["restore_rows", "restore_sound"]
