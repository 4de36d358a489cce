"""The pool by columns: what loans were boarded with beside how one month moved them, read in one walk over both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, select

from ledger.journal.movements import BOARDING
from ledger.store.database.querying import ONLY_EXCEPTIONAL, UNINDEXED_SEQUENCE, Querying
from ledger.store.database.schema import events, run_loans, run_totals
from ledger.store.database.side_by_side import put_together, taken_apart
from ledger.store.database.statements import kept

_TOGETHER = 2_000
_BOARDED = ("loan", "loan_group", "note_rate", "servicing_rate", "payload", "sequence")
_MOVED = ("balance", "balance_after", "on_books_after")
_DENSE = 2
"""Where one of so many events is a boarding the log is gone through; boardings elsewhere are looked up."""


class PoolQueries(Querying):
    """Asks about all loans at once."""

    def pool_columns(
        self, deal_key: int, *, known_through: int, distribution: int
    ) -> Iterator[Sequence[tuple[Any, ...]]] | None:
        """Yield every boarding with how a distribution moved its loan.

        Loan, group, its two rates, payload and sequence; then what the distribution moved, and the balance and the
        place in the pool that it left. A loan that a late row is about is given without a movement. None where a run is
        known in part only: where loans stand is then no matter of whole rows.
        """
        if self._complete(deal_key, known_through) < known_through:
            return None
        asked = {"deal_key": deal_key, "known_through": known_through, "distribution": distribution}
        late = self._has_late(deal_key)
        if self._on_postgresql:
            return self._streamed(_looked_up(late=late), _TOGETHER, asked | {"after": 0})
        end = self._boarded_through(deal_key, known_through)
        behind = self._streamed(_looked_up(late=late), _TOGETHER, asked | {"after": end})
        return chain(self._gone_through(asked, end, late=late), behind)

    def _boarded_through(self, deal_key: int, known_through: int) -> int:
        """Return the end of the stretch at the beginning of the log that is boardings above all; 0 where none is."""
        boarded = looked = end = 0
        for first, through, count in self._execute(
            _BOARDING_RUNS, {"deal_key": deal_key, "known_through": known_through}
        ):
            boarded, looked = boarded + count, looked + through - first + 1
            if looked > _DENSE * boarded:
                break
            end = through
        return end

    def _gone_through(self, asked: dict[str, int], end: int, *, late: bool) -> Iterator[Sequence[tuple[Any, ...]]]:
        statement = _within(late=late)
        for start in range(1, end + 1, _TOGETHER):
            bounds = {"start": start, "through": min(start + _TOGETHER - 1, end)}
            (texts,) = self._execute(statement, asked | bounds)
            yield list(taken_apart((*_BOARDED, *_MOVED), texts))


_BOARDING_RUNS = (
    select(run_totals.c.first_sequence, run_totals.c.through_sequence, func.sum(run_totals.c.events))
    .where(
        run_totals.c.deal_key == bindparam("deal_key"),
        run_totals.c.posts_as == BOARDING,
        run_totals.c.loan_group != "",
        run_totals.c.through_sequence <= bindparam("known_through"),
    )
    .group_by(run_totals.c.first_sequence, run_totals.c.through_sequence)
    .order_by(run_totals.c.first_sequence)
)
"""The runs that hold boardings, with how many."""


def _boardings_moved(*, late: bool) -> tuple[list[ColumnElement[Any]], FromClause, list[ColumnElement[bool]]]:
    """Return the columns of boardings with how a distribution moved their loans, where from, and of which events."""
    moved, behind = run_loans.alias("moved"), run_loans.alias("late")
    joined = [
        moved.c.deal_key == bindparam("deal_key"),
        moved.c.loan == events.c.loan,
        moved.c.distribution == bindparam("distribution"),
        moved.c.through_sequence <= bindparam("known_through"),
        moved.c.balance_after.is_not(None),
    ]
    if late:
        listed = select(behind.c.loan).where(
            behind.c.deal_key == bindparam("deal_key"), behind.c.balance_after.is_(None)
        )
        joined.append(moved.c.loan.not_in(listed))
    columns: list[ColumnElement[Any]] = [*(events.c[name] for name in _BOARDED), *(moved.c[name] for name in _MOVED)]
    of = [events.c.deal_key == bindparam("deal_key"), events.c.loan != "", events.c.posts_as == BOARDING]
    return columns, events.outerjoin(moved, and_(*joined)), of


@kept
def _looked_up(*, late: bool) -> Select[Any]:
    """Return the statement of the boardings behind a sequence, looked up one by one."""
    columns, joined, of = _boardings_moved(late=late)
    known = bindparam("after") < UNINDEXED_SEQUENCE, bindparam("known_through") >= UNINDEXED_SEQUENCE
    return select(*columns).select_from(joined).where(*of, *known, *ONLY_EXCEPTIONAL)


@kept
def _within(*, late: bool) -> Select[Any]:
    """Return the statement of the boardings within a stretch of the log, each column put together (SQLite)."""
    columns, joined, of = _boardings_moved(late=late)
    within = events.c.sequence.between(bindparam("start"), bindparam("through"))
    return select(*put_together(columns)).select_from(joined).where(*of, within)


__all__ = ["PoolQueries"]
