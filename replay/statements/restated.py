"""Whether a statement has been restated since its distribution was closed, and by which events.

A closing fixes the digest of the figures. Where a statement that knows the closing has other figures, what was posted
after it changed them: facts that say that they restate, reversals and corrections.
"""

from __future__ import annotations

import attrs

from ledger import FOLLOW_CLOSING, DistributionReport, Glanced, Ledger, PeriodClosed, RecordedEvent, date_number
from replay.statements.asking import Source, ledger_of
from replay.statements.statement import Statement

SHOWN = 12
"""Events that are named one by one."""


@attrs.frozen(kw_only=True, repr=False)
class Restated(Glanced):
    """By what a statement is restated: ``closed_at`` is the sequence of its closing, ``event_ids`` are since then."""

    closed_at: int
    event_ids: tuple[str, ...]

    def __str__(self) -> str:
        return listed(self.event_ids)


def listed(event_ids: tuple[str, ...]) -> str:
    """Return the first of many events by their ids, and how many there are."""
    more = len(event_ids) - SHOWN
    named = ", ".join(event_ids[:SHOWN]) + (f", ... and {more} more" if more > 0 else "")
    return f"{named} ({len(event_ids)} event{'' if len(event_ids) == 1 else 's'})"


def restated(source: Source, found: Statement) -> Restated | None:
    """Return by what a statement is restated, as known when the statement is; None where it stands as closed.

    None too while its distribution is open, and where the digest is of a version that this program does not make.
    """
    with ledger_of(source) as ledger:
        closing = _closing(ledger, found, date_number(found.distribution_date))
        return None if closing is None else restated_since(ledger, found.report, closing)


def restated_since(ledger: Ledger, report: DistributionReport, closing: RecordedEvent) -> Restated | None:
    """Return by what the figures of a report are others than those of its closing; None where they stand.

    No page of a statement is made for it, so that whoever asks of every month of a long life pays for figures alone.
    """
    if _stands(report, closing):
        return None
    day = date_number(report.distribution.payment_date)
    since = ledger.events(report.deal, after=closing.sequence, known_through=report.known_through, last=day)
    posted = [item.event for item in since if item.event.name not in FOLLOW_CLOSING]
    meant = [event for event in posted if event.restates] or posted
    ids = tuple(event.event_id for event in meant)
    return Restated(closed_at=closing.sequence, event_ids=ids) if ids else None


def _closing(ledger: Ledger, found: Statement, day: int) -> RecordedEvent | None:
    known = found.report.known_through
    closings = ledger.events(found.deal, types=(PeriodClosed.name,), first=day, last=day, known_through=known)
    return next(iter(closings), None)


def _stands(report: DistributionReport, closing: RecordedEvent) -> bool:
    event = closing.event
    assert isinstance(event, PeriodClosed)
    version = event.report_digest.partition(":")[0]
    try:
        return not version.isdigit() or report.digest_of(int(version)) == event.report_digest
    except KeyError:
        return True


__all__ = ["SHOWN", "Restated", "listed", "restated", "restated_since"]
