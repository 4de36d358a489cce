"""How much an event moves: no more than its loan, group or class stands at, and advances no further than they go."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.irregular import PaymentReturned
from ledger.events.registry import BY_CLASS
from ledger.journal.accounts import CHART, HELD_ACCOUNTS, TRUST_ACCOUNTS
from ledger.journal.movements import REDUCING, REFERENCE, REMOVALS
from ledger.journal.postings import account_effect
from ledger.rules.modified import modified_amounts
from ledger.rules.payments import ON_TIME, returned_instalment
from ledger.rules.state import (
    HELD_TYPES,
    INTEREST,
    LOANS,
    LOSS,
    OTHER,
    PRINCIPAL,
    DealState,
    Keys,
    LoanPosition,
    least_from,
)
from ledger.values.dates import date_number
from ledger.values.money import RATE_SCALE, as_decimal, most_by_rounding, rate_from_units, rate_to_units

_ONE: int = 10**RATE_SCALE
"""A rate of a hundred per cent a year, as the store keeps it."""


def rates_fit(note_rate: int, servicing_rate: int) -> bool:
    """Say whether stored rates are fractions from 0 to 1: what is larger was given in per cent."""
    return note_rate <= _ONE and servicing_rate <= _ONE


def whole_cash(event: Event, state: DealState) -> Iterator[Violation]:
    """Refuse cash that is no whole number of the smallest units of the deal's currency."""
    currency = state.currency
    for name in BY_CLASS[type(event)].cash_fields:
        given = getattr(event, name)
        if given is not None and not currency.is_whole(given):
            what = currency.unit_told
            message = f"cash {given} is not whole {what}; only accruals may be finer"
            yield Violation(event.event_id, name, "not_whole_cents", message)


def group_holds(group: str, principal: int, count: int, state: DealState) -> bool:
    """Say whether a group's balance and number of loans allow what is taken off them."""
    return (not principal or principal <= state.group_balances.get(group, 0)) and (
        not count or count <= state.group_counts.get(group, 0)
    )


def amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    principal = components[PRINCIPAL]
    yield from _rates(event)
    if event.name == "scheduled_payment_due":
        yield from _due_once(event, keys, state)
    yield from modified_amounts(event, keys.loan, keys.group, state)
    if event.name in REDUCING:
        found = list(_loan_amounts(event, keys, components, state)) if keys.loan else []
        yield from found or _group_amounts(event, keys, components, state)
    elif event.name in REFERENCE:
        if not group_holds(keys.group, principal, components[LOANS], state):
            yield from _group_amounts(event, keys, components, state)
    elif event.name in ("bond_interest_paid", "bond_principal_paid", "bond_loss_allocated"):
        yield from _computed(event, state)
        held_units = state.class_balances.get(keys.class_id, 0)
        moved = principal or components[LOSS]
        if event.name != "bond_interest_paid" and moved > held_units:
            message = f"{state.told(moved)} is more than the balance of class {keys.class_id}, {state.told(held_units)}"
            yield Violation(event.event_id, "amount", "above_balance", message)
    elif event.name == "bond_loss_paid":
        paid, unpaid = principal + components[INTEREST], state.unpaid_losses.get(keys.class_id, 0)
        if paid > unpaid:
            message = (
                f"{state.told(paid)} is more than the losses of class {keys.class_id} unpaid, {state.told(unpaid)}"
            )
            field = "out_of_principal" if principal else "out_of_interest"
            yield Violation(event.event_id, field, "above_unpaid_losses", message)
    elif event.name in ("advance_recovered", "advance_declared_nonrecoverable"):
        yield from _advance_amounts(event, keys, components, state)
    elif isinstance(event, PaymentReturned) and keys.loan:
        yield from _returned_amounts(event, keys, components, state)
    elif event.name == "trust_account_withdrawn":
        yield from _account_amounts(event, keys, components, state)
    elif event.name in HELD_TYPES:
        yield from _held_amounts(event, keys, components, state)


def _computed(event: Any, state: DealState) -> Iterator[Violation]:
    """What a statement shows and what is paid of it differ by roundings alone; to-date columns add what is shown."""
    terms, computed = state.terms, getattr(event, "computed", "")
    if terms is None or not computed:
        return
    groups = len(terms.groups)
    amounts = 2 * len(terms.classes) + (2 + len(terms.fees)) * groups + len(terms.derivatives)
    if abs(Fraction(computed) - Fraction(event.amount)) > most_by_rounding(amounts, terms.currency.unit):
        message = f"{computed} is not what {event.amount:,} is when it is not rounded; Ledger.distribute states both"
        yield Violation(event.event_id, "computed", "unlike_amount", message)


def _due_once(event: Event, keys: Keys, state: DealState) -> Iterator[Violation]:
    """A loan owes one instalment on a date; the same one under another id would take its principal off twice."""
    if keys.loan and state.dues.stands(keys.loan, date_number(event.effective_date)):
        message = f"an instalment of loan {keys.loan} of {event.effective_date} is posted already; reverse it first"
        yield Violation(event.event_id, "effective_date", "already_due", message)


def _returned_amounts(
    event: PaymentReturned, keys: Keys, components: tuple[int, ...], state: DealState
) -> Iterator[Violation]:
    """The bank takes back no more of an instalment than the loan paid of it."""
    paid = state.payments.paid(keys.loan, keys.code, returned_instalment(event, state.schedule))
    for name, taken, came in zip(("principal", "interest"), components[:2], paid, strict=True):
        if taken > came:
            what = f"of the instalment of {event.due_date}" if keys.code == ON_TIME else f"{keys.code!r}"
            left, asked = state.told(came), state.told(taken)
            message = f"loan {keys.loan} paid {left} of {name} {what} not yet taken back, not {asked}"
            yield Violation(event.event_id, name, "above_paid", message)


def _held_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    """No more of what is held for others is used or given back than came in on the group."""
    for account in HELD_ACCOUNTS:
        taken = account_effect(account, event.name, keys.code, components)
        held = state.held.get((account, keys.group), 0)
        if taken > held:
            what = CHART[account].title
            message = f"{state.told(held)} is held of {what} in group {keys.group}, not {state.told(taken)}"
            field = _field(event, "other") or _field(event, "fee") or _field(event, "principal")
            yield Violation(event.event_id, field, "above_held", message)


def _account_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    """No account of the trust is overdrawn."""
    taken, held = -account_effect(TRUST_ACCOUNTS, event.name, keys.code, components), state.accounts.get(keys.code, 0)
    if taken > held:
        field = next((_field(event, name) for name in ("interest", "principal") if getattr(event, _field(event, name))),
                     "released")  # fmt: skip
        message = f"{state.told(taken)} is more than account {keys.code} holds, {state.told(held)}"
        yield Violation(event.event_id, field, "above_account", message)


def _rates(event: Event) -> Iterator[Violation]:
    for name in BY_CLASS[type(event)].rate_fields:
        given = getattr(event, name)
        if given is not None and abs(given) > 1:
            message = f"{given} is not a fraction from 0 to 1; give 1.81% as 0.0181"
            yield Violation(event.event_id, name, "out_of_range", message)


def _group_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    principal, count = components[PRINCIPAL], components[LOANS] if event.name in (*REMOVALS, *REFERENCE) else 0
    if group_holds(keys.group, principal, count, state):
        return
    held, held_count = state.group_balances.get(keys.group, 0), state.group_counts.get(keys.group, 0)
    # Where a loan has it and its group has not, something was taken off the group as a whole.
    also = f"; loan {keys.loan} may have been counted in an event of the whole group: reverse that one" * bool(
        keys.loan
    )
    if principal > held:
        message = f"{state.told(principal)} is more than the balance of group {keys.group}, {state.told(held)}{also}"
        yield Violation(event.event_id, _field(event, "principal"), "above_balance", message)
    else:
        message = f"{count} loans leave a group of {held_count}{also}"
        yield Violation(event.event_id, "loan_count", "above_count", message)


def _field(event: Event, component: str) -> str:
    return BY_CLASS[type(event)].component_fields.get(component, "")


def _loan_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    held, principal, field = state.loans[keys.loan], components[PRINCIPAL], _field(event, "principal")
    if event.name in REMOVALS and held.on_books <= 0:
        message = f"loan {keys.loan} has left the pool already"
        code = "already_paid_off" if event.name == "payoff_collected" else "not_in_pool"
        yield Violation(event.event_id, "loan", code, message)
    elif principal > held.balance:
        message = f"{state.told(principal)} is more than the balance of loan {keys.loan}, {state.told(held.balance)}"
        yield Violation(event.event_id, field, "above_balance", message)
    elif event.name in REMOVALS and principal != held.balance:
        rest = state.told(held.balance - principal)
        message = (
            f"{state.told(principal)} leaves {rest} on loan {keys.loan}, which is to leave the pool; "
            "post the scheduled payment or curtailment that takes the rest first"
        )
        yield Violation(event.event_id, field, "not_the_balance", message)
    elif event.name in REMOVALS and components[LOANS] > held.on_books:
        stands = "one loan" if held.on_books == 1 else f"{held.on_books} loans"
        message = f"{components[LOANS]} loans leave, but {keys.loan} stands for {stands}"
        yield Violation(event.event_id, "loan_count", "above_count", message)
    yield from _rate_agrees(event, keys, held)


def _rate_agrees(event: Event, keys: Keys, held: LoanPosition) -> Iterator[Violation]:
    given = getattr(event, "note_rate", None)
    if given is not None and given <= 1 and held.note_rate and rate_to_units(given) != held.note_rate:
        bears = as_decimal(rate_from_units(held.note_rate) * 100, 5)
        message = f"loan {keys.loan} bears {bears}%, not {given * 100}%; post loan_rate_changed first"
        yield Violation(event.event_id, "note_rate", "not_the_note_rate", message)


def _advance_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    principal_and_interest, other = components[PRINCIPAL] + components[INTEREST], components[OTHER]
    held, day = state.advances(keys.loan, keys.group), date_number(event.effective_date)
    who = f"loan {keys.loan}" if keys.loan else f"group {keys.group}"
    if event.name == "advance_recovered" and keys.code == "any funds":
        nonrecoverable = least_from(held.nonrecoverable, day)
        if principal_and_interest + other > nonrecoverable:
            message = (
                f"only advances declared nonrecoverable come out of any funds; {who} has "
                f"{state.told(nonrecoverable)} of them, not {state.told(principal_and_interest + other)}"
            )
            yield Violation(event.event_id, "principal", "above_nonrecoverable", message)
        return
    owed, servicing = least_from(held.owed, day), least_from(held.servicing, day)
    if principal_and_interest > owed or other > servicing:
        message = (
            f"{who} has {state.told(owed)} of principal and interest and {state.told(servicing)} of servicing "
            f"advances outstanding, not {state.told(principal_and_interest)} and {state.told(other)}"
        )
        yield Violation(event.event_id, "principal", "above_advances", message)
    elif event.name == "advance_recovered" and keys.code == "capitalized arrears":
        yield from _added_to_principal(event, keys, principal_and_interest + other, state)
    elif event.name == "advance_recovered":
        yield from _justified(event, keys, principal_and_interest + other, state)


def _added_to_principal(event: Event, keys: Keys, units: int, state: DealState) -> Iterator[Violation]:
    """Advances of arrears are repaid this way as far as arrears were added to principal."""
    added = least_from(state.advances(keys.loan, keys.group).capitalized, date_number(event.effective_date))
    if units > added:
        who = f"loan {keys.loan}" if keys.loan else f"group {keys.group}"
        message = (
            f"{state.told(added)} of arrears of {who} were added to principal and not repaid, not {state.told(units)}"
        )
        yield Violation(event.event_id, "principal", "above_capitalized", message)


def _justified(event: Event, keys: Keys, units: int, state: DealState) -> Iterator[Violation]:
    """A recovery rests on what its loan brought in, and all recoveries of a group on what its loans brought in."""
    for loan in dict.fromkeys((keys.loan, "")):
        repayable = least_from(state.advances(loan, keys.group).repayable, date_number(event.effective_date))
        if units > repayable:
            who = f"loan {loan}" if loan else f"group {keys.group}"
            message = (
                f"of the late collections and proceeds of {who} up to {event.effective_date}, {state.told(repayable)} "
                f"are left to take advances out of, not {state.told(units)}; post what was collected first, or "
                "declare the advance nonrecoverable"
            )
            yield Violation(event.event_id, "principal", "not_justified", message)
            return
