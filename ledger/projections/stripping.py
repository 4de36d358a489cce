"""Loans stripped to one rate: what of their principal is the principal-only classes', and what interest is in excess.

A *discount* loan bears less, net, than the rate that its group is stripped to. Of its principal the part by which its
rate lies below that rate, over that rate, is principal only; the rest of it bears the whole rate. What a loan bears
above the rate is excess interest (prospectuses: "PO percentage", "non-PO percentage", "ratio strip"). Both are fixed by
the rates that a loan was boarded with. Amounts are store units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import attrs

from ledger.deal.steps import PayStrippedPrincipal, PrincipalKind
from ledger.deal.terms import DealTerms
from ledger.journal.movements import LOSSES, RECOVERIES
from ledger.values.exact import ZERO, Exact, Origin, ratio
from ledger.values.money import UNITS_PER_DOLLAR, rate_from_units

STRIPPED_TYPES: Mapping[str, PrincipalKind] = {
    "scheduled_payment_due": PrincipalKind.SCHEDULED,
    "payoff_collected": PrincipalKind.PAYOFFS,
    "curtailment_collected": PrincipalKind.CURTAILMENTS,
    "deferred_principal_collected": PrincipalKind.CURTAILMENTS,
    "loan_repurchased": PrincipalKind.PURCHASES,
    "loan_substituted": PrincipalKind.PURCHASES,
    "loan_liquidated": PrincipalKind.LIQUIDATIONS,
}
"""The events of a loan that say whose principal of each kind a month's is."""

MOVING_TYPES = tuple(dict.fromkeys((*STRIPPED_TYPES, *LOSSES, *RECOVERIES, "insurance_proceeds_received")))
"""The events of a loan of which a part is principal only: they bring principal, lose it, or make a loss good."""


@attrs.define
class StrippedPart:
    """An amount of a group, and the part of it that is principal only."""

    whole: int = 0
    stripped: Fraction = Fraction(0)

    def add(self, amount: int, fraction: Fraction) -> None:
        """Add what a loan brings, of which a fraction is principal only."""
        self.whole += amount
        self.stripped += amount * fraction

    @property
    def share(self) -> Exact:
        """The part that is principal only; nothing of nothing."""
        whole = Exact(Fraction(self.whole, UNITS_PER_DOLLAR), "total", label="principal of the loans")
        part = Exact(self.stripped / UNITS_PER_DOLLAR, "total", label="its discount fractions", origin=Origin.DERIVED)
        return ratio(part, whole).named("discount fraction")


@attrs.define
class Stripped:
    """What of a group is principal only: of its pool before the distribution, and of the month's principal by kind.

    ``excess`` is what the loans bear above the rate, in a year, before the distribution: balance x rate, summed. Of
    ``boarded`` is what of its loans was principal only when they were boarded. Of
    ``proceeds`` of liquidations and insurance, of what was ``lost`` of principal and of what was ``recovered`` it is
    the discount fractions alone: one loan loses more of its balance than another. ``lost_by_cause`` is of the losses
    that are posted with a cause.
    """

    pool: StrippedPart = attrs.field(factory=StrippedPart)
    kinds: dict[PrincipalKind, StrippedPart] = attrs.field(factory=dict)
    excess: Fraction = Fraction(0)
    proceeds: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    lost_by_cause: dict[str, Fraction] = attrs.field(factory=dict)
    recovered: Fraction = Fraction(0)
    boarded: Fraction = Fraction(0)

    def share(self, kind: PrincipalKind) -> Exact:
        """Return the part of a kind of principal that is principal only."""
        return self.kinds[kind].share if kind in self.kinds else ZERO


class Moved(NamedTuple):
    """What an event moved of a loan, in store units; ``loss`` is what it lost, or brought in on what was lost.

    ``code`` is that of the event's type: of a loss its cause, where it has one.
    """

    type: str
    loan: str
    group: str
    principal: int
    loss: int
    code: str = ""


def discount_fraction(rate: Fraction, strip: Fraction) -> Fraction:
    """Return the part of a loan of a net rate that is principal only, where its group is stripped to a rate."""
    return max(strip - rate, Fraction(0)) / strip if strip else Fraction(0)


def groups_that_pay(terms: DealTerms) -> dict[str, frozenset[str]]:
    """Return the loan groups whose discount fractions pay each principal-only class."""
    found: dict[str, frozenset[str]] = {}
    for step in terms.waterfall:
        if not isinstance(step, PayStrippedPrincipal):
            continue
        for name in step.classes:
            groups = step.groups or terms.bond_class(name).groups or terms.group_ids
            found[name] = found.get(name, frozenset()) | frozenset(groups)
    return found


def stripped_groups(
    terms: DealTerms,
    rates: Mapping[str, tuple[int, int]],
    standings: Iterable[tuple[str, str, int]],
    moved: Iterable[Moved],
    boarded: Iterable[tuple[str, str, int]] = (),
) -> dict[str, Stripped]:
    """Return what of the groups that the terms strip is principal only.

    ``rates`` are the (note rate, servicing rate) of each loan at its boarding; ``standings`` its loan, group and
    balance before the distribution; ``moved`` what its events moved in it, and ``boarded`` its loan, group and balance
    at boarding. Of a loan that nobody boarded, what comes in
    on a loss is no discount loan's.
    """
    to = {item.group_id: Fraction(item.strip_rate) for item in terms.groups if item.strip_rate is not None}
    found = {group: Stripped() for group in to}

    def net(loan: str) -> Fraction:
        note, servicing = rates.get(loan, (0, 0))
        return rate_from_units(note - servicing)

    for loan, group, balance in standings:
        if group in to and balance > 0:
            found[group].pool.add(balance, discount_fraction(net(loan), to[group]))
            found[group].excess += balance * max(net(loan) - to[group], Fraction(0))
    for loan, group, balance in boarded:
        if group in to:
            found[group].boarded += balance * discount_fraction(net(loan), to[group])
    for item in moved:
        if item.group in to:
            part = discount_fraction(net(item.loan), to[item.group]) if item.loan in rates else Fraction(0)
            _move(found[item.group], item, part)
    return found


def _move(group: Stripped, item: Moved, part: Fraction) -> None:
    """Add what an event moved of a loan; a loss is of its principal first, and what goes beyond is interest."""
    if item.type in STRIPPED_TYPES:
        group.kinds.setdefault(STRIPPED_TYPES[item.type], StrippedPart()).add(item.principal, part)
    if item.type in RECOVERIES:
        group.recovered += item.loss * part
    elif item.type == "insurance_proceeds_received":
        group.proceeds += item.principal * part
    elif item.type in LOSSES:
        liquidated = item.type == "loan_liquidated"
        lost = item.principal
        if liquidated:
            lost = min(item.loss, item.principal) if item.principal >= 0 else max(item.loss, item.principal)
            group.proceeds += (item.principal - lost) * part
        group.lost += lost * part
        if item.code:
            group.lost_by_cause[item.code] = group.lost_by_cause.get(item.code, Fraction(0)) + lost * part


__all__ = [
    "MOVING_TYPES",
    "STRIPPED_TYPES",
    "Moved",
    "Stripped",
    "StrippedPart",
    "discount_fraction",
    "groups_that_pay",
    "stripped_groups",
]
