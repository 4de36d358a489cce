"""Whom an event names: groups, classes, loans, fees, contracts and indexes that the deal must have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ledger.deal.schedule import schedule
from ledger.deal.steps import AccreteInterest, PayReportedPrincipal
from ledger.deal.triggers import TriggerKind
from ledger.deal.vocabulary import ExcessRecipient, FeeBasis, PaidBy, RateKind
from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.collections import PayoffCollected
from ledger.events.deal import BondClassIssued, LoanBoarded, PeriodClosed, TermsAmended
from ledger.events.forward import ClassBalanceBroughtForward, TriggerBroughtForward
from ledger.events.statuses import LoanStatusChanged, TriggerDeclared
from ledger.journal.movements import RECOVERIES, REFERENCE, REMOVALS
from ledger.rules.state import DealState, Keys
from ledger.values.dates import date_from_number

_SHOWN = 6
"""Names that a message lists before it counts the others."""


def references(event: Event, keys: Keys, state: DealState) -> Iterator[Violation]:
    names = state.names
    if keys.group and keys.group not in names.groups:
        message = f"{event.deal} has no group {keys.group!r}; its groups are {', '.join(names.groups)}"
        yield Violation(event.event_id, "group", "unknown_group", message)
    if keys.class_id and keys.class_id not in names.classes:
        message = f"{event.deal} has no class {keys.class_id!r}; its classes are {', '.join(names.classes)}"
        yield Violation(event.event_id, "class_id", "unknown_class", message)
    if isinstance(event, LoanBoarded):
        held = state.loans.get(keys.loan)
        if held is not None and held.on_books > 0:
            yield Violation(event.event_id, "loan", "already_boarded", f"loan {keys.loan} is in the pool already")
    elif keys.loan:
        yield from _loan_reference(event, keys, state)
    yield from _payer(event, state)
    check = _NAMED.get(event.name)
    if check is not None:
        yield from check(event, state)


_OF_ISSUER = frozenset({*REFERENCE, "issuer_payment_received", "retained_part_settled"})
_OF_COLLECTIONS = frozenset(
    {"scheduled_payment_due", "collection_received", "curtailment_collected", *REMOVALS, *RECOVERIES, "loan_boarded"}
)


def _payer(event: Event, state: DealState) -> Iterator[Violation]:
    """Hold events to who pays the classes by the terms: the trust's own loans, or the issuer of a reference pool."""
    assert state.terms is not None
    if state.terms.paid_by is PaidBy.ISSUER:
        if event.name in _OF_COLLECTIONS:
            message = (
                f"the issuer pays the classes of {event.deal}, and its loans bring it no cash; post what the reference "
                "pool did (reference_principal_due and the like), and issuer_payment_received"
            )
            yield Violation(event.event_id, "$type", "not_the_terms", message)
    elif event.name in _OF_ISSUER:
        message = f"the classes of {event.deal} are paid by collections on its loans; terms say otherwise with paid_by"
        yield Violation(event.event_id, "$type", "not_the_terms", message)


def _loan_reference(event: Event, keys: Keys, state: DealState) -> Iterator[Violation]:
    held = state.loans.get(keys.loan)
    if held is None or not held.group:
        message = f"{event.deal} has no loan {keys.loan!r}; board it first (loan_boarded)"
        yield Violation(event.event_id, "loan", "unknown_loan", message)
    elif keys.group and keys.group != held.group:
        message = f"loan {keys.loan} belongs to group {held.group!r}, not {keys.group!r}"
        yield Violation(event.event_id, "group", "wrong_group", message)


def _named_fee(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    fees = [fee.fee_id for fee in state.terms.fees]
    if event.fee_id not in fees:
        message = f"{event.deal} has no fee {event.fee_id!r}; its fees are {', '.join(fees)}"
        yield Violation(event.event_id, "fee_id", "unknown_fee", message)


def _named_account(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    accounts = [item.account_id for item in state.terms.accounts]
    if event.account_id not in accounts:
        there = f"its accounts are {', '.join(accounts)}" if accounts else "its terms have none"
        message = f"{event.deal} has no account {event.account_id!r}; {there}"
        yield Violation(event.event_id, "account_id", "unknown_account", message)


def _billed(event: Any, state: DealState) -> Iterator[Violation]:
    """Only what the terms call billed is paid because somebody sends a bill."""
    assert state.terms is not None
    yield from _named_fee(event, state)
    fee = next((item for item in state.terms.fees if item.fee_id == event.fee_id), None)
    if fee is not None and fee.basis is not FeeBasis.BILLED:
        message = f"the terms find {event.fee_id} by {fee.basis.value}, not by bills"
        yield Violation(event.event_id, "fee_id", "fee_not_billed", message)


def _named_contract(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    contracts = [item.contract for item in state.terms.derivatives]
    if event.contract not in contracts:
        message = f"{event.deal} has no contract {event.contract!r}; its contracts are {', '.join(contracts)}"
        yield Violation(event.event_id, "contract", "unknown_contract", message)


def _named_index(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    indexes = {c.rate.index for c in state.terms.classes if c.rate.index}
    indexes |= {item.index for item in state.terms.derivatives if item.index}
    if event.index not in indexes:
        named = ", ".join(sorted(indexes)) or "none"
        message = f"no class of {event.deal} floats on {event.index!r}; its indexes are {named}"
        yield Violation(event.event_id, "index", "unknown_index", message)


def _issued_face(event: BondClassIssued, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    known = {item.class_id: item for item in state.terms.classes}
    bond = known.get(event.class_id)
    if bond is not None and bond.face != event.face:
        message = f"the terms give class {event.class_id} a face of {bond.face:,}, not {event.face:,}"
        yield Violation(event.event_id, "face", "not_the_terms", message)
    if state.issued.get(event.class_id):
        yield Violation(event.event_id, "class_id", "already_issued", f"class {event.class_id} is issued already")


def _excess(event: PayoffCollected, state: DealState) -> Iterator[Violation]:
    """Hold whose the interest of a payoff is to what the terms say."""
    assert state.terms is not None
    whose = state.terms.shortfalls.prepayment_excess_to
    if event.interest and (event.excess_to or ExcessRecipient.SERVICER) is not whose:
        message = f"by the terms of {event.deal} the interest that a payoff brings beyond what is owed is the {whose}'s"
        yield Violation(event.event_id, "excess_to", "not_the_terms", f"{message}: give excess_to {whose.value!r}")


def states_bucket(code: str, state: DealState) -> bool:
    """Say whether a status states the bucket that the terms ask for; where they derive it, it need not."""
    return not code.endswith(":") or (state.terms is not None and state.terms.delinquency.is_derived)


def _bucket(event: LoanStatusChanged, state: DealState) -> Iterator[Violation]:
    if not states_bucket(f":{event.bucket or ''}", state):
        message = f"by the terms of {event.deal} a status states how far behind the loan is; give bucket"
        yield Violation(event.event_id, "bucket", "missing", message)


def _carried_class(event: ClassBalanceBroughtForward, state: DealState) -> Iterator[Violation]:
    """Hold what a class brings with it to its face: what it stands at and what has left it are all of it."""
    assert state.terms is not None
    bond = next((item for item in state.terms.classes if item.class_id == event.class_id), None)
    accruing = {name for step in state.terms.waterfall if isinstance(step, AccreteInterest) for name in step.classes}
    if event.retired < 0 and event.class_id not in accruing:
        message = (
            f"no step adds interest to the balance of class {event.class_id}, so what has left it is not below zero"
        )
        yield Violation(event.event_id, "retired", "negative", message)
    if state.terms.rules < 3 or bond is None or event.balance + event.retired == bond.face:
        return
    together = event.balance + event.retired
    message = (
        f"a balance of {event.balance:,} and {event.retired:,} retired are {together:,}, and the face of class "
        f"{event.class_id} is {bond.face:,}: retired is face less balance, principal and losses together"
    )
    yield Violation(event.event_id, "retired", "not_the_face", message)


def _amended(event: TermsAmended, state: DealState) -> Iterator[Violation]:
    calendar = schedule(event.terms)
    if state.terms is not None and event.terms.currency != state.terms.currency:
        message = f"the money of {event.deal} is {state.terms.currency.told}; open another deal for another currency"
        yield Violation(event.event_id, "terms.currency", "currency_changed", message)
    if state.terms is not None and event.terms.rules < state.terms.rules:
        message = f"{event.deal} is under rules {state.terms.rules} and cannot go back to {event.terms.rules}"
        yield Violation(event.event_id, "terms.rules", "rules_lowered", message)
    moved = [
        number for number in sorted({*state.funds, state.closed_through}) if number and not calendar.numbered(number)
    ]
    if moved:
        message = (
            f"the distribution of {date_from_number(moved[0])} has events already and must stay on its payment date"
        )
        yield Violation(event.event_id, "terms.calendar", "distribution_moved", message)
    gone = [name for name, units in state.issued.items() if units and name not in _class_names(event)]
    if gone:
        message = f"class {gone[0]} is issued and must stand in the amended terms"
        yield Violation(event.event_id, "terms.classes", "class_missing", message)


def _class_names(event: TermsAmended) -> tuple[str, ...]:
    return tuple(item.class_id for item in event.terms.classes)


def _closing(event: PeriodClosed, state: DealState) -> Iterator[Violation]:
    found = state.schedule.paid_on(event.distribution_date)
    if found is None:
        message = f"{event.distribution_date} is not a payment date of {event.deal}"
        yield Violation(event.event_id, "distribution_date", "not_a_payment_date", message)
    elif found.number <= state.closed_through:
        message = f"the distribution of {event.distribution_date} is closed already"
        yield Violation(event.event_id, "distribution_date", "already_closed", message)
    elif still_open := _open_before(found.number, state):
        shown = ", ".join(str(date_from_number(number)) for number in still_open[:_SHOWN])
        more = f" and {len(still_open) - _SHOWN} more" if len(still_open) > _SHOWN else ""
        what = "distribution" if len(still_open) == 1 else "distributions"
        message = (
            f"{event.distribution_date} cannot be closed while the {what} of {shown}{more} "
            f"{'is' if len(still_open) == 1 else 'are'} open; close that of {date_from_number(still_open[0])} first"
        )
        yield Violation(event.event_id, "distribution_date", "earlier_open", message)


def _open_before(number: int, state: DealState) -> list[int]:
    """Return the open distributions that a closing would jump over.

    Until its first closing, those are open that hold something, and the first that the deal can report: a deal may
    have been carried into the ledger in mid-life.
    """
    if not state.closed_through:
        first = state.schedule.following(state.carried_in) if state.carried_in else state.schedule.at(0).number
        begun = {month for month in state.months if 0 < month < number}
        return sorted(begun | ({first} if first is not None and first < number else set()))
    found, following = [], state.schedule.following(state.closed_through)
    while following is not None and following < number:
        found.append(following)
        following = state.schedule.following(following)
    return found


def _reported_rate(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    bond = next((c for c in state.terms.classes if c.class_id == event.class_id), None)
    if bond is not None and bond.rate.kind is not RateKind.REPORTED:
        message = f"the rate of class {event.class_id} is {bond.rate.kind.value} in the terms, not reported"
        yield Violation(event.event_id, "class_id", "rate_not_reported", message)


def _reported_principal(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    steps = [step for step in state.terms.waterfall if isinstance(step, PayReportedPrincipal)]
    if not any(event.class_id in step.classes for step in steps):
        message = f"no step of the terms pays class {event.class_id} reported principal (pay_reported_principal)"
        yield Violation(event.event_id, "class_id", "principal_not_reported", message)


def _released_to(event: Any, state: DealState) -> Iterator[Violation]:
    """What is left of the capitalized interest account goes where the terms say."""
    assert state.terms is not None
    said = state.terms.capitalized_interest_rest
    if event.released and event.released_to is not said:
        message = f"the terms of {event.deal} release what is left to the {said.value}, not to the {event.released_to}"
        yield Violation(event.event_id, "released_to", "not_the_terms", message)


def _named_trigger(event: TriggerDeclared | TriggerBroughtForward, state: DealState) -> Iterator[Violation]:
    """Let only what a fact can say of a trigger be said: what it tests, the ledger tests."""
    assert state.terms is not None
    trigger = next((item for item in state.terms.triggers if item.trigger_id == event.trigger), None)
    if trigger is None:
        shown = ", ".join(item.trigger_id for item in state.terms.triggers) or "none"
        message = f"{event.deal} has no trigger {event.trigger!r}; its triggers are {shown}"
        yield Violation(event.event_id, "trigger", "unknown_trigger", message)
    elif isinstance(event, TriggerDeclared) and trigger.kind is not TriggerKind.DECLARED:
        message = f"trigger {event.trigger} is a test of {trigger.kind.value}, and no declaration changes what it finds"
        yield Violation(event.event_id, "trigger", "not_declared", message)
    elif isinstance(event, TriggerBroughtForward) and trigger.curable and trigger.kind is not TriggerKind.DECLARED:
        message = f"trigger {event.trigger} is cured by the month that passes it; there is nothing to bring forward"
        yield Violation(event.event_id, "trigger", "curable", message)
    elif isinstance(event, TriggerBroughtForward) and event.in_force_since > event.effective_date:
        message = f"it cannot be in force since {event.in_force_since}, after {event.effective_date}"
        yield Violation(event.event_id, "in_force_since", "contradiction", message)


_NAMED: dict[str, Callable[[Any, DealState], Iterator[Violation]]] = {
    "fee_charged": _named_fee,
    "fee_billed": _billed,
    "fee_shortfall_recorded": _named_fee,
    "trust_account_deposited": _named_account,
    "trust_account_earned": _named_account,
    "trust_account_funded": _named_account,
    "trust_account_withdrawn": _named_account,
    "trust_account_reported": _named_account,
    "derivative_payment_made": _named_contract,
    "derivative_payment_received": _named_contract,
    "index_rate_set": _named_index,
    "bond_class_issued": _issued_face,
    "payoff_collected": _excess,
    "class_balance_brought_forward": _carried_class,
    "terms_amended": _amended,
    "capitalized_interest_withdrawn": _released_to,
    "period_closed": _closing,
    "class_rate_reported": _reported_rate,
    "trigger_declared": _named_trigger,
    "trigger_brought_forward": _named_trigger,
    "class_principal_reported": _reported_principal,
    "loan_status_changed": _bucket,
}
