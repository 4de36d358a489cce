"""The end of a month: a distribution is closed behind the gate, fixed by its digest, and paid.

What is decided here follows from the log, and is written only behind the log that it was decided on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import attrs

from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.deal import Acknowledgement, PeriodClosed
from ledger.projections.report import DistributionReport
from ledger.readiness.gate import Readiness, readiness, refusals
from ledger.reading.answers import payment_report
from ledger.reading.closings import closing_of
from ledger.reading.snapshot_upkeep import keep_snapshot
from ledger.reading.snapshots import StoredSnapshots, facts_digest
from ledger.store.database.event_store import EventStore
from ledger.store.memory import gc_paused
from ledger.store.rows import Head
from ledger.store.source import Source
from ledger.values.envelope import Envelope
from ledger.writing.payments import distribution_events, not_closed
from ledger.writing.receipts import Receipt, Refusal
from ledger.writing.write_path import STALE, WritePath, stale

_ATTEMPTS = 5
"""How often what follows from the log is decided anew where others post meanwhile."""


class MonthEnd:
    """Closes and pays the distributions of the deals of one ledger, by the write path that it guards."""

    def __init__(self, store: EventStore, *, snapshots: bool) -> None:
        self._store, self._use_snapshots = store, snapshots
        self._found: tuple[str, dt.date, Head, Readiness, str] | None = None
        self.write_path = WritePath(store, self.gate)

    def _post(
        self, events: list[Event], *, envelope: Envelope | None, expected_sequence: int | None, dry_run: bool = False
    ) -> Receipt | Refusal:
        return self.write_path.post_events(
            events, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
        )

    def close(
        self, closing: PeriodClosed, *, envelope: Envelope | None, expected_sequence: int | None, dry_run: bool
    ) -> Receipt | Refusal:
        """Close a distribution on the log as it stands now, if it still ends there when the closing is written."""
        deal, distribution_date = closing.deal, closing.distribution_date
        with gc_paused(), self._store.reading() as reading:
            ready, facts = readiness(reading, deal, distribution_date, None, self.snapshots_of(reading), notes=False)
            known = reading.head(reading.deal_key(deal))
            standing = closing_of(reading, deal, distribution_date, None)
        if expected_sequence is not None and expected_sequence > ready.known_through:
            # Should the log reach that end in between, the figures would not be those of it.
            return stale(closing.event_id, deal, ready.known_through, expected_sequence)
        # What was posted since a closing changes what it would be made of now; closing again is a repeat all the same.
        fixed = facts_digest(facts) if standing is None else standing.event.facts_digest
        closing = with_figures(closing, ready, fixed)
        self._found = (deal, distribution_date, known, ready, fixed)
        expected = ready.known_through if expected_sequence is None else expected_sequence
        answer = self._post([closing], envelope=envelope, expected_sequence=expected, dry_run=dry_run)
        if not answer.accepted:
            return self._closed_already(answer, closing)
        # Where it stood already its snapshot was kept then; one of what is known now would be of no closing.
        if not dry_run and self._use_snapshots and standing is None:
            keep_snapshot(self._store, facts, ready.known_through)
        return answer

    def proposed(self, closing: PeriodClosed) -> PeriodClosed:
        """Return a closing with the figures that it would fix as things stand."""
        with gc_paused(), self._store.reading() as reading:
            snapshots = self.snapshots_of(reading)
            ready, facts = readiness(reading, closing.deal, closing.distribution_date, None, snapshots, notes=False)
        return with_figures(closing, ready, facts_digest(facts))

    def _closed_already(self, refused: Refusal, closing: PeriodClosed) -> Refusal:
        """Say of a distribution that is closed already where, and what is left to be done with it."""
        codes = ("different_payload", "already_closed")
        if not any(item.code in codes for item in refused.violations):
            return refused
        with self._store.reading() as reading:
            standing = closing_of(reading, closing.deal, closing.distribution_date, None)
        if standing is None:
            return refused
        left = "it is paid" if standing.paid_at is not None else "ledger distribute (Ledger.distribute) pays it"
        told = (
            f"the distribution of {closing.distribution_date} is closed already, at sequence {standing.sequence}, and "
            f"a closing is final; {left}"
        )
        found = list[Violation]()
        for item in refused.violations:
            differing = f"; {item.message.partition(': ')[2]}" if item.code == "different_payload" else ""
            found.append(attrs.evolve(item, message=told + differing) if item.code in codes else item)
        return attrs.evolve(refused, violations=tuple(found))

    def gate(self, reading: Source, closing: PeriodClosed, before: Head) -> list[Violation]:
        """Say why a closing is not let in behind what is stored; what was found just before is not looked for again."""
        asked = (closing.deal, closing.distribution_date, before)
        found, self._found = self._found, None
        if found is not None and found[:3] == asked:
            return refusals(found[3], closing, found[4])
        day = closing.distribution_date
        snapshots = self.snapshots_of(reading)
        ready, facts = readiness(reading, closing.deal, day, before.sequence, snapshots, notes=False)
        return refusals(ready, closing, facts_digest(facts) if closing.facts_digest else "")

    def snapshots_of(self, reading: Source) -> StoredSnapshots | None:
        """Return the snapshots that a reading may rest on, or None where none are used."""
        return StoredSnapshots(reading) if self._use_snapshots else None

    def pay(self, deal: str, distribution_date: dt.date, envelope: Envelope | None) -> Receipt | Refusal:
        """Pay a distribution as the log stands now, if it still ends there when the payments are written."""
        with gc_paused(), self._store.reading() as reading:
            report = payment_report(reading, deal, distribution_date, None, self.snapshots_of(reading))
        if report.terms.rules > 1 and not self._is_closed(report):
            return not_closed(report)
        return self._post(distribution_events(report), envelope=envelope, expected_sequence=report.known_through)

    def _is_closed(self, report: DistributionReport) -> bool:
        with self._store.reading() as reading:
            key = reading.deal_key(report.deal)
            return report.distribution.number <= reading.closed_through(key, known_through=report.known_through)


def decided_on_its_head(attempt: Callable[[], Receipt | Refusal], *, again: bool = True) -> Receipt | Refusal:
    """Decide and write; where the log moved in between, decide once more on what it then is, a few times."""
    answer = attempt()
    for _ in range(_ATTEMPTS - 1):
        if answer.accepted or not again or not any(item.code == STALE for item in answer.violations):
            break
        answer = attempt()
    return answer


def closing_event(deal: str, on: dt.date, acknowledge: Mapping[str, str] | None, who: str) -> PeriodClosed:
    """Return the closing of a distribution without its figures."""
    return PeriodClosed(
        event_id=f"{deal}/{on}/closed",
        deal=deal,
        effective_date=on,
        distribution_date=on,
        report_digest="",
        acknowledgements=[
            Acknowledgement(code=code, reason=reason, who=who) for code, reason in (acknowledge or {}).items()
        ],
    )


def with_figures(closing: PeriodClosed, ready: Readiness, fixed: str) -> PeriodClosed:
    """Return a closing with what it fixes: the digest of the report, the rules, and the digest of the facts."""
    digest = "" if ready.report is None else ready.report.digest
    return attrs.evolve(closing, report_digest=digest, rules=ready.rules, facts_digest=fixed)


def nobody_answers(closing: PeriodClosed) -> Violation:
    """Return why a closing that acknowledges something is refused where nobody answers for it."""
    message = "nobody answers for what is acknowledged; name who does (who, or the actor of the envelope)"
    return Violation(closing.event_id, "acknowledgements", "nobody_answers", message)
