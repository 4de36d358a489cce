"""Checks of triggers: whether what their terms name was reported, so that no test passes for want of facts."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.deal.triggers import AverageOf, Trigger
from ledger.events.forward import DelinquencyBroughtForward
from ledger.findings import Finding
from ledger.projections.facts import Facts
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose


def trigger_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what the triggers of the deal lack to be tested by; before the fourth rules nothing was asked."""
    facts = month.facts
    if facts.terms.rules < 4:
        return
    tests = [trigger for trigger in facts.terms.triggers if trigger.tests_delinquency and _has_begun(facts, trigger)]
    if tests and facts.pool is None and not facts.totals.holds("delinquency_reported", number=facts.number):
        shown = ", ".join(trigger.trigger_id for trigger in tests)
        message = f"no delinquency is reported for {facts.distribution.payment_date}, and {shown} tests it"
        yield found("trigger_without_delinquency", message)
    for trigger in tests:
        wanted = min(trigger.months_of(facts.terms.rolling_months), facts.distribution.ordinal)
        known = _months_known(facts, trigger)
        if known < wanted:
            message = f"{trigger.trigger_id} averages {wanted} months, and {known} are known"
            yield found("trigger_months_missing", message, figures=[("averaged", wanted), ("known", known)])


def _has_begun(facts: Facts, trigger: Trigger) -> bool:
    return trigger.from_date is None or facts.distribution.payment_date >= trigger.from_date


def _months_known(facts: Facts, trigger: Trigger) -> int:
    """Return of how many months, this one among them, a trigger knows what is behind."""
    known = {month.number for month in facts.measured if month.behind is not None and month.reported}
    if trigger.counts_all and trigger.average_of is AverageOf.BALANCES:
        known |= {number for number, _ in facts.documents_of(DelinquencyBroughtForward, last=facts.before)}
    return 1 + len(known)


__all__ = ["trigger_findings"]
