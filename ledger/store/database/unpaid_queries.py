"""The queries about what loans still owe: a month whose instalments came in says nothing, and is added up here."""

from __future__ import annotations

from sqlalchemy import case, func, or_, select, union_all

from ledger.journal.movements import ROUTINE_CODE
from ledger.store.database.querying import Querying
from ledger.store.database.schema import events, run_totals
from ledger.store.rows import UnpaidMonth

_DUE = "scheduled_payment_due"
_PAID, _ON_TIME = ROUTINE_CODE
_STRETCHES = 100
"""How many stretches of the log one statement looks through; of more it looks through what lies between, too."""


class UnpaidQueries(Querying):
    """Asks about instalments."""

    def unpaid_loans(
        self,
        deal_key: int,
        *,
        known_through: int,
        distribution: int,
        cent: int,
        effective_through: int | None = None,
    ) -> list[UnpaidMonth]:
        """Return the loans whose instalments of a distribution are not what came in for them on time, to the cent."""
        stretches = self._stretches_of(deal_key, distribution)
        if not stretches:
            return []
        columns = events.c
        within = [
            columns.deal_key == deal_key,
            columns.sequence <= known_through,
            columns.distribution == distribution,
            columns.loan != "",
            or_(columns.posts_as == _DUE, (columns.posts_as == _PAID) & (columns.code == _ON_TIME)),
        ]
        if effective_through is not None:
            within.append(columns.effective_date <= effective_through)
        names = ("loan", "loan_group", "posts_as", "effective_date", "principal", "interest")
        parts = [
            select(*(columns[name] for name in names)).where(*within, columns.sequence.between(*stretch))
            for stretch in stretches
        ]
        rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("rows").c
        is_due = rows.posts_as == _DUE
        sums = [
            func.sum(case((is_due if due else ~is_due, amount), else_=0))
            for due in (True, False)
            for amount in (rows.principal, rows.interest)
        ]
        days = case((is_due, rows.effective_date))
        statement = (
            select(rows.loan, func.max(rows.loan_group), func.min(days), func.max(days), *sums)
            .group_by(rows.loan)
            .having(
                func.count(days) > 0,
                or_(
                    *(
                        func.abs(func.sum(case((is_due, amount), else_=-amount))) >= cent
                        for amount in (rows.principal, rows.interest)
                    )
                ),
            )
        )
        return [UnpaidMonth(loan, group, *map(int, rest)) for loan, group, *rest in self._execute(statement)]

    def _stretches_of(self, deal_key: int, distribution: int) -> list[tuple[int, int]]:
        """Return the stretches of the log whose runs hold instalments of a distribution, or what is paid of them."""
        keys = run_totals.c
        statement = (
            select(keys.first_sequence, keys.through_sequence)
            .where(
                keys.deal_key == deal_key,
                keys.distribution == distribution,
                keys.posts_as.in_((_DUE, _PAID)),
                keys.code.in_(("", _ON_TIME)),
            )
            .distinct()
            .order_by(keys.first_sequence)
        )
        found: list[tuple[int, int]] = []
        for start, through in self._execute(statement):
            if found and start <= found[-1][1] + 1:
                found[-1] = (found[-1][0], through)
            else:
                found.append((start, through))
        return found if len(found) <= _STRETCHES else [(found[0][0], found[-1][1])]

    def reversals(
        self, deal_key: int, *, known_through: int, first: int, last: int
    ) -> list[tuple[str, str, str, str, int]]:
        """Return the reversals of distributions that name a loan."""
        columns = events.c
        names = ("event_id", "reverses", "loan", "posts_as", "distribution")
        statement = select(*(columns[name] for name in names)).where(
            columns.deal_key == deal_key,
            columns.reverses.is_not(None),
            columns.loan != "",
            columns.sequence <= known_through,
            columns.distribution.between(first, last),
        )
        return [(event_id, voids, loan, kind, int(at)) for event_id, voids, loan, kind, at in self._execute(statement)]


__all__ = ["UnpaidQueries"]
