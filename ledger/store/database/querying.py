"""What every query of the store needs: a connection, names as one parameter, and where the runs known end.

A statement that is asked again and again is built once, with a parameter for each value: to build one takes longer than
a small ledger takes to answer it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from ledger.store.database.schema import EXCEPTIONAL, run_loans, run_totals

ONLY_EXCEPTIONAL: tuple[ColumnElement[bool], ...] = tuple(literal_column(f"({condition})") for condition in EXCEPTIONAL)
"""The conditions under which the events outside the monthly routine are found one by one."""

UNINDEXED_SEQUENCE: ColumnElement[int] = literal_column("(+events.sequence)", BigInteger)
"""The sequence as a mere value: SQLite would rather walk the log in its order than look a few events up."""


class Querying:
    """Asks one consistent state of a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._run_ends: dict[tuple[int, int], int] = {}
        self._late_deals: dict[int, bool] = {}
        self.queries = 0

    def _execute(self, statement: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        self.queries += 1
        return self._connection.execute(statement, values).all()

    def _streamed(
        self, statement: Select[Any], size: int, values: Mapping[str, Any] | None = None
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield the rows of a statement, some at a time, as the driver gives them.

        From SQLite they are taken without SQLAlchemy's row objects, which take longer than the rows themselves.
        """
        self.queries += 1
        if self._on_postgresql:
            yield from self._connection.execute(statement, values, execution_options={"yield_per": size}).partitions()
            return
        result = self._connection.execute(statement, values)
        try:
            while part := result.cursor.fetchmany(size):
                yield part
        finally:
            result.close()

    def _among(self, column: ColumnElement[str], names: Iterable[str]) -> ColumnElement[bool]:
        """Return the condition that a column is one of many names, which travel as one parameter."""
        listed = many(names, on_postgresql=self._on_postgresql)
        if self._on_postgresql:
            return column == func.any(cast(listed, ARRAY(Text)))
        each = func.json_each(listed).table_valued("value")
        return column.in_(select(each.c.value))

    @property
    def _on_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _complete(self, deal_key: int, known_through: int) -> int:
        """Return the end of the last run that lies wholly within what is known."""
        asked = (deal_key, known_through)
        if asked not in self._run_ends:
            values = {"deal_key": deal_key, "known_through": known_through}
            self._run_ends[asked] = int(self._execute(_LAST_RUN, values)[0][0] or 0)
        return self._run_ends[asked]

    def _has_late(self, deal_key: int) -> bool:
        """Say whether any row of a deal is late: of a month before one that its loan was moved in."""
        if deal_key not in self._late_deals:
            self._late_deals[deal_key] = bool(self._execute(_ANY_LATE, {"deal_key": deal_key}))
        return self._late_deals[deal_key]


_LAST_RUN = select(func.max(run_totals.c.through_sequence)).where(
    run_totals.c.deal_key == bindparam("deal_key"), run_totals.c.through_sequence <= bindparam("known_through")
)

_ANY_LATE = (
    select(run_loans.c.loan)
    .where(run_loans.c.deal_key == bindparam("deal_key"), run_loans.c.balance_after.is_(None))
    .limit(1)
)


def among(column: ColumnElement[str], name: str, *, on_postgresql: bool) -> ColumnElement[bool]:
    """Return the condition that a column is one of many names; :func:`many` gives the value of its one parameter."""
    if on_postgresql:
        return column == func.any(bindparam(name, type_=ARRAY(Text)))
    return column.in_(select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value))


def many(names: Iterable[str], *, on_postgresql: bool) -> list[str] | str:
    """Return many names as the value of one parameter."""
    listed = list(dict.fromkeys(names))
    return listed if on_postgresql else msgspec.json.encode(listed).decode()
