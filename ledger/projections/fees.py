"""The deal's other fees: posted by whom they are owed to, or a twelfth of a yearly rate on a balance.

Fees are carried unrounded into the interest available and rounded only when they are printed or paid.
"""

from __future__ import annotations

import attrs

from ledger.deal.terms import Fee, FeeBasis
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts
from ledger.values.exact import ZERO, Exact, ratio, term, total


@attrs.frozen(kw_only=True)
class FeeLine:
    """One fee of the month in dollars, by the groups that bear it; ``charged`` is what was posted as paid."""

    fee: Fee
    due: dict[str, Exact]
    charged: Exact

    @property
    def total(self) -> Exact:
        """The whole fee."""
        return total(self.due.values())


def _source(fee: Fee) -> str:
    return f"deal terms, fee {fee.fee_id}"


def _on_pool(facts: Facts, fee: Fee, pool: Collateral) -> dict[str, Exact]:
    rate = term(fee.rate or 0, f"{fee.title} rate")
    bearers = facts.groups if fee.borne_by is None else (fee.borne_by,)
    return {
        group: (pool.groups[group].opening_balance * rate / facts.payments_a_year).named(
            fee.title, f"opening pool balance x yearly rate / {facts.payments_a_year}", _source(fee)
        )
        if group in bearers
        else ZERO
        for group in facts.groups
    }


def _on_one(facts: Facts, fee: Fee, pool: Collateral, amount: Exact) -> dict[str, Exact]:
    """Charge the whole fee to the group that bears it, or share it over the groups by opening balance."""
    if fee.borne_by is not None:
        return {group: amount if group == fee.borne_by else ZERO for group in facts.groups}
    whole = pool.total.opening_balance
    return {group: amount * ratio(pool.groups[group].opening_balance, whole) for group in facts.groups}


def _due(
    facts: Facts, fee: Fee, pool: Collateral, before: dict[str, Exact], after: dict[str, Exact]
) -> dict[str, Exact]:
    if fee.basis is FeeBasis.POSTED:
        return {
            group: facts.this_period("fee", "fee_charged", group=group, code=fee.fee_id).named(fee.title)
            for group in facts.groups
        }
    if fee.basis is FeeBasis.POOL_BALANCE:
        return _on_pool(facts, fee, pool)
    if fee.basis is FeeBasis.FIXED_AMOUNT:
        return _on_one(facts, fee, pool, term(fee.amount or 0, fee.title))
    balances, when = (after, "after") if fee.basis is FeeBasis.CLASS_BALANCE_AFTER else (before, "before")
    a_year = facts.payments_a_year
    rule = f"balance of class {fee.class_id} {when} the distribution x yearly rate / {a_year}"
    amount = (balances[fee.class_id or ""] * term(fee.rate or 0, f"{fee.title} rate") / a_year).named(
        fee.title, rule, _source(fee)
    )
    return _on_one(facts, fee, pool, amount)


def fee_lines(facts: Facts, pool: Collateral, before: dict[str, Exact], after: dict[str, Exact]) -> tuple[FeeLine, ...]:
    """Return every fee of the month; ``before`` and ``after`` are the class balances around the distribution."""
    return tuple(
        FeeLine(
            fee=fee,
            due=_due(facts, fee, pool, before, after),
            charged=facts.this_period("fee", "fee_charged", code=fee.fee_id),
        )
        for fee in facts.terms.fees
    )
