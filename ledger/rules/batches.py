"""What only a whole batch can break: accounts below zero on any date, payments beyond the funds, advances undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.corrections import EventReversed
from ledger.events.registry import BY_CLASS
from ledger.journal.accounts import CHART
from ledger.journal.advance_types import concerns_advances
from ledger.journal.postings import account_effect, cash_effect
from ledger.rules.decision import Decision, dollars
from ledger.rules.set_aside import SET_ASIDE_TYPES, SetAside, lowered_by
from ledger.rules.state import DealState, least_from
from ledger.values.dates import date_from_number, date_number

BOND_PAYMENTS = frozenset({"bond_interest_paid", "bond_principal_paid", "collection_account_remitted"})


def check_batch(batch: Sequence[tuple[Event, Decision]], state: DealState) -> list[Violation]:
    """Return what only the whole batch can break: cash below zero, on any date or for any distribution."""
    violations = list(_advances_stand(batch, state))
    if state.set_aside is not None:
        violations.extend(_set_aside(batch, state.set_aside))
    if cash_runs_out(state):
        outflows = [
            (event, decision)
            for event, decision in batch
            if cash_effect(decision.posts_as, decision.keys.code, decision.components) < 0
            or account_effect("collection_account", decision.posts_as, decision.keys.code, decision.components) < 0
        ]
        if outflows:
            violations.extend([*_funds(outflows, state), *_cash_by_date(outflows, state)])
    return violations


def cash_runs_out(state: DealState) -> bool:
    """Say whether cash lies below zero on any date or for any distribution, whatever made it so."""
    for movements in (state.funds, state.collected, state.cash):
        balance = 0
        for key in sorted(movements):
            balance += movements[key]
            if balance < 0:
                return True
    return False


def _advances_stand(batch: Sequence[tuple[Event, Decision]], state: DealState) -> Iterator[Violation]:
    """Say where a reversal, with what the batch puts in its place, leaves advances recovered without cause."""
    for event, decision in batch:
        keys = decision.keys
        if decision.reverses is None or not concerns_advances(decision.posts_as, keys.code):
            continue
        field = "reverses" if isinstance(event, EventReversed) else "corrects"
        for loan in dict.fromkeys((keys.loan, "")):
            held = state.advances(loan, keys.group)
            who = f"loan {loan}" if loan else f"group {keys.group}"
            if min(least_from(held.owed), least_from(held.servicing), least_from(held.nonrecoverable)) < 0:
                message = f"without it more advances of {who} were recovered than made; reverse the recovery first"
                yield Violation(event.event_id, field, "above_advances", message)
                break
            if least_from(held.repayable) < 0:
                message = f"advances of {who} were taken out of what it brought in; reverse their recovery first"
                yield Violation(event.event_id, field, "not_justified", message)
                break


def _set_aside(batch: Sequence[tuple[Event, Decision]], held: SetAside) -> Iterator[Violation]:
    """Name the event by which more leaves an account beside the collection account than was deposited by its day."""
    for account, day, lacking in held.overdrawn():
        lowering = [
            (event, component)
            for event, decision in batch
            if (component := lowered_by(decision.posts_as, decision.components).get(account)) is not None
        ]
        if not lowering:
            continue
        by_then = [item for item in lowering if date_number(item[0].effective_date) <= day]
        event, component = (by_then or lowering)[-1]
        if event.name in SET_ASIDE_TYPES:
            field = BY_CLASS[type(event)].component_fields[component]
        else:
            field = "reverses" if isinstance(event, EventReversed) else "corrects"
        message = (
            f"the {CHART[account].title} would be {dollars(lacking)} below nothing on {date_from_number(day)}; no more "
            "leaves it than was deposited by then"
        )
        yield Violation(event.event_id, field, "above_deposited", message)


def _funds(outflows: Sequence[tuple[Event, Decision]], state: DealState) -> Iterator[Violation]:
    for movements, what in ((state.funds, "payments"), (state.collected, "withdrawals from the collection account")):
        available = 0
        for distribution in sorted(movements):
            available += movements[distribution]
            if available >= 0:
                continue
            blamed = [(e, d) for e, d in outflows if d.distribution == distribution] or list(outflows)
            event, _ = next(((e, d) for e, d in blamed if e.name in BOND_PAYMENTS), blamed[-1])
            message = (
                f"{what} of the distribution of {date_from_number(distribution)} exceed the funds available "
                f"by {dollars(-available)}"
            )
            yield Violation(event.event_id, "amount", "above_funds_available", message)
            return


def _cash_by_date(outflows: Sequence[tuple[Event, Decision]], state: DealState) -> Iterator[Violation]:
    balance = 0
    for day in sorted(state.cash):
        balance += state.cash[day]
        if balance < 0:
            blamed = [event for event, _ in outflows if date_number(event.effective_date) <= day]
            if blamed:
                message = (
                    f"the collection account would be {dollars(-balance)} below zero on {date_from_number(day)}; "
                    "cash cannot leave before it came in"
                )
                yield Violation(blamed[-1].event_id, "effective_date", "account_below_zero", message)
            return
