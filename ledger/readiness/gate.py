"""The gate: everything that stands between a month and its closing, found before the closing is final.

Phases, in order. The facts of the distribution are read, as for its report. The rates are looked at first: without one
of them there is no report. Then the report is made, the month of every loan is read in one pass over the runs of the
distribution, and where the loans stand beside it. The checks are pure functions of that. Their cost is linear in the
events of the month and in the loans of the pool; the log behind them is never read.

A finding that *refuses* cannot be closed with. One that *must be acknowledged* can, if the closing names its code with
a reason; a *note* is only worth knowing. Under the first rules nothing is checked but the digest: those closings fixed
what was reported, and reprint for ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import attrs

from ledger.deal.schedule import Distribution
from ledger.errors import ReplayGap, Violation
from ledger.events import codec
from ledger.events.deal import Acknowledgement, PeriodClosed
from ledger.findings import Finding, Grade
from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport, distribution_report
from ledger.readiness.advances import advance_findings
from ledger.readiness.bonds import bond_findings, rate_findings
from ledger.readiness.cash import cash_findings
from ledger.readiness.codes import CODES
from ledger.readiness.instalments import instalment_findings
from ledger.readiness.loan_month import TAKE_IN, LoanMonth, gather
from ledger.readiness.month import LoanLosses, Month
from ledger.readiness.notes import note_findings
from ledger.readiness.pool import pool_findings
from ledger.reading.facts import payment_facts
from ledger.reading.snapshots import SnapshotSource
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_number
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

_DAY = dt.timedelta(days=1)
_ORDER = {Grade.REFUSES: 0, Grade.ACKNOWLEDGE: 1, Grade.NOTE: 2}


@attrs.frozen(kw_only=True)
class Readiness:
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
) -> tuple[Readiness, Facts]:
    """Return what stands between a distribution and its closing, and the facts that it was found from.

    Raises :class:`~ledger.errors.NoDistribution` where none is paid on the date.
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
    if facts.terms.rules > 1:
        findings = rates
        if report is not None:
            findings.extend(_found(month_of(reading, reading.deal_key(deal), known, facts, report)))
    ready = Readiness(
        deal=deal,
        distribution=facts.distribution,
        known_through=known,
        rules=facts.terms.rules,
        findings=tuple(sorted(findings, key=lambda item: _ORDER[item.grade])),
        report=report,
    )
    return ready, facts


def _found(month: Month) -> Iterator[Finding]:
    for check in (
        cash_findings,
        instalment_findings,
        note_findings,
        advance_findings,
        pool_findings,
        bond_findings,
    ):
        yield from check(month)


def month_of(reading: Source, deal_key: int, known: int, facts: Facts, report: DistributionReport) -> Month:
    """Return what the checks look at."""
    number = facts.number
    of_month = Selector(types=tuple(TAKE_IN), first=number, last=number)
    prior = facts.distribution.prior_payment_date
    rows = reading.month_rows(deal_key, of_month, known_through=known)
    loans = gather(rows, 0 if prior is None else date_number(prior))
    standings = reading.loan_standings(deal_key, known_through=known, last=number)
    before = date_number(facts.distribution.due_period[1] - _DAY)
    rates = reading.loan_rates(deal_key, known_through=known, through=before) if standings else {}
    payments, unaged = _boarded(reading, deal_key, known, {k for k, held in standings.items() if held.on_books > 0})
    return Month(
        facts=facts,
        report=report,
        loans=loans,
        standings=standings,
        rates=rates,
        payments=payments,
        unaged=unaged,
        by_loan=_by_loan(facts, report, loans),
        losses=_losses(reading, deal_key, known, number),
        nonrecoverable=_nonrecoverable(reading, deal_key, known, number, loans),
        statuses=tuple(_rows(reading, deal_key, known, "loan_status_changed", number)),
        substituted=tuple(_rows(reading, deal_key, known, "loan_substituted", number)),
        unapplied=_held(reading, deal_key, known, number, _UNAPPLIED),
        overpaid=_held(reading, deal_key, known, number, _OVERPAID),
        closed_through=reading.closed_through(deal_key, known_through=known),
    )


def _by_loan(facts: Facts, report: DistributionReport, loans: Mapping[str, LoanMonth]) -> frozenset[str]:
    """Return the groups in which all that fell due was posted loan by loan."""
    single: dict[str, int] = {}
    for item in loans.values():
        if item.dues:
            single[item.group] = single.get(item.group, 0) + item.due_principal + item.due_interest
    fallen = report.instalments
    return frozenset(
        group
        for group in facts.groups
        if group in single
        and single[group] == (fallen.due_principal[group].value + fallen.due_interest[group].value) * 10_000
    )


_UNAGED, _NO_TERM, _NO_PAYMENT, _PAYMENT = (
    '"seasoning_months":null',
    '"remaining_term_months":null',
    '"payment":null',
    '"payment":',
)
"""What canonical payloads say, to the letter; no text inside them can, for its quotation marks are escaped."""


def _boarded(reading: Source, deal_key: int, known: int, present: set[str]) -> tuple[dict[str, int], int]:
    """Return the payments of the notes that are known, in store units, and how many loans have no age or no term."""
    payments: dict[str, int] = {}
    unaged = 0
    for row in reading.boardings(deal_key, known_through=known):
        if row.reverses is not None or row.loan not in present:
            continue
        text = row.payload
        unaged += _UNAGED in text or _NO_TERM in text
        # Hundreds of thousands of loans may state no payment, and are not taken apart for it.
        if _NO_PAYMENT not in text and _PAYMENT in text:
            payments[row.loan] = int(codec.glance(text, "loan_boarded", ("payment",)).payment * UNITS_PER_DOLLAR)
    return payments, unaged


def _rows(reading: Source, deal_key: int, known: int, type_name: str, number: int) -> Iterator[StoredRow]:
    wanted = Selector(types=(type_name,), first=number, last=number)
    return reading.rows(deal_key, wanted, known_through=known)


def _losses(reading: Source, deal_key: int, known: int, number: int) -> dict[str, LoanLosses]:
    wanted = Selector(types=("loan_liquidated", "subsequent_recovery_received"), last=number)
    found: dict[str, LoanLosses] = {}
    for row in reading.month_rows(deal_key, wanted, known_through=known):
        held = found.get(row.loan) or LoanLosses(liquidated=0, lost=0, recovered=0)
        if row.type == "loan_liquidated":
            count = -1 if row.voids else 1
            found[row.loan] = attrs.evolve(held, liquidated=held.liquidated + count, lost=held.lost + row.loss)
        else:
            found[row.loan] = attrs.evolve(held, recovered=held.recovered + row.loss)
    return found


def _nonrecoverable(
    reading: Source, deal_key: int, known: int, number: int, loans: Mapping[str, LoanMonth]
) -> frozenset[str]:
    """Return the loans whose certificate, made before this month, still stands against an advance of this month.

    A borrower who has paid everything since is one whom the servicer may trust again.
    """
    wanted = Selector(types=("advance_declared_nonrecoverable",), last=number - 1)
    declared: dict[str, int] = {}
    latest: dict[str, int] = {}
    for row in reading.month_rows(deal_key, wanted, known_through=known):
        declared[row.loan] = declared.get(row.loan, 0) + row.principal + row.interest + row.other
        latest[row.loan] = max(latest.get(row.loan, 0), row.effective_date)
    standing = set[str]()
    for loan, units in declared.items():
        held = loans.get(loan)
        if units > 0 and held is not None and held.advanced_principal + held.advanced_interest > 0:
            statuses = Selector(types=("loan_status_changed",), loan=loan, last=number)
            rows = list(reading.rows(deal_key, statuses, known_through=known))
            voided = {row.reverses for row in rows}
            if not any(
                row.code == _PAID_UP and row.effective_date > latest[loan] and row.event_id not in voided
                for row in rows
                if row.reverses is None
            ):
                standing.add(loan)
    return frozenset(standing)


_PAID_UP = "performing:current"


_UNAPPLIED = {
    "unapplied_funds_received": 1,
    "unapplied_funds_applied": -1,
    "unapplied_funds_returned": -1,
}
_OVERPAID = {"overpayment_received": 1, "overpayment_refunded": -1}


def _held(reading: Source, deal_key: int, known: int, number: int, signs: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = Selector(types=tuple(signs), last=number)
    for row in reading.month_rows(deal_key, wanted, known_through=known):
        moved = row.other + row.principal + row.interest
        found[row.loan] = found.get(row.loan, 0) + signs[row.type] * moved
    return found


def refusals(ready: Readiness, closing: PeriodClosed) -> list[Violation]:
    """Return why a closing is not let in: figures of its own, findings that refuse, others that it does not name."""
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
