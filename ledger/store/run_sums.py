"""The sums of a batch, run by run: gathered while it is decided, and written with it.

What is gathered here says nothing that the events do not; :func:`ledger.store.database.runs.differences` derives the
same in SQL from what is stored, and verification holds the two to each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, Protocol

import attrs

from ledger.events.base import COMPONENTS
from ledger.journal.cuts import CutOf, Moved
from ledger.journal.movements import BALANCE_SIGN, BOARDING, REMOVALS
from ledger.store.rows import StoredRow
from ledger.store.run_cuts import RunCuts

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
_AT_TYPE = TotalKey._fields.index("posts_as")
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
    """Where a loan stands after the batch, and the latest distribution that moved it before: what a run adds to.

    ``cut`` is what it is cut by, None for a loan that the log did not have before.
    """

    balance: int
    on_books: int
    latest: int
    cut: CutOf | None


@attrs.define
class LoanPlace:
    """A place that is moved by the sums themselves, where nobody who decides moves it."""

    balance: int = 0
    on_books: int = 0
    latest: int = 0
    cut: CutOf | None = None


class RunSums:
    """Sums over the runs of one batch; a run is known by its place in the batch.

    ``places`` are those of the loans that the batch moves, when :meth:`loans` is asked for.
    """

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = places
        self._totals: dict[tuple[int, Any], list[int]] = {}
        self._loans: dict[str, _Move | list[_Move]] = {}
        self._boarded: list[_Boarded] = []
        self.noted = RunCuts(RUN_EVENTS)

    def add(self, run: int, key: tuple[Any, ...], components: Sequence[int], events: int) -> None:
        """Add the summed components of some events of a run, under a :class:`TotalKey` or as plain a tuple."""
        held = self._totals.get((run, key))
        moved = (*components, events)
        self._totals[run, key] = list(moved) if held is None else [a + b for a, b in zip(held, moved, strict=True)]

    def move_loan(self, run: int, loan: str, distribution: int, group: str, balance: int, on_books: int) -> None:
        """Add what an event of a run does to its loan; the last one says which group it is of."""
        self._settle()
        held = self._loans.get(loan)
        if held is None:
            self._loans[loan] = _Move(run, distribution, group, balance, on_books)
            return
        moves = _listed(held)
        for move in reversed(moves):
            if move.run == run and move.distribution == distribution:
                move.group, move.balance, move.on_books = group, move.balance + balance, move.on_books + on_books
                return
        moves.append(_Move(run, distribution, group, balance, on_books))
        self._loans[loan] = moves

    def board(
        self,
        offset: int,
        loans: Sequence[str],
        distributions: Sequence[int],
        groups: Sequence[str],
        moved: Sequence[tuple[int, int]],
    ) -> None:
        """Add loans that the log did not have before, each once, from ``offset`` events after the beginning on.

        ``moved`` are their balances and standings. They stay columns for as long as nothing else moves a loan.
        """
        self._boarded.append(_Boarded(offset, loans, distributions, groups, moved))

    def _settle(self) -> None:
        """Turn what was boarded as columns into a move for each loan."""
        columns, self._boarded = self._boarded, []
        for held in columns:
            for place, (loan, distribution, group, (balance, on_books)) in enumerate(held.rows(), held.offset):
                self._loans[loan] = _Move(place // RUN_EVENTS, distribution, group, balance, on_books)

    @property
    def moved(self) -> Iterable[str]:
        """The loans that the batch moved."""
        self._settle()
        return self._loans.keys()

    @property
    def moving(self) -> Iterable[str]:
        """The loans that the batch moved, but for those that it boarded by columns."""
        return self._loans.keys()

    def add_rows(self, rows: Sequence[tuple[Any, ...]], offset: int) -> None:
        """Add rows that stand ``offset`` events after the beginning of the batch."""
        start = 0
        while start < len(rows):
            run = (offset + start) // RUN_EVENTS
            end = min(len(rows), (run + 1) * RUN_EVENTS - offset)
            self._add_run(run, rows[start:end] if end - start < len(rows) else rows)
            start = end

    def _add_run(self, run: int, rows: Sequence[tuple[Any, ...]]) -> None:
        by_key: defaultdict[tuple[Any, ...], list[Sequence[int]]] = defaultdict(list)
        for key, components in zip(map(_KEY, rows), map(_COMPONENTS, rows), strict=True):
            by_key[key].append(components)
        for key, members in by_key.items():
            self.add(run, key, [sum(values) for values in zip(*members, strict=True)], len(members))
        moving = {key[_AT_TYPE] for key in by_key} & BALANCE_SIGN.keys()
        for row in rows if moving else ():
            posts_as = row[_POSTS_AS]
            if posts_as in moving and row[_LOAN]:
                balance = balance_moved(posts_as, row[_PRINCIPAL], row[_MEMO])
                on_books = standing_moved(posts_as, row[_MEMO], row[_LOANS])
                self.move_loan(run, row[_LOAN], row[_DISTRIBUTION], row[_GROUP], balance, on_books)

    def carry(self, places: dict[str, LoanPlace]) -> None:
        """Move places as far as the batch moved their loans."""
        self._settle()
        for loan, held in self._loans.items():
            place = places.get(loan)
            if place is None:
                place = places[loan] = LoanPlace()
            for move in _listed(held):
                place.balance, place.on_books = place.balance + move.balance, place.on_books + move.on_books

    def totals(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_totals``, for a batch of ``count`` events from the sequence ``first`` on."""
        for (run, key), moved in self._totals.items():
            start, through = _bounds(run, first, count)
            yield (deal_key, *key, through, start, *moved)

    def loans(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_loans``, in the order of its key; each place then knows its latest distribution."""
        ends = [_bounds(run, first, count)[1] for run in range((count - 1) // RUN_EVENTS + 1)]
        if len(self._boarded) == 1 and not self._loans:
            yield from self._only_boarded(deal_key, self._boarded[0], ends)
            return
        self._settle()
        for loan in sorted(self._loans):
            place, moves = self.places[loan], _listed(self._loans[loan])
            if len(moves) > 1:
                _place_all(moves, place)
            else:
                move = moves[0]
                if move.distribution >= place.latest:
                    move.balance_after, move.on_books_after = place.balance, place.on_books
                    place.latest = move.distribution
            for move in moves:
                yield (
                    deal_key,
                    loan,
                    move.distribution,
                    ends[move.run],
                    move.group,
                    move.balance,
                    move.on_books,
                    move.balance_after,
                    move.on_books_after,
                )

    @property
    def _moves(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield every move of a loan: the loan, the run, the distribution and the balance."""
        for held in self._boarded:
            for place, (loan, distribution, _, (balance, _)) in enumerate(held.rows(), held.offset):
                yield loan, place // RUN_EVENTS, distribution, balance
        for loan, moves in self._loans.items():
            for move in _listed(moves):
                yield loan, move.run, move.distribution, move.balance

    def cuts(
        self, deal_key: int, first: int, count: int, before: Callable[[], Moved | None]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_cuts``; every place then knows what its loan is cut by.

        The rows of the batch were noted in :attr:`noted`, and no loan's cut is unread. ``before`` returns what the log
        before the batch comes to; None where that is of no use.
        """
        for run, row in self.noted.rows(self.places, lambda: self._moves, before):
            yield deal_key, _bounds(run, first, count)[1], *row

    def _only_boarded(self, deal_key: int, held: _Boarded, ends: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        # Places are sorted, and no rows: of a large pool these would be as much again as its loans.
        loans, places = held.loans, self.places
        for at in sorted(range(len(loans)), key=loans.__getitem__):
            loan, distribution, place = loans[at], held.distributions[at], places[loans[at]]
            place.latest = distribution
            through = ends[(held.offset + at) // RUN_EVENTS]
            yield (
                deal_key,
                loan,
                distribution,
                through,
                held.groups[at],
                *held.moved[at],
                place.balance,
                place.on_books,
            )


class _Boarded(NamedTuple):
    """Loans that a batch boarded, as columns."""

    offset: int
    loans: Sequence[str]
    distributions: Sequence[int]
    groups: Sequence[str]
    moved: Sequence[tuple[int, int]]

    def rows(self) -> list[tuple[str, int, str, tuple[int, int]]]:
        """Return loan, distribution, group, and what moved, loan by loan."""
        return list(zip(self.loans, self.distributions, self.groups, self.moved, strict=True))


@attrs.define
class _Move:
    """What one run did to a loan in one distribution, and where that left it; None where the move is late."""

    run: int
    distribution: int
    group: str
    balance: int
    on_books: int
    balance_after: int | None = None
    on_books_after: int | None = None


def _listed(held: _Move | list[_Move]) -> list[_Move]:
    """Return the moves of a loan; most have one, which is held without a list around it."""
    return held if isinstance(held, list) else [held]


def _place_all(moves: list[_Move], place: Place) -> None:
    """Say where several moves left their loan, and put them in the order of their key."""
    balance = place.balance - sum(move.balance for move in moves)
    on_books = place.on_books - sum(move.on_books for move in moves)
    moves.sort(key=attrgetter("run", "distribution"))
    for _, together in groupby(moves, key=attrgetter("run")):
        for move in together:
            balance, on_books = balance + move.balance, on_books + move.on_books
        # The last distribution of a run; those before it are late by it.
        if move.distribution >= place.latest:
            move.balance_after, move.on_books_after = balance, on_books
            place.latest = move.distribution
    moves.sort(key=attrgetter("distribution", "run"))


def _bounds(run: int, first: int, count: int) -> tuple[int, int]:
    return first + run * RUN_EVENTS, first + min((run + 1) * RUN_EVENTS, count) - 1
