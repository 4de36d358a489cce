"""The one write path: idempotency, then rules, then one insert.

Everything is decided in memory under the deal's lock; the database is written once, at the end, or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ledger.dates import date_number
from ledger.errors import IntegrityFault, Violation
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.deal import DealOpened, TermsAmended
from ledger.receipts import Receipt, Refusal
from ledger.rules import Decision, Original, cash_runs_out, check_batch, decide
from ledger.state import (
    ADVANCE_TYPES,
    CASH_TYPES,
    REPAYING_TYPES,
    DealState,
    Keys,
    LoanPosition,
    concerns_advances,
)
from ledger.store.event_store import Appending
from ledger.store.hashing import link
from ledger.store.rows import StoredRow
from ledger.store.source import Source
from ledger.tables import Admitted, Columns, admit
from ledger.totals import TotalRow

MANY_LOANS = 2_000
"""From this many loans in a batch on, the positions of all the deal's loans are read at once."""


def load_state(reading: Source, deal: str, deal_key: int | None) -> DealState:
    """Return the state of a deal from the log: terms, balances, what is closed. Loans and cash follow on demand."""
    state = DealState(deal=deal)
    if deal_key is None:
        return state
    state.sequence, state.hash = reading.head(deal_key)
    for row in reading.rows(deal_key, types=("deal_opened", "terms_amended"), last=0):
        event = codec.decode(row.payload)
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
    state.closed_through = reading.closed_through(deal_key, known_through=state.sequence)
    state.load_totals(reading.totals(deal_key, known_through=state.sequence))
    state.load_cash(reading.dated_totals(deal_key, known_through=state.sequence, types=CASH_TYPES))
    return state


def _load_loans(reading: Source, deal_key: int, state: DealState, wanted: set[str]) -> None:
    missing = [loan for loan in sorted(wanted) if loan not in state.loans]
    if not missing:
        return
    names = missing if len(missing) < MANY_LOANS else None
    held = set(state.loans)
    standings = reading.loan_standings(deal_key, known_through=state.sequence, loans=names)
    state.load_loans({loan: item[:3] for loan, item in standings.items() if loan not in held})
    for loan, (note_rate, _) in reading.loan_rates(deal_key, known_through=state.sequence, loans=names).items():
        if loan not in held:
            state.loans.setdefault(loan, LoanPosition()).note_rate = note_rate


def _load_advances(
    reading: Source, deal_key: int | None, state: DealState, fresh: Sequence[Event], originals: Iterable[Original]
) -> None:
    """Load advances where the batch takes some back, or voids something that an advance taken back may rest on."""
    voided = {_target(event) for event in fresh}
    touched = [
        getattr(event, "loan", None) or ""
        for event in fresh
        if event.name in ("advance_recovered", "advance_declared_nonrecoverable")
        or (event.event_id in voided and event.name in ADVANCE_TYPES)
    ]
    touched.extend(item.keys.loan for item in originals if concerns_advances(item.type, item.keys.code))
    missing = sorted(set(touched) - {""} - state.loan_advances.keys())
    if missing:
        state.load_loan_advances(missing, _advance_totals(reading, deal_key, state, missing))
    # What a group may take back rests on what all its loans brought in, less what was taken back for any of them.
    if touched and state.group_advances is None:
        repaying: list[tuple[int, TotalRow]] = []
        if deal_key is not None:
            types = (*REPAYING_TYPES, "advance_recovered")
            repaying = reading.dated_totals(deal_key, known_through=state.sequence, types=types)
        state.load_group_advances(_advance_totals(reading, deal_key, state, [""]), repaying)


def _advance_totals(
    reading: Source, deal_key: int | None, state: DealState, loans: Sequence[str]
) -> list[tuple[str, int, TotalRow]]:
    if deal_key is None:
        return []
    return reading.advance_totals(deal_key, known_through=state.sequence, types=ADVANCE_TYPES, loans=loans)


def _originals(reading: Source, deal_key: int | None, batch: Sequence[Event]) -> dict[str, Original]:
    """Return the stored events that reversals in the batch name."""
    targets = [_target(event) for event in batch]
    wanted = [target for target in targets if target is not None]
    if not wanted or deal_key is None:
        return {}
    reversed_by = reading.reversed_among(deal_key, wanted)
    return {
        event_id: Original(
            event_id=event_id,
            type=row.type,
            keys=Keys(row.loan, row.loan_group, row.class_id, row.code),
            components=tuple(row[11:18]),
            note_rate=row.note_rate,
            servicing_rate=row.servicing_rate,
            reversed_by=reversed_by.get(event_id),
            effective_date=row.effective_date,
        )
        for event_id, row in reading.by_event_id(deal_key, wanted).items()
    }


def _target(event: Event) -> str | None:
    if isinstance(event, EventReversed):
        return event.reverses
    return event.corrects if isinstance(event, EventCorrected) else None


def _differences(stored: str, event: Event) -> str:
    held, given = codec.as_fields(stored), codec.as_fields(codec.encode(event))
    names = sorted(name for name in held.keys() | given.keys() if held.get(name) != given.get(name))
    return "; ".join(f"{name} is {held.get(name)!r} in the ledger, {given.get(name)!r} here" for name in names)


class Batch:
    """A batch of events of one deal on its way into the log.

    ``parts`` are taken in order: single events, or columns encoded from a table. Columns hold new events only.
    """

    def __init__(
        self, writer: Appending, state: DealState, deal_key: int | None, parts: Sequence[Sequence[Event] | Columns]
    ) -> None:
        self._writer = writer
        self._state = state
        self._deal_key = deal_key
        self._parts = parts
        self._events = [event for part in parts if not isinstance(part, Columns) for event in part]
        self.violations: list[Violation] = []
        self.decided: list[tuple[Event, Decision, bytes]] = []
        self.repeats: list[StoredRow] = []
        self.fresh: dict[str, tuple[Event, bytes]] = {}
        self._reverses_any = True
        self._in_order: list[list[tuple[Event, Decision, bytes]] | Admitted] = []

    def decide(self, first_events: Mapping[int, Sequence[Event]] | None = None) -> bool:
        """Put everything that is new to the rules; :meth:`sort_out_repeats` comes first.

        ``first_events`` holds, by the position of each part that is columns, what :func:`~ledger.tables.admit` needs.
        False says that columns could not be proved right; then the state is spoiled and single events must decide.
        """
        fresh = list(self.fresh.values())
        state, deal_key = self._state, self._deal_key
        loans = _loans_named(fresh)
        loans.update(loan for part in self._parts if isinstance(part, Columns) for loan in part.loans)
        if deal_key is not None:
            _load_loans(self._writer, deal_key, state, loans)
        originals = _originals(self._writer, deal_key, [event for event, _ in fresh])
        if deal_key is not None:
            reversed_loans = {item.keys.loan for item in originals.values() if item.keys.loan}
            _load_loans(self._writer, deal_key, state, reversed_loans)
        events = [event for event, _ in fresh]
        _load_advances(self._writer, deal_key, state, events, originals.values())
        self._reverses_any = any(_target(event) is not None for event in events)
        waiting = dict(self.fresh)
        for position, part in enumerate(self._parts):
            if isinstance(part, Columns):
                admitted = admit(part, state, (first_events or {})[position])
                if admitted is None:
                    return False
                self._in_order.append(admitted)
            else:
                before = len(self.decided)
                names = [name for name in dict.fromkeys(event.event_id for event in part) if name in waiting]
                self._decide_events([waiting.pop(name) for name in names], originals)
                self._in_order.append(self.decided[before:])
        if any(isinstance(part, Admitted) for part in self._in_order):
            return not self.violations and not cash_runs_out(state) and not self._check()
        self.violations.extend(self._check())
        return True

    def _check(self) -> list[Violation]:
        return check_batch([(event, decision) for event, decision, _ in self.decided], self._state)

    def _decide_events(self, events: Sequence[tuple[Event, bytes]], originals: dict[str, Original]) -> None:
        for event, payload in events:
            decision = decide(event, self._state, originals)
            if isinstance(decision, list):
                self.violations.extend(decision)
                continue
            if isinstance(event, EventCorrected) and (
                event.replaced_by not in self.fresh or event.replaced_by == event.event_id
            ):
                message = (
                    f"{event.replaced_by!r} is not in this batch; post the correction and its replacement together"
                )
                self.violations.append(Violation(event.event_id, "replaced_by", "unknown_event", message))
            self._accept(event, decision, payload, originals)

    def sort_out_repeats(self) -> None:
        """Tell repeated events from new ones; one that repeats an id with another payload is a violation."""
        stored: dict[str, StoredRow] = {}
        if self._deal_key is not None:
            stored = self._writer.by_event_id(self._deal_key, (event.event_id for event in self._events))
        fresh = self.fresh
        for event in self._events:
            payload = codec.encode(event)
            held = stored[event.event_id].payload if event.event_id in stored else None
            if held is None and event.event_id in fresh:
                held = fresh[event.event_id][1].decode()
            if held is None:
                fresh[event.event_id] = (event, payload)
            elif (
                held.encode() != payload and codec.encode(codec.decode(held)) != payload
            ):  # an older schema version may differ
                message = f"this event_id was used with another payload: {_differences(held, event)}"
                self.violations.append(Violation(event.event_id, "event_id", "different_payload", message))
            elif event.event_id in stored:
                self.repeats.append(stored[event.event_id])

    def _accept(self, event: Event, decision: Decision, payload: bytes, originals: dict[str, Original]) -> None:
        state = self._state
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
        if event.name == "period_closed":
            state.closed_through = max(state.closed_through, decision.distribution)
        day = date_number(event.effective_date)
        state.apply(decision.posts_as, decision.keys, decision.components, day, decision.distribution)
        if decision.keys.loan and decision.posts_as in ("loan_boarded", "loan_rate_changed") and not decision.reverses:
            state.loans[decision.keys.loan].note_rate = decision.note_rate
        if not self._reverses_any:
            self.decided.append((event, decision, payload))
            return
        originals[event.event_id] = Original(
            event_id=event.event_id,
            type=event.name,
            keys=decision.keys,
            components=decision.components,
            note_rate=decision.note_rate,
            servicing_rate=decision.servicing_rate,
            effective_date=day,
        )
        if decision.reverses is not None:
            originals[decision.reverses] = attrs.evolve(originals[decision.reverses], reversed_by=event.event_id)
        self.decided.append((event, decision, payload))

    def rows(self, deal_key: int, recorded_at: int) -> list[StoredRow]:
        """Return the rows to insert, each chained to the one before."""
        sequence, previous = self._state.sequence, self._state.hash
        rows: list[StoredRow] = []
        for part in self._in_order:
            if isinstance(part, Admitted):
                rows.extend(part.rows(deal_key, sequence, previous, recorded_at))  # type: ignore[arg-type]
            else:
                rows.extend(_chained(part, deal_key, sequence, previous, recorded_at))
            if rows:
                # Rows of columns are bare tuples: making each a StoredRow would cost as much as hashing it.
                sequence, previous = rows[-1][1], rows[-1][-1]
        return rows


def _chained(
    decided: Sequence[tuple[Event, Decision, bytes]], deal_key: int, sequence: int, previous: bytes, recorded_at: int
) -> Iterator[StoredRow]:
    for event, decision, payload in decided:
        sequence += 1
        previous = link(previous, sequence, recorded_at, decision.distribution, payload)
        columns: tuple[Any, ...] = (
            *(deal_key, sequence, event.event_id, event.name, decision.posts_as),
            *(date_number(event.effective_date), decision.distribution),
            *decision.keys,
            *decision.components,
            *(decision.note_rate, decision.servicing_rate, decision.reverses),
            *(recorded_at, payload.decode(), previous),
        )
        yield StoredRow._make(columns)


def _loans_named(fresh: Iterable[tuple[Event, bytes]]) -> set[str]:
    return {loan for event, _ in fresh if (loan := getattr(event, "loan", None))}


def microseconds(moment: dt.datetime) -> int:
    """Return a moment as microseconds since 1970, exactly."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def moment(value: int) -> dt.datetime:
    """Return the moment that stored microseconds stand for, in UTC."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=value)


def receipt_of(deal: str, names: Iterable[str], batch: Batch, rows: Sequence[StoredRow], stamped: bool) -> Receipt:
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


__all__ = ["Batch", "Refusal", "load_state", "microseconds", "moment", "receipt_of"]
