"""Checks of the accounts beside the collection account: what stands there after the date by which it must be gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ledger.deal.windows import Window
from ledger.events.registry import REGISTRY
from ledger.findings import Finding
from ledger.projections.facts import Facts
from ledger.projections.listed import capitalized, unspent
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose


def set_aside_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what should have been released of the pre-funding and the capitalized interest account."""
    facts = month.facts
    terms = facts.terms
    for code, what, by, held in (
        ("prefunding_not_released", "pre-funding account", terms.prefunding_release_by, unspent),
        (
            "capitalized_interest_not_released",
            "capitalized interest account",
            terms.capitalized_interest_release_by,
            capitalized,
        ),
    ):
        if by is None or facts.number < _counted_from(facts, by):
            continue
        stands = held(facts, facts.number)
        if stands.value:
            message = f"{stands.decimal:,} stands on the {what}, which was to be released by {by}"
            yield found(code, message, figures=[("stands", stands.value)])


def _counted_from(facts: Facts, by: dt.date) -> int:
    """Return the distribution in which all counts that leaves such an account up to a date, whatever it is spent on."""
    windows = (Window.BOARDING, REGISTRY["prefunding_withdrawn"].kind.window)
    return max(facts.calendar.belongs_to(window, by) or 0 for window in windows)


__all__ = ["set_aside_findings"]
