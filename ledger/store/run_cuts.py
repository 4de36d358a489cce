"""What a batch moves under what a pool is cut by, run by run: gathered from its boardings and from the moves of loans.

:mod:`ledger.evidence.cuts` derives the same from the rows, by code of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from ledger.events import codec
from ledger.journal.cuts import APART, CUT_COLUMNS, CutOf, CutSums, Moved, SharedParts, added, moved_text, stands
from ledger.journal.movements import BOARDING
from ledger.store.rows import BoardedLoan, Boarding, StoredCuts, StoredRow

_AT = {name: place for place, name in enumerate(StoredRow._fields)}
_TYPE, _LOAN, _GROUP, _REVERSES, _PAYLOAD, _DISTRIBUTION = (
    _AT[name] for name in ("posts_as", "loan", "loan_group", "reverses", "payload", "distribution")
)
_CLOSING = "period_closed"

UNBOARDED = CutOf((), ())
"""In the place of what a loan is cut by that was moved and never boarded."""

Move = tuple[str, int, int, int]
"""A loan, a run by its place in the batch, a distribution, and units of balance."""


class Cut(Protocol):
    """What knows what a loan is cut by."""

    cut: CutOf | None


class _Noted(NamedTuple):
    """A boarding of the batch; one that is taken back has no cut."""

    run: int
    loan: str
    cut: CutOf | None


def loans_boarded(parts: Iterable[Sequence[Boarding]]) -> dict[str, BoardedLoan]:
    """Return the loans of whose boardings these are all, in parts and in any order."""
    found: dict[str, BoardedLoan] = {}
    spelling = SharedParts()
    for rows in parts:
        payloads = [row.payload for row in rows if row.reverses is None]
        spelt = codec.raw_glances(payloads, BOARDING, CUT_COLUMNS)
        for row in rows:
            cut = APART if row.reverses is not None else spelling.cut_of(row.loan_group, next(spelt))
            found[row.loan] = BoardedLoan(row.note_rate, APART if row.loan in found else cut)
    return found


class RunCuts:
    """The boardings and closings of a batch, while its rows pass."""

    def __init__(self, run_events: int) -> None:
        self._run_events = run_events
        self._spelling = SharedParts()
        self._boardings: list[_Noted] = []
        self._closed: dict[int, int] = {}

    def note(self, rows: Sequence[tuple[Any, ...]], offset: int) -> None:
        """Note rows that stand ``offset`` events after the beginning of the batch."""
        types = set(map(itemgetter(_TYPE), rows))
        if BOARDING in types:
            self._note_boardings(rows, offset)
        if _CLOSING in types:
            for at, row in enumerate(rows, offset):
                if row[_TYPE] == _CLOSING:
                    run = at // self._run_events
                    self._closed[run] = max(row[_DISTRIBUTION], self._closed.get(run, 0))

    def _note_boardings(self, rows: Sequence[tuple[Any, ...]], offset: int) -> None:
        listed = [(at, row) for at, row in enumerate(rows, offset) if row[_TYPE] == BOARDING and row[_LOAN]]
        payloads = [row[_PAYLOAD] for _, row in listed if row[_REVERSES] is None]
        spelt = codec.raw_glances(payloads, BOARDING, CUT_COLUMNS)
        for at, row in listed:
            cut = None if row[_REVERSES] is not None else self._spelling.cut_of(row[_GROUP], next(spelt))
            self._boardings.append(_Noted(at // self._run_events, row[_LOAN], cut))

    def rows(
        self,
        places: Mapping[str, Cut],
        moves: Callable[[], Iterable[Move]],
        before: Callable[[], Moved | None],
    ) -> Iterator[tuple[int, StoredCuts]]:
        """Yield the sums of every run that has any, in order; see :meth:`ledger.store.run_sums.RunSums.cuts`."""
        sums: defaultdict[int, CutSums] = defaultdict(CutSums)
        since = self._settled(places, moves, sums)
        for loan, run, distribution, units in moves():
            if loan in since:
                cut: CutOf | None = next(cut for at, cut in reversed(since[loan]) if at <= run)
            else:
                cut = places[loan].cut
            if cut is None:
                places[loan].cut = UNBOARDED
            else:
                sums[run].move(distribution, cut, units)
        for loan, held in since.items():
            places[loan].cut = held[-1][1]
        found = {run: (held.again, held.moved()) for run, held in sums.items()}
        stood = before() if self._closed else None
        past: list[Moved] | None = None if stood is None else [stood]
        for run in sorted({*found, *self._closed}):
            again, moved = found.get(run, (0, {}))
            past = None if past is None or again else [*past, moved]
            closed, standing = self._closed.get(run), None
            if closed is not None and past is not None:
                together = added(past, through=closed)
                standing = moved_text(together) if stands(together) else None
            if moved or again or standing is not None:
                yield run, StoredCuts(again, None if standing is None else closed, moved_text(moved), standing)

    def _settled(
        self, places: Mapping[str, Cut], moves: Callable[[], Iterable[Move]], sums: Mapping[int, CutSums]
    ) -> dict[str, list[tuple[int, CutOf]]]:
        """Let places know what their loans are cut by; return from which run on, of loans that have no one boarding."""
        since: dict[str, list[tuple[int, CutOf]]] = {}
        earliest = self._moved_before(moves)
        for run, loan, cut in self._boardings:
            place = places[loan]
            known = place.cut if loan not in since else since[loan][-1][1]
            if known is None and cut is not None and earliest.get(loan, run) >= run:
                place.cut = cut
                continue
            sums[run].again += 1
            held = since.setdefault(loan, [(-1, known or UNBOARDED)])
            held.append((run, APART if cut is None or (known is not None and known is not UNBOARDED) else cut))
        return since

    def _moved_before(self, moves: Callable[[], Iterable[Move]]) -> dict[str, int]:
        """Return the first run that moved a loan, where the loans of the batch are not all boarded in its first run."""
        late = {loan for run, loan, _ in self._boardings if run}
        found: dict[str, int] = {}
        for loan, run, _, _ in moves() if late else ():
            if loan in late:
                found[loan] = min(run, found.get(loan, run))
        return found


__all__ = ["UNBOARDED", "Cut", "RunCuts", "loans_boarded"]
