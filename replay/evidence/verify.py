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

import re
from collections.abc import Callable, Iterable, Iterator

from ledger import (
    Fault,
    Head,
    Ledger,
    StoredBatch,
    StoredRow,
    StoredRun,
    UnknownDeal,
    verify_rows,
)
from replay.evidence.closed_periods import check_periods, unlike
from replay.evidence.kept import Kept, LastHash
from replay.evidence.watching import (
    FaultsFound,
    LogWatch,
    Progress,
    Verification,
    brief,
    raise_out_of_reach,
    sequence_of,
)

MOST_UNREADABLE = 100
"""Rows that may be unreadable, one by one, before the rest of a damaged database is given up."""

WORTH_PARTS = 20_000
"""Events from which on a log is worth being verified in parts: it takes a second to start a process."""

_AT_ONCE = 2_000
"""Rows that the store fetches at a time: so many are read one by one to find the bad one among them."""

_HEAD = re.compile(r"(?:(0|[1-9][0-9]{0,17})[ :])?([0-9a-f]{64})", re.ASCII)


def parse_head(text: str) -> Head | LastHash:
    """Return the head that ``sequence:hash``, ``sequence hash`` or a hash alone stands for; raises ValueError.

    A hash alone is held to the last event of a log, wherever that stands.
    """
    found = _HEAD.fullmatch(text.removesuffix("\n"))
    if found is None:
        shown = f"{text[:100]!r}{'' if len(text) <= 100 else f'... ({len(text):,} characters)'}"
        raise ValueError(
            f"{shown} is not SEQUENCE:HASH (nor the hash alone), the hash as 64 hexadecimal digits in small letters"
        )
    digest = bytes.fromhex(found[2])
    return LastHash(digest) if found[1] is None else Head(int(found[1]), digest)


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
            _check_end(ledger, deal, proof.head, last, found, proof.around)
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


def _check_end(
    ledger: Ledger, deal: str, head: Head, last: int, found: FaultsFound, around: Iterable[Fault] | None = None
) -> None:
    """Add what is wrong around the rows: how the store says that they end, and what it consists of.

    The latter may have been looked at already (``around``).
    """
    try:
        told = ledger.head(deal)
        if last == head.sequence == told.sequence and told != head:
            message = f"the store says that the log ends with {told.hash.hex()[:16]}..., the last row has another hash"
            found.of_log("other_head", message, column="hash")
        found.add(ledger.store_faults(deal) if around is None else around)
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        raise_out_of_reach(fault)
        found.of_log("unreadable", f"what stands around the events cannot be read: {brief(fault)}")


def _runs(ledger: Ledger, deal: str, last: int, found: FaultsFound) -> Iterator[StoredRun] | None:
    """Return the sums beside the rows, run by run; what of them cannot be read is a fault, and ends them."""
    try:
        runs = ledger.stored_runs(deal)
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        raise_out_of_reach(fault)
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
        raise_out_of_reach(fault)
        found.of_log("unreadable", f"the sums beside the events cannot be read: {brief(fault)}")


def _check_kept(faults: Callable[[str], Iterator[str]], deal: str, found: FaultsFound, code: str, what: str) -> None:
    """Add what is wrong with the sums, or the snapshots, that stand beside the events: replays are made of them."""
    try:
        for message in faults(deal):
            found.of_log(code, message)
    except Exception as fault:  # they may hold what neither driver nor library can read
        raise_out_of_reach(fault)
        found.of_log("unreadable", f"the {what} beside the events cannot be read: {brief(fault)}")


def _last(ledger: Ledger, deal: str, found: FaultsFound) -> int:
    try:
        return ledger.head(deal).sequence
    except UnknownDeal:
        raise
    except Exception as fault:  # what stands in a damaged database may break any step of reading it
        raise_out_of_reach(fault)
        found.of_log("unreadable", f"the end of the log cannot be read: {brief(fault)}")
        return 0


def _batches(ledger: Ledger, deal: str, last: int, found: FaultsFound) -> list[StoredBatch]:
    """Return the envelopes of the log up to its last event; none, and a fault, where they cannot be read."""
    try:
        return ledger.stored_batches(deal, known_through=last or None)
    except Exception as fault:  # as with the rows: whatever stands in a damaged database
        raise_out_of_reach(fault)
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
                after = sequence_of(row) or after
        except Exception as fault:  # a row may hold what neither driver nor library can read
            raise_out_of_reach(fault)
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
                raise_out_of_reach(fault)
                found.add([Fault(sequence, "", "", "unreadable", f"the row cannot be read: {brief(fault)}")])
                break
        else:
            after = sought
            break
    found.of_log("unreadable", f"nothing behind event {after} can be read: {broken}")


__all__ = ["MOST_UNREADABLE", "WORTH_PARTS", "parse_head", "verify"]
