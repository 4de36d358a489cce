"""Checks of the accounts of the trust: what their keeper reports of them, and whether they were funded at all."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.events.accounts import TrustAccountReported
from ledger.findings import Figure, Finding
from ledger.projections.trust_accounts import balance_before
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose


def account_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with the accounts of the trust."""
    facts = month.facts
    reported = {event.account_id: event for _, event in facts.documents_of(TrustAccountReported, first=facts.number)}
    for account in facts.terms.accounts:
        name = account.account_id
        derived, told = balance_before(facts, name), reported.get(name)
        if told is not None and derived.decimal != told.balance:
            message = f"account {name} is reported to hold {told.balance:,}, and {derived.decimal:,} was posted to it"
            figures: list[Figure] = [("reported", told.balance), ("derived", derived.value)]
            yield found("account_unlike_reported", message, figures=figures, events=[told.event_id])
        if account.initial_deposit and not facts.totals.holds("trust_account_deposited"):
            message = f"the terms put {account.initial_deposit:,} into account {name}, and nothing was ever deposited"
            yield found("account_never_funded", message, figures=[("initial deposit", account.initial_deposit)])
