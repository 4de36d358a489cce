"""Verifying stored rows: every hash and every column derived again from nothing but the payloads.

A row's payload is what makes the event; its other columns are there for queries, and only the payload and the ledger's
stamps are hashed. So the verifier decides every event once more, by the rules and in sequence, and compares the row
with the one that a writer would have written. It sees rows alone, whichever store or file they come from.

Every row passes the same phases, in this order. Its columns are held to their types, since a damaged file may hold
anything anywhere (:mod:`ledger.evidence.faults`). Its sequence must follow, and its hash must be that of the row before
and of this one, and where its batch begins that of the batch's envelope (:mod:`ledger.evidence.envelopes`). Its payload
must be readable, and the one way to write its event. The event is decided under the state that the rows before have
left, and the columns are held to the decision. Then the state moves on: by the event as it was decided, or, where it
could not be, as the row has it, so that one bad row does not condemn those behind it. What only the whole log shows is
said at its end.

Nothing in a row is taken for granted, and whatever cannot be handled is a :class:`Fault`, never an exception. Once a
row leaves doubt about what the log was, later refusals may be its doing and are not told; hashes and columns still are.
The work is one decision an event; what is remembered is a small tuple of each, and the loans.

What rows alone cannot show: a log cut at its end, and one that was rewritten and hashed anew from some event on. Both
need a head hash that was kept elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import msgspec

from ledger.errors import IntegrityFault, Violation
from ledger.events import codec
from ledger.events.base import COMPONENTS, Event
from ledger.events.corrections import EventCorrected, voided_by
from ledger.events.deal import DealOpened, LoanBoarded, TermsAmended
from ledger.events.registry import REGISTRY
from ledger.evidence.alike import Patterns, are_plain, well_typed
from ledger.evidence.envelopes import EnvelopeCheck
from ledger.evidence.faults import LATEST_MOMENT, Fault, malformed, printable_id, shown
from ledger.evidence.sums import SumsCheck
from ledger.rules import Decision, Original, decide
from ledger.rules.modified import BESIDE_TYPES, EVERY_LOAN, Beside
from ledger.rules.payments import Payments
from ledger.rules.second_person import Approvals, People, second_person_faults
from ledger.rules.state import AdvancePosition, DealState, Keys
from ledger.store.hashing import GENESIS, link, linked_rows
from ledger.store.memory import gc_paused
from ledger.store.rows import StoredRow
from ledger.values.currency import DOLLARS
from ledger.values.dates import date_number, microseconds
from ledger.values.money import rate_to_units

if TYPE_CHECKING:
    from ledger.deal.terms import DealTerms
    from ledger.store.batches import StoredBatch
    from ledger.store.rows import StoredRun

_KEY_COLUMNS = ("loan", "loan_group", "class_id", "code")
_REMEMBERED = itemgetter(slice(StoredRow._fields.index("type"), StoredRow._fields.index("servicing_rate") + 1))
"""The columns of a proved row that are remembered: all from its type to its rates, which are quicker cut out as one."""

_STAMPED = itemgetter(*map(StoredRow._fields.index, ("sequence", "recorded_at", "distribution", "payload", "hash")))
_decided = itemgetter(slice(StoredRow._fields.index("event_id"), StoredRow._fields.index("reverses") + 1))
"""The columns of a row that its event and the decision of it give, in their order."""

_event_id = itemgetter(StoredRow._fields.index("event_id"))
_AHEAD = 86_400_000_000
"""Microseconds that stamps may be ahead of the clock of whoever verifies: clocks differ, and zones are mistaken."""

_BACK = 600_000_000
"""Microseconds that a stamp may lie before that of the row before: earlier releases followed a clock set back."""

_HASHED = frozenset({"sequence", "recorded_at", "distribution", "payload", "hash"})


def verify_rows(
    deal: str,
    rows: Iterable[StoredRow],
    batches: Iterable[StoredBatch] = (),
    runs: Iterable[StoredRun] | None = None,
) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a deal, from the first of its log on, in the order in which they come.

    ``batches`` are the envelopes of these rows; where they have any, the hashes do not fit without them. ``runs`` are
    the sums that stand beside them, which are added up again where they are given; what is wrong with them comes last.
    """
    yield from verified(RowVerifier(deal, batches), rows, None if runs is None else SumsCheck(runs))


def verified(verifier: RowVerifier, rows: Iterable[StoredRow], sums: SumsCheck | None) -> Iterator[Fault]:
    """Yield what a verifier finds wrong with rows, and at the end what is wrong with the sums beside them."""
    sound = True
    # What is remembered of every event makes no cycles, and is much to look through for some.
    with gc_paused():
        for block in blocks_of(rows):
            faults = verifier.check_all(block)
            yield from faults
            sound = sound and not faults
            if sums is not None and sound:
                sums.add(block)
        found = list(verifier.finish())
        if sums is not None and sound:
            found.extend(Fault(0, "", "", "other_sums", message) for message in sums.finish())
        # Or the collector, when it is let go again, looks through it all once more before it is thrown away.
        del verifier, sums
    yield from found


BLOCK = 1_000
"""Rows that are verified together."""


def blocks_of(rows: Iterable[StoredRow]) -> Iterator[list[StoredRow]]:
    """Yield rows a block at a time."""
    rest = iter(rows)
    while block := list(islice(rest, BLOCK)):
        yield block


class Start(NamedTuple):
    """What a verifier must know where it does not begin with the first event: see :mod:`ledger.log_parts`.

    ``sequence``, ``hash``, ``recorded_at`` and ``deal_key`` are of the row before; ``earlier`` gives what a reversal
    must know of an event up to there.
    """

    sequence: int
    hash: bytes
    recorded_at: int
    deal_key: int
    state: DealState
    rates: dict[str, set[int]]
    earlier: Callable[[str], Original | None]


def _no_event(_: str) -> None:
    return None


class _Known:
    """What later events may name: every event so far, as small as millions of them need to be."""

    def __init__(self, earlier: Callable[[str], Original | None] = _no_event) -> None:
        self._earlier = earlier
        self._events: dict[str, tuple[str, Keys, tuple[int, ...], int, int, int, int]] = {}
        self._plain: dict[str, tuple[Any, ...]] = {}
        self._keys: dict[Keys, Keys] = {}
        self._reversed: dict[str, str] = {}
        self._replacements: dict[str, tuple[int, str]] = {}

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._plain or event_id in self._events

    def add(self, sequence: int, event: Event, row_type: str, decision: Decision) -> None:
        """Remember an event as decided."""
        keys = self._keys.setdefault(decision.keys, decision.keys)
        rates, day = (decision.note_rate, decision.servicing_rate), date_number(event.effective_date)
        self._events[event.event_id] = (row_type, keys, decision.components, *rates, day, decision.distribution)
        self._replacements.pop(event.event_id, None)
        if decision.reverses is not None:
            self._reversed[decision.reverses] = event.event_id
        if isinstance(event, EventCorrected) and event.replaced_by not in self:
            self._replacements[event.replaced_by] = (sequence, event.event_id)

    def are_new(self, event_ids: Sequence[str]) -> bool:
        """Say whether each of these ids comes once, and none came before."""
        distinct = set(event_ids)
        new = self._plain.keys().isdisjoint(distinct) and self._events.keys().isdisjoint(distinct)
        return new and len(distinct) == len(event_ids)

    def add_plain(self, rows: Sequence[StoredRow]) -> None:
        """Remember rows that are proved, and void nothing."""
        self._plain.update(zip(map(_event_id, rows), map(_REMEMBERED, rows), strict=True))
        for row in rows if self._replacements else ():
            self._replacements.pop(row.event_id, None)

    def original(self, event: Event) -> dict[str, Original]:
        """Return the event that a reversal or correction names, if it stands before it."""
        voided = voided_by(event)
        if voided is None:
            return {}
        if voided not in self:
            original = self._earlier(voided)
            if original is None:
                return {}
            return {voided: attrs.evolve(original, reversed_by=self._reversed.get(voided, original.reversed_by))}
        if voided in self._events:
            kind, keys, components, note_rate, servicing_rate, effective_date, distribution = self._events[voided]
        else:
            kind, _, effective_date, distribution, *names = self._plain[voided]
            loan, group, class_id, code, *columns, note_rate, servicing_rate = names
            keys, components = Keys(loan, group, class_id, code), tuple(columns)
        reversed_by = self._reversed.get(voided)
        rates = note_rate, servicing_rate
        return {voided: Original(voided, kind, keys, components, *rates, reversed_by, effective_date, distribution)}

    def unreplaced(self) -> Iterator[tuple[int, str, str]]:
        """Yield the corrections whose replacement never came: sequence, event id, and the id that is missing."""
        for replacement, (sequence, event_id) in self._replacements.items():
            yield sequence, event_id, replacement


class RowVerifier:
    """Verifies the rows of one deal, one after the other; :attr:`head` is the sequence and hash of the last."""

    def __init__(self, deal: str, batches: Iterable[StoredBatch] = (), start: Start | None = None) -> None:
        self.deal = deal
        self._envelopes = EnvelopeCheck(batches)
        self._moment: int | None = None
        self._latest = microseconds(dt.datetime.now(dt.UTC)) + _AHEAD
        self.head: tuple[int, bytes] = (0, GENESIS)
        # From the first event on nothing is left to be loaded: all advances are followed as they come.
        self._state = DealState(
            deal=deal, group_advances={}, beside=Beside(EVERY_LOAN), payments=Payments(counted=False)
        )
        self._known = _Known()
        self._rates: dict[str, set[int]] = {}
        self._deal_key: int | None = None
        self._previous: bytes | None = GENESIS
        self._sure = True
        self._patterns = Patterns()
        self._approvals = Approvals()
        if start is not None:
            self._moment, self._deal_key, self._previous = start.recorded_at, start.deal_key, start.hash
            self.head = (start.sequence, start.hash)
            self._state, self._rates, self._known = start.state, start.rates, _Known(start.earlier)

    def check_all(self, rows: Sequence[StoredRow]) -> list[Fault]:
        """Return what is wrong with the next rows; the same as :meth:`check` says of one after the other.

        Those that read like one before them are proved by that, and the others one by one.
        """
        linked, faults, patterns, state = self._linked(rows), list[Fault](), self._patterns, self._state
        enveloped, place, ids = self._envelopes.any, 0, [row.event_id for row in rows[:linked]]
        if not self._known.are_new(ids):
            linked = 0
        plainly = linked > 0 and are_plain(ids)
        while place < len(rows):
            # What reads alike is known to be whole cents; money of coarser units is looked at event by event.
            if place < linked and self._sure and state.cent <= DOLLARS.unit_in_store:
                start, place = place, patterns.prove(rows, place, linked, state, plainly=plainly)
                for row in rows[start:place] if enveloped else ():
                    faults.extend(self._envelopes.check(row.sequence, row.recorded_at))
                if place > start:
                    self._known.add_plain(rows[start:place])
                    state.beside.move_owed(rows[start:place])
                    self._stand_behind(rows[place - 1])
                    patterns.settle(state)
            if place < len(rows):
                faults.extend(self.check(rows[place]))
                place += 1
        return faults

    def _linked(self, rows: Sequence[StoredRow]) -> int:
        """Return how many of the next rows are well formed, follow each other, and have the hashes that they must."""
        first = self.head[0] + 1
        if self._previous is None or not well_typed(rows, LATEST_MOMENT):
            return 0
        stamps = [self._moment or 0, *(row.recorded_at for row in rows)]
        if stamps != sorted(stamps) or stamps[-1] > self._latest:
            return 0
        if [row[1] for row in rows] != list(range(first, first + len(rows))):
            return 0
        begun = self._envelopes.begun(first, first + len(rows) - 1)
        return linked_rows(self._previous, map(_STAMPED, rows), begun)

    def _stand_behind(self, row: StoredRow) -> None:
        """Take the place behind a row that is proved."""
        self.head = (row.sequence, row.hash)
        self._previous, self._moment = row.hash, row.recorded_at

    def check(self, row: StoredRow) -> list[Fault]:
        """Return what is wrong with the next row, the first thing first; none for a sound row."""
        faults = [Fault(self.head[0] + 1, printable_id(row), *found) for found in malformed(row)]
        wrong = frozenset(fault.column for fault in faults)
        sequence = self.head[0] + 1 if "sequence" in wrong else row.sequence
        begun = self._envelopes.begins(sequence)
        told = [*self._place(row, wrong), *self._link(row, wrong, begun)]
        clock = [] if "recorded_at" in wrong else list(self._clock(row))
        if told or wrong & _HASHED:
            self._sure = False
        event, unreadable = (None, []) if "payload" in wrong else self._read(row)
        told.extend(unreadable)
        if event is None:
            self._sure = False
        terms = self._state.terms
        told.extend(self._decided(row, event, wrong))
        if begun and [code for _, code, _ in told] == ["wrong_hash"]:
            # The event is as good as its columns say; so it may as well be its envelope that was changed.
            told = [("hash", "envelope", told[0][2])]
        enveloped = list(self._envelopes.check(sequence, row.recorded_at))
        if event is not None:
            told.extend(self._stood_behind(row, event, terms, self._envelopes.people(sequence)))
        if event is not None and not faults and not told:
            self._patterns.learn(row, event, self._state)
        else:
            self._patterns.follow(self._state)
        told.extend(clock)
        self._moment = None if "recorded_at" in wrong else row.recorded_at
        follows = sequence > self.head[0]
        self._previous = bytes(row.hash) if follows and "hash" not in wrong else None
        if follows:
            self.head = (sequence, self._previous or bytes(32))
        return faults + [Fault(sequence, printable_id(row), *found) for found in told] + enveloped

    def finish(self) -> Iterator[Fault]:
        """Yield what only the whole log shows."""
        yield from self._envelopes.finish(self.head[0])
        for sequence, event_id, replacement in self._known.unreplaced() if self._sure else ():
            message = f"the event {shown(replacement)} that takes the corrected one's place never came"
            yield Fault(sequence, event_id, "payload", "not_replaced", message)

    def _clock(self, row: StoredRow) -> Iterator[tuple[str, str, str]]:
        """Hold a stamp to that of the row before, and to the clock of this machine."""
        if self._moment is not None and row.recorded_at < self._moment - _BACK:
            found = f"the event was recorded {self._moment - row.recorded_at} microseconds before the one before it"
            yield "recorded_at", "runs_backwards", found
        if row.recorded_at > self._latest:
            found = "the event was recorded more than a day from now, by the clock of this machine"
            yield "recorded_at", "in_the_future", found

    def _stood_behind(
        self, row: StoredRow, event: Event, terms: DealTerms | None, people: People
    ) -> Iterator[tuple[str, str, str]]:
        """Hold an act to the second person that the terms before it demand."""
        approvals = self._approvals.of(event.event_id)
        for found in second_person_faults(event, row.payload.encode(), terms, people, approvals) if self._sure else ():
            yield "payload", found.code, found.message
        self._approvals.note(event, people)

    def _place(self, row: StoredRow, wrong: frozenset[str]) -> Iterator[tuple[str, str, str]]:
        expected = self.head[0] + 1
        if "sequence" not in wrong and row.sequence != expected:
            if row.sequence > expected:
                last = row.sequence - 1
                gone = (
                    f"event {expected} is missing" if last == expected else f"events {expected} to {last} are missing"
                )
                yield "sequence", "gap", f"{gone} before this one"
            else:
                yield "sequence", "out_of_order", f"the row stands where event {expected} belongs"
            self._previous = None
        if "deal_key" not in wrong:
            if self._deal_key is None:
                self._deal_key = row.deal_key
            if row.deal_key != self._deal_key:
                message = f"the row has the key {row.deal_key}, the rows before it {self._deal_key}"
                yield "deal_key", "differs", message

    def _link(self, row: StoredRow, wrong: frozenset[str], begun: bytes) -> Iterator[tuple[str, str, str]]:
        """Compare a row's hash; ``begun`` is the digest of the envelope that begins with it, if one does."""
        if wrong & _HASHED or self._previous is None:
            return
        stamped = (row.sequence, row.recorded_at, row.distribution, row.payload.encode())
        expected = link(self._previous, *stamped, begun)
        if expected == row.hash:
            return
        if begun and link(self._previous, *stamped) == row.hash:
            message = "the row was chained without an envelope; the one that it has was put there afterwards"
            yield "hash", "envelope", message
            return
        covered = "sequence, recorded_at, distribution and payload"
        gone = ""
        if begun:
            covered = f"{covered}, and the envelope of its batch,"
        elif row.recorded_at != self._moment and not self._envelopes.holds(row.sequence):
            gone = "; where a batch begins with this row, its envelope may be gone"
        message = (
            f"the row's hash is {bytes(row.hash).hex()[:16]}..., that of the row before and this row's {covered} "
            f"{expected.hex()[:16]}...{gone}"
        )
        yield "hash", "wrong_hash", message

    def _read(self, row: StoredRow) -> tuple[Event | None, list[tuple[str, str, str]]]:
        """Return the event of the payload, and what is wrong with its bytes."""
        try:
            event = codec.decode(row.payload)
            # What an older release wrote has the older version in it; it is canonical if its plain values are.
            canonical = codec.is_spelt_out(event) and codec.encode(event) == row.payload.encode()
            if not canonical and not _is_older(row.payload):
                return event, [("payload", "not_canonical", "the payload is not the one way to write this event")]
        except Exception as fault:
            return None, [("payload", "unreadable", f"the payload cannot be read: {shown(str(fault))[1:-1]}")]
        if event.deal != self.deal:
            return event, [("payload", "other_deal", f"the event is of the deal {shown(event.deal)}")]
        return event, []

    def _decided(self, row: StoredRow, event: Event | None, wrong: frozenset[str]) -> list[tuple[str, str, str]]:
        """Decide the event again, compare the typed columns, and move the state forward."""
        found: list[tuple[str, str, str]] = []
        decision: Decision | None = None
        try:
            if event is not None:
                decided = self._decide(event)
                if isinstance(decided, Decision):
                    decision = decided
                elif self._sure:
                    found.append((decided[0].field, "refused", f"the rules refuse this event: {decided[0].message}"))
                found.extend(self._compare(row, event, decision, wrong))
                if event.event_id in self._known:
                    found.append(("event_id", "repeated", "an earlier event of the deal has this id"))
            self._advance(row, event, decision or _as_stored(row, wrong))
        except Exception as fault:
            self._sure = False
            found.append(("payload", "undecidable", f"the event cannot be decided: {shown(str(fault))[1:-1]}"))
        return found

    def _compare(
        self, row: StoredRow, event: Event, decision: Decision | None, wrong: frozenset[str]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield the columns of a row that are not those of its event as decided."""
        return _different(row, event, decision, wrong)

    def _decide(self, event: Event) -> Decision | list[Violation]:
        originals = self._known.original(event)
        decided = decide(event, self._state, originals)
        given, loan = getattr(event, "note_rate", None), getattr(event, "loan", None)
        if isinstance(decided, Decision) or given is None or loan is None:
            return decided
        units = rate_to_units(given)
        if {item.code for item in decided} == {"not_the_note_rate"} and units in self._rates.get(loan, ()):
            # A rate posted late or reversed: which one the writer held in force depends on when it read the log.
            held = self._state.loans[loan]
            held.note_rate, last = units, held.note_rate
            decided = decide(event, self._state, originals)
            held.note_rate = last
        return decided

    def _advance(self, row: StoredRow, event: Event | None, decision: Decision | None) -> None:
        """Move the state by the event as decided, or else as the row has it."""
        if decision is None or decision.posts_as not in REGISTRY:
            return
        state = self._state
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
        if decision.posts_as == "period_closed":
            state.closed_through = max(state.closed_through, decision.distribution)
            state.dues.close(state.schedule, state.closed_through)
        day = row.effective_date if event is None else date_number(event.effective_date)
        if decision.keys.loan:
            state.loan_advances.setdefault(decision.keys.loan, AdvancePosition())
        state.apply(decision.posts_as, decision.keys, decision.components, day, decision.distribution)
        if decision.posts_as in BESIDE_TYPES:
            state.beside.move(decision.posts_as, decision.keys.loan, decision.keys.code, decision.components)
        elif isinstance(event, LoanBoarded):
            state.beside.board(event)
        if decision.keys.loan and decision.posts_as in ("loan_boarded", "loan_rate_changed") and not decision.reverses:
            state.loans[decision.keys.loan].note_rate = decision.note_rate
            self._rates.setdefault(decision.keys.loan, set()).add(decision.note_rate)
        if event is not None and decision.posts_as == "scheduled_payment_due":
            originals = self._known.original(event).values()
            due = next((item.effective_date for item in originals), day)
            count = -1 if decision.reverses is not None else 1
            state.note_due(decision.keys.loan, due, decision.distribution, count)
        if event is not None:
            self._known.add(row.sequence, event, event.name, decision)


def deal_of(row: StoredRow) -> str:
    """Return the deal that a row names; raises :class:`~ledger.errors.IntegrityFault` for one that cannot be read."""
    if any(column == "payload" for column, _, _ in malformed(row)):
        raise IntegrityFault(f"the payload {shown(row.payload)} of the first row cannot be read")
    return codec.decode(row.payload).deal


def _is_older(payload: str) -> bool:
    """Say whether a payload is canonical and of an earlier schema version."""
    fields = codec.as_fields(payload)
    sorted_bytes = msgspec.json.encode(fields, order="sorted")
    return bool(fields["$version"] < REGISTRY[fields["$type"]].version) and sorted_bytes == payload.encode()


def _different(
    row: StoredRow, event: Event, decision: Decision | None, wrong: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    day = date_number(event.effective_date)
    if decision is not None and not wrong:
        posts_as, keys, components, note_rate, servicing_rate, distribution, reverses = decision
        rates = note_rate, servicing_rate
        whole = event.event_id, event.name, posts_as, day, distribution, *keys, *components, *rates, reverses
        if whole == _decided(row):
            return
    expected: dict[str, object] = {"event_id": event.event_id, "type": event.name, "effective_date": day}
    if decision is not None:
        expected.update(posts_as=decision.posts_as, distribution=decision.distribution, reverses=decision.reverses)
        expected.update(zip(_KEY_COLUMNS, decision.keys, strict=True))
        expected.update(zip(COMPONENTS, decision.components, strict=True))
        expected.update(note_rate=decision.note_rate, servicing_rate=decision.servicing_rate)
    for column, value in expected.items():
        stored: object = getattr(row, column)
        if stored != value and column not in wrong:
            yield column, "differs", f"the row has {shown(stored)}, its payload gives {shown(value)}"


def _as_stored(row: StoredRow, wrong: frozenset[str]) -> Decision | None:
    """Take a row whose payload cannot be decided at its typed columns, if those at least are well formed."""
    if wrong - {"payload", "hash", "recorded_at", "sequence", "deal_key"}:
        return None
    keys = Keys(row.loan, row.loan_group, row.class_id, row.code)
    rates = (row.note_rate, row.servicing_rate)
    return Decision(row.posts_as, keys, row.components, *rates, row.distribution, row.reverses)


__all__ = ["BLOCK", "Fault", "RowVerifier", "Start", "blocks_of", "deal_of", "verified", "verify_rows"]
