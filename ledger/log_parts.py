"""Verifying a part of a log by itself: from any batch on, as if everything before it had been verified.

What the rules must know of what stands before the part is loaded as a writer loads it, from the sums; and the sums are
verified by whoever verifies the parts that they are of. So if every part is sound, the whole is: the first part rests
on nothing, and each of the others on sums that those before it have proved. Where any part is not, nothing is known but
that; what is wrong where is for a verification from the first event on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import takewhile

from ledger.evidence.cuts import CutsCheck
from ledger.evidence.faults import Fault
from ledger.evidence.rows import RowVerifier, Start, verified
from ledger.evidence.sums import SumsCheck
from ledger.reading.pages import in_pages
from ledger.rules import Original
from ledger.store.database.event_store import EventStore
from ledger.store.rows import StoredRow, StoredRun
from ledger.store.source import Source
from ledger.values.selector import Selector
from ledger.writing.loading import load_everything, originals_known

Watch = Callable[[Iterator[StoredRow]], Iterator[StoredRow]]
"""Looks on while rows pass."""

_TRIES = 64
"""Runs that are looked at for the end of a batch."""

_RATED = ("loan_boarded", "loan_rate_changed")


_OF_A_CLOSING = 1_400
"""Events that take as long to verify as replaying a closing takes beyond what grows with its month."""

_OF_A_START = 12_000
"""Events that take as long as what a part does beyond its rows: what stands before it, and a replay with no base."""

_BESIDE = 0.25
"""What goes through the indexes takes, as a share of what verifying the events takes."""


def part_ends(reading: Source, deal: str, parts: int) -> list[int]:
    """Return where the log of a deal can be cut into about as many parts: ends of batches, the last one its end.

    The parts are as much work as one another, by events and by closings, but for the first: it has less, so that
    who is done with it may look at what stands around the rows. A log is not cut where its terms demand second persons:
    who approved what is followed from the first event on.
    """
    key = reading.deal_key(deal)
    head = reading.head(key).sequence
    runs = reading.stored_runs(key)
    if runs is None or next(iter(reading.rows(key, Selector(types=("act_approved",)), limit=1)), None) is not None:
        return [head]
    closed = [row.sequence for row in reading.rows(key, Selector(types=("period_closed",)), known_through=head)]
    ends: list[int] = []
    for wanted in shares(head, closed, parts):
        end = batch_end(reading, key, wanted)
        # One as far behind it, or less, will do as well.
        end = max(end, batch_end(reading, key, min(2 * wanted - end, head - 1)))
        if end > (ends[-1] if ends else 0):
            ends.append(end)
    return [*ends, head]


def shares(head: int, closings: Sequence[int], parts: int) -> list[int]:
    """Return the sequences after which a log with these closings is to be cut into parts of about the same work."""
    rows = head + _OF_A_CLOSING * len(closings)
    beside, start = int(_BESIDE * head), min(_OF_A_START, head // 8)
    each = (rows + beside + start * (parts - 1)) // parts
    found = []
    for part in range(1, parts):
        work = part * each - beside - start * (part - 1)
        if 0 < work < rows:
            found.append(_reached(work, closings))
    return found


def _reached(work: int, closings: Sequence[int]) -> int:
    """Return the sequence up to which there is so much work."""
    for passed, sequence in enumerate(closings):
        before = work - _OF_A_CLOSING * passed
        if before <= sequence:
            return before
        if before <= sequence + _OF_A_CLOSING:
            return sequence
    return work - _OF_A_CLOSING * len(closings)


def batch_end(reading: Source, key: int, wanted: int) -> int:
    """Return where a batch ends that is not far before a sequence, as far as stamps show; 0 where none is found."""
    end = reading.run_end(key, wanted)
    for _ in range(_TRIES):
        if not end:
            break
        found = list(reading.rows(key, after=end - 1, known_through=end + 1))
        if len(found) == 2 and found[0].recorded_at < found[1].recorded_at:
            return end
        end = reading.run_end(key, end - 1)
    return 0


def part_faults(store: EventStore, deal: str, after: int, through: int, watch: Watch) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a deal behind a sequence and up to another, and with their sums."""
    with store.reading() as reading:
        key = reading.deal_key(deal)
        start, places = _start(reading, store, deal, key, after) if after else (None, {})
        cuts = _cuts(reading, key, after) if after else None
        batches = reading.batches(key, after=after, known_through=through)
        head = reading.head(key).sequence

        def is_of_part(run: StoredRun) -> bool:
            # What stands behind the end of the log is of no part, and so it is for the last of them to say so; what
            # was appended since is left for the next time.
            return run.through <= through or run.through > head

        runs = list(takewhile(is_of_part, reading.stored_runs(key, after=after)))

    def page(reading: Source, after: int, known: int | None, limit: int | None) -> Generator[StoredRow, None, None]:
        yield from reading.rows(reading.deal_key(deal), after=after, known_through=known, limit=limit)

    rows = in_pages(store, deal, page, after=after, known_through=through, limit=None)
    verifier = RowVerifier(deal, batches, start)
    yield from verified(verifier, watch(rows), SumsCheck(runs, expected=after + 1, places=places, cuts=cuts))


def _cuts(reading: Source, key: int, after: int) -> CutsCheck:
    """Return what checks the sums of a pool's cuts behind a sequence."""
    stood = reading.pool_moved(key, known_through=after, before=None)
    boarded = reading.loans_boarded(key, known_through=after)
    return CutsCheck({loan: held.cut for loan, held in boarded.items()}, stood)


def _start(
    reading: Source, store: EventStore, deal: str, key: int, after: int
) -> tuple[Start, dict[str, tuple[int, int, int]]]:
    """Return what a verifier must know of the log up to a sequence, and where its loans stand."""
    state = load_everything(reading, deal, key, after)
    standings = reading.loan_standings(key, known_through=after)
    rates: dict[str, set[int]] = {}
    rated = reading.month_columns(key, Selector(types=_RATED), ("loan", "note_rate", "reverses"), known_through=after)
    for loan, note_rate, reverses in rated:
        if reverses is None:
            rates.setdefault(loan, set()).add(note_rate)
    last = next(iter(reading.rows(key, after=after - 1, known_through=after)))

    def earlier(event_id: str) -> Original | None:
        with store.reading() as held:
            return originals_known(held, key, [event_id], after).get(event_id)

    places = {loan: (item.balance, item.on_books, item.latest) for loan, item in standings.items()}
    start = Start(last.sequence, bytes(last.hash), last.recorded_at, last.deal_key, state, rates, earlier)
    return start, places


__all__ = ["batch_end", "part_ends", "part_faults", "shares"]
