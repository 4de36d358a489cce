"""One batch on its way into the log: repeats are set aside, then rules decide, then rows are made.

A batch is decided in memory under the deal's lock, a block of events at a time, and every block is handed to the store
as soon as it is decided, so that a server works on one while the next is decided. Nothing that was handed over counts
before the whole batch is accepted: the transaction ends then, or it is rolled back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import attrs

from ledger.errors import IntegrityFault, Violation
from ledger.events.base import Event
from ledger.events.collections import ScheduledPaymentDue
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.deal import ActApproved, DealOpened, LoanBoarded, TermsAmended
from ledger.events.irregular import PaymentReturned
from ledger.journal.movements import MONTHLY_TYPES, PAYING_TYPES
from ledger.rules import Decision, Original, cash_runs_out, check_batch, decide
from ledger.rules.modified import BESIDE_TYPES
from ledger.rules.payments import instalment_of, returned_instalment
from ledger.rules.second_person import Approvals, People, acts_of, approval_faults, second_person_faults
from ledger.rules.set_aside import SET_ASIDE_TYPES
from ledger.rules.state import DealState
from ledger.store.database.event_store import Appending
from ledger.store.hashing import link
from ledger.store.rows import Head, StoredRow
from ledger.store.run_sums import RunSums
from ledger.values.dates import date_from_number, date_number, moment
from ledger.writing.admission import admit
from ledger.writing.columns import Columns
from ledger.writing.loading import (
    load_advances,
    load_approvals,
    load_beside,
    load_dues,
    load_loans,
    load_payments,
    load_set_aside,
    originals_of,
)
from ledger.writing.receipts import Receipt
from ledger.writing.repeats import sort_out_repeats

Part = list[Event] | Columns
"""Events of a batch: single ones, or columns encoded from a table."""

Decided = tuple[Event, Decision, bytes]
"""An event that the rules let in, how it enters the log, and its payload."""

_VOIDING = frozenset({EventReversed, EventCorrected})

_OF_PEOPLE = frozenset({DealOpened, TermsAmended, ActApproved})
"""Event types that may bring a second person into a deal, or demand one."""

BLOCK_EVENTS = 1_024
"""Events that are handed to the store at a time."""


class NotAccepted(Exception):
    """A batch that the rules do not let in, or that columns could not prove right (then without violations)."""

    def __init__(self, violations: Sequence[Violation] = ()) -> None:
        self.violations = tuple(violations)
        super().__init__(f"{len(self.violations)} violations")


class Batch:
    """A batch of events of one deal on its way into the log.

    ``parts`` are taken in order. ``known`` holds what the log holds under the ids of the single events; columns hold
    new events only. ``ends`` are the first and the last row, once :meth:`blocks` has come to its end.
    """

    def __init__(self, state: DealState, parts: Sequence[Part], known: dict[str, StoredRow]) -> None:
        self._state = state
        self._parts = parts
        self.sums = RunSums(state.loans)
        self.ends: tuple[StoredRow, ...] = ()
        self._decided: list[Decided] = []
        self._originals: dict[str, Original] = {}
        self._people: People | None = None
        self._approvals = Approvals()
        self._done: dict[str, tuple[str, str]] = {}
        single = [part for part in parts if not isinstance(part, Columns)]
        self._fresh, self._payloads, self.repeats, self._violations = sort_out_repeats(
            chain.from_iterable(single), known
        )
        self._waiting = dict(self._fresh) if len(self._fresh) < sum(map(len, single)) else None
        self._reverses_any = not _VOIDING.isdisjoint(map(type, self._fresh.values()))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every rule that was found broken so far."""
        return tuple(self._violations)

    @property
    def news(self) -> int:
        """How many events of the batch are not in the log yet: so many rows it has, unless it is refused."""
        return len(self._fresh) + sum(len(part.event_ids) for part in self._parts if isinstance(part, Columns))

    def load(self, reading: Appending, deal_key: int | None, people: People) -> None:
        """Load what the rules must know of the events; :meth:`blocks` reads nothing. ``people`` post the batch."""
        state, events = self._state, list(self._fresh.values())
        self._watch_people(reading, deal_key, people)
        if deal_key is not None:
            load_loans(reading, deal_key, state, (loan for event in events if (loan := getattr(event, "loan", None))))
            for part in self._parts:
                if isinstance(part, Columns):
                    load_loans(reading, deal_key, state, part.loans)
        if self._reverses_any:
            self._originals = originals_of(reading, deal_key, events)
        voided = self._originals.values()
        if deal_key is not None:
            load_loans(reading, deal_key, state, (item.keys.loan for item in voided if item.keys.loan))
        load_advances(reading, deal_key, state, events, voided)
        load_dues(reading, deal_key, state, self._due_days(events))
        load_payments(reading, deal_key, state, events)
        load_set_aside(reading, deal_key, state, events, voided)
        load_beside(reading, deal_key, state, events, (item for item in events if isinstance(item, LoanBoarded)))

    def _watch_people(self, reading: Appending, deal_key: int | None, people: People) -> None:
        """Load the approvals of the deal where its terms, or those that the batch gives it, may demand any."""
        state, types = self._state, set(map(type, self._fresh.values()))
        if (state.terms is None or not state.terms.second_person) and _OF_PEOPLE.isdisjoint(types):
            return
        self._people = people
        if deal_key is None:
            return
        approved = [event.approves for event in self._fresh.values() if isinstance(event, ActApproved)]
        # Columns hold what every loan does every month, and nothing of a closed period: none of it is such an act.
        if approved or any(map(acts_of, self._fresh.values())):
            self._approvals = load_approvals(reading, deal_key, state.sequence)
        if approved:
            done = reading.by_event_id(deal_key, approved)
            self._done = {name: (f"at event {row.sequence}", row.type) for name, row in done.items()}

    def _due_days(self, events: Iterable[Event]) -> set[dt.date]:
        """Return the dates on which the batch says that instalments fall due, or no longer do."""
        days = {event.effective_date for event in events if isinstance(event, ScheduledPaymentDue)}
        days.update(
            date_from_number(item.effective_date)
            for item in self._originals.values()
            if item.type == ScheduledPaymentDue.name
        )
        for part in self._parts:
            if isinstance(part, Columns) and part.type == ScheduledPaymentDue.name:
                days.update(map(date_from_number, set(part.column("effective_date"))))
        return days

    def blocks(self, deal_key: int, recorded_at: int, envelope: bytes = b"") -> Iterator[list[tuple[Any, ...]]]:
        """Decide the batch, and yield its rows, each chained to the one before, as StoredRow but bare.

        ``envelope`` is the digest of its envelope, with which the first row is chained. Raises :class:`NotAccepted` at
        the end where anything is refused, with every violation; columns that cannot be proved right raise it at once.
        Then the state is of no more use.
        """
        last: tuple[Any, ...] = ()
        for rows in self._rows(deal_key, recorded_at, envelope):
            last = rows[-1]
            if not self.ends:
                self.ends = (StoredRow._make(rows[0]),)
            yield rows
        decided = [(event, decision) for event, decision, _ in self._decided]
        self._violations.extend(check_batch(decided, self._state))
        by_columns = any(isinstance(part, Columns) for part in self._parts)
        if self._violations or (by_columns and cash_runs_out(self._state)):
            raise NotAccepted(() if by_columns else self._violations)
        if last:
            self.ends = (*self.ends, StoredRow._make(last))

    def _rows(self, deal_key: int, recorded_at: int, envelope: bytes) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows for as long as nothing is refused; what follows is decided all the same."""
        sequence, previous, count = self._state.sequence, self._state.hash, 0
        for part in self._parts:
            if isinstance(part, Columns):
                admitted = admit(part, self._state, self.sums, count)
                if admitted is None:
                    raise NotAccepted()
                for block in admitted.rows(deal_key, sequence, previous, recorded_at, b"" if count else envelope):
                    sequence, previous = _head_of(block)
                    count += len(block)
                    yield block
                continue
            for start in range(0, len(part), BLOCK_EVENTS):
                decided = self._decide_events(part[start : start + BLOCK_EVENTS])
                if decided and not self._violations:
                    head, first = Head(sequence, previous), b"" if count else envelope
                    block = _chained(decided, deal_key, head, recorded_at, first)
                    self.sums.add_rows(block, count)
                    sequence, previous = _head_of(block)
                    count += len(block)
                    yield block

    def _decide_events(self, events: Sequence[Event]) -> list[Decided]:
        """Decide those of the events that are new, and return those that the rules let in."""
        state, payloads, waiting, found = self._state, self._payloads, self._waiting, []
        for event in events:
            if waiting is not None and waiting.pop(event.event_id, None) is not event:
                continue
            decision = decide(event, state, self._originals)
            if isinstance(decision, list):
                self._violations.extend(decision)
                continue
            if isinstance(event, EventCorrected) and (
                event.replaced_by not in self._fresh or event.replaced_by == event.event_id
            ):
                message = (
                    f"{event.replaced_by!r} is not in this batch; post the correction and its replacement together"
                )
                self._violations.append(Violation(event.event_id, "replaced_by", "unknown_event", message))
            if self._people is not None:
                self._violations.extend(self._not_by(event, self._people))
            self._accept(event, decision)
            if self._reverses_any:
                _note(event, decision, self._originals)
            found.append((event, decision, payloads[event.event_id]))
        self._decided.extend(found)
        return found

    def _not_by(self, event: Event, people: People) -> list[Violation]:
        """Say why these people may not post the event, under the terms that stand before it."""
        approvals, payload = self._approvals.of(event.event_id), self._payloads[event.event_id]
        found = second_person_faults(event, payload, self._state.terms, people, approvals)
        if isinstance(event, ActApproved) and not found:
            standing = self._approvals.of(event.approves)
            found = approval_faults(event, people, standing, self._done.get(event.approves))
        self._done.setdefault(event.event_id, ("earlier in this batch", event.name))
        self._approvals.note(event, people)
        return found

    def _accept(self, event: Event, decision: Decision) -> None:
        """Move the state by an event that the rules let in."""
        state, posts_as, keys = self._state, decision.posts_as, decision.keys
        state.apply(posts_as, keys, decision.components, date_number(event.effective_date), decision.distribution)
        if posts_as == ScheduledPaymentDue.name:
            self._note_due(event, decision)
        if state.payments.loans and posts_as in PAYING_TYPES:
            self._note_payment(event, decision)
        if state.beside.loans and posts_as in BESIDE_TYPES:
            state.beside.move(posts_as, keys.loan, keys.code, decision.components)
        if posts_as in MONTHLY_TYPES:
            return
        if state.set_aside is not None and posts_as in SET_ASIDE_TYPES:
            voided = self._originals.get(decision.reverses or "")
            day = date_number(event.effective_date) if voided is None else voided.effective_date
            state.set_aside.move(posts_as, keys.code, decision.components, day)
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
        if posts_as == "period_closed":
            state.closed_through = max(state.closed_through, decision.distribution)
            state.dues.close(state.schedule, state.closed_through)
        if keys.loan and posts_as in ("loan_boarded", "loan_rate_changed") and not decision.reverses:
            state.loans[keys.loan].note_rate = decision.note_rate

    def _note_payment(self, event: Event, decision: Decision) -> None:
        """Note what a loan paid, or what the bank took back; a reversal of the latter is left to the next batch."""
        held, keys, (principal, interest) = self._state.payments, decision.keys, decision.components[:2]
        if isinstance(event, PaymentReturned):
            place = keys.code, returned_instalment(event, self._state.schedule)
            held.add(keys.loan, *place, -principal, -interest)
        elif decision.posts_as != PaymentReturned.name:
            held.add(keys.loan, keys.code, instalment_of(keys.code, decision.distribution), principal, interest)

    def _note_due(self, event: Event, decision: Decision) -> None:
        """Note that an instalment falls due, or on which date one no longer does."""
        if decision.reverses is None:
            self._state.note_due(decision.keys.loan, date_number(event.effective_date), decision.distribution)
        else:
            day = self._originals[decision.reverses].effective_date
            self._state.note_due(decision.keys.loan, day, decision.distribution, -1)


def _note(event: Event, decision: Decision, originals: dict[str, Original]) -> None:
    """Let later events of the batch reverse this one."""
    originals[event.event_id] = Original(
        event_id=event.event_id,
        type=event.name,
        keys=decision.keys,
        components=decision.components,
        note_rate=decision.note_rate,
        servicing_rate=decision.servicing_rate,
        effective_date=date_number(event.effective_date),
        distribution=decision.distribution,
    )
    if decision.reverses is not None:
        originals[decision.reverses] = attrs.evolve(originals[decision.reverses], reversed_by=event.event_id)


def _head_of(block: Sequence[tuple[Any, ...]]) -> Head:
    last = StoredRow._make(block[-1])
    return Head(last.sequence, last.hash)


def _chained(
    decided: Sequence[Decided], deal_key: int, head: Head, recorded_at: int, envelope: bytes
) -> list[tuple[Any, ...]]:
    """Return the rows of events behind a head; ``envelope`` goes into the link of the first."""
    rows, (sequence, previous) = [], head
    for event, decision, payload in decided:
        sequence += 1
        posts_as, keys, components, note_rate, servicing_rate, distribution, reverses = decision
        previous = link(previous, sequence, recorded_at, distribution, payload, envelope)
        envelope = b""
        rows.append(
            (
                deal_key,
                sequence,
                event.event_id,
                event.name,
                posts_as,
                date_number(event.effective_date),
                distribution,
                *keys,
                *components,
                note_rate,
                servicing_rate,
                reverses,
                recorded_at,
                payload.decode(),
                previous,
            )
        )
    return rows


def receipt_of(deal: str, names: Iterable[str], batches: Sequence[Batch], *, stamped: bool) -> Receipt:
    """Return the receipt of what was accepted together; a pure repeat gets the first receipt again."""
    every = [row for batch in batches for row in (*batch.repeats, *batch.ends)]
    if not every:
        raise IntegrityFault(f"{deal}: an accepted batch holds no event")
    last = max(every, key=lambda row: row.sequence)
    return Receipt(
        deal=deal,
        event_ids=tuple(names),
        first_sequence=min(row.sequence for row in every),
        sequence=last.sequence,
        head_hash=last.hash.hex(),
        recorded_at=moment(last.recorded_at) if stamped else None,
        repeated=sum(len(batch.repeats) for batch in batches),
    )


__all__ = ["Batch", "NotAccepted", "Part", "receipt_of"]
