"""Bringing a deal back from its rows: each is verified as it comes, and none is stored unless all of them are sound."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ledger.errors import IntegrityFault, StoreError
from ledger.evidence.rows import RowVerifier, deal_of
from ledger.store.batches import StoredBatch
from ledger.store.database.event_store import EventStore
from ledger.store.rows import Head, StoredRow

_PART = 5_000
"""Rows that are verified and inserted at a time."""


def restore_rows(store: EventStore, rows: Iterable[StoredRow], batches: Iterable[StoredBatch] = ()) -> Head:
    """Bring a deal back from its rows and envelopes, all or none, with every stamp and hash; return its head.

    Raises :class:`~ledger.errors.IntegrityFault` naming the first bad row, and :class:`~ledger.errors.StoreError` where
    the store holds the deal already.
    """
    arriving = iter(rows)
    part = list(islice(arriving, _PART))
    if not part:
        raise IntegrityFault("there are no rows to restore")
    deal = deal_of(part[0])
    held = list(batches)
    verifier = RowVerifier(deal, held)
    with store.appending(deal) as writer:
        if writer.find_deal() is not None:
            raise StoreError(f"the ledger holds {deal} already; restore it into one that does not")
        deal_key: int | None = None
        while part:
            faults = verifier.check_all(part)
            if faults:
                raise IntegrityFault(f"nothing was restored: {faults[0]}")
            if deal_key is None:
                deal_key = writer.add_deal(part[0].recorded_at)
            writer.insert([[row._replace(deal_key=deal_key) for row in part]])
            part = list(islice(arriving, _PART))
        for fault in verifier.finish():
            raise IntegrityFault(f"nothing was restored: {fault}")
        if deal_key is not None:
            writer.insert_batches(deal_key, held)
    return Head(*verifier.head)


__all__ = ["restore_rows"]
