"""Rows from what their hashes cover: every other column of an event follows from deciding it again.

It is the verification of rows (:mod:`ledger.evidence.rows`) without columns to compare: link, envelope, payload and
rules are held to what they must be, and what was decided is the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ledger.evidence.faults import Fault, shown
from ledger.evidence.rows import RowVerifier
from ledger.store.rows import StoredRow
from ledger.values.dates import date_number

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.rules import Decision
    from ledger.store.batches import StoredBatch

DEAL_KEY = 1
"""The key of the deal in every row that is derived."""


def bare_row(sequence: int, recorded_at: int, distribution: int, payload: str, digest: bytes) -> StoredRow:
    """Return a row of nothing but what is hashed of it, and its hash."""
    given = (DEAL_KEY, sequence, "", "", "", 0, distribution, "", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, None)
    return StoredRow._make((*given, recorded_at, payload, digest))


class RowDeriver(RowVerifier):
    """Verifies the bare rows of a deal, one after the other, and makes them whole."""

    def __init__(self, deal: str, batches: Iterable[StoredBatch] = ()) -> None:
        super().__init__(deal, batches)
        self._row = bare_row(0, 0, 0, "", b"")

    def derive(self, bare: StoredRow) -> tuple[StoredRow, list[Fault]]:
        """Return the next row, and what is wrong with it; a row that cannot be decided stays as it is."""
        self._row = bare
        faults = self.check(bare)
        return self._row, faults

    def _compare(
        self, row: StoredRow, event: Event, decision: Decision | None, wrong: frozenset[str]
    ) -> Iterator[tuple[str, str, str]]:
        """Take the row from the decision; all that a bare one says of it is its distribution."""
        if decision is None or wrong:
            # Nothing says what this event did, so that those behind it cannot be decided for certain.
            self._sure = False
            return
        whole = (
            *(DEAL_KEY, row.sequence, event.event_id, event.name, decision.posts_as),
            *(date_number(event.effective_date), decision.distribution),
            *decision.keys,
            *decision.components,
            *(decision.note_rate, decision.servicing_rate, decision.reverses),
            *(row.recorded_at, row.payload, row.hash),
        )
        self._row = StoredRow._make(whole)
        if row.distribution != decision.distribution:
            message = f"the event has {shown(row.distribution)}, its payload gives {shown(decision.distribution)}"
            yield "distribution", "differs", message


__all__ = ["RowDeriver", "bare_row"]
