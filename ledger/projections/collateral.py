"""The pool: each group's loans and stated principal balance rolled forward over the due period.

The stated balance falls by scheduled principal whether or not it was received, by prepayments, repurchases and
liquidations; delinquency does not move it (pooling agreement, definition of Stated Principal Balance).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.journal.accounts import DEFERRED_PRINCIPAL
from ledger.projections.facts import Facts
from ledger.values.exact import ZERO, Exact, Origin, total

REPURCHASES = ("loan_repurchased", "loan_substituted")


@attrs.frozen(kw_only=True)
class GroupCollateral:
    """One group's (or the pool's) roll-forward; balances in dollars, counts in loans, reductions negative.

    In print: "Principal Balance: Prior" ``opening_balance``, "Principal Balance: Prefunding" ``added_balance``,
    "Principal Balance: Scheduled Principal" ``scheduled_principal``, "Principal Balance: Repurchases" ``repurchases``,
    "Principal Balance: Liquidations" ``liquidations``, "Principal Balance: Current" ``closing_balance``;
    "Loan Count: Prior" ``opening_count``, "Loan Count: Prefunding" ``added_count``,
    "Loan Count: Full Voluntary Prepayments" ``payoff_count``, "Loan Count: Repurchases" ``repurchase_count``,
    "Loan Count: Liquidations" ``liquidation_count``, "Loan Count: Current" ``closing_count``. What is added is the
    "Balance of Subsequent Mortgage Loans added this period". ``draws`` and ``capitalized`` (arrears added to principal)
    raise the balance; ``modified`` is what was forgiven, or deferred as a loss, ``deferred_collected`` what came in of
    deferred principal that stood in it. ``deferred_balance`` stands beside it, or in it, by the terms.
    """

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
    draws: Exact = ZERO
    capitalized: Exact = ZERO
    modified: Exact = ZERO
    deferred_collected: Exact = ZERO
    deferred_balance: Exact = ZERO

    @property
    def prepayments(self) -> Exact:
        """Payoffs and curtailments together ("Principal Balance: Partial and Full Voluntary Prepayments")."""
        return total((self.payoffs, self.curtailments))

    @property
    def scheduled_payoff_count(self) -> Exact:
        """Loans that ended with their last scheduled payment ("Loan Count: Scheduled Paid Offs").

        None, for such a loan stays in the count, at a balance of zero.
        """
        return ZERO


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
    parts |= {name: amount for name, amount in _modified(moved).items() if amount.value}
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
        deferred_balance=-facts.journal.balance(DEFERRED_PRINCIPAL, group=group, last=facts.number),
    )


def _modified(moved: Callable[[str | tuple[str, ...]], Exact]) -> dict[str, Exact]:
    return {
        "draws": moved("draw_made"),
        "capitalized": moved("interest_capitalized"),
        "modified": -moved(("principal_deferred", "principal_forgiven")),
        "deferred_collected": -moved("deferred_principal_collected"),
    }


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


def original_counts(facts: Facts) -> dict[str, Exact | None]:
    """Return the loans of each group and of the pool at issue ("Loan Count: Original")."""
    stated = {item.group_id: item.original_loan_count for item in facts.terms.groups}
    return _originals(facts, stated, "loans", "Loan Count: Original")


def original_balances(facts: Facts) -> dict[str, Exact | None]:
    """Return the balance of each group and of the pool at issue ("Principal Balance: Original")."""
    stated = {item.group_id: item.original_balance for item in facts.terms.groups}
    return _originals(facts, stated, "principal", "Principal Balance: Original")


def _originals(
    facts: Facts, numbers: Mapping[str, int | Decimal | None], component: str, label: str
) -> dict[str, Exact | None]:
    """Return what the terms give of each group, and under ``total`` their sum where it is known of all.

    Where they give nothing, it is what was boarded by closing, if the terms take originals from there.
    """
    values: dict[str, Exact | None] = {}
    for group, number in numbers.items():
        if number is not None:
            values[group] = Exact(Fraction(number), "term", label=label, origin=Origin.TERM)
        elif facts.originals is not None:
            values[group] = facts.totals.sum(component, "loan_boarded", group=group, last=0).named(label)
        else:
            values[group] = None
    known = [value for value in values.values() if value is not None]
    values["total"] = total(known) if len(known) == len(numbers) else None
    return values


def collateral(facts: Facts) -> Collateral:
    """Return the pool rolled forward for this distribution."""
    groups = {group: _group(facts, group) for group in facts.groups}
    return Collateral(groups=groups, total=pool_totals(groups))
