"""The rules: pure checks of an event against the state of its deal.

Each rule returns violations as values, in order of precedence: what the event is, whom it names, when it happened, how
much it moves. Rules see one event at a time, in batch order, against a state that holds the batch's earlier events;
:func:`check_batch` adds those that only the whole batch can break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import attrs

from ledger.accounts import BOND_PRINCIPAL, POOL_PRINCIPAL
from ledger.dates import date_from_number, date_number
from ledger.errors import Violation
from ledger.events.base import Event, Window
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.deal import BondClassIssued, DealOpened, LoanBoarded, PeriodClosed, TermsAmended
from ledger.events.registry import BY_CLASS, REGISTRY, EventType
from ledger.money import as_decimal, from_units, rate_from_units, rate_to_units
from ledger.movements import MONTHLY_TYPES
from ledger.postings import account_effect, cash_effect
from ledger.schedule import schedule
from ledger.state import DealState, Keys, LoanPosition, concerns_advances, least_from
from ledger.terms import AccrualRule, DealTerms, FeeBasis, LateEvents, RateKind

IRREVERSIBLE = frozenset({"deal_opened", "terms_amended", "period_closed", "event_reversed", "event_corrected"})
"""What cannot be reversed: terms are amended, a closed period is restated, and a reversal is final."""

BOND_PAYMENTS = frozenset({"bond_interest_paid", "bond_principal_paid", "collection_account_remitted"})


@attrs.frozen
class Original:
    """The stored event that a reversal names."""

    event_id: str
    type: str
    keys: Keys
    components: tuple[int, ...]
    note_rate: int
    servicing_rate: int
    reversed_by: str | None = None
    effective_date: int = 0


class Decision(NamedTuple):
    """How an accepted event enters the log: its keys, its typed columns, and the distribution it belongs to."""

    posts_as: str
    keys: Keys
    components: tuple[int, ...]
    note_rate: int
    servicing_rate: int
    distribution: int
    reverses: str | None = None


def dollars(units: int) -> str:
    """Return units as a readable amount."""
    return f"{as_decimal(from_units(units), 2):,}"


def decide(event: Event, state: DealState, originals: Mapping[str, Original]) -> Decision | list[Violation]:
    """Return how the event enters the log, or every rule that it breaks."""
    compiled = BY_CLASS[type(event)]
    if compiled.name in _MONTHLY:
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
    keys = Keys(*compiled.keys(event))
    columns = compiled.components(event)
    violations = list(_references(event, keys, state))
    if violations:
        return violations
    if keys.loan and not keys.group:
        keys = Keys(keys.loan, state.loans[keys.loan].group, keys.class_id, keys.code)
    placed = place(event, event.name, keys.code, state)
    violations = [placed] if isinstance(placed, Violation) else []
    components = columns[:7]
    violations.extend(_amounts(event, keys, components, state))
    if violations or isinstance(placed, Violation):
        return violations
    return Decision(event.name, keys, components, columns[7], columns[8], placed)


_MONTHLY = frozenset(MONTHLY_TYPES)


def _decide_monthly(event: Any, compiled: EventType, state: DealState) -> Decision | None:
    """Decide at a glance what every loan does every month; None where anything may be the matter with it."""
    name, (loan, group, class_id, code), columns = compiled.name, compiled.keys(event), compiled.components(event)
    held = state.loans.get(loan)
    if held is None or event.restates or not held.group or group not in ("", held.group):
        return None
    if name in _REDUCE_POOL:
        principal, note_rate = columns[0], getattr(event, "note_rate", None)
        if principal > held.balance or (note_rate is not None and held.note_rate not in (0, columns[7])):
            return None
        if name in _LEAVE_POOL and (held.on_books <= 0 or principal != held.balance):
            return None
    place_of, asked = state.places, (name, code, event.effective_date)
    placed = place_of.get(asked)
    if placed is None:
        found = place(event, name, code, state)
        if isinstance(found, Violation):
            return None
        placed = place_of[asked] = found
    return Decision(name, Keys(loan, held.group, class_id, code), columns[:7], columns[7], columns[8], placed)


def _decide_opening(event: DealOpened, state: DealState) -> Decision | list[Violation]:
    if state.terms is not None:
        message = f"deal {event.deal!r} is open already; change its terms with terms_amended"
        return [Violation(event.event_id, "deal", "already_open", message)]
    if event.effective_date < event.terms.cut_off_date:
        message = f"{event.effective_date} lies before the cut-off date {event.terms.cut_off_date}"
        return [Violation(event.event_id, "effective_date", "outside_deal_life", message)]
    return Decision(event.name, Keys("", "", "", ""), (0,) * 7, 0, 0, 0)


def _decide_reversal(
    event: EventReversed | EventCorrected, state: DealState, originals: Mapping[str, Original]
) -> Decision | list[Violation]:
    field, target = ("reverses", event.reverses) if isinstance(event, EventReversed) else ("corrects", event.corrects)
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
    placed = place(event, original.type, original.keys.code, state)
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
    if held is not None:
        after = attrs.evolve(held)
        after.apply(kind, keys, negative)
        balance, who = after.balance, f"loan {keys.loan}"
    else:
        balance = state.group_balances.get(keys.group, 0) + account_effect(POOL_PRINCIPAL, kind, keys.code, negative)
        who = f"group {keys.group}"
    if balance < 0 and account_effect(POOL_PRINCIPAL, kind, keys.code, negative) < 0:
        message = f"without it {who} would stand at {dollars(balance)}; reverse what was paid on it first"
        return Violation(event.event_id, field, "above_balance", message)
    bond = state.class_balances.get(keys.class_id, 0) - account_effect(BOND_PRINCIPAL, kind, keys.code, negative)
    if keys.class_id and bond < 0:
        message = f"without it class {keys.class_id} would stand at {dollars(bond)}"
        return Violation(event.event_id, field, "above_balance", message)
    return None


def _references(event: Event, keys: Keys, state: DealState) -> Iterator[Violation]:
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
    check = _NAMED.get(event.name)
    if check is not None:
        yield from check(event, state)


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


def _named_contract(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    contracts = [item.contract for item in state.terms.derivatives]
    if event.contract not in contracts:
        message = f"{event.deal} has no contract {event.contract!r}; its contracts are {', '.join(contracts)}"
        yield Violation(event.event_id, "contract", "unknown_contract", message)


def _named_index(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    indexes = sorted({c.rate.index for c in state.terms.classes if c.rate.index})
    if event.index not in indexes:
        message = f"no class of {event.deal} floats on {event.index!r}; its indexes are {', '.join(indexes) or 'none'}"
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


def _amended(event: TermsAmended, state: DealState) -> Iterator[Violation]:
    calendar = schedule(event.terms)
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


def _reported_rate(event: Any, state: DealState) -> Iterator[Violation]:
    assert state.terms is not None
    bond = next((c for c in state.terms.classes if c.class_id == event.class_id), None)
    if bond is not None and bond.rate.kind is not RateKind.REPORTED:
        message = f"the rate of class {event.class_id} is {bond.rate.kind.value} in the terms, not reported"
        yield Violation(event.event_id, "class_id", "rate_not_reported", message)


_NAMED: dict[str, Callable[[Any, DealState], Iterator[Violation]]] = {
    "fee_charged": _named_fee,
    "derivative_payment_made": _named_contract,
    "derivative_payment_received": _named_contract,
    "index_rate_set": _named_index,
    "bond_class_issued": _issued_face,
    "terms_amended": _amended,
    "period_closed": _closing,
    "class_rate_reported": _reported_rate,
}


def _accrual_rule(event: Event, terms: DealTerms) -> AccrualRule | None:
    """The accrual rule of the class that a rate is reported for, or of the first class that floats on an index."""
    class_id, index = getattr(event, "class_id", None), getattr(event, "index", None)
    if class_id is None and index is None:
        return None
    found = [c for c in terms.classes if c.class_id == class_id or (index is not None and c.rate.index == index)]
    return found[0].accrual if found else None


def place(event: Event, posts_as: str, code: str, state: DealState) -> int | Violation:
    """Return the distribution that an event of this type and code belongs to, or why it belongs to none."""
    terms, calendar, window = state.terms, state.schedule, REGISTRY[posts_as].kind.window
    assert terms is not None
    if event.effective_date < terms.cut_off_date:
        message = f"{event.effective_date} lies before the deal's cut-off date {terms.cut_off_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    if isinstance(event, PeriodClosed):
        return date_number(event.distribution_date)
    natural = calendar.belongs_to(window, event.effective_date, _accrual_rule(event, terms))
    if natural is None:
        message = f"{event.effective_date} lies after the deal's final payment date {terms.calendar.final_payment_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    # Terms precede every distribution, but an amendment shows in those paid from its own date on.
    concerned = date_number(event.effective_date) if window is Window.TERMS else natural
    if event.restates or not state.closed_through or concerned > state.closed_through:
        return natural
    pays = _pays(posts_as, code, terms)
    if pays and natural == state.closed_through:
        return natural
    if terms.late_events is LateEvents.NEXT_DISTRIBUTION and not pays and not _counts_by_date(posts_as, window):
        following = calendar.following(state.closed_through)
        if following is not None:
            return following
    closed = date_from_number(state.closed_through)
    message = (
        f"{event.effective_date} belongs to a period that was closed with the distribution of {closed}; "
        "mark the event restates=True to restate it, or date it into the open period"
    )
    return Violation(event.event_id, "effective_date", "period_closed", message)


_PAYS = frozenset(
    {
        "bond_interest_paid",
        "bond_principal_paid",
        "bond_loss_allocated",
        "bond_written_up",
        "bond_shortfall_recorded",
        "insurer_payment_received",
        "insurer_reimbursed",
        "collection_account_remitted",
    }
)
"""What may still be posted to the last closed distribution, or reversed there: its payment."""


def _pays(posts_as: str, code: str, terms: DealTerms) -> bool:
    """Say whether an event records what a report computed; a fee that is posted is part of the report itself."""
    if posts_as == "fee_charged":
        return any(fee.fee_id == code and fee.basis is not FeeBasis.POSTED for fee in terms.fees)
    return posts_as in _PAYS


_LEVELS = frozenset({"delinquency_reported", "pool_characteristics_reported", "loan_rate_changed"})


def _counts_by_date(posts_as: str, window: Window) -> bool:
    """Say whether a fact states a level or a rate of its own period: in another one it would be false, not late."""
    return window in (Window.TERMS, Window.BALANCE, Window.ACCRUAL_PERIOD) or posts_as in _LEVELS


def _amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    principal = components[0]
    if event.name in _REDUCE_POOL:
        if keys.loan:
            yield from _loan_amounts(event, keys, components, state)
        elif principal > state.group_balances.get(keys.group, 0):
            held = dollars(state.group_balances.get(keys.group, 0))
            message = f"{dollars(principal)} is more than the balance of group {keys.group}, {held}"
            yield Violation(event.event_id, _field(event, "principal"), "above_balance", message)
        elif components[6] > state.group_counts.get(keys.group, 0) and event.name in _LEAVE_POOL:
            held_count = state.group_counts.get(keys.group, 0)
            message = f"{components[6]} loans leave a group of {held_count}"
            yield Violation(event.event_id, "loan_count", "above_count", message)
    elif event.name in ("bond_principal_paid", "bond_loss_allocated"):
        held_units = state.class_balances.get(keys.class_id, 0)
        moved = principal or components[3]
        if moved > held_units:
            message = f"{dollars(moved)} is more than the balance of class {keys.class_id}, {dollars(held_units)}"
            yield Violation(event.event_id, "amount", "above_balance", message)
    elif event.name in ("advance_recovered", "advance_declared_nonrecoverable"):
        yield from _advance_amounts(event, keys, components, state)


_REDUCE_POOL = frozenset(
    {
        "scheduled_payment_due",
        "curtailment_collected",
        "payoff_collected",
        "loan_repurchased",
        "loan_substituted",
        "loan_liquidated",
        "insurance_proceeds_received",
    }
)
_LEAVE_POOL = frozenset({"payoff_collected", "loan_repurchased", "loan_substituted", "loan_liquidated"})


def _field(event: Event, component: str) -> str:
    return BY_CLASS[type(event)].component_fields.get(component, "")


def _loan_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    held, principal, field = state.loans[keys.loan], components[0], _field(event, "principal")
    if event.name in _LEAVE_POOL and held.on_books <= 0:
        message = f"loan {keys.loan} has left the pool already"
        code = "already_paid_off" if event.name == "payoff_collected" else "not_in_pool"
        yield Violation(event.event_id, "loan", code, message)
    elif principal > held.balance:
        message = f"{dollars(principal)} is more than the balance of loan {keys.loan}, {dollars(held.balance)}"
        yield Violation(event.event_id, field, "above_balance", message)
    elif event.name in _LEAVE_POOL and principal != held.balance:
        rest = dollars(held.balance - principal)
        message = (
            f"{dollars(principal)} leaves {rest} on loan {keys.loan}, which is to leave the pool; "
            "post the scheduled payment or curtailment that takes the rest first"
        )
        yield Violation(event.event_id, field, "not_the_balance", message)
    yield from _rate_agrees(event, keys, held)


def _rate_agrees(event: Event, keys: Keys, held: LoanPosition) -> Iterator[Violation]:
    given = getattr(event, "note_rate", None)
    if given is not None and held.note_rate and rate_to_units(given) != held.note_rate:
        bears = as_decimal(rate_from_units(held.note_rate) * 100, 5)
        message = f"loan {keys.loan} bears {bears}%, not {given * 100}%; post loan_rate_changed first"
        yield Violation(event.event_id, "note_rate", "not_the_note_rate", message)


def _advance_amounts(event: Event, keys: Keys, components: tuple[int, ...], state: DealState) -> Iterator[Violation]:
    principal_and_interest, other = components[0] + components[1], components[4]
    held, day = state.advances(keys.loan, keys.group), date_number(event.effective_date)
    who = f"loan {keys.loan}" if keys.loan else f"group {keys.group}"
    if event.name == "advance_recovered" and keys.code == "any funds":
        nonrecoverable = least_from(held.nonrecoverable, day)
        if principal_and_interest + other > nonrecoverable:
            message = (
                f"only advances declared nonrecoverable come out of any funds; {who} has {dollars(nonrecoverable)} of "
                f"them, not {dollars(principal_and_interest + other)}"
            )
            yield Violation(event.event_id, "principal", "above_nonrecoverable", message)
        return
    owed, servicing = least_from(held.owed, day), least_from(held.servicing, day)
    if principal_and_interest > owed or other > servicing:
        message = (
            f"{who} has {dollars(owed)} of principal and interest and {dollars(servicing)} of servicing advances "
            f"outstanding, not {dollars(principal_and_interest)} and {dollars(other)}"
        )
        yield Violation(event.event_id, "principal", "above_advances", message)
    elif event.name == "advance_recovered":
        yield from _justified(event, keys, principal_and_interest + other, state)


def _justified(event: Event, keys: Keys, units: int, state: DealState) -> Iterator[Violation]:
    """A recovery rests on what its loan brought in, and all recoveries of a group on what its loans brought in."""
    for loan in dict.fromkeys((keys.loan, "")):
        repayable = least_from(state.advances(loan, keys.group).repayable, date_number(event.effective_date))
        if units > repayable:
            who = f"loan {loan}" if loan else f"group {keys.group}"
            message = (
                f"of the late collections and proceeds of {who} up to {event.effective_date}, {dollars(repayable)} are "
                f"left to take advances out of, not {dollars(units)}; post what was collected first, or declare the "
                "advance nonrecoverable"
            )
            yield Violation(event.event_id, "principal", "not_justified", message)
            return


def check_batch(batch: Sequence[tuple[Event, Decision]], state: DealState) -> list[Violation]:
    """Return what only the whole batch can break: cash below zero, on any date or for any distribution."""
    violations = list(_advances_stand(batch, state))
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
