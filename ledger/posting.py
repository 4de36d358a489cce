"""The one write path: idempotency, then rules, then one insert.

Everything is decided in memory under the deal's lock; the database is written once, at the end, or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from ledger.admission import Admitted, admit
from ledger.columns import Columns
from ledger.dates import date_number
from ledger.errors import IntegrityFault, Violation
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.corrections import EventCorrected
from ledger.events.deal import DealOpened, TermsAmended
from ledger.loading import load_advances, load_loans, originals_of, target
from ledger.receipts import Receipt, Refusal
from ledger.rules import Decision, Original, cash_runs_out, check_batch, decide
from ledger.state import DealState
from ledger.store.event_store import Appending
from ledger.store.hashing import link
from ledger.store.rows import StoredRow
from ledger.store.run_sums import RunSums

Part = list[Event] | Columns
"""Events of a batch: single ones, or columns encoded from a table."""

Decided = tuple[Event, Decision, bytes]
"""An event that the rules let in, how it enters the log, and its payload."""


def _differences(stored: str, event: Event) -> str:
    held, given = codec.as_fields(stored), codec.as_fields(codec.encode(event))
    names = sorted(name for name in held.keys() | given.keys() if held.get(name) != given.get(name))
    return "; ".join(f"{name} is {held.get(name)!r} in the ledger, {given.get(name)!r} here" for name in names)


class Batch:
    """A batch of events of one deal on its way into the log.

    ``parts`` are taken in order. ``known`` holds what the log holds under the ids of the single events; columns hold
    new events only.
    """

    def __init__(self, state: DealState, parts: Sequence[Part], known: dict[str, StoredRow]) -> None:
        self._state = state
        self._parts = parts
        self.violations: list[Violation] = []
        self.decided: list[Decided] = []
        self.repeats: list[StoredRow] = []
        self._payloads: dict[str, bytes] = {}
        self._fresh: dict[str, Event] = {}
        self._sums = RunSums()
        self._in_order: list[list[Decided] | Admitted] = []
        self._sort_out_repeats(known)
        self._reverses_any = any(target(event) is not None for event in self._fresh.values())

    def __len__(self) -> int:
        """Return how many events the rules let in so far."""
        return sum(len(part) for part in self._in_order)

    @property
    def holds_news(self) -> bool:
        """Say whether anything in the batch is not in the log yet."""
        return bool(self._fresh) or any(isinstance(part, Columns) for part in self._parts)

    def _sort_out_repeats(self, known: dict[str, StoredRow]) -> None:
        """Tell repeated events from new ones; one that repeats an id with another payload is a violation."""
        payloads = self._payloads
        for part in self._parts:
            if isinstance(part, Columns):
                continue
            for event in part:
                payload, event_id = codec.encode(event), event.event_id
                if event_id not in known and event_id not in payloads:
                    self._fresh[event_id] = event
                    payloads[event_id] = payload
                    continue
                stored = known.get(event_id)
                held = payloads[event_id].decode() if stored is None else stored.payload
                # An older schema version may have written the same event otherwise.
                if held.encode() != payload and codec.encode(codec.decode(held)) != payload:
                    message = f"this event_id was used with another payload: {_differences(held, event)}"
                    self.violations.append(Violation(event_id, "event_id", "different_payload", message))
                elif stored is not None:
                    self.repeats.append(stored)

    def decide(self, reading: Appending, deal_key: int | None) -> bool:
        """Put everything that is new to the rules.

        False says that columns could not be proved right; then the state is spoiled and single events must decide.
        """
        state, events = self._state, list(self._fresh.values())
        originals = self._load(reading, deal_key, events)
        waiting = dict(self._fresh)
        for part in self._parts:
            if isinstance(part, Columns):
                admitted = admit(part, state, self._sums, len(self))
                if admitted is None:
                    return False
                self._in_order.append(admitted)
            else:
                before = len(self.decided)
                names = (event.event_id for event in part)
                self._decide_events([waiting.pop(name) for name in names if name in waiting], originals)
                self._in_order.append(self.decided[before:])
        if any(isinstance(part, Admitted) for part in self._in_order):
            return not self.violations and not cash_runs_out(state) and not self._check()
        self.violations.extend(self._check())
        return True

    def _load(self, reading: Appending, deal_key: int | None, events: Sequence[Event]) -> dict[str, Original]:
        """Load what the rules must know of the events, and return the stored events that reversals name."""
        state = self._state
        if deal_key is not None:
            load_loans(reading, deal_key, state, (loan for event in events if (loan := getattr(event, "loan", None))))
            for part in self._parts:
                if isinstance(part, Columns):
                    load_loans(reading, deal_key, state, part.loans)
        originals = originals_of(reading, deal_key, events) if self._reverses_any else {}
        if deal_key is not None:
            load_loans(reading, deal_key, state, (item.keys.loan for item in originals.values() if item.keys.loan))
        load_advances(reading, deal_key, state, events, originals.values())
        return originals

    def _check(self) -> list[Violation]:
        return check_batch([(event, decision) for event, decision, _ in self.decided], self._state)

    def _decide_events(self, events: Sequence[Event], originals: dict[str, Original]) -> None:
        state, payloads, decided = self._state, self._payloads, self.decided
        for event in events:
            decision = decide(event, state, originals)
            if isinstance(decision, list):
                self.violations.extend(decision)
                continue
            if isinstance(event, EventCorrected) and (
                event.replaced_by not in self._fresh or event.replaced_by == event.event_id
            ):
                message = (
                    f"{event.replaced_by!r} is not in this batch; post the correction and its replacement together"
                )
                self.violations.append(Violation(event.event_id, "replaced_by", "unknown_event", message))
            self._accept(event, decision)
            if self._reverses_any:
                _note(event, decision, originals)
            decided.append((event, decision, payloads[event.event_id]))

    def _accept(self, event: Event, decision: Decision) -> None:
        """Move the state by an event that the rules let in."""
        state, posts_as, keys = self._state, decision.posts_as, decision.keys
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
        if posts_as == "period_closed":
            state.closed_through = max(state.closed_through, decision.distribution)
        state.apply(posts_as, keys, decision.components, date_number(event.effective_date), decision.distribution)
        if keys.loan and posts_as in ("loan_boarded", "loan_rate_changed") and not decision.reverses:
            state.loans[keys.loan].note_rate = decision.note_rate

    def rows(self, deal_key: int, recorded_at: int) -> tuple[list[tuple[Any, ...]], RunSums]:
        """Return the rows to insert, each chained to the one before, as StoredRow but bare; and their sums."""
        sequence, previous = self._state.sequence, self._state.hash
        rows: list[tuple[Any, ...]] = []
        for part in self._in_order:
            if isinstance(part, Admitted):
                made = part.rows(deal_key, sequence, previous, recorded_at)
            else:
                made = _chained(part, deal_key, sequence, previous, recorded_at)
                self._sums.add_rows(made, len(rows))
            if made:
                sequence, previous = made[-1][1], made[-1][-1]
            rows = made if not rows else rows + made
        return rows, self._sums


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
    )
    if decision.reverses is not None:
        originals[decision.reverses] = attrs.evolve(originals[decision.reverses], reversed_by=event.event_id)


def _chained(
    decided: Sequence[Decided], deal_key: int, sequence: int, previous: bytes, recorded_at: int
) -> list[tuple[Any, ...]]:
    rows = []
    for event, decision, payload in decided:
        sequence += 1
        posts_as, keys, components, note_rate, servicing_rate, distribution, reverses = decision
        previous = link(previous, sequence, recorded_at, distribution, payload)
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


def microseconds(moment: dt.datetime) -> int:
    """Return a moment as microseconds since 1970, exactly."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def moment(value: int) -> dt.datetime:
    """Return the moment that stored microseconds stand for, in UTC."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=value)


def receipt_of(
    deal: str, names: Iterable[str], batch: Batch, rows: Sequence[tuple[Any, ...]], stamped: bool
) -> Receipt:
    """Return the receipt of a batch that was accepted; a pure repeat gets the first receipt again."""
    every = [*batch.repeats, *(StoredRow._make(row) for row in (*rows[:1], *rows[-1:]))]
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
        repeated=len(batch.repeats),
    )


__all__ = ["Batch", "Part", "Refusal", "microseconds", "moment", "receipt_of"]
