"""The deal's other fees: posted by whom they are owed to, or a twelfth of a yearly rate on a balance.

Fees are carried unrounded into the interest available and rounded only when they are printed or paid, but for the
premiums of mortgage insurance that lenders pay: those of a group are rounded once, by the rounding of the fee.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from ledger.deal.terms import Fee, FeeBasis
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts
from ledger.projections.pool import PREMIUM
from ledger.values.exact import ZERO, Exact, Origin, ratio, term, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector


@attrs.frozen(kw_only=True)
class FeeLine:
    """One fee of the month in dollars, by the groups that bear it; ``charged`` is what was posted as paid.

    ``from_loans`` are the groups whose loans say what their premiums are, ``otherwise`` what was posted for these
    beyond what is due, by group; it is zero while nothing is posted for the group.
    """

    fee: Fee
    due: dict[str, Exact]
    charged: Exact
    from_loans: tuple[str, ...] = ()
    otherwise: dict[str, Exact] = attrs.field(factory=dict)

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


def _posted(facts: Facts, fee: Fee, group: str) -> Exact:
    return facts.this_period("fee", "fee_charged", group=group, code=fee.fee_id)


def premium(facts: Facts, fee: Fee, group: str) -> Exact | None:
    """Return a month's premium of the loans of a group, or None where none of them says what its own is.

    It is a twelfth of each loan's yearly rate on its scheduled balance before the distribution, rounded once.
    """
    measured = facts.pool.opening.get(group, {}) if facts.pool is not None else {}
    weight, sums = measured.get(PREMIUM, (0, {}))
    if not weight:
        return None
    yearly = Exact(
        sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) / UNITS_PER_DOLLAR,
        "total",
        label="opening balance x own rate, over the loans",
        origin=Origin.DERIVED,
        selector=Selector(types=("loan_boarded",), component=PREMIUM, group=group),
    )
    return (yearly / 12).rounded("premium of the group", fee.rounding)


def _premium_line(facts: Facts, fee: Fee) -> FeeLine:
    due, otherwise = {}, {}
    derived = {group: found for group in facts.groups if (found := premium(facts, fee, group)) is not None}
    for group in facts.groups:
        posted = _posted(facts, fee, group)
        if group not in derived:
            due[group], otherwise[group] = posted.named(fee.title), ZERO
            continue
        rule = "opening balance of each loan x its own yearly rate / 12, to the cent"
        due[group] = derived[group].named(fee.title, rule, "loan records")
        otherwise[group] = posted - due[group] if posted.value and posted != due[group] else ZERO
    charged = facts.this_period("fee", "fee_charged", code=fee.fee_id)
    return FeeLine(fee=fee, due=due, charged=charged, from_loans=tuple(derived), otherwise=otherwise)


def _due(
    facts: Facts, fee: Fee, pool: Collateral, before: dict[str, Exact], after: dict[str, Exact]
) -> dict[str, Exact]:
    if fee.basis is FeeBasis.POSTED:
        return {group: _posted(facts, fee, group).named(fee.title) for group in facts.groups}
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
        _premium_line(facts, fee)
        if fee.basis is FeeBasis.LOAN_PREMIUMS
        else FeeLine(
            fee=fee,
            due=_due(facts, fee, pool, before, after),
            charged=facts.this_period("fee", "fee_charged", code=fee.fee_id),
        )
        for fee in facts.terms.fees
    )
