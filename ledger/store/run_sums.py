"""The sums of a batch, run by run: gathered while it is decided, and written with it.

What is gathered here says nothing that the events do not; :func:`ledger.store.runs.differences` derives the same in
SQL from what is stored, and verification holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import attrs

from ledger.events.base import COMPONENTS
from ledger.movements import BALANCE_SIGN, BOARDING, REMOVALS
from ledger.store.rows import StoredRow

RUN_EVENTS = 8_192
"""Events in a run at most."""

_AT = {name: place for place, name in enumerate(StoredRow._fields)}
_FIRST, _LAST = _AT[COMPONENTS[0]], _AT[COMPONENTS[-1]] + 1
_POSTS_AS, _LOAN, _GROUP, _DISTRIBUTION = (_AT[name] for name in ("posts_as", "loan", "loan_group", "distribution"))
_PRINCIPAL, _MEMO, _LOANS = (_AT[name] for name in ("principal", "memo", "loans"))


class TotalKey(NamedTuple):
    """What totals are grouped by; the order is that of the key of ``run_totals``."""

    distribution: int
    posts_as: str
    loan_group: str
    class_id: str
    code: str
    effective_date: int


_KEY = itemgetter(*(_AT[name] for name in TotalKey._fields))
_COMPONENTS = itemgetter(slice(_FIRST, _LAST))


def balance_moved(posts_as: str, principal: int, memo: int) -> int:
    """Return what an event does to the stated balance of its loan, in units of 0.0001 dollar."""
    return principal + memo if posts_as == BOARDING else BALANCE_SIGN[posts_as] * principal


def standing_moved(posts_as: str, memo: int, loans: int) -> int:
    """Return what an event does to its loan's standing in the pool: 1 in, -1 out."""
    if posts_as == BOARDING:
        return (memo > 0) - (memo < 0) if memo else loans
    return -loans if posts_as in REMOVALS else 0


class Place(Protocol):
    """Where a loan stands after the batch, and the latest distribution that moved it before: what a run adds to."""

    balance: int
    on_books: int
    latest: int


@attrs.define
class LoanPlace:
    """A place that is moved by the sums themselves, where nobody who decides moves it."""

    balance: int = 0
    on_books: int = 0
    latest: int = 0


class RunSums:
    """Sums over the runs of one batch; a run is known by its place in the batch.

    ``places`` are those of the loans that the batch moves, when :meth:`loans` is asked for.
    """

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = places
        self._totals: dict[tuple[int, Any], list[int]] = {}
        self._loans: dict[tuple[int, str, int], tuple[str, int, int]] = {}

    def add(self, run: int, key: tuple[Any, ...], components: Sequence[int], events: int) -> None:
        """Add the summed components of some events of a run, under a :class:`TotalKey` or as plain a tuple."""
        held = self._totals.get((run, key))
        moved = (*components, events)
        self._totals[run, key] = list(moved) if held is None else [a + b for a, b in zip(held, moved, strict=True)]

    def move_loan(self, run: int, loan: str, distribution: int, group: str, balance: int, on_books: int) -> None:
        """Add what an event of a run does to its loan."""
        key = (run, loan, distribution)
        held = self._loans.get(key)
        if held is not None:
            balance, on_books = held[1] + balance, held[2] + on_books
        self._loans[key] = (group, balance, on_books)

    @property
    def moved(self) -> dict[str, tuple[int, int]]:
        """What the batch did to the balance of each loan that it moved, and to its standing in the pool."""
        found: dict[str, tuple[int, int]] = {}
        for (_, loan, _), (_, balance, on_books) in self._loans.items():
            held = found.get(loan, (0, 0))
            found[loan] = (held[0] + balance, held[1] + on_books)
        return found

    def add_rows(self, rows: Sequence[tuple[Any, ...]], offset: int) -> None:
        """Add rows that stand ``offset`` events after the beginning of the batch."""
        start = 0
        while start < len(rows):
            run = (offset + start) // RUN_EVENTS
            end = min(len(rows), (run + 1) * RUN_EVENTS - offset)
            self._add_run(run, rows[start:end] if end - start < len(rows) else rows)
            start = end

    def _add_run(self, run: int, rows: Sequence[tuple[Any, ...]]) -> None:
        by_key: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for key, row in zip(map(_KEY, rows), rows, strict=True):
            held = by_key.get(key)
            if held is None:
                by_key[key] = [row]
            else:
                held.append(row)
            posts_as = row[_POSTS_AS]
            if posts_as in BALANCE_SIGN and row[_LOAN]:
                balance = balance_moved(posts_as, row[_PRINCIPAL], row[_MEMO])
                on_books = standing_moved(posts_as, row[_MEMO], row[_LOANS])
                self.move_loan(run, row[_LOAN], row[_DISTRIBUTION], row[_GROUP], balance, on_books)
        for key, members in by_key.items():
            self.add(run, key, _summed(members), len(members))

    def carry(self, places: dict[str, LoanPlace]) -> None:
        """Move places as far as the batch moved their loans."""
        for loan, (balance, on_books) in self.moved.items():
            place = places.setdefault(loan, LoanPlace())
            place.balance, place.on_books = place.balance + balance, place.on_books + on_books

    def totals(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_totals``, for a batch of ``count`` events from the sequence ``first`` on."""
        for (run, key), moved in self._totals.items():
            start, through = _bounds(run, first, count)
            yield (deal_key, *key, through, start, *moved)

    def loans(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_loans``, in the order of its key; each place then knows its latest distribution."""
        by_loan: dict[str, list[_Moved]] = {}
        for (run, loan, distribution), moved in self._loans.items():
            by_loan.setdefault(loan, []).append(_Moved(distribution, run, *moved))
        for loan in sorted(by_loan):
            moves, place = by_loan[loan], self.places[loan]
            after = _after(moves, place)
            for move in sorted(moves) if len(moves) > 1 else moves:
                distribution, run, *sums = move
                left = after.get((run, distribution), _LATE)
                yield (deal_key, loan, distribution, _bounds(run, first, count)[1], *sums, *left)


class _Moved(NamedTuple):
    """What one run did to a loan in one distribution."""

    distribution: int
    run: int
    group: str
    balance: int
    on_books: int


_LATE = (None, None)
"""What a late row says of where the loan stood after it."""


def _after(moves: list[_Moved], place: Place) -> dict[tuple[int, int], tuple[int, int]]:
    """Return where the loan stood after each of its moves that is not late, by run and distribution."""
    if len(moves) == 1:
        move = moves[0]
        if move.distribution < place.latest:
            return {}
        place.latest = move.distribution
        return {(move.run, move.distribution): (place.balance, place.on_books)}
    balance = place.balance - sum(move.balance for move in moves)
    on_books = place.on_books - sum(move.on_books for move in moves)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    last = 0
    for run, together in groupby(sorted(moves, key=itemgetter(1, 0)), key=itemgetter(1)):
        for move in together:
            balance, on_books, last = balance + move.balance, on_books + move.on_books, move.distribution
        if last >= place.latest:
            place.latest = last
            found[run, last] = (balance, on_books)
    return found


def _bounds(run: int, first: int, count: int) -> tuple[int, int]:
    return first + run * RUN_EVENTS, first + min((run + 1) * RUN_EVENTS, count) - 1


def _summed(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    return [sum(values) for values in zip(*map(_COMPONENTS, rows), strict=True)]
