"""Verifying the sums that stand beside the rows: every run is added up again while its rows pass.

A replay is made of sums, not of rows (:mod:`ledger.store.run_sums`), so a sum that is wrong, missing or there twice
changes an answer while every row is sound. What is derived here is derived from the rows that were verified, by code of
its own: a mistake of the writer's is not made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from ledger.events.base import COMPONENTS
from ledger.evidence.cuts import CutsCheck
from ledger.evidence.faults import shown
from ledger.journal.movements import BALANCE_SIGN, BOARDING, REMOVALS
from ledger.store.rows import StoredRow, StoredRun

_AT = {name: place for place, name in enumerate(StoredRow._fields)}
_GROUPED = itemgetter(
    *map(_AT.__getitem__, ("distribution", "posts_as", "loan_group", "class_id", "code", "effective_date"))
)
_COMPONENTS = itemgetter(slice(_AT[COMPONENTS[0]], _AT[COMPONENTS[-1]] + 1))
_TYPE_IN_GROUP = 1
_MOVED = itemgetter(
    *map(_AT.__getitem__, ("posts_as", "loan", "loan_group", "distribution", "principal", "memo", "loans"))
)


class SumsCheck:
    """Compares the stored sums of a deal with those of its rows, as these pass in sequence.

    Of what is wrong the first thing is told: whatever comes behind it may be its doing. Runs and rows begin with the
    event ``expected``; ``places`` says where loans stand before it: balance, standing, and latest distribution, and
    ``cuts`` what they are cut by.
    """

    def __init__(
        self,
        runs: Iterable[StoredRun],
        *,
        expected: int = 1,
        places: dict[str, tuple[int, int, int]] | None = None,
        cuts: CutsCheck | None = None,
    ) -> None:
        self._runs = iter(runs)
        self._run: StoredRun | None = None
        self._expected = expected
        self._rows: list[StoredRow] = []
        self._places = {} if places is None else places
        self._cuts = CutsCheck() if cuts is None else cuts
        self._fault = ""
        self._next()

    def add(self, rows: Sequence[StoredRow]) -> None:
        """Take verified rows in; every run that they complete is compared."""
        start = 0
        while start < len(rows) and not self._fault:
            if self._run is None:
                self._fault = (
                    f"the sums end at event {self._expected - 1}, and there is an event {rows[start].sequence}"
                )
                return
            end = min(len(rows), start + self._run.through - self._expected + 1 - len(self._rows))
            self._rows.extend(rows[start:end])
            start = end
            if len(self._rows) > self._run.through - self._expected:
                self._compare(self._run, self._rows)
                self._expected, self._rows = self._run.through + 1, []
                self._next()

    def finish(self) -> Iterator[str]:
        """Yield what is wrong with the sums once every row has passed."""
        if not self._fault and self._rows and self._run is not None:
            last = self._expected + len(self._rows) - 1
            self._fault = f"the sums end at event {self._run.through}, the log at {last}"
        elif not self._fault and self._run is not None:
            self._fault = (
                f"there are sums of events {self._run.first} to {self._run.through}, "
                f"and the log ends at {self._expected - 1}"
            )
        if self._fault:
            yield self._fault

    def _next(self) -> None:
        """Take the next run up; it must follow the one before."""
        self._run = run = next(self._runs, None)
        if run is not None and (run.first != self._expected or run.through < run.first):
            self._fault = (
                f"the sums of events {shown(run.first)} to {shown(run.through)} stand where those from event "
                f"{self._expected} on belong"
            )

    def _compare(self, run: StoredRun, rows: Sequence[StoredRow]) -> None:
        by_group: defaultdict[tuple[Any, ...], list[tuple[int, ...]]] = defaultdict(list)
        for group, components in zip(map(_GROUPED, rows), map(_COMPONENTS, rows), strict=True):
            by_group[group].append(components)
        totals = [(*group, *map(sum, zip(*members, strict=True)), len(members)) for group, members in by_group.items()]
        moving = {group[_TYPE_IN_GROUP] for group in by_group} & BALANCE_SIGN.keys()
        if not _same(totals, run.totals):
            self._fault = f"the totals of events {run.first} to {run.through} are not the sums of these events"
        elif not _same(list(self._moves(rows, moving)) if moving else [], run.loans):
            self._fault = (
                f"the balances by loan of events {run.first} to {run.through} are not the sums of these events, or "
                "a loan does not stand behind them where it is said to"
            )
        elif not self._cuts.is_sound(run.cuts, rows, moving):
            self._fault = (
                f"what events {run.first} to {run.through} are said to move under what the pool is cut by is not what "
                "they move"
            )

    def _moves(self, rows: Sequence[StoredRow], moving: set[str]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows that a run's sums by loan must have."""
        moved: dict[str, dict[int, tuple[str, int, int]]] = {}
        for posts_as, loan, group, distribution, principal, memo, loans in map(_MOVED, rows):
            if posts_as not in moving or not loan:
                continue
            balance, on_books = 0, 0
            held = moved.get(loan)
            if held is None:
                held = moved[loan] = {}
            elif distribution in held:
                _, balance, on_books = held[distribution]
            if posts_as == BOARDING:
                balance += principal + memo
                on_books += (memo > 0) - (memo < 0) if memo else loans
            else:
                balance += BALANCE_SIGN[posts_as] * principal
                on_books -= loans if posts_as in REMOVALS else 0
            held[distribution] = group, balance, on_books
        for loan, months in moved.items():
            balance, on_books, latest = self._places.get(loan, (0, 0, 0))
            for distribution, (_, moved_balance, moved_on_books) in months.items():
                balance += moved_balance
                on_books += moved_on_books
                latest = max(latest, distribution)
            self._places[loan] = balance, on_books, latest
            for distribution, month in months.items():
                after = (balance, on_books) if distribution == latest else (None, None)
                yield (loan, distribution, *month, *after)


def _same(derived: Sequence[tuple[Any, ...]], stored: Sequence[tuple[Any, ...]]) -> bool:
    """Say whether stored rows are the derived ones, of which none comes twice, in whatever order."""
    return len(derived) == len(stored) and set(derived) == set(stored)


__all__ = ["SumsCheck"]
