"""What stands beside the pool while balances can rise: the funding account, and draws that somebody else has funded."""

from __future__ import annotations

from ledger.deal.steps import RepayDraws
from ledger.events.funding import DrawFunding
from ledger.journal.accounts import FUNDING_ACCOUNT, SELLER_DRAWS
from ledger.projections.facts import Facts
from ledger.projections.listed import prefunded, with_prefunded
from ledger.values.exact import ZERO, Exact, total


def funding_account(facts: Facts, last: int) -> Exact:
    """Return what the funding account holds after a distribution, in dollars.

    Of this distribution, it is what the account holds before principal is set aside by its payment.
    """
    held = facts.journal.balance(FUNDING_ACCOUNT, last=last)
    if last < facts.number:
        return held
    paid = facts.this_period("other", "principal_set_aside")
    return (held - paid if paid.value else held).named("funding account")


def seller_draws(facts: Facts) -> Exact:
    """Return what the seller has funded of draws and is to be repaid, in dollars: nothing, where no step repays it."""
    if not any(isinstance(step, RepayDraws) for step in facts.terms.waterfall):
        return ZERO
    owed = -facts.journal.balance(SELLER_DRAWS, last=facts.number)
    paid = facts.this_period("other", "seller_draws_repaid")
    return (owed + paid if paid.value else owed).named("draws to be repaid to the seller")


def seller_draws_by_group(facts: Facts) -> dict[str, Exact]:
    """Return what the seller is to be repaid of each group's draws, where groups have targets of their own."""
    steps = any(isinstance(step, RepayDraws) for step in facts.terms.waterfall)
    if not steps or not any(item.overcollateralization for item in facts.terms.groups):
        return {}
    found: dict[str, Exact] = {}
    for group in facts.groups:
        drawn = facts.to_date("principal", "draw_made", group=group, code=DrawFunding.SELLER.value)
        repaid = facts.before_period("other", "seller_draws_repaid", group=group)
        owed = drawn - repaid if repaid.value else drawn
        found[group] = owed.named(f"draws of group {group} to be repaid to the seller")
    return found


def backing_after(facts: Facts, pool: Exact, aside: Exact, owed: Exact) -> Exact:
    """Return what backs the bonds at the end of the month: loans, and cash that is to buy more, less what is owed."""
    held = prefunded(facts, facts.number)
    backing = with_prefunded(pool, total((held, aside)) if aside.value else held)
    return backing - owed if owed.value else backing


__all__ = ["backing_after", "funding_account", "seller_draws", "seller_draws_by_group"]
