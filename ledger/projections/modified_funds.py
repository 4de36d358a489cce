"""Lines of the collection account that stand there only where there is any: draws, purchases, and modified loans."""

from __future__ import annotations

from collections.abc import Callable

from ledger.deal.vocabulary import CapitalizedAdvances
from ledger.events.advances import RecoverySource
from ledger.projections.facts import Facts
from ledger.values.exact import ZERO, Exact, total

_PARTS = ("principal", "interest", "other")


def moved_principal(facts: Facts) -> dict[str, dict[str, Exact]]:
    """Return what draws, notes, the funding account and modified loans add to principal, or take from it, by group."""
    repaid: Callable[[str], Exact] | None = None
    if facts.terms.capitalized_advances is CapitalizedAdvances.PRINCIPAL:
        repaid = lambda group: -advances_repaid(facts, group)  # noqa: E731 - one of a row of formulas
    lines: dict[str, Callable[[str], Exact] | None] = {
        "draws": lambda group: -_sum(facts, "draw_made", group, "principal collections"),
        "loans bought": lambda group: -_sum(facts, "additional_loans_purchased", group, "principal collections"),
        "deferred principal": lambda group: _sum(facts, "deferred_principal_collected", group),
        "capitalized advances": repaid,
        "note draws": lambda group: _of_deal(facts, group, "class_balance_increased", "principal funds"),
        "funding account": lambda group: _released(facts, group),
    }
    found = {name: {g: line(g) for g in facts.groups} for name, line in lines.items() if line is not None}
    return {name: line for name, line in found.items() if any(amount.value for amount in line.values())}


def _sum(facts: Facts, name: str, group: str, code: str | None = None) -> Exact:
    if code is None:
        return facts.this_period("principal", name, group=group)
    return facts.this_period("principal", name, group=group, code=code)


def _of_deal(facts: Facts, group: str, name: str, code: str) -> Exact:
    """Show what names no group in the first one's column."""
    return facts.this_period("principal", name, code=code) if group == facts.groups[0] else ZERO


def _released(facts: Facts, group: str) -> Exact:
    if group != facts.groups[0]:
        return ZERO
    put = _of_deal(facts, group, "funding_account_deposited", "principal collections")
    came = facts.this_period("principal", "funding_account_released")
    return came - put if put.value else came


def advances_repaid(facts: Facts, group: str) -> Exact:
    """Return the advances of capitalized arrears that a group's funds repaid, in dollars."""
    code = RecoverySource.CAPITALIZED.value
    return total(facts.this_period(part, "advance_recovered", group=group, code=code) for part in _PARTS)


def not_owed_now(facts: Facts, group: str) -> Exact:
    """Return the interest of this distribution's instalments that was added to principal, in dollars."""
    added, spent = (
        facts.this_period(part, "interest_capitalized", group=group, code="current instalment")
        for part in ("principal", "other")
    )
    return added - spent if spent.value else added


def capitalized_interest(facts: Facts) -> dict[str, dict[str, Exact]]:
    """Return the line of interest that came as principal; no line where there is none."""
    line = {group: -not_owed_now(facts, group) for group in facts.groups}
    return {"capitalized": line} if any(amount.value for amount in line.values()) else {}


__all__ = ["advances_repaid", "capitalized_interest", "moved_principal", "not_owed_now"]
