"""The sums of a batch, run by run: gathered while it is decided, and written with it.

What is gathered here says nothing that the events do not; :func:`ledger.store.runs.differences` derives the same in
SQL from what is stored, and verification holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

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


class RunSums:
    """Sums over the runs of one batch; a run is known by its place in the batch."""

    def __init__(self) -> None:
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
            group, balance, on_books = max(group, held[0]), held[1] + balance, held[2] + on_books
        self._loans[key] = (group, balance, on_books)

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

    def totals(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_totals``, for a batch of ``count`` events from the sequence ``first`` on."""
        for (run, key), moved in self._totals.items():
            start, through = _bounds(run, first, count)
            yield (deal_key, *key, through, start, *moved)

    def loans(self, deal_key: int, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``run_loans``, in the order of its key."""
        for (run, loan, distribution), moved in sorted(self._loans.items(), key=_by_loan):
            yield (deal_key, loan, distribution, _bounds(run, first, count)[1], *moved)


def _by_loan(item: tuple[tuple[int, str, int], object]) -> tuple[str, int, int]:
    (run, loan, distribution), _ = item
    return loan, distribution, run


def _bounds(run: int, first: int, count: int) -> tuple[int, int]:
    return first + run * RUN_EVENTS, first + min((run + 1) * RUN_EVENTS, count) - 1


def _summed(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    return [sum(values) for values in zip(*map(_COMPONENTS, rows), strict=True)]
