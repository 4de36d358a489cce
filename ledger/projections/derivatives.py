"""Derivative contracts: what the trust paid and received under each (filing, pages 6 and 24).

``due`` is the accrual under the contract, which may carry fractions of a cent; the cash paid is whole cents.
"""

from __future__ import annotations

import attrs

from ledger.deal.terms import DerivativeContract
from ledger.projections.facts import Facts
from ledger.values.exact import ZERO, Exact, total


@attrs.frozen(kw_only=True)
class ContractPayment:
    """One contract's payment of the month in dollars; an outflow of the trust is positive."""

    contract: DerivativeContract
    due: Exact
    paid: Exact


@attrs.frozen(kw_only=True)
class Derivatives:
    """Every contract of the deal, in the order of its terms."""

    contracts: tuple[ContractPayment, ...]

    def due(self, kind: str | None = None) -> Exact:
        """Return what was due under the contracts of a kind (cap, floor, swap), or under all.

        In print: "Cap Contract Payment Amount", "Floor Contract Payment Amounts", "Swap Contract Payment Amounts"; of
        all, "Total Derivative Payments".
        """
        found = [item.due for item in self.contracts if kind is None or item.contract.kind == kind]
        return total(found) if found else ZERO


def derivatives(facts: Facts) -> Derivatives:
    """Return the derivative payments of the month."""
    return Derivatives(
        contracts=tuple(
            ContractPayment(
                contract=contract,
                due=facts.this_period("memo", "derivative_payment_made", code=contract.contract),
                paid=facts.this_period("other", "derivative_payment_made", code=contract.contract),
            )
            for contract in facts.terms.derivatives
        )
    )
