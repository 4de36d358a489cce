"""Bringing a deal back from a bundle: all of it or nothing, and only from one whose log is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.errors import IntegrityFault
from ledger.evidence.bundles.bundle import Bundle, CheckedRow
from ledger.evidence.faults import Fault
from ledger.evidence.restoring import restore_sound
from ledger.store.database.event_store import EventStore
from ledger.store.rows import Head, StoredRow

Watch = Callable[[Iterator[StoredRow]], Iterator[StoredRow]]
"""Looks on while rows pass: yields those that it is given."""


def restore_bundle(store: EventStore, bundle: Bundle, watch: Watch | None = None) -> Head:
    """Bring the deal of a bundle into a store, every row verified as it comes; return its head.

    Its members are not held to its manifest here, nor what follows from the log to the log. Raises
    :class:`~ledger.errors.IntegrityFault` naming the first fault, and :class:`~ledger.errors.StoreError` where the
    store holds the deal already.
    """
    manifest = bundle.manifest
    batches = bundle.envelopes(_refuse)
    rows = _sound(bundle.checked_rows(batches))
    rows = rows if watch is None else watch(rows)
    return restore_sound(store, manifest.deal, _whole(rows, manifest.head, manifest.events), batches)


def _refuse(fault: Fault) -> None:
    raise IntegrityFault(f"nothing was restored: {fault}")


def _sound(checked: Iterator[CheckedRow]) -> Iterator[StoredRow]:
    for row, faults in checked:
        for fault in faults:
            _refuse(fault)
        if row is not None:
            yield row


def _whole(rows: Iterator[StoredRow], head: Head, events: int) -> Iterator[StoredRow]:
    """Yield rows, and refuse at their end a log that is not the one that the manifest names."""
    found, count = Head(0, bytes(32)), 0
    for row in rows:
        found, count = Head(row.sequence, row.hash), count + 1
        yield row
    if (found, count) != (head, events):
        message = f"the log has {count} events and ends at {found.sequence}:{found.hash.hex()[:16]}..."
        _refuse(Fault(0, "", "", "other_head", f"{message}; the manifest says otherwise"))


__all__ = ["Watch", "restore_bundle"]
