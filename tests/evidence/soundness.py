"""Whether all of a log is sound, and any last part of it by itself."""

from __future__ import annotations

from ledger import Ledger
from ledger.log_parts import batch_end, part_faults
from replay.evidence.verify import verify


def assert_sound(ledger: Ledger, deal: str) -> None:
    """Verify a log as a whole, and from every end of a batch on as if what stands before had been."""
    assert verify(ledger, deal).faults == ()
    head = ledger.head(deal).sequence
    with ledger._store.reading() as reading:
        ends = {batch_end(reading, reading.deal_key(deal), wanted) for wanted in range(1, head)}
    for after in sorted(ends - {head}):
        assert list(part_faults(ledger._store, deal, after, head, iter)) == [], after
