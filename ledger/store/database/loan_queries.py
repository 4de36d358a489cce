"""The queries about loans: where each stands, what is in force of it, which have left for good.

What is asked loan by loan takes the loans as one list and looks each up in the order of a key, so that loans long gone
and months long past cost nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal_column,
    select,
    text,
)

from ledger.journal.movements import BOARDING
from ledger.store.database.loan_statements import LEFT, REVERSED_AT, STATUS, late_movements, latest_in_force, standings
from ledger.store.database.querying import Querying, many
from ledger.store.database.runs import BALANCE, MOVES_LOAN, ON_BOOKS
from ledger.store.database.schema import events, run_loans
from ledger.store.database.statements import columns_of_loans
from ledger.store.rows import BoardedLoan, Boarding, LoanStanding, LoanStatus
from ledger.store.run_cuts import loans_boarded

_Asked = tuple[int, int, int | None, int | None, tuple[str, ...] | None]
_STANDING = ("balance", "on_books", "opening")
_TOGETHER, _FEW = 10_000, 1_000
_SEQUENCE = itemgetter(-1)
# Every column is asked for: what makes a named tuple need not look after it for each of hundreds of thousands.
_loan_standing, _boarding = partial(tuple.__new__, LoanStanding), partial(tuple.__new__, Boarding)
_PAYMENT = "loan_payment_changed"
_RATE_CHANGES = ("loan_rate_changed",)
_RATED = (BOARDING, *_RATE_CHANGES)


class LoanQueries(Querying):
    """Asks about loans.

    What was asked last of every loan is kept: a statement and the checks of its month ask for the same, and what is
    known through a sequence never changes.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._standings: tuple[_Asked, dict[str, LoanStanding]] | None = None
        self._boardings: tuple[tuple[int, int], list[Boarding]] | None = None

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
        if first is not None and last is not None and first > last:
            return {}
        if last is None:
            # What a batch begins with is asked for once; held beside what is made of it, it would be as much again.
            return self._standings_at(deal_key, known_through, last, loans, first)
        asked = deal_key, known_through, last, first, None if loans is None else tuple(loans)
        if self._standings is None or self._standings[0] != asked:
            self._standings = asked, self._standings_at(deal_key, known_through, last, loans, first)
        return self._standings[1]

    def loan_movements(
        self, deal_key: int, *, known_through: int, first: int = 0, last: int | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield what each distribution from ``first`` to ``last`` moved of each loan's balance."""
        complete = self._complete(deal_key, known_through)
        whole = run_loans.c
        within: list[Any] = [
            whole.deal_key == deal_key,
            whole.through_sequence <= complete,
            whole.distribution >= first,
        ]
        if last is not None:
            within.append(whole.distribution <= last)
        keys = whole.loan, whole.distribution
        for loan, number, units in self._execute(select(*keys, func.sum(whole.balance)).where(*within).group_by(*keys)):
            yield loan, number, int(units)
        if complete < known_through:
            single = events.c
            conditions: list[Any] = [
                single.deal_key == deal_key,
                single.sequence > complete,
                single.sequence <= known_through,
                single.distribution >= first,
                text(MOVES_LOAN),
            ]
            if last is not None:
                conditions.append(single.distribution <= last)
            moved = select(single.loan, single.distribution, literal_column(f"({BALANCE})")).where(*conditions)
            for loan, number, units in self._execute(moved):
                yield loan, number, int(units)

    def _standings_at(
        self,
        deal_key: int,
        known_through: int,
        last: int | None,
        loans: Sequence[str] | None,
        first: int | None,
    ) -> dict[str, LoanStanding]:
        complete = self._complete(deal_key, known_through)
        of_these = self._given(loans) if loans is not None else self._boarded(deal_key, known_through)
        found = self._standing(deal_key, complete, last, of_these)
        if first is not None:
            before = self._standing(deal_key, complete, first - 1, of_these)
            found = {loan: held.since(before[loan]) if loan in before else held for loan, held in found.items()}
        if complete < known_through:
            for loan, held in self._moved(deal_key, complete, known_through, first, last, loans):
                found[loan] = found[loan].moved_by(held) if loan in found else held
        return found

    def _standing(
        self, deal_key: int, complete: int, last: int | None, of_these: Mapping[str, Any]
    ) -> dict[str, LoanStanding]:
        """Return where loans stand after a distribution, as whole runs up to ``complete`` say.

        A loan stands where its last row that is not late left it, and late rows of later runs are added to that.
        """
        values = {"deal_key": deal_key, "complete": complete, **of_these, **({} if last is None else {"last": last})}
        asked = tuple(values)
        found = {
            loan: _loan_standing((sys.intern(group), balance, on_books, balance - int(moved or 0), latest))
            for part in self._streamed(standings(asked, on_postgresql=self._on_postgresql), _TOGETHER, values)
            for loan, group, balance, on_books, latest, moved in part
        }
        if self._has_late(deal_key):
            rows = self._execute(late_movements(asked, on_postgresql=self._on_postgresql), values)
            for loan, group, *moved in rows:
                late = LoanStanding(group, *map(int, moved))
                found[loan] = found[loan].moved_by(late) if loan in found else late
        return found

    def _moved(
        self,
        deal_key: int,
        after: int,
        known_through: int,
        first: int | None,
        last: int | None,
        loans: Sequence[str] | None,
    ) -> Iterator[tuple[str, LoanStanding]]:
        """Yield how far single events moved loans: those of a run that is known in part only."""
        columns, newest = events.c, events.alias("newest")
        balance: ColumnElement[Any] = literal_column(f"({BALANCE})")
        on_books: ColumnElement[Any] = literal_column(f"({ON_BOOKS})")
        conditions: list[Any] = [
            columns.deal_key == deal_key,
            columns.sequence > after,
            columns.sequence <= known_through,
            text(MOVES_LOAN),
        ]
        if first is not None:
            conditions.append(columns.distribution >= first)
        if last is not None:
            conditions.append(columns.distribution <= last)
        if loans is not None:
            conditions.append(self._among(columns.loan, loans))
        opening = balance if last is None else case((columns.distribution < last, balance), else_=0)
        summed = (
            select(
                columns.loan,
                func.sum(balance).label("balance"),
                func.sum(on_books).label("on_books"),
                func.sum(opening).label("opening"),
                func.max(columns.distribution).label("latest"),
                func.max(columns.sequence).label("newest"),
            )
            .where(*conditions)
            .group_by(columns.loan)
            .subquery("summed")
        )
        statement = select(
            summed.c.loan, newest.c.loan_group, *(summed.c[name] for name in _STANDING), summed.c.latest
        ).join(newest, and_(newest.c.deal_key == deal_key, newest.c.sequence == summed.c.newest))
        for loan, group, *moved in self._execute(statement):
            yield loan, LoanStanding(group, *map(int, moved))

    def loans_gone(self, deal_key: int, *, known_through: int, before: int, last: int) -> frozenset[str]:
        """Return loans that left before a distribution and whose standing is nothing ever since, up to ``last``.

        A loan leaves with its whole balance, and nothing but a reversal or another boarding can bring any of it back:
        a loan that has either, or that anything moves later, is not among them.
        """
        complete = self._complete(deal_key, known_through)
        left = {"deal_key": deal_key, "before": before, "last": last, "complete": complete}
        reversals = {"deal_key": deal_key, "known_through": known_through}
        reversed_at = dict(tuple(row) for row in self._execute(REVERSED_AT, reversals))
        return frozenset(loan for loan, at in self._execute(LEFT, left) if reversed_at.get(loan, 0) < at)

    def _in_force(
        self,
        deal_key: int,
        kind: str,
        columns: Sequence[str],
        known_through: int,
        loans: Sequence[str] | None,
        bounds: Mapping[str, int],
    ) -> Sequence[Any]:
        """Return (loan, date, sequence, columns) of the latest of each loan's events of a type that stands."""
        values = {"deal_key": deal_key, "kind": kind, "known_through": known_through, **bounds}
        if loans is not None:
            values["loans"] = many(loans, on_postgresql=self._on_postgresql)
        asked = latest_in_force(tuple(columns), tuple(values), on_postgresql=self._on_postgresql)
        return self._execute(asked, values)

    def _boarded(self, deal_key: int, known_through: int) -> Mapping[str, Any]:
        """Return the parameter that says every loan: whatever happens to a loan, it was boarded.

        Those that were asked for just before are named and not looked up again.
        """
        if self._boardings is not None and self._boardings[0] == (deal_key, known_through):
            return self._given(row.loan for row in self._boardings[1])
        return {"kind": BOARDING}

    def _given(self, loans: Iterable[str]) -> Mapping[str, Any]:
        """Return the parameter that says these loans."""
        return {"loans": many(loans, on_postgresql=self._on_postgresql)}

    def loan_rates(
        self,
        deal_key: int,
        *,
        known_through: int,
        loans: Sequence[str] | None = None,
        through: int | None = None,
        changed: bool = False,
    ) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan, in store units, as of a business date.

        With ``changed`` only of loans whose rate was changed since they were boarded.
        """
        bounds = {} if through is None else {"effective_through": through}
        found: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
        for kind in _RATE_CHANGES if changed else _RATED:
            columns = ("note_rate", "servicing_rate")
            for loan, day, sequence, *rates in self._in_force(deal_key, kind, columns, known_through, loans, bounds):
                at = (int(day), int(sequence))
                if loan not in found or found[loan][0] < at:
                    found[loan] = (at, (int(rates[0]), int(rates[1])))
        return {loan: rates for loan, (_, rates) in found.items()}

    def loan_payments(self, deal_key: int, *, known_through: int, last: int) -> dict[str, tuple[int, int]]:
        """Return the payment in force of each loan whose payment was changed up to a distribution, and its day."""
        asked = _PAYMENT, ("memo",), known_through, None, {"last": last}
        return {row.loan: (int(row.effective_date), int(row.memo)) for row in self._in_force(deal_key, *asked)}

    def loan_statuses(
        self, deal_key: int, *, known_through: int, last: int, loans: Sequence[str] | None = None
    ) -> dict[str, LoanStatus]:
        """Return the status in force of each loan at the close of a distribution, and since which it has been."""
        bounds = {"last": last, "status_until": last}
        found: dict[str, LoanStatus] = {}
        for row in self._in_force(deal_key, STATUS, ("code", "distribution"), known_through, loans, bounds):
            status, _, bucket = row.code.partition(":")
            found[row.loan] = LoanStatus(status, bucket, int(row.distribution))
        return found

    def boardings(self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None) -> Iterator[Boarding]:
        """Yield what was posted of the boarding of all loans, or of those given, in sequence order."""
        if loans is not None:
            return iter(self._boardings_of(deal_key, known_through, loans))
        asked = deal_key, known_through
        if self._boardings is None or self._boardings[0] != asked:
            self._boardings = asked, self._boardings_of(deal_key, known_through, None)
        return iter(self._boardings[1])

    def loans_boarded(
        self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None
    ) -> dict[str, BoardedLoan]:
        """Return what all loans, or those given, were boarded with, of those that were; payloads are not kept."""
        return loans_boarded(map(_as_boardings, self._boarding_rows(deal_key, known_through, loans, _FEW)))

    def _boardings_of(self, deal_key: int, known_through: int, loans: Iterable[str] | None) -> list[Boarding]:
        rows = [row for part in self._boarding_rows(deal_key, known_through, loans, _TOGETHER) for row in part]
        # They come by the index, nearly in order; a database that sorted them would move every payload about.
        rows.sort(key=_SEQUENCE)
        return list(map(_boarding, rows))

    def _boarding_rows(
        self, deal_key: int, known_through: int, loans: Iterable[str] | None, size: int
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        values: dict[str, Any] = {"deal_key": deal_key, "known_through": known_through, "types": [BOARDING]}
        if loans is not None:
            values["loans"] = many(loans, on_postgresql=self._on_postgresql)
        how = {"exceptional": True, "on_postgresql": self._on_postgresql}
        return self._streamed(columns_of_loans(Boarding._fields, tuple(values), **how), size, values)


def _as_boardings(rows: Sequence[tuple[Any, ...]]) -> list[Boarding]:
    return list(map(_boarding, rows))


__all__ = ["LoanQueries"]
