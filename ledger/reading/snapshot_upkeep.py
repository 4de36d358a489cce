"""Keeping the snapshots of a deal: one at every closing, all of them anew, and whether they hold what they should.

A snapshot is a cache. Losing one costs time and no answer, so what cannot be kept is logged and not raised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from ledger.errors import IntegrityFault, StoreError
from ledger.events import codec
from ledger.events.deal import PeriodClosed
from ledger.journal.totals import EVERYTHING
from ledger.projections.facts import Facts
from ledger.reading.facts import payment_facts
from ledger.reading.snapshots import SNAPSHOT_VERSION, StoredSnapshots, content_of
from ledger.store.database.event_store import EventStore
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

_log = logging.getLogger("ledger")

_ALL_KNOWN = 2**62
"""A sequence after every other."""

_REBUILD = "drop the snapshots of {deal} and rebuild them; seal an archive of it anew"


def keep_snapshot(store: EventStore, facts: Facts, known: int) -> None:
    """Keep a snapshot of facts as known through a sequence, if the store can."""
    try:
        store.keep_snapshot(facts.deal, facts.number, known, SNAPSHOT_VERSION, content_of(facts))
    except StoreError as fault:
        # The closing is stored; a cache that could not be written must not make it look as if it were not.
        # A database's message may quote the row, so only its kind is logged.
        stamps = {"deal": facts.deal, "sequence": known, "fault": type(fault).__name__}
        _log.warning("snapshot not kept", extra=stamps)


def rebuild_snapshots(
    store: EventStore, deal: str, *, use_snapshots: bool, progress: Callable[[int, int], None] | None
) -> int:
    """Drop the snapshots of a deal and take them anew, as of each closing that proves one; return how many were taken.

    Closings of earlier releases prove none: what stands without proof is not used. With ``use_snapshots`` each rests on
    those that were taken before it. ``progress`` is told how many distributions are done, of how many.
    """
    store.drop_snapshots(deal)
    with store.reading() as reading:
        key = reading.deal_key(deal)
        closings = [
            (row.sequence, row.distribution)
            for row in reading.rows(key, Selector(types=(PeriodClosed.name,)))
            if _fixes_facts(row.payload)
        ]
    for done, (sequence, number) in enumerate(closings, 1):
        with store.reading() as reading:
            snapshots = StoredSnapshots(reading) if use_snapshots else None
            facts, known = payment_facts(reading, deal, date_from_number(number), sequence - 1, snapshots)
        store.keep_snapshot(deal, number, known, SNAPSHOT_VERSION, content_of(facts))
        if progress is not None:
            progress(done, len(closings))
    return len(closings)


def _fixes_facts(payload: str) -> bool:
    event = codec.decode(payload)
    return isinstance(event, PeriodClosed) and event.facts_digest.startswith(f"{SNAPSHOT_VERSION}:")


def snapshot_faults(
    reading: Source, deal: str, derived: Mapping[tuple[int, int], bytes] | None = None
) -> Iterator[str]:
    """Say which snapshots of a deal are not what the events give, or are of no closing; nothing where all are sound.

    One that no closing stands behind is never used, and is not derived: that would cost a replay for each that somebody
    puts there. Those that earlier releases kept when a closing was repeated are held to the events like the others.
    ``derived`` holds contents that were derived from the events already, by distribution and sequence known through.
    """
    key = reading.deal_key(deal)
    head = reading.head(key).sequence
    closed: dict[int, int] = {}
    for row in reading.rows(key, Selector(types=(PeriodClosed.name,))):
        closed.setdefault(row.distribution, row.sequence)
    for number, through, content in reading.snapshots(
        key, version=SNAPSHOT_VERSION, last=EVERYTHING, known_through=_ALL_KNOWN
    ):
        shown = f"the snapshot of the distribution of {_day(number)} as known through event {through}"
        if through > head:
            yield f"{shown} knows more than the log"
            continue
        if through + 1 < closed.get(number, _ALL_KNOWN):
            yield f"{shown} is of no closing; {_REBUILD.format(deal=deal)}"
            continue
        expected = None if derived is None else derived.get((number, through))
        if expected is None:
            expected = content_of(payment_facts(reading, deal, date_from_number(number), through)[0])
        if expected != content:
            yield f"{shown} is not what the events give; {_REBUILD.format(deal=deal)}"


def _day(number: int) -> str:
    """Return the payment date that a distribution's number stands for, or what stands in its place."""
    try:
        return str(date_from_number(number))
    except IntegrityFault:
        return str(number)


__all__ = ["keep_snapshot", "rebuild_snapshots", "snapshot_faults"]
