"""Servicing fees and advances (filing, page 10).

The *current* fee is kept from interest collected; the *delinquent* fee is part of instalments not received. What the
servicer ends up with is the total less compensating interest less the delinquent fee.
"""

from __future__ import annotations

import attrs

from ledger.projections.facts import Facts
from ledger.projections.shortfalls import Shortfalls
from ledger.values.exact import Exact, total


@attrs.frozen(kw_only=True)
class Servicing:
    """Fees and advances of the month in dollars, by group.

    In print: "Current Servicing Fees", "Delinquent Servicing Fees", "Total Servicing Fees" ("TOTAL SERVICING FEES"
    above the deductions, the same amount), "COLLECTED SERVICING FEES",
    "Total Advanced Principal For Current Payment Date", "Total Advanced Interest For Current Payment Date".
    """

    current_fee: dict[str, Exact]
    delinquent_fee: dict[str, Exact]
    total_fee: dict[str, Exact]
    collected_fee: dict[str, Exact]
    advanced_principal: dict[str, Exact]
    advanced_interest: dict[str, Exact]

    @property
    def advances(self) -> dict[str, Exact]:
        """Principal and interest advanced together, by group ("TOTAL ADVANCES FOR CURRENT PERIOD")."""
        return {
            group: total((self.advanced_principal[group], self.advanced_interest[group]))
            for group in self.advanced_principal
        }


def current_fee(facts: Facts) -> dict[str, Exact]:
    """Return the servicing fee withheld this month, by group."""
    return {
        group: facts.this_period("fee", "servicing_fee_withheld", group=group).named("current servicing fee")
        for group in facts.groups
    }


def servicing(facts: Facts, current: dict[str, Exact], shortfall: Shortfalls) -> Servicing:
    """Return fees and advances of the month."""
    delinquent = {
        group: facts.this_period("fee", "instalment_reported_delinquent", group=group) for group in facts.groups
    }
    whole = {group: total((current[group], delinquent[group])) for group in facts.groups}
    collected = {
        group: (whole[group] - shortfall.compensating[group] - delinquent[group]).named(
            "collected servicing fee", "total fee - compensating interest - delinquent fee", "filing, page 10"
        )
        for group in facts.groups
    }
    return Servicing(
        current_fee=current,
        delinquent_fee=delinquent,
        total_fee=whole,
        collected_fee=collected,
        advanced_principal={g: facts.this_period("principal", "advance_made", group=g) for g in facts.groups},
        advanced_interest={g: facts.this_period("interest", "advance_made", group=g) for g in facts.groups},
    )
