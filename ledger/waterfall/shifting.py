"""Shifting interest: what of a group's principal is the seniors', and what is left for the subordinates.

The senior percentage is of the pool before the distribution. Scheduled principal is shared by it; of what was prepaid,
seniors get more while the deal is young, and all of it while its tests fail, so that the subordinates' share of the
pool rises until it can bear more (prospectuses, "senior prepayment percentage").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs

from ledger.deal.steps import Held, PaySeniorPrincipal, PrincipalKind, ShiftLevel
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, term, total
from ledger.waterfall.amounts import Claim, GroupMeans, Means

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

    def up_to(self, balance: Exact) -> Shifted:
        """Return the same where the seniors stand at this balance: what they are due beyond it is for those below."""
        beyond = self.senior - balance
        if beyond.value <= 0:
            return self
        return attrs.evolve(
            self,
            senior=balance.named("senior principal distribution amount", "what the seniors stand at"),
            subordinate_unscheduled=self.subordinate_unscheduled + beyond,
        )

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
    chosen = [without_stripped(means.groups[name]) for name in (step.groups or means.groups)]
    if len(chosen) == 1:
        return chosen[0]
    return GroupMeans(
        interest=total(item.interest for item in chosen),
        principal={kind: total(item.principal[kind] for item in chosen) for kind in PrincipalKind},
        opening_pool=total(item.opening_pool for item in chosen),
        closing_pool=total(item.closing_pool for item in chosen),
        liquidated=total(item.liquidated for item in chosen),
        original_pool=_original_pool(chosen),
    )


def without_stripped(group: GroupMeans) -> GroupMeans:
    """Return what a group brings beside what is principal only: of that seniors and subordinates have no part."""
    if not (group.stripped_pool.value or group.stripped_original.value or group.stripped):
        return group
    principal = {
        kind: amount - group.stripped[kind] if kind in group.stripped else amount
        for kind, amount in group.principal.items()
    }
    return attrs.evolve(
        group,
        principal=principal,
        opening_pool=group.opening_pool - group.stripped_pool,
        liquidated=group.liquidated - group.stripped_liquidated,
        original_pool=_without(group.original_pool, group.stripped_original),
        stripped={},
        stripped_pool=ZERO,
    )


def _without(pool: Exact | None, stripped: Exact) -> Exact | None:
    return pool if pool is None or not stripped.value else pool - stripped


def _original_pool(groups: Sequence[GroupMeans]) -> Exact | None:
    known = [item.original_pool for item in groups if item.original_pool is not None]
    return total(known) if len(known) == len(groups) else None


def senior_percent(step: PaySeniorPrincipal, claims: dict[str, Claim], group: GroupMeans) -> Exact:
    """Return the seniors' share of the group's pool before the distribution, at most 1."""
    if not any(claims[name].balance_before.value > 0 for name in step.subordinates):
        return ONE.named("senior percentage", "1, for no subordinate class is left")
    seniors = total(claims[name].balance_before for name in step.classes)
    if seniors.value <= 0:
        return ZERO.named("senior percentage", "nothing, for the seniors are retired")
    if group.opening_pool.value <= 0:
        return ONE.named("senior percentage", "1, for the group has no loans left")
    return least(ratio(seniors, group.opening_pool), ONE).named(
        "senior percentage", "balance of the seniors / pool of the group, both before the distribution"
    )


def _shares_its_subordinates(step: PaySeniorPrincipal, claims: dict[str, Claim], means: Means) -> bool:
    """Say whether subordinates of the step stand below the seniors of other loan groups too."""
    own = set(step.groups or means.groups)
    return any(not set(claims[name].groups or means.groups) <= own for name in step.subordinates)


def initial_percent(step: PaySeniorPrincipal, claims: dict[str, Claim], means: Means, group: GroupMeans) -> Exact:
    """Return the senior percentage at issue: as the terms state it, or by the faces of the step's classes.

    Where the subordinates are those of other groups too, it is by the group's own pool at issue, where that is known;
    of a group that is stripped to a rate, by what of it was not principal only.
    """
    if step.initial_percent is not None:
        return term(step.initial_percent, "senior percentage at issue")
    seniors = total(claims[name].face for name in step.classes)
    if group.original_pool is not None and group.original_pool.value and _shares_its_subordinates(step, claims, means):
        return least(ratio(seniors, group.original_pool), ONE).named(
            "senior percentage at issue", "faces of the seniors / pool of the group at issue"
        )
    return ratio(seniors, seniors + total(claims[name].face for name in step.subordinates)).named(
        "senior percentage at issue", "faces of the seniors / faces of seniors and subordinates"
    )


def _level(levels: Sequence[ShiftLevel], on: dt.date | None, what: str) -> Exact:
    """Return the share that dated levels give for a date; all of it before the first."""
    passed = [level for level in levels if on is not None and level.from_date <= on]
    return term(passed[-1].share, f"{what} from {passed[-1].from_date}") if passed else ONE


def _has_doubled(step: PaySeniorPrincipal, means: Means, senior: Exact, initial: Exact) -> bool:
    if step.doubled_from is not None and (means.on is None or means.on < step.doubled_from):
        return False
    if step.doubled_when is not None:
        return step.doubled_when in means.in_force
    return 1 - senior.value >= 2 * (1 - initial.value)


def _shift(step: PaySeniorPrincipal, means: Means, senior: Exact, initial: Exact, on: dt.date | None) -> Exact:
    share = _level(step.shift, on, "shift")
    if not (step.doubled or step.doubled_share is not None) or not _has_doubled(step, means, senior, initial):
        return share
    what = "shift once the subordinate percentage has doubled"
    if step.doubled_share is not None:
        return least(share, term(step.doubled_share, what))
    return least(share, _level(step.doubled, on, what))


def prepayment_percent(step: PaySeniorPrincipal, means: Means, senior: Exact, initial: Exact) -> Exact:
    """Return the seniors' share of what was prepaid, at most 1."""
    name = "senior prepayment percentage"
    if senior.value <= 0:
        return ZERO.named(name)
    if senior.value >= 1:
        return ONE.named(name)
    if senior > initial:
        return ONE.named(name, "1, for the senior percentage is above that at issue")
    held = [trigger for trigger in step.held_by if trigger in means.in_force]
    if not held:
        shift = _shift(step, means, senior, initial, means.on)
    elif step.held is Held.EVERYTHING:
        return ONE.named(name, f"1, for {held[0]} is in force")
    else:
        # The level that stands is that of the day before the test failed, which no later level took the place of.
        since = means.since.get(held[0])
        shift = _level(step.shift, since - dt.timedelta(days=1) if since is not None else None, "shift")
    return (senior + shift * (ONE - senior)).named(name, "senior percentage + shift x subordinate percentage")


def shifted(step: PaySeniorPrincipal, claims: dict[str, Claim], means: Means) -> Shifted:
    """Return how the group's principal of this month is shared between its seniors and the subordinates."""
    group = group_of(step, means)
    senior = senior_percent(step, claims, group)
    prepayment = prepayment_percent(step, means, senior, initial_percent(step, claims, means, group))
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
