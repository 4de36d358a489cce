"""Checks of the accounts beside the collection account: what stands there after the date by which it must be gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ledger.deal.steps import asks_of_groups
from ledger.deal.vocabulary import Forbearance
from ledger.deal.windows import Window
from ledger.events.registry import REGISTRY
from ledger.findings import Finding
from ledger.journal.accounts import NOTE_DRAWS
from ledger.projections.facts import Facts
from ledger.projections.funding import funding_account
from ledger.projections.listed import capitalized, unspent
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose
from ledger.values.exact import Exact


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
        ("funding_account_not_released", "funding account", terms.funding_account_release_by, funding_account),
    ):
        if by is None or facts.number < _counted_from(facts, by):
            continue
        stands = held(facts, facts.number)
        if stands.value:
            message = f"{stands.decimal:,} stands on the {what}, which was to be released by {by}"
            yield found(code, message, figures=[("stands", stands.value)])
    yield from _note(facts)
    yield from _deferred(month)
    yield from _beyond_collections(month)


def _note(facts: Facts) -> Iterator[Finding]:
    """Compare the draws that a variable funding note is to pay with what its holders paid in for them."""
    owed = -facts.journal.balance(NOTE_DRAWS, last=facts.number).value
    if owed:
        shown = f"{Exact(abs(owed)).decimal:,}"
        message = (
            f"draws of {shown} are to be paid by a variable funding note whose balance did not rise for them"
            if owed > 0
            else f"a variable funding note was drawn on for draws of {shown} that nobody made"
        )
        yield found("draws_unlike_note", message, figures=[("draws less note", owed)])


def _deferred(month: MonthToClose) -> Iterator[Finding]:
    """Name groups that defer more than they have: loans left that had deferred principal."""
    if month.facts.terms.forbearance is Forbearance.LOSS_NOW:
        return
    for group, pool in month.report.collateral.groups.items():
        deferred, stands = pool.deferred_balance.value, pool.closing_balance.value
        if deferred > stands:
            message = f"{pool.deferred_balance.decimal:,} is deferred in group {group}, whose loans stand at less"
            yield found(
                "deferred_beyond_pool", message, groups=[group], figures=[("deferred", deferred), ("pool", stands)]
            )


def _beyond_collections(month: MonthToClose) -> Iterator[Finding]:
    """Name draws and purchases that principal collections are to pay and do not reach for: interest would pay them."""
    facts, lines = month.facts, month.report.account.principal
    out = [lines[name] for name in ("draws", "loans bought") if name in lines]
    apart = any(map(asks_of_groups, facts.terms.waterfall))
    for groups in [(name,) for name in facts.groups] if apart else [facts.groups]:
        paid = -sum(line[name].value for line in out for name in groups)
        left = sum(line[name].value for line in lines.values() for name in groups)
        if paid > 0 and left < 0:
            message = (
                f"draws and purchases of {Exact(paid).decimal:,} are to be paid from principal collections of group "
                f"{', '.join(groups)}, which are {Exact(-left).decimal:,} short of them"
            )
            yield found("draws_beyond_collections", message, groups=list(groups), figures=[("beyond", -left)])


def _counted_from(facts: Facts, by: dt.date) -> int:
    """Return the distribution in which all counts that leaves such an account up to a date, whatever it is spent on."""
    windows = (Window.BOARDING, REGISTRY["prefunding_withdrawn"].kind.window)
    return max(facts.calendar.belongs_to(window, by) or 0 for window in windows)


__all__ = ["set_aside_findings"]
