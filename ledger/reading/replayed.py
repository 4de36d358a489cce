"""Replaying a closed distribution for whoever verifies it: its report, and what a snapshot of it holds."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger.projections.report import DistributionReport, distribution_report
from ledger.reading.facts import payment_facts
from ledger.reading.snapshots import SnapshotSource, content_of, facts_digest
from ledger.store.source import Source
from ledger.values.glance import Glanced


@attrs.frozen(kw_only=True, repr=False)
class Replayed(Glanced):
    """A distribution replayed as known through a sequence.

    ``place`` is its number (YYYYMMDD) and that sequence, under which a snapshot of it is kept; ``content`` is what that
    snapshot holds, and ``facts_digest`` what a closing fixes of it.
    """

    report: DistributionReport
    place: tuple[int, int]
    content: bytes
    facts_digest: str


def replayed(
    reading: Source, deal: str, payment_date: dt.date, known_through: int, snapshots: SnapshotSource | None
) -> Replayed:
    """Return the distribution paid on a date; raises :class:`~ledger.errors.NoDistribution` where none is."""
    facts, known = payment_facts(reading, deal, payment_date, known_through, snapshots)
    return Replayed(
        report=distribution_report(facts, known),
        place=(facts.number, known),
        content=content_of(facts),
        facts_digest=facts_digest(facts),
    )


__all__ = ["Replayed", "replayed"]
