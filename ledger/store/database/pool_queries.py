"""The pool by columns: what loans were boarded with beside how one month moved them, read in one walk over both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, select

from ledger.journal.movements import BOARDING
from ledger.store.database.querying import ONLY_EXCEPTIONAL, UNINDEXED_SEQUENCE, Querying
from ledger.store.database.schema import events, run_loans

_TOGETHER = 2_000
_BOARDED = ("loan", "loan_group", "note_rate", "servicing_rate", "payload", "sequence")


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
        sequence, moved, late = UNINDEXED_SEQUENCE, run_loans.alias("moved"), run_loans.alias("late")
        joined = [
            moved.c.deal_key == deal_key,
            moved.c.loan == events.c.loan,
            moved.c.distribution == distribution,
            moved.c.through_sequence <= known_through,
            moved.c.balance_after.is_not(None),
        ]
        if self._has_late(deal_key):
            behind = select(late.c.loan).where(late.c.deal_key == deal_key, late.c.balance_after.is_(None))
            joined.append(moved.c.loan.not_in(behind))
        columns = (moved.c.balance, moved.c.balance_after, moved.c.on_books_after)
        statement = (
            select(*(events.c[name] for name in _BOARDED), *columns)
            .select_from(events.outerjoin(moved, and_(*joined)))
            .where(
                events.c.deal_key == deal_key,
                events.c.loan != "",
                events.c.posts_as == BOARDING,
                sequence <= known_through,
                *ONLY_EXCEPTIONAL,
            )
        )
        return self._streamed(statement, _TOGETHER)


__all__ = ["PoolQueries"]
