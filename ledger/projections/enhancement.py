"""Credit enhancement: the overcollateralization target, the triggers, and the available funds rate (filing, page 7).

The target steps down on the later of a date and an enhancement level, and never while a trigger is in force.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import attrs

from ledger.deal.terms import Backing, Trigger, TriggerKind
from ledger.projections.collateral import Collateral
from ledger.projections.delinquency import Delinquency
from ledger.projections.facts import Facts
from ledger.projections.fees import FeeLine
from ledger.projections.listed import original_prefunding, prefunded, with_prefunded
from ledger.projections.losses import Losses
from ledger.projections.servicing import Servicing
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, term, total

SOURCE = "deal terms, overcollateralization"


@attrs.frozen(kw_only=True)
class TriggerTest:
    """One trigger as tested: it is in force when ``value`` exceeds ``limit`` (both fractions)."""

    trigger: Trigger
    value: Exact
    limit: Exact

    @property
    def in_force(self) -> bool:
        """Whether the test failed."""
        return self.value > self.limit


@attrs.frozen(kw_only=True)
class Rates:
    """The "Current Net Mortgage Rate" and the "Available Funds Rate" of the month, yearly fractions.

    ``net_of_groups`` is the net mortgage rate of each loan group, and ``opening_pools`` what it is of, in dollars.
    """

    net_mortgage: Exact
    available_funds: Exact
    net_of_groups: dict[str, Exact]
    opening_pools: dict[str, Exact]

    def net_wac(self, groups: tuple[str, ...], weights: dict[str, Exact] | None = None) -> Exact:
        """Return the net mortgage rate of some groups together, averaged by their pools or by weights in dollars."""
        if not groups:
            groups = tuple(self.net_of_groups)
        of = self.opening_pools if weights is None else weights
        whole = total(of[group] for group in groups)
        if len(groups) == 1 or not whole.value:
            return self.net_of_groups[groups[0]]
        return ratio(total(self.net_of_groups[group] * of[group] for group in groups), whole).named(
            "net WAC", "net mortgage rates of the groups, averaged"
        )


def senior_enhancement(pool: Exact, balances: dict[str, Exact], ranks: dict[str, int]) -> Exact:
    """Return the share of the pool that stood below the most senior classes before this distribution.

    ``pool`` is what backs the bonds: the loans, and what the pre-funding account holds to buy more. It and
    ``balances`` are both taken before it: a pool after the month's prepayments against classes that have not been
    paid them yet would show the less enhancement, the more loans were paid off.
    """
    top = min(ranks.values())
    senior = total(balance for name, balance in balances.items() if ranks[name] == top)
    return ratio(pool - senior, pool).named(
        "senior enhancement", "1 - senior balance / pool balance, both before the distribution"
    )


def _limit(trigger: Trigger, enhancement: Exact, on: dt.date) -> Exact | None:
    if trigger.kind is TriggerKind.ROLLING_DELINQUENCY:
        return enhancement * term(trigger.limit or 0, "delinquency trigger share")
    passed = [item for item in trigger.schedule if item.from_date <= on]
    if not passed:
        return None
    latest = max(passed, key=lambda item: item.from_date)
    return term(latest.limit, f"loss limit from {latest.from_date}")


def trigger_tests(
    facts: Facts, pool: Collateral, behind: Delinquency, lost: Losses, enhancement: Exact
) -> tuple[TriggerTest, ...]:
    """Return every trigger of the deal with its test values."""
    found: list[TriggerTest] = []
    for trigger in facts.terms.triggers:
        limit = _limit(trigger, enhancement, facts.distribution.payment_date)
        if limit is None:
            continue
        if trigger.kind is TriggerKind.ROLLING_DELINQUENCY:
            value = ratio(behind.rolling_sixty, _backing(facts, pool, trigger.share_of))
        else:
            value = _share_lost(facts, lost, trigger.share_of)
        found.append(TriggerTest(trigger=trigger, value=value, limit=limit))
    return tuple(found)


def _backing(facts: Facts, pool: Collateral, of: Backing) -> Exact:
    """Return the closing pool, where the terms say so with what the pre-funding account still holds."""
    closing = pool.total.closing_balance
    return closing if of is Backing.POOL else with_prefunded(closing, prefunded(facts, facts.number))


def _share_lost(facts: Facts, lost: Losses, of: Backing) -> Exact:
    """Return losses to date over the original pool, where the terms say so with the original pre-funded amount."""
    # Terms with such a trigger say what the original pool was, or they are refused.
    assert lost.cumulative_share is not None
    original = facts.terms.original_pool_balance
    assert original is not None
    if of is Backing.POOL or facts.terms.rules < 3 or not facts.terms.prefunding:
        return lost.cumulative_share
    whole = total((term(original, "original pool balance"), original_prefunding(facts.terms)))
    return ratio(lost.cumulative["total"].losses, whole).named("cumulative loss of pool and pre-funded amount")


def target(facts: Facts, pool: Collateral, enhancement: Exact, triggered: bool) -> Exact | None:
    """Return the required overcollateralization in dollars, or None for a deal without one.

    In print: "Current Periods Required Overcollateralization Amt".
    """
    terms = facts.terms.overcollateralization
    if terms is None:
        return None
    required = term(terms.target, "overcollateralization target")
    stepping = (
        terms.step_down_date is not None
        and terms.step_down_percent is not None
        and facts.distribution.payment_date >= terms.step_down_date
        and not triggered
        and (terms.step_down_enhancement is None or enhancement.value >= Fraction(terms.step_down_enhancement))
    )
    if stepping and terms.step_down_percent is not None:
        share = term(terms.step_down_percent, "step-down percent")
        stepped = (share * _backing(facts, pool, terms.step_down_of)).rounded("stepped-down target")
        required = greatest(least(required, stepped), term(terms.floor, "overcollateralization floor"))
    return required.named("required overcollateralization", source=SOURCE)


def rates(facts: Facts, pool: Collateral, served: Servicing, fees: tuple[FeeLine, ...]) -> Rates:
    """Return the net mortgage rate and the available funds rate."""
    scheduled = facts.this_period("interest", "scheduled_payment_due")
    costs = total((*served.total_fee.values(), *(line.total for line in fees if line.fee.in_net_rate), ZERO))
    a_year = facts.payments_a_year
    rule = f"{a_year} x (scheduled interest - servicing fees - fees) / opening pool"
    net = ratio((scheduled - costs) * a_year, pool.total.opening_balance).named(
        "net mortgage rate", rule, "filing, page 23"
    )
    reduction = term(facts.terms.available_funds_reduction, "available funds reduction")
    available = greatest(net - reduction, ZERO).named("available funds rate", "net mortgage rate - reduction")
    of_groups = {}
    for group in facts.groups:
        interest = facts.this_period("interest", "scheduled_payment_due", group=group)
        charged = total((served.total_fee[group], *(line.due[group] for line in fees if line.fee.in_net_rate), ZERO))
        of_groups[group] = ratio((interest - charged) * a_year, pool.groups[group].opening_balance).named(
            f"net mortgage rate of group {group}", rule
        )
    pools = {group: pool.groups[group].opening_balance for group in facts.groups}
    return Rates(net_mortgage=net, available_funds=available, net_of_groups=of_groups, opening_pools=pools)
