"""Derivative contracts: what the trust paid and received under each (filing, pages 6 and 24).

Where the terms say what a contract is on, its payment of the month follows from them: a notional amount, times what the
index is beyond the strike, times the days of the period, rounded to the cent once. What is posted under it is then the
cash that passed, and is held to that. Of any other contract ``due`` is the accrual that was posted, which may carry
fractions of a cent; the cash paid is whole cents.
"""

from __future__ import annotations

import attrs

from ledger.deal.terms import DerivativeContract
from ledger.deal.vocabulary import Direction
from ledger.projections.bonds import index_rate, opening_balance
from ledger.projections.facts import Facts
from ledger.values.dates import DayCount
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.values.selector import Selector

PAID, RECEIVED = "derivative_payment_made", "derivative_payment_received"


@attrs.frozen(kw_only=True)
class ContractPayment:
    """One contract's payment of the month in dollars; an outflow of the trust is positive.

    ``due`` is what the trust owes, ``paid`` what it was posted to have paid. Of a contract whose payments follow from
    its terms, ``receivable`` is what it is owed, ``accrued`` that before it is rounded (below zero: what it owes) and
    ``otherwise`` the cash by which what was posted differs; it is zero while nothing is posted.
    """

    contract: DerivativeContract
    due: Exact
    paid: Exact
    received: Exact
    receivable: Exact = ZERO
    accrued: Exact = ZERO
    otherwise: Exact = ZERO
    posted: bool = False


@attrs.frozen(kw_only=True)
class Derivatives:
    """Every contract of the deal, in the order of its terms."""

    contracts: tuple[ContractPayment, ...]

    def due(self, kind: str | None = None) -> Exact:
        """Return what was due under the contracts of a kind (cap, floor, corridor, swap), or under all.

        In print: "Cap Contract Payment Amount", "Floor Contract Payment Amounts", "Corridor Contract Payment Amounts",
        "Swap Contract Payment Amounts"; of all, "Total Derivative Payments".
        """
        found = [item.due for item in self.contracts if kind is None or item.contract.kind == kind]
        return total(found) if found else ZERO

    @property
    def receiving(self) -> tuple[ContractPayment, ...]:
        """The contracts whose terms say what the trust is owed under them."""
        return tuple(item for item in self.contracts if item.contract.may_receive)

    @property
    def receivable(self) -> Exact:
        """What the trust is owed under them ("Total Derivative Receipts")."""
        return total(item.receivable for item in self.receiving)


def notional(facts: Facts, contract: DerivativeContract) -> Exact:
    """Return the notional amount of a contract for the distribution, in dollars."""
    on = facts.distribution.payment_date
    reached = [step.balance for step in contract.notional_amounts if step.from_date <= on]
    scheduled = term(reached[-1] if reached else 0, f"scheduled notional of {contract.contract}")
    if not contract.notional_of:
        return scheduled
    balance = total(opening_balance(facts, name) for name in contract.notional_of)
    if contract.notional_multiplier != 1:
        balance = balance * term(contract.notional_multiplier, "notional multiplier")
    return least(balance, scheduled) if contract.notional_amounts else balance


def option_rate(contract: DerivativeContract, index: Exact) -> Exact:
    """Return the yearly rate that a cap, floor or corridor pays while the index stands there."""
    strike = term(contract.strike or 0, "strike")
    if contract.kind == "floor":
        return greatest(ZERO, strike - index)
    if contract.kind == "corridor":
        index = least(index, term(contract.ceiling or 0, "ceiling"))
    return greatest(ZERO, index - strike)


def _year(facts: Facts, contract: DerivativeContract, day_count: DayCount) -> Exact:
    period = facts.calendar.accrual_period(contract.accrual, day_count, facts.distribution)
    return Exact(period.fraction, label="accrual days / year")


def _accrued(facts: Facts, contract: DerivativeContract) -> Exact:
    """Return what the trust is owed under a contract before it is rounded; what it owes is below zero."""
    amount = notional(facts, contract)
    if not amount.value:
        # A contract that has not begun, or has run off, needs no index.
        return amount
    index, year = index_rate(facts, contract.index or ""), _year(facts, contract, contract.day_count)
    pays = contract.direction is Direction.TRUST_PAYS
    if contract.kind != "swap":
        owed = amount * option_rate(contract, index) * year
        return -owed if pays else owed
    floating = amount * index * year
    fixed_year = _year(facts, contract, contract.fixed_day_count or contract.day_count)
    fixed = amount * term(contract.fixed_rate or 0, "fixed rate") * fixed_year
    return floating - fixed if pays else fixed - floating


_RULES = {
    "cap": "notional x (index - strike, not below zero) x days / year, to the cent",
    "floor": "notional x (strike - index, not below zero) x days / year, to the cent",
    "corridor": "notional x (least of index and ceiling, less strike, not below zero) x days / year, to the cent",
    "swap": "notional x rate x days / year of one leg less that of the other, to the cent",
}


def _derived(facts: Facts, contract: DerivativeContract, paid: Exact, received: Exact) -> ContractPayment:
    accrued = _accrued(facts, contract)
    net = accrued.rounded("contract payment", facts.terms.currency.unit, contract.rounding)
    label, rule = f"payment under {contract.contract}", _RULES[contract.kind]
    source = f"deal terms, contract {contract.contract}"
    receivable = greatest(ZERO, net).named(label, rule, source) if contract.may_receive else ZERO
    due = greatest(ZERO, -net).named(label, rule, source) if contract.may_pay else ZERO
    selector = Selector(types=(PAID, RECEIVED), code=contract.contract, first=facts.number, last=facts.number)
    posted = any(any(row.components) for row in facts.totals.rows(selector))
    otherwise = (received - paid) - (receivable - due) if posted else ZERO
    return ContractPayment(
        contract=contract,
        due=due,
        paid=paid,
        received=received,
        receivable=receivable,
        accrued=accrued,
        otherwise=otherwise.named("contract payments otherwise than by their terms") if otherwise.value else ZERO,
        posted=posted,
    )


def _payment(facts: Facts, contract: DerivativeContract) -> ContractPayment:
    paid = facts.this_period("other", PAID, code=contract.contract)
    received = facts.this_period("other", RECEIVED, code=contract.contract)
    if contract.is_derived:
        return _derived(facts, contract, paid, received)
    due = facts.this_period("memo", PAID, code=contract.contract)
    return ContractPayment(contract=contract, due=due, paid=paid, received=received)


def derivatives(facts: Facts) -> Derivatives:
    """Return the derivative payments of the month."""
    return Derivatives(contracts=tuple(_payment(facts, contract) for contract in facts.terms.derivatives))
