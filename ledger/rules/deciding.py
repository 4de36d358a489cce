"""One event against the state: what it is, whom it names, when it happened, how much it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ledger.deal.vocabulary import ExcessRecipient
from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.deal import ActApproved, DealOpened
from ledger.events.registry import BY_CLASS, EventType
from ledger.journal.accounts import BOND_PRINCIPAL, CHART, POOL_PRINCIPAL, TRUST_ACCOUNTS
from ledger.journal.movements import MONTHLY_TYPES, REDUCING, REFERENCE, REMOVALS
from ledger.journal.postings import account_effect
from ledger.rules.amounts import amounts, group_holds, rates_fit, whole_cash
from ledger.rules.decision import IRREVERSIBLE, Decision, Original
from ledger.rules.placing import place
from ledger.rules.references import references, states_bucket
from ledger.rules.state import (
    COMPONENT_COUNT,
    HELD_TYPES,
    INTEREST,
    KEPT_ACCOUNTS,
    LOANS,
    NOTE_RATE,
    PRINCIPAL,
    SERVICING_RATE,
    DealState,
    Keys,
    LoanPosition,
)
from ledger.values.dates import date_from_number, date_number

OF_SECOND_RULES = frozenset({*HELD_TYPES, "payment_returned", "prepayment_shortfall_borne"}) - {"payoff_collected"}
"""Event types that need the second rules: cash that is held for others, or came back."""


OF_FOURTH_RULES = frozenset(
    {
        "principal_deferred",
        "deferred_principal_collected",
        "principal_forgiven",
        "interest_capitalized",
        "draw_made",
        "class_balance_increased",
        "funding_account_deposited",
        "funding_account_released",
        "additional_loans_purchased",
        "revolving_period_ended",
        "principal_set_aside",
        "seller_draws_repaid",
        *REFERENCE,
        "issuer_payment_received",
        "retained_part_settled",
    }
)
"""Event types that need the fourth rules: balances that rise, and loans that are modified."""


def decide(event: Event, state: DealState, originals: Mapping[str, Original]) -> Decision | list[Violation]:
    """Return how the event enters the log, or every rule that it breaks."""
    compiled = BY_CLASS[type(event)]
    if compiled.name in MONTHLY_TYPES:
        monthly = _decide_monthly(event, compiled, state)
        if monthly is not None:
            return monthly
    if isinstance(event, DealOpened):
        return _decide_opening(event, state)
    if state.terms is None:
        message = f"there is no deal {event.deal!r}; post a deal_opened event (Ledger.open_deal) first"
        return [Violation(event.event_id, "deal", "unknown_deal", message)]
    if isinstance(event, EventReversed | EventCorrected):
        return _decide_reversal(event, state, originals)
    if isinstance(event, ActApproved):
        # It moves nothing, and belongs to no distribution: whatever is closed, it can be given or taken back.
        return Decision(event.name, Keys("", "", "", ""), (0,) * COMPONENT_COUNT, 0, 0, 0)
    keys = Keys(*compiled.keys(event))
    columns = compiled.components(event)
    violations = list(whole_cash(event, state)) or list(_needs_rules(event, columns, state))
    violations = violations or list(references(event, keys, state))
    if violations:
        return violations
    if keys.loan and not keys.group:
        keys = Keys(keys.loan, state.loans[keys.loan].group, keys.class_id, keys.code)
    placed = place(event, event.name, keys.code, state)
    violations = [placed] if isinstance(placed, Violation) else []
    components = columns[:COMPONENT_COUNT]
    violations.extend(amounts(event, keys, components, state))
    if violations or isinstance(placed, Violation):
        return violations
    return Decision(event.name, keys, components, columns[NOTE_RATE], columns[SERVICING_RATE], placed)


def _under_second_rules(state: DealState) -> bool:
    return state.terms is not None and state.terms.rules > 1


def bears_interest_plainly(code: str, state: DealState) -> bool:
    """Say whether interest of a payoff is the servicer's by terms and event alike, under rules that know of it."""
    terms = state.terms
    servicers = terms is not None and terms.shortfalls.prepayment_excess_to is ExcessRecipient.SERVICER
    return not code and servicers and _under_second_rules(state)


def _needs_rules(event: Event, columns: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    """Refuse what only the second rules know how to report."""
    if state.terms is not None and state.terms.rules < 4:
        caused = getattr(event, "cause", None) is not None or bool(getattr(event, "deferred", 0))
        capitalized = event.name == "advance_recovered" and getattr(event, "source", "") == "capitalized arrears"
        if event.name in OF_FOURTH_RULES or caused or capitalized:
            message = f"{event.name} needs the fourth rules here, and {event.deal} is not under them; amend its terms"
            yield Violation(event.event_id, "$type", "needs_rules", message)
            return
    if _under_second_rules(state):
        return
    if event.name in OF_SECOND_RULES:
        message = (
            f"{event.name} needs the second rules, and {event.deal} is under the first; amend its terms (rules: 2)"
        )
        yield Violation(event.event_id, "$type", "needs_rules", message)
    elif event.name == "payoff_collected" and columns[INTEREST]:
        message = f"interest of a payoff needs the second rules, and {event.deal} is under the first; amend its terms"
        yield Violation(event.event_id, "interest", "needs_rules", message)


def _decide_monthly(event: Any, compiled: EventType, state: DealState) -> Decision | None:
    """Decide at a glance what every loan does every month; None where anything may be the matter with it."""
    name, (loan, group, class_id, code), columns = compiled.name, compiled.keys(event), compiled.components(event)
    held, cent = state.loans.get(loan), state.cent
    if any(columns[place] % cent for place in compiled.cash_places):
        return None
    if name == "scheduled_payment_due" and state.dues.stands(loan, date_number(event.effective_date)):
        return None
    if name == "payoff_collected" and columns[INTEREST] and not bears_interest_plainly(code, state):
        return None
    if name == "loan_status_changed" and not states_bucket(code, state):
        return None
    if compiled.rate_fields and not rates_fit(columns[NOTE_RATE], columns[SERVICING_RATE]):
        return None
    if held is None or event.restates or not held.group or group not in ("", held.group):
        return None
    given_rate = columns[NOTE_RATE] if getattr(event, "note_rate", None) is not None else None
    if name in REDUCING and not may_reduce(name, held, columns[PRINCIPAL], columns[LOANS], given_rate, state):
        return None
    place_of, asked = state.places, (name, code, event.effective_date, getattr(event, "due_date", None))
    placed = place_of.get(asked)
    if placed is None:
        found = place(event, name, code, state)
        if isinstance(found, Violation):
            return None
        placed = place_of[asked] = found
    keys, rates = Keys(loan, held.group, class_id, code), (columns[NOTE_RATE], columns[SERVICING_RATE])
    return Decision(name, keys, columns[:COMPONENT_COUNT], *rates, placed)


def may_reduce(
    name: str, held: LoanPosition, principal: int, loans: int, note_rate: int | None, state: DealState
) -> bool:
    """Say at a glance whether a loan and its group allow what takes principal off them.

    Amounts are in units of 0.0001 dollar; ``note_rate`` is the stored rate that the event gives, or None. What may not
    at a glance may still be allowed.
    """
    if principal > held.balance or (note_rate is not None and held.note_rate not in (0, note_rate)):
        return False
    count = 0
    if name in REMOVALS:
        count = loans
        if held.on_books <= 0 or principal != held.balance or count > held.on_books:
            return False
    return group_holds(held.group, principal, count, state)


def _decide_opening(event: DealOpened, state: DealState) -> Decision | list[Violation]:
    if state.terms is not None:
        message = f"deal {event.deal!r} is open already; change its terms with terms_amended"
        return [Violation(event.event_id, "deal", "already_open", message)]
    if event.effective_date < event.terms.cut_off_date:
        message = f"{event.effective_date} lies before the cut-off date {event.terms.cut_off_date}"
        return [Violation(event.event_id, "effective_date", "outside_deal_life", message)]
    return Decision(event.name, Keys("", "", "", ""), (0,) * COMPONENT_COUNT, 0, 0, 0)


def _decide_reversal(
    event: EventReversed | EventCorrected, state: DealState, originals: Mapping[str, Original]
) -> Decision | list[Violation]:
    field, target = ("reverses", event.reverses) if isinstance(event, EventReversed) else ("corrects", event.corrects)
    if not event.reason.strip():
        return [Violation(event.event_id, "reason", "missing", "an event is not voided without a reason; say why")]
    original = originals.get(target)
    if original is None:
        return [Violation(event.event_id, field, "unknown_event", f"there is no event {target!r} in {event.deal}")]
    if original.type in IRREVERSIBLE:
        message = f"a {original.type} cannot be reversed: amend the terms, restate the period, or post the fact again"
        return [Violation(event.event_id, field, "irreversible", message)]
    if original.reversed_by is not None:
        message = f"{target!r} was reversed already, by {original.reversed_by!r}"
        return [Violation(event.event_id, field, "already_reversed", message)]
    if date_number(event.effective_date) < original.effective_date:
        on = date_from_number(original.effective_date)
        message = f"{event.effective_date} lies before {target!r} itself, which is dated {on}"
        return [Violation(event.event_id, "effective_date", "before_original", message)]
    if original.type == ActApproved.name:
        return Decision(original.type, original.keys, original.components, 0, 0, 0, target)
    placed = place(event, original.type, original.keys.code, state, original.distribution)
    if isinstance(placed, Violation):
        return [placed]
    negative = tuple(-value for value in original.components)
    left = _left_behind(event, field, original, negative, state)
    if left is not None:
        return [left]
    return Decision(original.type, original.keys, negative, original.note_rate, original.servicing_rate, placed, target)


def _left_behind(
    event: Event, field: str, original: Original, negative: tuple[int, ...], state: DealState
) -> Violation | None:
    """Say what a reversal would leave below zero: a later event may stand on the one that it voids."""
    keys, kind = original.keys, original.type
    held = state.loans.get(keys.loan) if keys.loan else None
    effect = account_effect(POOL_PRINCIPAL, kind, keys.code, negative)
    stands = [(state.group_balances.get(keys.group, 0) + effect, f"group {keys.group}")]
    if held is not None:
        after = attrs.evolve(held)
        after.apply(kind, keys, negative)
        stands.insert(0, (after.balance, f"loan {keys.loan}"))
    for balance, who in stands:
        if balance < 0 and effect < 0:
            message = f"without it {who} would stand at {state.told(balance)}; reverse what was paid on it first"
            return Violation(event.event_id, field, "above_balance", message)
    for account in KEPT_ACCOUNTS:
        taken = account_effect(account, kind, keys.code, negative)
        if taken > state.held.get((account, keys.group), 0):
            what = CHART[account].title
            message = f"without it less than nothing would be held of {what} in group {keys.group}; reverse that first"
            return Violation(event.event_id, field, "above_held", message)
    moved = account_effect(TRUST_ACCOUNTS, kind, keys.code, negative)
    stands_at = state.accounts.get(keys.code, 0) + moved
    if stands_at < 0 > moved:
        message = f"without it account {keys.code} would stand at {state.told(stands_at)}; reverse what was drawn first"
        return Violation(event.event_id, field, "above_account", message)
    bond = state.class_balances.get(keys.class_id, 0) - account_effect(BOND_PRINCIPAL, kind, keys.code, negative)
    if keys.class_id and bond < 0:
        message = f"without it class {keys.class_id} would stand at {state.told(bond)}"
        return Violation(event.event_id, field, "above_balance", message)
    return None
