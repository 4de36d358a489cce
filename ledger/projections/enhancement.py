"""Credit enhancement: what stands below the most senior classes, and the available funds rate (filing, page 7)."""

from __future__ import annotations

import attrs

from ledger.deal.overcollateralization import Backing
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts
from ledger.projections.fees import FeeLine
from ledger.projections.listed import prefunded, with_prefunded
from ledger.projections.servicing import Servicing
from ledger.values.exact import ZERO, Exact, greatest, ratio, term, total


@attrs.frozen(kw_only=True)
class Rates:
    """The "Current Net Mortgage Rate" and the "Available Funds Rate" of the month, yearly fractions.

    ``net_of_groups`` is the net mortgage rate of each loan group, and ``opening_pools`` what it is of, in dollars.
    ``subordinate_amounts`` are what of each pool is not its seniors', where that has been found.
    """

    net_mortgage: Exact
    available_funds: Exact
    net_of_groups: dict[str, Exact]
    opening_pools: dict[str, Exact]
    subordinate_amounts: dict[str, Exact] = attrs.field(factory=dict)

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


def backing(facts: Facts, pool: Collateral, of: Backing) -> Exact:
    """Return the closing pool, where the terms say so with what the pre-funding account still holds."""
    closing = pool.total.closing_balance
    return closing if of is Backing.POOL else with_prefunded(closing, prefunded(facts, facts.number))


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
