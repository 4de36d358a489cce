"""The gate: everything that stands between a month and its closing, found before the closing is final.

Phases, in order. The facts of the distribution are read, as for its report. The rates are looked at first: without one
of them there is no report. Then the report is made, the month of every loan is read in one pass over the runs of the
distribution, and where the loans stand beside it. The checks are pure functions of that. Their cost is linear in the
events of the month and in the loans of the pool; the log behind them is never read.

A finding that *refuses* cannot be closed with. One that *must be acknowledged* can, if the closing names its code with
a reason; a *note* is only worth knowing. Under the first rules everything is a note but the digest: those closings
fixed what was reported, and reprint for ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from ledger.deal.schedule import Distribution
from ledger.errors import ReplayGap, Violation
from ledger.events.deal import Acknowledgement, PeriodClosed
from ledger.findings import Finding, Grade
from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport, distribution_report
from ledger.readiness.accounts import account_findings
from ledger.readiness.advances import advance_findings
from ledger.readiness.arrears import arrears_findings
from ledger.readiness.before import before_findings, before_of
from ledger.readiness.bonds import bond_findings, rate_findings
from ledger.readiness.cash import cash_findings
from ledger.readiness.codes import CODES
from ledger.readiness.doubles import double_findings
from ledger.readiness.gathering import month_of
from ledger.readiness.instalments import instalment_findings
from ledger.readiness.month import MonthToClose
from ledger.readiness.notes import note_findings
from ledger.readiness.pool import pool_findings
from ledger.readiness.set_aside import set_aside_findings
from ledger.readiness.triggers import trigger_findings
from ledger.reading.facts import payment_facts
from ledger.reading.snapshots import SnapshotSource
from ledger.store.source import Source
from ledger.values.glance import Glanced

_ORDER = {Grade.REFUSES: 0, Grade.ACKNOWLEDGE: 1, Grade.NOTE: 2}


@attrs.frozen(kw_only=True)
class Readiness(Glanced):
    """What the gate found of one distribution, as known through a sequence.

    ``findings`` come by grade, the weightiest first. ``report`` is what a closing would fix; None where a rate that it
    needs was never posted.
    """

    deal: str
    distribution: Distribution
    known_through: int
    rules: int
    findings: tuple[Finding, ...]
    report: DistributionReport | None

    def __repr__(self) -> str:
        day = self.distribution.payment_date
        return f"<Readiness {self.deal} {day}, known through {self.known_through}: {len(self.findings)} findings>"

    def glance(self) -> Iterator[dict[str, str]]:
        """Yield the findings, the weightiest first."""
        for item in self.findings:
            yield {"grade": item.grade.value, "code": item.code, "message": item.message, "remedy": item.remedy}

    def graded(self, grade: Grade) -> tuple[Finding, ...]:
        """Return the findings of a grade."""
        return tuple(item for item in self.findings if item.grade is grade)

    @property
    def codes_to_acknowledge(self) -> tuple[str, ...]:
        """The codes that a closing must acknowledge, each once."""
        return tuple(dict.fromkeys(item.code for item in self.graded(Grade.ACKNOWLEDGE)))

    def __bool__(self) -> bool:
        """Whether the distribution can be closed without a word."""
        return not self.graded(Grade.REFUSES) and not self.graded(Grade.ACKNOWLEDGE)


def readiness(
    reading: Source,
    deal: str,
    payment_date: dt.date,
    known_through: int | None = None,
    snapshots: SnapshotSource | None = None,
    *,
    notes: bool = True,
) -> tuple[Readiness, Facts]:
    """Return what stands between a distribution and its closing, and the facts that it was found from.

    Under the first rules everything found is a note; where nobody wants ``notes``, nothing is then looked for. Raises
    :class:`~ledger.errors.NoDistribution` where none is paid on the date.
    """
    facts, known = payment_facts(reading, deal, payment_date, known_through, snapshots)
    rates, findings = list(rate_findings(facts)), list[Finding]()
    report: DistributionReport | None = None
    try:
        report = distribution_report(facts, known)
    except ReplayGap:
        findings = [item for item in rates if item.grade is Grade.REFUSES]
        if not findings:
            raise
    if facts.terms.rules > 1 or (notes and report is not None):
        findings = rates
        if report is not None:
            findings.extend(_found(month_of(reading, reading.deal_key(deal), known, facts, report)))
            before = before_of(reading, facts, known, snapshots)
            findings.extend(() if before is None else before_findings(before))
        if facts.terms.rules == 1:
            findings = [attrs.evolve(item, grade=Grade.NOTE) for item in findings]
    ready = Readiness(
        deal=deal,
        distribution=facts.distribution,
        known_through=known,
        rules=facts.terms.rules,
        findings=tuple(sorted(findings, key=lambda item: _ORDER[item.grade])),
        report=report,
    )
    return ready, facts


def _found(month: MonthToClose) -> Iterator[Finding]:
    for check in (
        cash_findings,
        account_findings,
        double_findings,
        instalment_findings,
        note_findings,
        advance_findings,
        arrears_findings,
        pool_findings,
        set_aside_findings,
        bond_findings,
        trigger_findings,
    ):
        yield from check(month)


def refusals(ready: Readiness, closing: PeriodClosed, fixed: str) -> list[Violation]:
    """Return why a closing is not let in: figures of its own, findings that refuse, others that it does not name.

    ``fixed`` is the digest of the facts, to which that of the closing is held where it gives one.
    """
    event_id, found = closing.event_id, list[Violation]()
    if closing.rules != ready.rules:
        message = f"the deal is under rules {ready.rules} on {closing.distribution_date}, not {closing.rules}"
        found.append(Violation(event_id, "rules", "other_rules", message))
    if ready.report is not None and closing.report_digest != ready.report.digest:
        message = (
            f"the figures of {closing.distribution_date} have the digest {ready.report.digest}, not "
            f"{closing.report_digest or '(none)'}; Ledger.close_period computes it"
        )
        found.append(Violation(event_id, "report_digest", "other_digest", message))
    if closing.facts_digest not in ("", fixed):
        message = (
            f"the facts of {closing.distribution_date} have the digest {fixed}, not {closing.facts_digest}; "
            "Ledger.close_period computes it, and it may be left out"
        )
        found.append(Violation(event_id, "facts_digest", "other_digest", message))
    for item in ready.graded(Grade.REFUSES):
        found.append(Violation(event_id, "distribution_date", item.code, _told(item)))
    named = {item.code for item in closing.acknowledgements}
    for item in ready.graded(Grade.ACKNOWLEDGE):
        if item.code not in named:
            message = f"{_told(item)}; or close with it acknowledged, with a reason"
            found.append(Violation(event_id, "acknowledgements", item.code, message))
    found.extend(_idle(closing.acknowledgements, ready, event_id))
    return found


def _told(item: Finding) -> str:
    return f"{item.message}: {item.remedy}" if item.remedy else item.message


def _idle(given: Iterable[Acknowledgement], ready: Readiness, event_id: str) -> Iterator[Violation]:
    """Name what is acknowledged and was not found: nobody may acknowledge everything in advance."""
    for item in given:
        if item.code not in CODES:
            message = f"there is no finding {item.code!r}; ledger check names those there are"
            yield Violation(event_id, "acknowledgements", "unknown_finding", message)
        elif item.code not in ready.codes_to_acknowledge:
            message = f"nothing is to be acknowledged as {item.code!r} in this month; leave it out"
            yield Violation(event_id, "acknowledgements", "nothing_to_acknowledge", message)


__all__ = ["Readiness", "readiness", "refusals"]
