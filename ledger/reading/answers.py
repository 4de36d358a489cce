"""The answers that a ledger gives: the facts of a question are read, and a projection makes the answer of them."""

from __future__ import annotations

import datetime as dt

from ledger.journal.advance_types import ADVANCE_TYPES
from ledger.journal.totals import Totals
from ledger.projections.advances import Advances, advances
from ledger.projections.books import Books, books
from ledger.projections.report import DistributionReport, distribution_report
from ledger.reading.as_of import AsOf, known_sequence
from ledger.reading.facts import facts_of, payment_facts
from ledger.reading.snapshots import SnapshotSource
from ledger.reading.terms_in_force import rules_by_distribution
from ledger.store.source import Source
from ledger.values.dates import date_number


def read_books(reading: Source, deal: str, as_of: AsOf) -> Books:
    """Return the books on the record date."""
    deal_key = reading.deal_key(deal)
    known = known_sequence(reading, deal_key, as_of)
    rows = reading.totals(deal_key, known_through=known, effective_through=date_number(as_of.record_date))
    totals = Totals(rows).merged(Totals(()))
    rules_of = rules_by_distribution(reading, deal_key, known) if rows else None
    return books(deal, as_of.record_date, known, totals, rules_of)


def read_advances(reading: Source, deal: str, as_of: AsOf) -> Advances:
    """Return the advances of every loan on the record date."""
    deal_key = reading.deal_key(deal)
    known = known_sequence(reading, deal_key, as_of)
    through = date_number(as_of.record_date)
    rows = reading.advance_totals(deal_key, known_through=known, types=ADVANCE_TYPES, effective_through=through)
    return advances(deal, as_of.record_date, known, rows)


def read_report(reading: Source, deal: str, as_of: AsOf, snapshots: SnapshotSource | None = None) -> DistributionReport:
    """Return the distribution whose record date is the latest on or before the date asked about."""
    return distribution_report(*facts_of(reading, deal, as_of, snapshots))


def payment_report(
    reading: Source,
    deal: str,
    payment_date: dt.date,
    known_through: int | None,
    snapshots: SnapshotSource | None = None,
) -> DistributionReport:
    """Return the distribution paid on a date; raises :class:`~ledger.errors.NoDistribution` where none is."""
    return distribution_report(*payment_facts(reading, deal, payment_date, known_through, snapshots))


__all__ = ["payment_report", "read_advances", "read_books", "read_report"]
