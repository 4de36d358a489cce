"""What only a whole batch can break: accounts below zero on any date, payments beyond the funds, advances undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from ledger.deal.vocabulary import RestatedCash
from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.corrections import EventReversed
from ledger.events.registry import BY_CLASS
from ledger.journal.accounts import CHART
from ledger.journal.advance_types import concerns_advances
from ledger.journal.postings import account_effect, cash_effect
from ledger.rules.decision import Decision
from ledger.rules.set_aside import SET_ASIDE_TYPES, SetAside, lowered_by
from ledger.rules.state import DealState, least_from
from ledger.values.dates import date_from_number, date_number

BOND_PAYMENTS = frozenset(
    {"bond_interest_paid", "bond_principal_paid", "bond_loss_paid", "collection_account_remitted"}
)


def check_batch(batch: Sequence[tuple[Event, Decision]], state: DealState) -> list[Violation]:
    """Return what only the whole batch can break: cash below zero, on any date or for any distribution."""
    violations = list(_advances_stand(batch, state))
    if state.set_aside is not None:
        violations.extend(_set_aside(batch, state.set_aside, state))
    missing = Missing.of(state, batch)
    if cash_runs_out(state, missing):
        outflows = [
            (event, decision)
            for event, decision in batch
            if cash_effect(decision.posts_as, decision.keys.code, decision.components) < 0
            or account_effect("collection_account", decision.posts_as, decision.keys.code, decision.components) < 0
        ]
        if outflows:
            violations.extend([*_funds(outflows, state, missing), *_cash_by_date(outflows, state, missing)])
    return violations


@attrs.frozen(kw_only=True)
class Missing:
    """Which distributions may be short of cash: those that are paid, where the terms settle what restatements took.

    ``through`` is the last of them, 0 where there is none. What it is short of, the months after it are short of too,
    until one is paid: from the distribution ``paid`` on, which the batch pays, nothing may be missing any more.
    """

    through: int = 0
    paid: int | None = None

    @classmethod
    def of(cls, state: DealState, batch: Sequence[tuple[Event, Decision]]) -> Missing:
        """Return what the terms allow of a deal, to a batch that may pay the distribution that was closed last."""
        terms, closed = state.terms, state.closed_through
        if terms is None or terms.rules == 1 or terms.restated_cash is not RestatedCash.SETTLE or not closed:
            return cls()
        if any(decision.distribution == closed and not event.restates for event, decision in batch):
            return cls(through=max((number for number in state.funds if number < closed), default=0), paid=closed)
        return cls(through=closed)

    def below(self, movements: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Yield the dates or distributions on which more left than came in, and how much more, in units."""
        balance = missing = 0
        for key in sorted(movements):
            balance += movements[key]
            if key <= self.through:
                missing = min(0, balance)
            else:
                least = 0 if self.paid is not None and key >= self.paid else missing
                if balance < least:
                    yield key, least - balance


NOTHING_MISSING = Missing()


def cash_runs_out(state: DealState, missing: Missing = NOTHING_MISSING) -> bool:
    """Say whether cash lies below zero on any date or for any distribution that may not be short of any."""
    return any(any(missing.below(movements)) for movements in (state.funds, state.collected, state.cash))


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


def _set_aside(batch: Sequence[tuple[Event, Decision]], held: SetAside, state: DealState) -> Iterator[Violation]:
    """Name the event by which more leaves an account beside the collection account than was deposited by its day."""
    for account, day, lacking in held.overdrawn():
        lowering = [
            (event, component)
            for event, decision in batch
            if (component := lowered_by(decision.posts_as, decision.keys.code, decision.components).get(account))
            is not None
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
            f"the {CHART[account].title} would be {state.told(lacking)} below nothing on {date_from_number(day)}; no "
            "more leaves it than was deposited by then"
        )
        yield Violation(event.event_id, field, "above_deposited", message)


def _funds(outflows: Sequence[tuple[Event, Decision]], state: DealState, missing: Missing) -> Iterator[Violation]:
    for movements, what in ((state.funds, "payments"), (state.collected, "withdrawals from the collection account")):
        for distribution, lacking in missing.below(movements):
            blamed = [(e, d) for e, d in outflows if d.distribution == distribution] or list(outflows)
            event, _ = next(((e, d) for e, d in blamed if e.name in BOND_PAYMENTS), blamed[-1])
            message = (
                f"{what} of the distribution of {date_from_number(distribution)} exceed the funds available "
                f"by {state.told(lacking)}{_remedy(event, state)}"
            )
            yield Violation(event.event_id, "amount", "above_funds_available", message)
            return


def _cash_by_date(
    outflows: Sequence[tuple[Event, Decision]], state: DealState, missing: Missing
) -> Iterator[Violation]:
    for day, lacking in missing.below(state.cash):
        blamed = [event for event, _ in outflows if date_number(event.effective_date) <= day]
        if blamed:
            message = (
                f"the collection account would be {state.told(lacking)} below zero on {date_from_number(day)}; "
                f"cash cannot leave before it came in{_remedy(blamed[-1], state)}"
            )
            yield Violation(blamed[-1].event_id, "effective_date", "account_below_zero", message)
        return


def _remedy(event: Event, state: DealState) -> str:
    """Say how a restatement that takes cash out of a paid distribution is brought in after all."""
    terms = state.terms
    if not event.restates or terms is None or terms.restated_cash is not RestatedCash.HOLD:
        return ""
    return (
        "; the terms hold what restatements leave or take (restated_cash): post what the servicer pays in for it in "
        f"the same batch, or amend the terms to {RestatedCash.SETTLE.value!r}"
    )
