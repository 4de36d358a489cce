"""The queries about loans: where each stands, what is in force of it, which have left for good.

What is asked loan by loan takes the loans as one list and looks each up in the order of a key, so that loans long gone
and months long past cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal_column, select, text, true

from ledger.movements import BOARDING, REMOVALS
from ledger.store.querying import ONLY_EXCEPTIONAL, UNINDEXED_SEQUENCE, Querying
from ledger.store.rows import Boarding, LoanStanding, LoanStatus
from ledger.store.runs import BALANCE, MOVES_LOAN, ON_BOOKS
from ledger.store.schema import EXCEPTIONAL, events, run_loans, run_totals

_STATUS = "loan_status_changed"
_RATED = (BOARDING, "loan_rate_changed")


class LoanQueries(Querying):
    """Asks about loans."""

    def loan_standings(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        loans: Sequence[str] | None = None,
        first: int | None = None,
    ) -> dict[str, LoanStanding]:
        """Return where each loan stands after the distribution ``last`` (None: now), and where before it.

        With ``first``, how far it was moved from that distribution on.
        """
        complete = self._complete(deal_key, known_through)
        found: dict[str, LoanStanding] = {}
        rows: Iterable[Any]
        if not self._on_postgresql:
            rows = self._moved_each(deal_key, complete, first, last, loans)
        else:
            columns = run_loans.c
            whole = [columns.deal_key == deal_key, columns.through_sequence <= complete]
            rows = self._moved(run_loans, columns.balance, columns.on_books, whole, first, last, loans)
        if complete < known_through:
            cut = [
                events.c.deal_key == deal_key,
                events.c.sequence > complete,
                events.c.sequence <= known_through,
                text(MOVES_LOAN),
            ]
            balance: ColumnElement[Any] = literal_column(f"({BALANCE})")
            on_books: ColumnElement[Any] = literal_column(f"({ON_BOOKS})")
            rows = [*rows, *self._moved(events, balance, on_books, cut, first, last, loans)]
        for loan, group, balance_units, on_books_units, opening in rows:
            held = found.get(loan)
            found[loan] = (
                LoanStanding(group, int(balance_units), int(on_books_units), int(opening))
                if held is None
                else LoanStanding(
                    held.group,
                    held.balance + int(balance_units),
                    held.on_books + int(on_books_units),
                    held.opening + int(opening),
                )
            )
        return found

    def _moved(
        self,
        table: FromClause,
        balance: ColumnElement[Any],
        on_books: ColumnElement[Any],
        conditions: list[Any],
        first: int | None,
        last: int | None,
        loans: Sequence[str] | None,
    ) -> Sequence[Any]:
        columns = table.c
        opening = func.sum(balance) if last is None else func.sum(case((columns.distribution < last, balance), else_=0))
        statement = (
            select(columns.loan, func.max(columns.loan_group), func.sum(balance), func.sum(on_books), opening)
            .where(*conditions)
            .group_by(columns.loan)
        )
        if first is not None:
            statement = statement.where(columns.distribution >= first)
        if last is not None:
            statement = statement.where(columns.distribution <= last)
        if loans is not None:
            statement = statement.where(self._among(columns.loan, loans))
        return self._execute(statement)

    def _moved_each(
        self, deal_key: int, complete: int, first: int | None, last: int | None, loans: Sequence[str] | None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the same of an embedded ledger, loan by loan: SQLite compares no names that way and sums less a row."""
        listed = self._listed(loans) if loans is not None else self._boarded(deal_key)
        columns = run_loans.c
        of_loan = [
            columns.deal_key == deal_key,
            columns.loan == listed.c.value,
            columns.through_sequence <= complete,
        ]
        sums = func.json_array(func.max(columns.loan_group), func.sum(columns.balance), func.sum(columns.on_books))
        through = select(sums).where(*of_loan, *([] if first is None else [columns.distribution >= first]))
        within = select(func.sum(columns.balance)).where(*of_loan)
        if last is not None:
            through, within = through.where(columns.distribution <= last), within.where(columns.distribution == last)
        moved = (through.scalar_subquery(), within.scalar_subquery() if last is not None else literal_column("0"))
        for loan, packed, in_last in self._execute(select(listed.c.value, *moved)):
            group, balance, on_books = msgspec.json.decode(packed)
            if group is not None:
                yield loan, group, balance, on_books, balance - (in_last or 0)

    def loans_gone(self, deal_key: int, *, known_through: int, before: int, last: int) -> frozenset[str]:
        """Return loans that left before a distribution and whose standing is nothing ever since, up to ``last``.

        A loan leaves with its whole balance, and nothing but a reversal or another boarding can bring any of it back:
        a loan that has either, or that anything moves later, is not among them.
        """
        removal, sequence = events.c, UNINDEXED_SEQUENCE
        boarding, restated = events.alias("boarding"), events.alias("restated")
        complete = self._complete(deal_key, known_through)
        moved = select(run_loans.c.loan).where(
            run_loans.c.deal_key == deal_key, run_loans.c.loan == removal.loan, run_loans.c.distribution >= before
        )
        # A loan boarded more than once, or as several loans at once, is left to be looked at.
        boarded = select(func.sum(case((boarding.c.loans > 1, 2), else_=1))).where(
            boarding.c.deal_key == deal_key,
            boarding.c.loan == removal.loan,
            boarding.c.loan != "",
            boarding.c.posts_as == BOARDING,
            *_exceptional_of("boarding"),
        )
        renamed = select(restated.c.loan).where(
            restated.c.deal_key == deal_key,
            restated.c.posts_as == _STATUS,
            restated.c.distribution.between(before, last),
            *_exceptional_of("restated"),
        )
        left = (
            select(removal.loan, func.max(removal.sequence))
            .where(
                removal.deal_key == deal_key,
                removal.loan != "",
                removal.posts_as.in_(REMOVALS),
                removal.distribution < before,
                sequence <= complete,
                removal.reverses.is_(None),
                removal.loans == 1,
                *ONLY_EXCEPTIONAL,
                ~moved.exists(),
                boarded.scalar_subquery() == 1,
                removal.loan.not_in(renamed),
            )
            .group_by(removal.loan)
        )
        reversals = (
            select(removal.loan, func.max(removal.sequence))
            .where(removal.deal_key == deal_key, removal.reverses.is_not(None), sequence <= known_through)
            .group_by(removal.loan)
        )
        reversed_at = dict(tuple(row) for row in self._execute(reversals))
        return frozenset(loan for loan, at in self._execute(left) if reversed_at.get(loan, 0) < at)

    def _in_force(
        self,
        deal_key: int,
        kind: str,
        columns: Sequence[str],
        known_through: int,
        loans: Sequence[str] | None,
        bounds: Sequence[ColumnElement[bool]],
    ) -> Sequence[Any]:
        """Return (loan, date, sequence, columns) of the latest of each loan's events of a type that stands."""
        listed = self._listed(loans) if loans is not None else self._boarded(deal_key)
        names = ("loan", "effective_date", "sequence", *columns)
        voiding, latest = events.alias("voiding"), events.alias("latest")
        voided = select(voiding.c.sequence).where(
            voiding.c.deal_key == deal_key,
            voiding.c.reverses == events.c.event_id,
            voiding.c.sequence <= known_through,
        )
        found = (
            select(*(events.c[name] for name in names))
            .where(
                events.c.deal_key == deal_key,
                events.c.loan == listed.c.value,
                events.c.loan != "",
                events.c.posts_as == kind,
                events.c.sequence <= known_through,
                events.c.reverses.is_(None),
                ~voided.exists(),
                *bounds,
                *ONLY_EXCEPTIONAL,
            )
            .order_by(events.c.effective_date.desc(), events.c.sequence.desc())
            .limit(1)
            .correlate(listed)
        )
        if self._on_postgresql:
            each = found.lateral("latest")
            return self._execute(select(each).select_from(listed.join(each, true())))
        # SQLite knows no LATERAL: the sequence of the event first, then its row.
        place = found.with_only_columns(events.c.sequence).scalar_subquery()
        places = select(place.label("place")).select_from(listed).subquery("places")
        return self._execute(
            select(*(latest.c[name] for name in names))
            .select_from(places)
            .join(latest, and_(latest.c.deal_key == deal_key, latest.c.sequence == places.c.place))
        )

    def _boarded(self, deal_key: int) -> FromClause:
        """Return a table of every loan, in the column ``value``: whatever happens to a loan, it was boarded."""
        return (
            select(events.c.loan.label("value"))
            .where(events.c.deal_key == deal_key, events.c.loan != "", events.c.posts_as == BOARDING, *ONLY_EXCEPTIONAL)
            .distinct()
            .subquery("listed")
        )

    def loan_rates(
        self, deal_key: int, *, known_through: int, loans: Sequence[str] | None = None, through: int | None = None
    ) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan, in store units, as of a business date."""
        bounds = [] if through is None else [events.c.effective_date <= through]
        found: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
        for kind in _RATED:
            columns = ("note_rate", "servicing_rate")
            for loan, day, sequence, *rates in self._in_force(deal_key, kind, columns, known_through, loans, bounds):
                at = (int(day), int(sequence))
                if loan not in found or found[loan][0] < at:
                    found[loan] = (at, (int(rates[0]), int(rates[1])))
        return {loan: rates for loan, (_, rates) in found.items()}

    def loan_statuses(
        self, deal_key: int, *, known_through: int, last: int, loans: Sequence[str] | None = None
    ) -> dict[str, LoanStatus]:
        """Return the status in force of each loan at the close of a distribution, and since which it has been."""
        # Dates and distributions go together but for what is restated: no later date need be looked through.
        days = run_totals.c
        until = select(func.max(days.effective_date)).where(
            days.deal_key == deal_key, days.posts_as == _STATUS, days.distribution <= last
        )
        bounds = [events.c.effective_date <= until.scalar_subquery(), events.c.distribution <= last]
        found: dict[str, LoanStatus] = {}
        for row in self._in_force(deal_key, _STATUS, ("code", "distribution"), known_through, loans, bounds):
            status, _, bucket = row.code.partition(":")
            found[row.loan] = LoanStatus(status, bucket, int(row.distribution))
        return found

    def boardings(self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None) -> Iterator[Boarding]:
        """Yield what was posted of the boarding of all loans, or of those given, in sequence order."""
        columns, sequence = events.c, UNINDEXED_SEQUENCE
        statement = (
            select(*(columns[name] for name in Boarding._fields))
            .where(
                columns.deal_key == deal_key,
                columns.loan != "",
                columns.posts_as == BOARDING,
                sequence <= known_through,
                *ONLY_EXCEPTIONAL,
            )
            .order_by(sequence)
        )
        if loans is not None:
            statement = statement.where(self._among(columns.loan, loans))
        return map(Boarding._make, self._execute(statement))


def _exceptional_of(name: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of exceptional events for the events under another name."""
    return tuple(literal_column(f"({condition.replace('events.', f'{name}.')})") for condition in EXCEPTIONAL)


__all__ = ["LoanQueries"]
