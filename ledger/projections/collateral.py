"""The pool: each group's loans and stated principal balance rolled forward over the due period.

The stated balance falls by scheduled principal whether or not it was received, by prepayments, repurchases and
liquidations; delinquency does not move it (pooling agreement, definition of Stated Principal Balance).
"""

from __future__ import annotations

import attrs

from ledger.projections.facts import Facts
from ledger.values.exact import Exact, total

REPURCHASES = ("loan_repurchased", "loan_substituted")


@attrs.frozen(kw_only=True)
class GroupCollateral:
    """One group's (or the pool's) roll-forward; balances in dollars, counts in loans, reductions negative."""

    opening_balance: Exact
    opening_count: Exact
    added_balance: Exact
    added_count: Exact
    scheduled_principal: Exact
    curtailments: Exact
    payoffs: Exact
    payoff_count: Exact
    insurance_principal: Exact
    repurchases: Exact
    repurchase_count: Exact
    liquidations: Exact
    liquidation_count: Exact
    closing_balance: Exact
    closing_count: Exact

    @property
    def prepayments(self) -> Exact:
        """Payoffs and curtailments together."""
        return total((self.payoffs, self.curtailments))


@attrs.frozen(kw_only=True)
class Collateral:
    """The pool by group, and in total."""

    groups: dict[str, GroupCollateral]
    total: GroupCollateral


def _group(facts: Facts, group: str) -> GroupCollateral:
    def moved(types: str | tuple[str, ...], component: str = "principal") -> Exact:
        return facts.this_period(component, types, group=group)

    opening = facts.journal.balance("pool_principal", group=group, last=facts.before).named(
        "opening pool balance", "stated principal balance after the prior distribution"
    )
    parts = {
        "added_balance": moved("loan_boarded"),
        "scheduled_principal": -moved("scheduled_payment_due"),
        "curtailments": -moved("curtailment_collected"),
        "payoffs": -moved("payoff_collected"),
        "insurance_principal": -moved("insurance_proceeds_received"),
        "repurchases": -moved(REPURCHASES),
        "liquidations": -moved("loan_liquidated"),
    }
    counts = {
        "added_count": moved("loan_boarded", "loans"),
        "payoff_count": -moved("payoff_collected", "loans"),
        "repurchase_count": -moved(REPURCHASES, "loans"),
        "liquidation_count": -moved("loan_liquidated", "loans"),
    }
    opening_count = _opening_count(facts, group)
    return GroupCollateral(
        opening_balance=opening,
        opening_count=opening_count,
        closing_balance=total((opening, *parts.values())).named(
            "closing pool balance", "opening balance rolled forward"
        ),
        closing_count=total((opening_count, *counts.values())).named(
            "closing loan count", "opening count rolled forward"
        ),
        **parts,
        **counts,
    )


def _opening_count(facts: Facts, group: str) -> Exact:
    came = [
        facts.before_period("loans", "pool_balance_brought_forward", group=group),
        facts.before_period("loans", "loan_boarded", group=group),
    ]
    left = facts.before_period("loans", ("payoff_collected", *REPURCHASES, "loan_liquidated"), group=group)
    return (total(came) - left if left else total(came)).named("opening loan count")


def pool_totals(groups: dict[str, GroupCollateral]) -> GroupCollateral:
    """Return the sum of the groups, field by field."""
    values = groups.values()
    return GroupCollateral(
        **{item.name: total(getattr(value, item.name) for value in values) for item in attrs.fields(GroupCollateral)}
    )


def collateral(facts: Facts) -> Collateral:
    """Return the pool rolled forward for this distribution."""
    groups = {group: _group(facts, group) for group in facts.groups}
    return Collateral(groups=groups, total=pool_totals(groups))
