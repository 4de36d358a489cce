"""The one write path, from what a servicer hands in to a receipt or a refusal.

A batch passes these phases, in this order. Its events are held to one deal and to known types, or nothing else is
looked at. The lock of the deal is taken and its state loaded, or taken up where the last batch left it. A batch that
closes a period is cut there, for a closing is decided on the log as it stands before it: the gate, handed in by who
opens the write path, reads it inside the transaction and says why the closing is not let in. Repeats are set aside
(:mod:`ledger.writing.repeats`), and what the rules must know of the rest is loaded (:mod:`ledger.writing.loading`).
Every event is decided in memory and handed to the store, block by block (:mod:`ledger.writing.batch`); tables of events
take the same way by columns (:mod:`ledger.writing.admission`). The sums of its runs are written, and the transaction
ends. A state is kept for the next batch only where the log agrees with it.

Who posted a batch, and on whose word, is its envelope (:mod:`ledger.store.batches`): a row beside the events, written
with them, whose digest is chained with the first. A batch that is cut at a closing has one for every stretch, for the
gate reads each of them as a log that is whole. Where everything repeats what stands in the log there is nothing to say.

What a batch reads and holds grows with its events and the loans that they name; of the log behind it only totals are
read, and those only where no state was kept. Batches of one deal queue, and each sees all that came before it.

A batch is nearly always new and right. It is taken to be, and where that proves wrong it is decided once more, with
every id looked up and event by event, so that the answer names what is wrong.

Three things may come of it: a receipt; a refusal, which names every event, field and rule and leaves nothing written;
or a fault of the store, raised, after which the log is as it was before.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.errors import EventIdTaken, IntegrityFault, Violation
from ledger.events.base import Event
from ledger.events.deal import PeriodClosed
from ledger.events.registry import BY_CLASS
from ledger.rules.second_person import People
from ledger.rules.state import DealState
from ledger.store.ahead import AHEAD_FROM
from ledger.store.batches import StoredBatch
from ledger.store.database.engine import BUSY_TIMEOUT_MS
from ledger.store.database.event_store import Appending, Beginning, EventStore
from ledger.store.memory import gc_paused
from ledger.store.rows import Head, StoredRow
from ledger.store.source import Source
from ledger.values.dates import microseconds
from ledger.values.envelope import Envelope
from ledger.writing.batch import Batch, NotAccepted, Part, receipt_of
from ledger.writing.catching_up import catch_up
from ledger.writing.columns import Columns, encode, event_ids, share_names
from ledger.writing.handed_in import not_events
from ledger.writing.loading import load_state
from ledger.writing.receipts import Receipt, Refusal
from ledger.writing.tables import EventTable, as_events, as_frame
from ledger.writing.turns import Turns

if TYPE_CHECKING:
    import polars as pl

_log = logging.getLogger("ledger")
"""What happens to the log, never what stands in it: deal, counts, sequences and durations, no loan and no amount."""

# The program around the library decides what is logged where; without it nothing is.
_log.addHandler(logging.NullHandler())


STALE = "stale_sequence"
"""The code of a refusal because the log ends elsewhere than was expected."""

Gate = Callable[[Source, PeriodClosed, Head], Sequence[Violation]]
"""What a closing must pass: given what is stored before it, and where that ends, it says why it is not let in."""


class _Tried(Exception):
    """A dry run that had to write to be decided; raising this takes it back."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        super().__init__()


class _Work:
    """A batch on its way into the log, stretch by stretch: what comes before a closing, the closing, what follows."""

    def __init__(
        self,
        gate: Gate,
        writer: Appending,
        state: DealState,
        deal_key: int | None,
        *,
        envelope: Envelope | None,
        dry_run: bool,
    ) -> None:
        self._gate, self._writer, self._state, self._dry_run = gate, writer, state, dry_run
        self._envelope = envelope
        self.deal_key = deal_key
        self.batches: list[Batch] = []
        self.ends: list[StoredRow] = []
        self.tried = False

    def take(
        self, stretches: Sequence[Sequence[Part]], known: dict[str, StoredRow], expected_sequence: int | None
    ) -> Refusal | None:
        """Decide every stretch and write it; a refusal where the log does not end where it was expected to.

        A dry run writes what the gate must read of it, and nothing else; ``tried`` says that it did.
        """
        # A clock may be set back; the log never runs backwards.
        now = max(microseconds(dt.datetime.now(dt.UTC)), self._writer.latest)
        for stretch in stretches:
            batch = Batch(self._state, stretch, known)
            if batch.news:
                if not self.ends:
                    stale = _stale(event_ids(stretch)[0], self._state, expected_sequence)
                    if stale is not None:
                        return stale
                self._write(batch, stretch, now, last=stretch is stretches[-1])
            elif batch.violations:
                raise NotAccepted(batch.violations)
            self.batches.append(batch)
        return None

    def _write(self, batch: Batch, stretch: Sequence[Part], now: int, *, last: bool) -> None:
        state, writer, bare = self._state, self._writer, self._dry_run and last
        told, login = self._envelope or Envelope(), writer.login()
        batch.load(writer, self.deal_key, People(login, told.actor, told.approver))
        if self.deal_key is None and not bare:
            self.deal_key = writer.add_deal(now)
        before = Head(state.sequence, state.hash)
        envelope = StoredBatch.of(
            self._envelope,
            first_sequence=before.sequence + 1,
            through_sequence=before.sequence + batch.news,
            recorded_at=now,
            login=login,
        )
        blocks = batch.blocks(self.deal_key or 0, now, b"" if envelope is None else envelope.digest)
        closing = _closing(stretch)
        if closing is not None:
            blocks = iter(list(blocks))
            refused = self._gate(writer, closing, before)
            if refused:
                raise NotAccepted(refused)
        if bare:
            deque(blocks, maxlen=0)
        else:
            ending = last and not self._dry_run
            writer.insert(blocks, batch.sums, envelope, ahead=batch.news >= AHEAD_FROM, ending=ending)
            self.tried = self._dry_run
        self.ends.extend(batch.ends)
        # What comes next in the batch stands behind this one.
        state.sequence, state.hash = batch.ends[-1].sequence, batch.ends[-1].hash


def _stretches(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Cut a batch at its closings, each of which is a stretch of its own."""
    stretch: list[Part] = []
    for part in parts:
        if isinstance(part, Columns) or not any(isinstance(event, PeriodClosed) for event in part):
            stretch.append(part)
            continue
        events: list[Event] = []
        for event in part:
            if not isinstance(event, PeriodClosed):
                events.append(event)
                continue
            if events:
                stretch.append(events)
            if stretch:
                yield stretch
            yield [[event]]
            stretch, events = [], []
        if events:
            stretch.append(events)
    if stretch:
        yield stretch


def _closing(stretch: Sequence[Part]) -> PeriodClosed | None:
    """Return the closing that a stretch is, if it is one."""
    first = stretch[0]
    if isinstance(first, Columns) or not isinstance(first[0], PeriodClosed):
        return None
    return first[0]


class WritePath:
    """Posts batches to a store, and remembers the state of every deal for its next batch."""

    def __init__(self, store: EventStore, gate: Gate) -> None:
        self._store = store
        self._gate = gate
        self._states: dict[str, tuple[int | None, DealState | None]] = {}
        self._states_lock = threading.Lock()
        self._turns = Turns()

    def post_events(
        self, batch: list[Event], *, envelope: Envelope | None, expected_sequence: int | None, dry_run: bool
    ) -> Receipt | Refusal:
        """Post events of one deal; see :meth:`ledger.service.Ledger.post_many`."""
        refused = _unfit(batch)
        if refused is not None:
            return refused
        deal = batch[0].deal
        answer = None
        for look_up in (False, True) if not dry_run else (True,):
            if answer is None:
                with self._turns.turn(deal, BUSY_TIMEOUT_MS / 1000), gc_paused():
                    answer = self._attempt(deal, [batch], envelope, expected_sequence, dry_run=dry_run, look_up=look_up)
        if answer is None:
            raise IntegrityFault(f"{deal}: the log both holds and does not hold an event of this batch")
        return answer

    def post_tables(
        self,
        deal: str,
        tables: Sequence[EventTable | list[Event]],
        *,
        envelope: Envelope | None,
        expected_sequence: int | None,
        dry_run: bool,
    ) -> Receipt | Refusal:
        """Post tables of events of one deal; see :meth:`ledger.service.Ledger.post_table`."""
        given = [item if isinstance(item, list) else (item, as_frame(item, deal)) for item in tables]
        given = [item for item in given if len(item if isinstance(item, list) else item[1])]
        encoded = _encoded(given, deal)
        if any(columns is not None for columns in encoded):
            parts: list[Part] = [
                _single(item, deal) if columns is None else columns
                for item, columns in zip(given, encoded, strict=True)
            ]
            names = event_ids(parts)
            others = any(event.deal != deal for item in given if isinstance(item, list) for event in item)
            once = len(set(names)) == len(names)
            del names
            if once and not others:
                with self._turns.turn(deal, BUSY_TIMEOUT_MS / 1000), gc_paused():
                    answer = self._attempt(deal, parts, envelope, expected_sequence, dry_run=dry_run, look_up=False)
                if answer is not None and answer.accepted:
                    return answer
        events = [event for item in given for event in _single(item, deal)]
        return self.post_events(events, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run)

    def _attempt(
        self,
        deal: str,
        parts: Sequence[Part],
        envelope: Envelope | None,
        expected_sequence: int | None,
        *,
        dry_run: bool,
        look_up: bool,
    ) -> Receipt | Refusal | None:
        """Decide a batch and write it; None, and nothing written, where it must be tried again with single events.

        A batch is nearly always new. Without ``look_up`` it is taken to be, after a look for its first event only;
        where that proves wrong, or columns prove nothing, the answer is None.
        """
        started = time.perf_counter()
        names, stretches = event_ids(parts), list(_stretches(parts))
        # What comes before a closing is written to be read by the gate, and taken back.
        trying = dry_run and len(stretches) == 1
        try:
            with self._store.appending(deal, trying=trying, first=self._first(deal, names[0])) as writer:
                deal_key, state, repeats = self._state(writer, deal, names[0])
                if not look_up and (repeats or (dry_run and writer.holds_any(deal_key or 0, names))):
                    self._keep(deal_key, state)
                    return None
                known = writer.by_event_id(deal_key, names) if look_up and deal_key is not None else {}
                work = _Work(self._gate, writer, state, deal_key, envelope=envelope, dry_run=dry_run)
                stale = work.take(stretches, known, expected_sequence)
                if stale is not None:
                    self._keep(deal_key, state)
                    return stale
                receipt = receipt_of(deal, names, work.batches, stamped=not (dry_run and work.ends))
                if work.tried:
                    raise _Tried(receipt)
        except _Tried as tried:
            return tried.receipt
        except NotAccepted as answer:
            if not answer.violations or (not look_up and self._holds_any(deal, names)):
                return None
            codes = sorted({violation.code for violation in answer.violations})
            _log.warning("refused", extra={"deal": deal, "events": len(names), "codes": codes})
            return Refusal(deal=deal, violations=answer.violations)
        except EventIdTaken:
            if look_up:
                raise
            return None
        if not (dry_run and work.ends):
            self._moved_on(work.deal_key, state, work.ends, started)
        return receipt

    def _holds_any(self, deal: str, names: Sequence[str]) -> bool:
        with self._store.reading() as reading:
            return deal in reading.deals() and reading.holds_any(reading.deal_key(deal), names)

    def _moved_on(self, deal_key: int | None, state: DealState, ends: Sequence[StoredRow], started: float) -> None:
        """Keep the state of a deal for its next batch; log what was posted, whose first and last rows are ``ends``."""
        if ends:
            first, last = ends[0].sequence, ends[-1]
            state.sequence, state.hash = last.sequence, last.hash
            milliseconds = round((time.perf_counter() - started) * 1000)
            events = state.sequence - first + 1
            stamps = {"deal": state.deal, "events": events, "sequence": state.sequence, "milliseconds": milliseconds}
            _log.info("posted", extra=stamps)
        self._keep(deal_key, state)

    def _first(self, deal: str, event_id: str) -> Beginning | None:
        """Return what :meth:`_state` will begin with, where the deal was posted to before."""
        with self._states_lock:
            deal_key, cached = self._states.get(deal, (None, None))
        return None if deal_key is None else Beginning(deal_key, event_id, 0 if cached is None else cached.sequence)

    def _state(self, writer: Appending, deal: str, event_id: str) -> tuple[int | None, DealState, bool]:
        """Return a deal's key and state, and whether the log holds an event of this id.

        The state is the cached one if the log still ends where it did, or one that caught up with it, else it is
        loaded; it is kept again on success only.
        """
        with self._states_lock:
            deal_key, cached = self._states.pop(deal, (None, None))
        if deal_key is None:
            deal_key = writer.find_deal()
        if deal_key is None:
            return None, load_state(writer, deal, None), False
        head, held = writer.begin(deal_key, event_id, 0 if cached is None else cached.sequence)
        if cached is not None and (head == (cached.sequence, cached.hash) or catch_up(writer, deal_key, cached, head)):
            return deal_key, cached, held
        # A key that is remembered may be of another file by now.
        found = deal_key if cached is None else writer.find_deal()
        return found, load_state(writer, deal, found), held and found == deal_key

    def _keep(self, deal_key: int | None, state: DealState) -> None:
        with self._states_lock:
            self._states[state.deal] = (deal_key, state)


def _encoded(given: Sequence[list[Event] | tuple[EventTable, pl.DataFrame]], deal: str) -> list[Columns | None]:
    """Return the tables among these as columns, where they can be, with each loan's name once; None for the others."""
    found: list[Columns | None] = []
    names: dict[str, str] = {}
    for item in given:
        columns = None if isinstance(item, list) else encode(*item, deal)
        found.append(columns and share_names(columns, names))
    return found


def _single(given: list[Event] | tuple[EventTable, pl.DataFrame], deal: str) -> list[Event]:
    return given if isinstance(given, list) else list(as_events(*given, deal))


def _stale(event_id: str, state: DealState, expected_sequence: int | None) -> Refusal | None:
    if expected_sequence is None or state.sequence == expected_sequence:
        return None
    return stale(event_id, state.deal, state.sequence, expected_sequence)


def stale(event_id: str, deal: str, sequence: int, expected_sequence: int) -> Refusal:
    """Refuse what was decided on another end of the log than it has."""
    if sequence > expected_sequence:
        why = (
            "events were posted since, and an approval is one too; look at what the log holds now (ledger check), and "
            f"expect {sequence}"
        )
    else:
        why = "it does not reach that far"
    message = f"the log of {deal} ends at {sequence}, not at the expected {expected_sequence}: {why}"
    return Refusal(deal=deal, violations=(Violation(event_id, "expected_sequence", STALE, message),))


def _unfit(batch: Sequence[Event]) -> Refusal | None:
    if not batch:
        return Refusal(deal="", violations=(Violation("", "", "empty_batch", "there is nothing to post"),))
    for place, event in enumerate(batch):
        if type(event) not in BY_CLASS:
            raise not_events(event, f"events[{place}]")
    deal = batch[0].deal
    for event in batch:
        if event.deal != deal:
            message = f"a batch is of one deal; this one began with {deal!r}"
            return Refusal(deal=deal, violations=(Violation(event.event_id, "deal", "mixed_deals", message),))
    return None
