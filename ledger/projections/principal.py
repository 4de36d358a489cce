"""What the waterfall is given of each loan group: its interest, and its principal by kind.

The kinds are sums of the collection account's own lines, so together they are the principal funds of the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypedDict

from ledger.deal.steps import PrincipalKind
from ledger.journal.movements import LOSSES, RECOVERIES
from ledger.projections.collateral import Collateral, original_balances
from ledger.projections.collection_account import CollectionAccount
from ledger.projections.facts import Facts
from ledger.projections.funding import seller_draws_by_group
from ledger.projections.listed import with_prefunded
from ledger.projections.losses import beyond_carve_outs
from ledger.projections.prefunding import prefunded_of_groups
from ledger.projections.stripping import groups_that_pay
from ledger.values.exact import Exact, Origin, ratio, term, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector
from ledger.waterfall.amounts import GroupMeans

KIND_OF_LINE = {
    "scheduled": PrincipalKind.SCHEDULED,
    "delinquent": PrincipalKind.SCHEDULED,
    "advanced": PrincipalKind.SCHEDULED,
    "payoffs": PrincipalKind.PAYOFFS,
    "curtailments": PrincipalKind.CURTAILMENTS,
    "repurchases": PrincipalKind.PURCHASES,
    "substitution adjustments": PrincipalKind.PURCHASES,
    "termination price": PrincipalKind.PURCHASES,
    "liquidations": PrincipalKind.LIQUIDATIONS,
    "insurance": PrincipalKind.LIQUIDATIONS,
    "realized losses": PrincipalKind.LIQUIDATIONS,
    "draws": PrincipalKind.DRAWS,
    "loans bought": PrincipalKind.ADDITIONS,
    "deferred principal": PrincipalKind.CURTAILMENTS,
}
"""The kind of each line of principal; what other lines hold is recoveries and late principal, or other."""


def principal_by_kind(facts: Facts, account: CollectionAccount, group: str) -> dict[PrincipalKind, Exact]:
    """Return a group's principal funds by kind, in dollars; late principal is scheduled principal."""
    recovered = facts.this_period("loss", RECOVERIES, group=group)
    parts: dict[PrincipalKind, list[Exact]] = {kind: [] for kind in PrincipalKind}
    for name, line in account.principal.items():
        amount = line[group]
        if name == "other additional":
            parts[PrincipalKind.RECOVERIES].append(recovered)
            parts[PrincipalKind.SCHEDULED].append(amount - recovered if recovered.value else amount)
        else:
            parts[KIND_OF_LINE.get(name, PrincipalKind.OTHER)].append(amount)
    return {kind: total(amounts).named(f"principal: {kind.value}") for kind, amounts in parts.items()}


def group_means(facts: Facts, account: CollectionAccount, pool: Collateral) -> dict[str, GroupMeans]:
    """Return what every loan group brings to the waterfall; its pool is with what is set aside to buy it loans."""
    originals = original_balances(facts)
    before, after = (prefunded_of_groups(facts, last) for last in (facts.before, facts.number))
    owed = seller_draws_by_group(facts)
    closing = {
        group: with_prefunded(pool.groups[group].closing_balance, after[group]) for group in facts.groups
    }  # what the seller is still owed backs no bond
    closing |= {group: closing[group] - amount for group, amount in owed.items() if amount.value}
    kinds = {group: principal_by_kind(facts, account, group) for group in facts.groups}
    return {
        group: GroupMeans(
            interest=account.total_interest(group),
            principal=kinds[group],
            opening_pool=with_prefunded(pool.groups[group].opening_balance, before[group]),
            closing_pool=closing[group],
            liquidated=-pool.groups[group].liquidations,
            original_pool=originals[group],
            **_stripped(facts, group, kinds[group], pool),
        )
        for group in facts.groups
    }


class _StrippedMeans(TypedDict, total=False):
    stripped: Mapping[PrincipalKind, Exact]
    stripped_pool: Exact
    stripped_liquidated: Exact
    stripped_original: Exact
    stripped_lost: Exact
    stripped_beyond: Exact
    stripped_recovered: Exact


def _stripped_at_issue(facts: Facts, group: str) -> Exact:
    """Return what of the group was principal only at issue: the faces of the principal-only classes that it pays.

    The face of one that other groups pay too is shared by what of each group's loans was principal only on boarding.
    """
    parts: list[Exact] = []
    for name, groups in groups_that_pay(facts.terms).items():
        if group not in groups:
            continue
        face = term(facts.terms.bond_class(name).face, f"original face of class {name}")
        held = {other: facts.stripped[other].boarded for other in groups if other in facts.stripped}
        whole = sum(held.values(), Fraction(0))
        if len(groups) > 1 and whole:
            share = Exact(held.get(group, Fraction(0)) / whole, label="the group's part of what is principal only")
            parts.append(face * share)
        elif len(groups) == 1:
            parts.append(face)
    return total(parts)


def _stripped(facts: Facts, group: str, kinds: Mapping[PrincipalKind, Exact], pool: Collateral) -> _StrippedMeans:
    """Return what of a group's month is principal only, where it is stripped to a rate."""
    found, held = facts.stripped.get(group), pool.groups[group]
    if found is None:
        return {}
    of_kinds = {kind: amount * found.share(kind) for kind, amount in kinds.items() if amount.value}

    def fractions(amount: Fraction, what: str, types: tuple[str, ...], component: str) -> Exact:
        months = Selector(types=types, component=component, group=group, first=facts.number, last=facts.number)
        value = amount / UNITS_PER_DOLLAR
        return Exact(value, "total", label=f"discount fractions of {what}", origin=Origin.DERIVED, selector=months)

    sold = ("loan_liquidated", "insurance_proceeds_received")
    of_kinds[PrincipalKind.LIQUIDATIONS] = fractions(found.proceeds, "proceeds", sold, "principal")
    return {
        "stripped": {kind: amount for kind, amount in of_kinds.items() if amount.value},
        "stripped_pool": held.opening_balance * found.pool.share,
        "stripped_liquidated": -held.liquidations * found.share(PrincipalKind.LIQUIDATIONS),
        "stripped_original": _stripped_at_issue(facts, group),
        "stripped_lost": fractions(found.lost, "losses", tuple(LOSSES), "principal"),
        "stripped_beyond": total(
            fractions(found.lost_by_cause[cause], f"{cause} losses", tuple(LOSSES), "principal") * ratio(beyond, lost)
            for cause, (beyond, lost) in beyond_carve_outs(facts).items()
            if cause in found.lost_by_cause
        ),
        "stripped_recovered": fractions(found.recovered, "recoveries", RECOVERIES, "loss"),
    }


__all__ = ["KIND_OF_LINE", "group_means", "principal_by_kind"]
