"""Shifting interest: what of a group's principal is the seniors', and what is left for the subordinates.

The senior percentage is of the pool before the distribution. Scheduled principal is shared by it; of what was prepaid,
seniors get more while the deal is young, and all of it while its tests fail, so that the subordinates' share of the
pool rises until it can bear more (prospectuses, "senior prepayment percentage").
"""

from __future__ import annotations

import attrs

from ledger.deal.amounts import Claim, GroupMeans, Means
from ledger.deal.steps import PaySeniorPrincipal, PrincipalKind
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, term, total

ONE = Exact(1, label="the whole")

UNSCHEDULED = (
    PrincipalKind.PAYOFFS,
    PrincipalKind.CURTAILMENTS,
    PrincipalKind.PURCHASES,
    PrincipalKind.RECOVERIES,
    PrincipalKind.OTHER,
)


@attrs.frozen(kw_only=True)
class Shifted:
    """A group's principal as its seniors and subordinates share it, with the percentages (fractions) behind it."""

    senior_percent: Exact
    prepayment_percent: Exact
    senior: Exact
    subordinate_scheduled: Exact
    subordinate_unscheduled: Exact

    @property
    def named(self) -> dict[str, Exact]:
        """The values by the names that statements print."""
        return {
            "senior percentage": self.senior_percent,
            "senior prepayment percentage": self.prepayment_percent,
            "senior principal distribution amount": self.senior,
            "subordinate principal distribution amount": total(
                (self.subordinate_scheduled, self.subordinate_unscheduled)
            ),
        }


def group_of(step: PaySeniorPrincipal, means: Means) -> GroupMeans:
    """Return what the groups of a step bring together, or the whole deal where it names none."""
    chosen = [means.groups[name] for name in (step.groups or means.groups)]
    if len(chosen) == 1:
        return chosen[0]
    return GroupMeans(
        interest=total(item.interest for item in chosen),
        principal={kind: total(item.principal[kind] for item in chosen) for kind in PrincipalKind},
        opening_pool=total(item.opening_pool for item in chosen),
        closing_pool=total(item.closing_pool for item in chosen),
        liquidated=total(item.liquidated for item in chosen),
    )


def senior_percent(step: PaySeniorPrincipal, claims: dict[str, Claim], group: GroupMeans) -> Exact:
    """Return the seniors' share of the group's pool before the distribution, at most 1."""
    if not any(claims[name].balance.value > 0 for name in step.subordinates):
        return ONE.named("senior percentage", "1, for no subordinate class is left")
    seniors = total(claims[name].balance for name in step.classes)
    if group.opening_pool.value <= 0:
        return ONE.named("senior percentage", "1, for the group has no loans left")
    return least(ratio(seniors, group.opening_pool), ONE).named(
        "senior percentage", "balance of the seniors / pool of the group, both before the distribution"
    )


def initial_percent(step: PaySeniorPrincipal, claims: dict[str, Claim]) -> Exact:
    """Return the senior percentage at issue: as the terms state it, or by the faces of the step's classes."""
    if step.initial_percent is not None:
        return term(step.initial_percent, "senior percentage at issue")
    seniors = total(claims[name].face for name in step.classes)
    return ratio(seniors, seniors + total(claims[name].face for name in step.subordinates)).named(
        "senior percentage at issue", "faces of the seniors / faces of seniors and subordinates"
    )


def _shift(step: PaySeniorPrincipal, means: Means, senior: Exact, initial: Exact) -> Exact:
    on = means.on
    passed = [level for level in step.shift if on is not None and level.from_date <= on]
    share = term(passed[-1].share, f"shift from {passed[-1].from_date}") if passed else ONE
    begun = step.doubled_from is None or (on is not None and on >= step.doubled_from)
    if step.doubled_share is not None and begun and 1 - senior.value >= 2 * (1 - initial.value):
        share = least(share, term(step.doubled_share, "shift once the subordinate percentage has doubled"))
    return share


def prepayment_percent(step: PaySeniorPrincipal, means: Means, senior: Exact, initial: Exact) -> Exact:
    """Return the seniors' share of what was prepaid, at most 1."""
    name = "senior prepayment percentage"
    if senior.value >= 1:
        return ONE.named(name)
    if senior > initial:
        return ONE.named(name, "1, for the senior percentage is above that at issue")
    held = [trigger for trigger in step.held_by if trigger in means.in_force]
    if held:
        return ONE.named(name, f"1, for {held[0]} is in force")
    return (senior + _shift(step, means, senior, initial) * (ONE - senior)).named(
        name, "senior percentage + shift x subordinate percentage"
    )


def shifted(step: PaySeniorPrincipal, claims: dict[str, Claim], means: Means) -> Shifted:
    """Return how the group's principal of this month is shared between its seniors and the subordinates."""
    group = group_of(step, means)
    senior = senior_percent(step, claims, group)
    prepayment = prepayment_percent(step, means, senior, initial_percent(step, claims))
    scheduled = group.principal[PrincipalKind.SCHEDULED]
    unscheduled = total(group.principal[kind] for kind in UNSCHEDULED)
    proceeds = group.principal[PrincipalKind.LIQUIDATIONS]
    of_proceeds = prepayment * proceeds
    if step.lesser_of_liquidations and group.liquidated.value:
        of_proceeds = greatest(least(senior * group.liquidated, of_proceeds), ZERO)
    due = total((senior * scheduled, prepayment * unscheduled, of_proceeds))
    rest = (scheduled - senior * scheduled, unscheduled - prepayment * unscheduled, proceeds - of_proceeds)
    return Shifted(
        senior_percent=senior,
        prepayment_percent=prepayment,
        senior=greatest(due, ZERO).named(
            "senior principal distribution amount", "senior % x scheduled + prepayment % x unscheduled principal"
        ),
        subordinate_scheduled=greatest(rest[0], ZERO),
        subordinate_unscheduled=greatest(total(rest[1:]), ZERO),
    )
