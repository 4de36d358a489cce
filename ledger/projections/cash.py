"""The cash that a distribution is paid from, and the roundings between it and the funds that a statement shows.

Funds carry fractions of a cent: accruals, fees as the terms give them, shares of principal. Cash does not. What lies
between the two is no more than the roundings explain, or the month does not foot.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from ledger.journal.postings import funds_effect
from ledger.projections.facts import Facts
from ledger.values.exact import Exact
from ledger.values.money import UNITS_PER_DOLLAR

OWN_TYPES = frozenset(
    {
        "bond_interest_paid",
        "bond_loss_paid",
        "bond_principal_paid",
        "collection_account_remitted",
        "insurer_payment_received",
        "insurer_reimbursed",
        "principal_set_aside",
        "retained_part_settled",
        "seller_draws_repaid",
        "trust_account_funded",
        "trust_account_withdrawn",
    }
)
"""What a distribution itself posts to the cash accounts, apart from fees."""


def cash_to_pay(facts: Facts, computed_fees: Collection[str], held: Exact) -> Exact:
    """Return the cash, in dollars, that computed fees and the classes can be paid from.

    It is what all distributions up to this one left in the accounts, without this one's own payments, less what is
    ``held`` for others. The cents that roundings of earlier ones left are not among it (:func:`rounded_before`).
    """
    units = sum(
        funds_effect(row.type, row.code, row.components)
        for row in facts.totals
        if not (row.distribution == facts.number and row.type in OWN_TYPES)
        and not (row.distribution == facts.number and row.type == "fee_charged" and row.code in computed_fees)
    )
    cash = Exact(Fraction(units, UNITS_PER_DOLLAR), "total", label="cash in the accounts")
    return cash - held if held.value else cash


def rounded_before(facts: Facts) -> Exact:
    """Return the cents that roundings of earlier distributions left in the accounts for this one, in dollars."""
    left, paid = (facts.before_period(component, "collection_account_remitted") for component in ("memo", "fee"))
    return (left - paid).named("roundings brought along")
