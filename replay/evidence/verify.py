"""Verification: does the log still prove everything that was reported from it?

It goes in four phases, each of which leans on the one before:

1. *The rows.* Every row is read once, in its sequence, and verified as :func:`ledger.verify_rows` does it: hash, link,
   stamps, columns and payload, and the envelopes of batches. A :class:`LogWatch` looks on; it counts, and remembers the
   closings. What is appended meanwhile is left for the next time.
2. *The head.* With a head that was kept elsewhere, a log that was cut or rewritten is found too. Without one, nothing
   can show that events after the last one ever existed.
3. *The sums.* What stands beside the rows is added up again as they pass, for replays are made of it.
4. *The closed periods.* Each is replayed as it was known at its closing, and compared with the digests that the closing
   fixed. What is kept of earlier replays is set aside: a replay here rests on those that were made here before it, and
   at the end the snapshots are compared with them.

Rows are streamed, so memory does not grow with the log; time grows with the rows, and by a replay for each closing. Of
the faults the first :data:`MOST_FAULTS` are listed and the rest counted. Where the database cannot give a row, the bad
one is sought out and passed over, up to :data:`MOST_UNREADABLE` of them.

Damage never raises, whatever it is: it is a fault in the result, and what could not be compared is a note. A database
that cannot be reached raises, and so does a deal that the ledger does not have: neither says anything about the log.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import attrs

from ledger import (
    DistributionReport,
    Exact,
    Fault,
    Head,
    Ledger,
    LedgerError,
    PeriodClosed,
    StoredBatch,
    StoredRow,
    StoredRun,
    StoreUnavailable,
    UnknownDeal,
    decode,
    verify_rows,
)
from replay.evidence.kept import Kept, KeptHeads

_PAYMENTS = frozenset({"bond_interest_paid", "bond_principal_paid"})
_CLOSING = PeriodClosed.name
_CENT = Fraction(1, 100)
_DIGESTS = ("2", "3", "4")
"""The versions of a report's digest that can be made again."""
_NEVER_RELEASED = "1"
MOST_FAULTS = 1_000
"""Faults that a verification lists; beyond them it only counts."""

MOST_UNREADABLE = 100
"""Rows that may be unreadable, one by one, before the rest of a damaged database is given up."""

WORTH_PARTS = 20_000
"""Events from which on a log is worth being verified in parts: it takes a second to start a process."""

_AT_ONCE = 2_000
"""Rows that the store fetches at a time: so many are read one by one to find the bad one among them."""

_HEAD = re.compile(r"(0|[1-9][0-9]{0,17})[ :]([0-9a-f]{64})", re.ASCII)

Progress = Callable[[int, int], None]
"""Told the rows verified so far and how many there are."""


@attrs.frozen(kw_only=True)
class Verification:
    """What a verification found.

    ``events`` were read, the last of them with ``head``; ``periods`` closings were replayed and have the figures that
    they fixed. ``faults`` come in the order of the log, at most 1,000 of the ``fault_count`` that were found; ``notes``
    say what could not be checked and is no fault.
    """

    deal: str
    events: int
    head: Head
    periods: int
    faults: tuple[Fault, ...]
    fault_count: int
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.fault_count

    @property
    def head_hash(self) -> str:
        """The hash of the last event, in hexadecimal digits."""
        return self.head.hash.hex()

    def __bool__(self) -> bool:
        return self.ok


class FaultsFound:
    """The faults and notes of a verification under way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.count = 0
        self.notes: list[str] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Take faults up as they come; of very many only the first are kept."""
        for fault in faults:
            self.count += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(fault)

    def of_log(self, code: str, message: str, *, column: str = "") -> None:
        """Add a fault of the log as a whole."""
        self.add([Fault(0, "", column, code, message)])

    def result(self, log: LogWatch, periods: int, head: Head | None = None) -> Verification:
        """Return what was found; ``head`` is the last event where the log was not watched to its end."""
        order = sorted(self.faults, key=lambda fault: (not fault.sequence, fault.sequence))
        return Verification(
            deal=log.deal,
            events=log.events,
            head=head or log.head,
            periods=periods,
            faults=tuple(order),
            fault_count=self.count,
            notes=tuple(self.notes),
        )


class Computed(NamedTuple):
    """What a closing computed for a class, in dollars: ``what`` is interest or principal."""

    when: dt.date
    number: int
    class_id: str
    what: str
    amount: Fraction


class LogWatch:
    """Looks on while rows are verified: counts them, remembers the closings, and compares heads kept elsewhere."""

    def __init__(self, deal: str, kept: Kept = None) -> None:
        self.deal = deal
        self.events = 0
        self._last: StoredRow | None = None
        self.closings: list[tuple[int, PeriodClosed]] = []
        self.paid: dict[tuple[int, str], list[int]] = {}
        self.computed: list[Computed] = []
        self._kept = KeptHeads(kept, deal)

    def over(self, rows: Iterable[StoredRow], told: Callable[[int], None] | None = None) -> Iterator[StoredRow]:
        """Yield the rows while looking at them."""
        last, looked_for = 0, self._kept.sequences
        for row in rows:
            self.events += 1
            sequence, posts_as = row.sequence, row.posts_as
            if looked_for:
                self._kept.look(sequence, _hash(row))
            if type(sequence) is int and sequence > last:
                last, self._last = sequence, row
            # What a damaged row says of itself may be of any type; then the row is a fault already.
            if posts_as.__class__ is str and (posts_as in _PAYMENTS or posts_as == _CLOSING):
                self._look(row)
            if told is not None and self.events % 1_000 == 0:
                told(self.events)
            yield row

    @property
    def head(self) -> Head:
        """The last event so far."""
        return Head(0, bytes(32)) if self._last is None else Head(self._last.sequence, _hash(self._last))

    def _look(self, row: StoredRow) -> None:
        """Remember a closing, or what was paid."""
        if row.posts_as in _PAYMENTS:
            self._payment(row)
        else:
            sequence, payload = _sequence(row), _text(row.payload)
            if sequence is not None and payload.startswith('{"$type":"period_closed"'):
                self._closing(sequence, payload)

    def _payment(self, row: StoredRow) -> None:
        """Add up what was recorded as paid; a row that holds no numbers is a fault already."""
        numbers: tuple[object, ...] = (row.distribution, row.interest, row.principal)
        if all(isinstance(number, int) for number in numbers):
            held = self.paid.setdefault((row.distribution, row.class_id), [0, 0])
            held[0] += row.interest
            held[1] += row.principal

    def _closing(self, sequence: int, payload: str) -> None:
        try:
            event = decode(payload)
        except (LedgerError, RecursionError):
            return  # the row itself is a fault already
        if isinstance(event, PeriodClosed):
            self.closings.append((sequence, event))

    def kept_in(self, ledger: Ledger, head: Head) -> Iterator[Fault]:
        """Yield what the heads kept elsewhere contradict in a log whose rows, up to the head, were verified apart."""
        for sequence in self._kept.sequences:
            for row in ledger.stored_rows(self.deal, after=sequence - 1, known_through=sequence):
                self._kept.look(row.sequence, _hash(row))
        yield from self._kept.faults(head.sequence)

    def compare(self, found: FaultsFound) -> None:
        """Add what contradicts the heads kept elsewhere."""
        found.add(self._kept.faults(self.head.sequence))


def _hash(row: StoredRow) -> bytes:
    value: object = row.hash
    return value if isinstance(value, bytes) else bytes(32)


def _sequence(row: StoredRow) -> int | None:
    value: object = row.sequence
    return value if isinstance(value, int) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def parse_head(text: str) -> Head:
    """Return the head that ``sequence:hash`` (or what ``replay head`` prints) stands for; raises ValueError."""
    found = _HEAD.fullmatch(text.removesuffix("\n"))
    if found is None:
        shown = f"{text[:100]!r}{'' if len(text) <= 100 else f'... ({len(text):,} characters)'}"
        raise ValueError(f"{shown} is not SEQUENCE:HASH, the hash as 64 hexadecimal digits in small letters")
    return Head(int(found[1]), bytes.fromhex(found[2]))


def verify(
    ledger: Ledger, deal: str, *, head: Kept = None, progress: Progress | None = None, processes: int = 1
) -> Verification:
    """Verify a deal: every row, every closed period, and the heads of it that were kept elsewhere.

    With several ``processes`` a long log of a database is verified in as many parts at a time; where one of them is not
    sound, what is wrong is found by going through the whole once more, so that the result is the same. Whatever is
    damaged is a fault in the result. Raises :class:`ledger.UnknownDeal` where the ledger has no such deal, and
    :class:`ledger.StoreUnavailable` where the database cannot be reached, which says nothing about the log.
    """
    found, log = FaultsFound(), LogWatch(deal, head)
    last = _last(ledger, deal, found)
    if processes > 1 and last >= WORTH_PARTS:
        from replay.evidence.parts import prove_in_parts

        proof = prove_in_parts(ledger, deal, processes, progress)
        if proof is not None:
            log.events, log.paid, log.computed = proof.events, proof.paid, proof.computed
            found.notes.extend([*proof.notes, *unlike(log)])
            found.add(log.kept_in(ledger, proof.head))
            _check_end(ledger, deal, proof.head, last, found)
            _check_kept(
                lambda name: ledger.snapshot_faults(name, proof.derived), deal, found, "other_snapshot", "snapshots"
            )
            return found.result(log, proof.periods, proof.head)
    told = None if progress is None else lambda done: progress(done, max(last, done))
    batches = _batches(ledger, deal, last, found)
    runs = _runs(ledger, deal, last, found)
    found.add(verify_rows(deal, log.over(_rows(ledger, deal, last, found), told), batches, runs))
    log.compare(found)
    _check_end(ledger, deal, log.head, last, found)
    if runs is None or found.count:
        # Where rows are bad their sums were not gathered, and where sums are of another kind the store compares them.
        _check_kept(ledger.sum_faults, deal, found, "other_sums", "sums")
    derived: dict[tuple[int, int], bytes] = {}
    periods = check_periods(ledger, log, found, derived)
    found.notes.extend(unlike(log))
    _check_kept(lambda name: ledger.snapshot_faults(name, derived), deal, found, "other_snapshot", "snapshots")
    return found.result(log, periods)


def _check_end(ledger: Ledger, deal: str, head: Head, last: int, found: FaultsFound) -> None:
    """Add what is wrong around the rows: how the store says that they end, and what it consists of."""
    try:
        told = ledger.head(deal)
        if last == head.sequence == told.sequence and told != head:
            message = f"the store says that the log ends with {told.hash.hex()[:16]}..., the last row has another hash"
            found.of_log("other_head", message, column="hash")
        found.add(ledger.store_faults(deal))
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        _raise_out_of_reach(fault)
        found.of_log("unreadable", f"what stands around the events cannot be read: {brief(fault)}")


def _runs(ledger: Ledger, deal: str, last: int, found: FaultsFound) -> Iterator[StoredRun] | None:
    """Return the sums beside the rows, run by run; what of them cannot be read is a fault, and ends them."""
    try:
        runs = ledger.stored_runs(deal)
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        _raise_out_of_reach(fault)
        runs = iter(())
    return None if runs is None else _while_readable(ledger, deal, runs, last, found)


def _while_readable(
    ledger: Ledger, deal: str, runs: Iterator[StoredRun], last: int, found: FaultsFound
) -> Iterator[StoredRun]:
    """Yield the sums of a log that ended at ``last``; those of events that came since are left for the next time."""
    try:
        for run in runs:
            if last and run.first == last + 1 and run.through <= ledger.head(deal).sequence:
                return
            yield run
    except Exception as fault:
        _raise_out_of_reach(fault)
        found.of_log("unreadable", f"the sums beside the events cannot be read: {brief(fault)}")


def _check_kept(faults: Callable[[str], Iterator[str]], deal: str, found: FaultsFound, code: str, what: str) -> None:
    """Add what is wrong with the sums, or the snapshots, that stand beside the events: replays are made of them."""
    try:
        for message in faults(deal):
            found.of_log(code, message)
    except Exception as fault:  # they may hold what neither driver nor library can read
        _raise_out_of_reach(fault)
        found.of_log("unreadable", f"the {what} beside the events cannot be read: {brief(fault)}")


def _last(ledger: Ledger, deal: str, found: FaultsFound) -> int:
    try:
        return ledger.head(deal).sequence
    except UnknownDeal:
        raise
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        _raise_out_of_reach(fault)
        found.of_log("unreadable", f"the end of the log cannot be read: {brief(fault)}")
        return 0


def _batches(ledger: Ledger, deal: str, last: int, found: FaultsFound) -> list[StoredBatch]:
    """Return the envelopes of the log up to its last event; none, and a fault, where they cannot be read."""
    try:
        return ledger.stored_batches(deal, known_through=last or None)
    except Exception as fault:  # as with the rows: whatever stands in a damaged database
        _raise_out_of_reach(fault)
        found.of_log("unreadable", f"the envelopes of the batches cannot be read: {brief(fault)}")
        return []


def _rows(ledger: Ledger, deal: str, last: int, found: FaultsFound) -> Iterator[StoredRow]:
    """Yield what rows can be read; a row that the database cannot give is a fault, and reading goes on behind it.

    Rows after ``last``, where that is known, came when the end of the log had been read; so did their envelopes.
    """
    after, through = 0, last or None
    for _ in range(MOST_UNREADABLE):
        try:
            for row in ledger.stored_rows(deal, after=after, known_through=through):
                yield row
                after = _sequence(row) or after
        except Exception as fault:  # a row may hold what neither driver nor library can read
            _raise_out_of_reach(fault)
            broken = brief(fault)
        else:
            return
        # Rows are fetched many at a time, and those before the bad one were lost with it: find it, one by one.
        sought = after
        for sequence in range(after + 1, after + 1 + _AT_ONCE):
            after = sequence
            try:
                yield from list(ledger.stored_rows(deal, after=sequence - 1, known_through=sequence))
            except Exception as fault:
                _raise_out_of_reach(fault)
                found.add([Fault(sequence, "", "", "unreadable", f"the row cannot be read: {brief(fault)}")])
                break
        else:
            after = sought
            break
    found.of_log("unreadable", f"nothing behind event {after} can be read: {broken}")


def _raise_out_of_reach(fault: Exception) -> None:
    """Raise it again where the database cannot be reached; a row that the driver cannot decode is within reach."""
    if isinstance(fault, StoreUnavailable) and "Could not decode" not in str(fault.__cause__):
        raise fault


def brief(fault: BaseException) -> str:
    """Return an exception as one printable line."""
    text = " ".join(str(fault).split()) or type(fault).__name__
    return ascii(text)[1:-1][:300]


def _computed(report: DistributionReport) -> Iterator[Computed]:
    """Yield what a report computed for its classes."""
    # Under the first rules the residual class was paid what cash was left, whatever its statement showed.
    for name, item in report.classes.items() if report.terms.rules > 1 else ():
        for what, computed in (("interest", item.result.all_interest), ("principal", item.result.all_principal)):
            yield Computed(report.distribution.payment_date, report.distribution.number, name, what, computed.value)


def unlike(log: LogWatch) -> Iterator[str]:
    """Say where a class was recorded as paid what was not computed when the period was closed."""
    for when, number, name, what, computed in log.computed:
        recorded = log.paid.get((number, name))
        if recorded is None:
            continue
        paid = Fraction(recorded[what == "principal"], 10_000)
        if abs(computed - paid) > _CENT:
            shown = f"{Exact(paid).decimal:,} of {what} is recorded as paid to class {name} on {when}"
            yield f"{shown}, and {Exact(computed).decimal:,} was computed when it was closed"


def check_periods(
    ledger: Ledger,
    log: LogWatch,
    found: FaultsFound,
    derived: dict[tuple[int, int], bytes] | None = None,
    *,
    seen: Callable[[int, DistributionReport], None] | None = None,
) -> int:
    """Replay every closed period as it was known at its closing; return how many have the figures they fixed.

    Each replay rests on those before it, which stand in ``derived``, and never on what the ledger keeps of any.
    ``seen`` is shown the sequence of each closing with its report.
    """
    sound, derived = 0, {} if derived is None else derived
    for sequence, event in log.closings:
        when = event.distribution_date
        if ":" not in event.report_digest:
            found.notes.append(f"event {sequence} closed {when} without a digest of its report; nothing to compare")
            continue
        try:
            replay = ledger.replayed(log.deal, when, known_through=sequence - 1, derived=derived)
            version = event.report_digest.partition(":")[0]
            digest = replay.report.digest_of(int(version)) if version in _DIGESTS else ""
        except Exception as fault:  # rows that contradict each other may break any step of a replay
            _raise_out_of_reach(fault)
            message = f"the distribution of {when} cannot be replayed: {brief(fault)}"
            found.add([Fault(sequence, event.event_id, "report_digest", "not_replayable", message)])
            continue
        derived[replay.place] = replay.content
        if seen is not None:
            seen(sequence, replay.report)
        log.computed.extend(_computed(replay.report))
        same_facts = event.facts_digest.partition(":")[0] == replay.facts_digest.partition(":")[0]
        if not digest and version == _NEVER_RELEASED:
            found.notes.append(f"event {sequence} closed {when} with a digest that this release does not make")
        elif digest != event.report_digest:
            message = f"the distribution of {when} replays to other figures than those that its closing fixed"
            found.add([Fault(sequence, event.event_id, "report_digest", "other_figures", message)])
        elif same_facts and event.facts_digest != replay.facts_digest:
            message = f"the distribution of {when} replays to other facts than those that its closing fixed"
            found.add([Fault(sequence, event.event_id, "facts_digest", "other_facts", message)])
        else:
            sound += 1
    return sound


__all__ = [
    "MOST_FAULTS",
    "FaultsFound",
    "LogWatch",
    "Progress",
    "Verification",
    "brief",
    "check_periods",
    "parse_head",
    "verify",
]
