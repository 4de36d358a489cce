"""What the rules ask of loans whose balances rise or are modified, beside where they stand: limits, arrears, deferrals.

A writer keeps the loans that a batch draws on or modifies, and only while it is decided; a verifier follows every loan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ledger.deal.terms import BondClass, DealTerms
from ledger.deal.vocabulary import Forbearance
from ledger.errors import Violation
from ledger.events.base import COMPONENTS, Event
from ledger.events.collections import LoanLiquidated
from ledger.events.deal import LoanBoarded
from ledger.events.funding import ClassBalanceIncreased, DrawFunding, DrawMade
from ledger.events.modifications import (
    DeferredPrincipalCollected,
    InterestCapitalized,
    PrincipalDeferred,
    PrincipalForgiven,
)
from ledger.journal.accounts import DEFERRED_PRINCIPAL
from ledger.journal.movements import DEFERRING_TYPES
from ledger.journal.postings import account_effect
from ledger.values.money import to_units

_PRINCIPAL, _INTEREST, _OTHER = (COMPONENTS.index(name) for name in ("principal", "interest", "other"))

_OWED: Mapping[str, int] = {
    "scheduled_payment_due": 1,
    "payment_returned": 1,
    "collection_received": -1,
    "unapplied_funds_applied": -1,
    "relief_act_shortfall_reported": -1,
}
"""What the interest of an event type does to the interest that its loan owes."""


BESIDE_TYPES = (*_OWED, "interest_capitalized", *DEFERRING_TYPES)
"""Event types that move the arrears of a loan, or its deferred balance."""

MODIFYING_TYPES = (
    "draw_made",
    "principal_deferred",
    "deferred_principal_collected",
    "principal_forgiven",
    "interest_capitalized",
)
"""Event types whose rules ask for those, or for the credit limit of a loan. A liquidation does of what was deferred."""

_A_MONTH_AGO = dt.timedelta(days=62)


def asks_beside(event: Event) -> bool:
    """Say whether the rules must know more of the loan that an event names than where it stands."""
    return isinstance(
        event,
        DrawMade | PrincipalDeferred | DeferredPrincipalCollected | PrincipalForgiven | InterestCapitalized,
    ) or (isinstance(event, LoanLiquidated) and bool(event.deferred))


class _EveryLoan(Collection[str]):
    """Every loan that there is."""

    def __contains__(self, loan: object) -> bool:
        return bool(loan)

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __bool__(self) -> bool:
        return True


EVERY_LOAN: Collection[str] = _EveryLoan()
"""What a log is followed for from its first event on: any loan may be modified later."""


@attrs.define
class Beside:
    """Credit limits, arrears of interest and deferred balances of the loans asked about, in units of 0.0001 dollar.

    ``unknown`` are loans that were in arrears when they were boarded: nobody told the ledger what they owed then.
    """

    loans: Collection[str] = frozenset()
    limits: dict[str, int] = attrs.field(factory=dict)
    arrears: dict[str, int] = attrs.field(factory=dict)
    deferred: dict[str, int] = attrs.field(factory=dict)
    unknown: set[str] = attrs.field(factory=set)

    def board(self, event: LoanBoarded) -> None:
        """Note what the tape says of a loan."""
        if event.loan not in self.loans:
            return
        if event.credit_limit is not None:
            self.limits[event.loan] = to_units(event.credit_limit)
        if event.paid_to_date is not None and event.paid_to_date < event.effective_date - _A_MONTH_AGO:
            self.unknown.add(event.loan)

    def move(self, type_name: str, loan: str, code: str, components: Sequence[int]) -> None:
        """Move what a loan owes by one event; a reversal comes with negative components."""
        if loan not in self.loans:
            return
        owed = _OWED.get(type_name, 0) * components[_INTEREST]
        if type_name == "interest_capitalized":
            owed = components[_OTHER] - components[_PRINCIPAL]
        self.arrears[loan] = self.arrears.get(loan, 0) + owed
        if type_name in DEFERRING_TYPES:
            units = account_effect(DEFERRED_PRINCIPAL, type_name, code, tuple(components))
            self.deferred[loan] = self.deferred.get(loan, 0) - units

    def move_owed(self, rows: Iterable[Any]) -> None:
        """Move what loans owe by stored rows, of which none is modified: what a month brings most of."""
        arrears = self.arrears
        for row in rows:
            sign = _OWED.get(row.posts_as)
            if sign and row.loan:
                arrears[row.loan] = arrears.get(row.loan, 0) + sign * row.interest


def modified_amounts(event: Event, loan: str, group: str, state: Any) -> Iterator[Violation]:
    """Refuse draws beyond their limits, modifications that the terms do not know, and more than there is to modify."""
    terms: DealTerms = state.terms
    if isinstance(event, DrawMade):
        yield from _draw(event, loan, group, state)
    elif isinstance(event, ClassBalanceIncreased):
        yield from _increase(event, state)
    elif isinstance(event, InterestCapitalized):
        yield from _capitalized(event, loan, state)
    elif isinstance(event, PrincipalDeferred):
        yield from _deferred(event, loan, group, state)
    elif isinstance(event, DeferredPrincipalCollected):
        unfit = "principal" if terms.forbearance is Forbearance.LOSS_NOW else "recovery"
        if getattr(event, unfit):
            fit = "recovery" if unfit == "principal" else "principal"
            message = f"deferred principal is a {terms.forbearance.value} by the terms of {event.deal}: give {fit}"
            yield Violation(event.event_id, unfit, "not_the_terms", message)
            return
        field = "recovery" if event.recovery else "principal"
        yield from _no_more_than_deferred(event, field, to_units(event.principal + event.recovery), loan, group, state)
    elif isinstance(event, PrincipalForgiven | LoanLiquidated) and event.deferred:
        yield from _no_more_than_deferred(event, "deferred", to_units(event.deferred), loan, group, state)
        within = event.amount if isinstance(event, PrincipalForgiven) else event.balance
        if terms.forbearance is Forbearance.STAYS and event.deferred > within:
            message = f"deferred principal stands in the stated balance: {event.deferred:,} of it is not {within:,}"
            yield Violation(event.event_id, "deferred", "contradiction", message)


def _draw(event: DrawMade, loan: str, group: str, state: Any) -> Iterator[Violation]:
    held = state.loans.get(loan) if loan else None
    if held is not None and held.on_books <= 0:
        yield Violation(event.event_id, "loan", "not_in_pool", f"loan {loan} has left the pool already")
        return
    stated = next(item.credit_limit for item in state.terms.groups if item.group_id == group)
    whole = None if stated is None else to_units(stated)
    sides = [(f"group {group}", state.group_balances.get(group, 0), whole)]
    if held is not None:
        sides.insert(0, (f"loan {loan}", held.balance, state.beside.limits.get(loan)))
    for who, stands, limit in sides:
        after = stands + to_units(event.amount)
        if limit is not None and after > limit:
            message = f"{who} would stand at {state.told(after)}, and can be drawn on up to {state.told(limit)}"
            yield Violation(event.event_id, "amount", "above_credit_limit", message)
            return
    if event.funded_by is DrawFunding.NOTE and not any(c.maximum_balance is not None for c in state.terms.classes):
        message = f"no class of {event.deal} is a variable funding note (maximum_balance)"
        yield Violation(event.event_id, "funded_by", "no_funding_note", message)


def _increase(event: ClassBalanceIncreased, state: Any) -> Iterator[Violation]:
    bond: BondClass = state.terms.bond_class(event.class_id)
    if bond.maximum_balance is None:
        message = f"class {event.class_id} is no variable funding note: its terms give no maximum_balance"
        yield Violation(event.event_id, "class_id", "no_funding_note", message)
        return
    after, most = state.class_balances.get(event.class_id, 0) + to_units(event.amount), to_units(bond.maximum_balance)
    if after > most:
        message = f"class {event.class_id} would stand at {state.told(after)}, and may at {state.told(most)}"
        yield Violation(event.event_id, "amount", "above_maximum_balance", message)


def _capitalized(event: InterestCapitalized, loan: str, state: Any) -> Iterator[Violation]:
    if not loan or loan in state.beside.unknown:
        return
    owed, added = state.beside.arrears.get(loan, 0), to_units(event.amount - event.expenses)
    if added > owed:
        message = (
            f"loan {loan} owes {state.told(max(owed, 0))} of interest that fell due and was not received, "
            f"not {state.told(added)}"
        )
        yield Violation(event.event_id, "amount", "above_arrears", message)


def _deferred(event: PrincipalDeferred, loan: str, group: str, state: Any) -> Iterator[Violation]:
    right = event.amount if state.terms.forbearance is Forbearance.LOSS_NOW else 0
    if event.written_off != right:
        message = (
            f"deferred principal is by the terms of {event.deal} a {state.terms.forbearance.value}: "
            f"written_off is {right:,}"
        )
        yield Violation(event.event_id, "written_off", "not_the_terms", message)
    elif not right:
        # What is deferred already bears no interest that could be given up once more.
        bears = state.group_balances.get(group, 0) - state.held.get((DEFERRED_PRINCIPAL, group), 0)
        if loan:
            bears = state.loans[loan].balance - state.beside.deferred.get(loan, 0)
        if to_units(event.amount) > bears:
            who = f"loan {loan}" if loan else f"group {group}"
            message = f"{event.amount:,} is more than what of {who} bears interest, {state.told(bears)}"
            yield Violation(event.event_id, "amount", "above_balance", message)


def _no_more_than_deferred(
    event: Event, field: str, units: int, loan: str, group: str, state: Any
) -> Iterator[Violation]:
    held = state.beside.deferred.get(loan, 0) if loan else state.held.get((DEFERRED_PRINCIPAL, group), 0)
    if units > held:
        who = f"loan {loan}" if loan else f"group {group}"
        message = f"{state.told(held)} is deferred of {who}, not {state.told(units)}"
        yield Violation(event.event_id, field, "above_deferred", message)


__all__ = ["BESIDE_TYPES", "Beside", "asks_beside", "modified_amounts"]
