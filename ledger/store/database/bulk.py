"""Inserting many rows: driver tuples on SQLite, COPY on PostgreSQL, inside the transaction that SQLAlchemy holds."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Dialect, Select, Table, TextClause, text
from sqlalchemy.exc import DBAPIError

from ledger.store.ahead import made_ahead

FEW = 8
"""Rows up to this many are inserted one by one on PostgreSQL: a COPY takes more round trips than it saves."""

TOGETHER = 64
"""Rows of one statement on SQLite, where there are that many.

A table with a trigger costs SQLite a savepoint for every statement: a copy of each page that it touches. More
rows save no more of that, take longer to prepare, and their copies no longer fit into memory.
"""

Block = Sequence[tuple[Any, ...]]
Made = TypeVar("Made")


def insert_blocks(connection: Connection, table: Table, blocks: Iterable[Block], *, ahead: bool = False) -> None:
    """Insert rows in order, block by block, all or none; each row holds a value for every column of the table.

    ``ahead`` has a thread make the blocks, and what is given for them, while the database takes in those before.
    """
    few = insert_many(connection, table, blocks, ahead=ahead)
    _insert_few(connection, [[(table, few)]] if few else [])


def insert_many(connection: Connection, table: Table, blocks: Iterable[Block], *, ahead: bool = False) -> Block:
    """Insert rows as :func:`insert_blocks` does, unless they are few and a server's; those are returned."""
    arriving = filter(None, blocks)
    if connection.dialect.name != "postgresql":
        _insert_rows(connection, table, arriving, ahead=ahead)
        return ()
    with _made(arriving, ahead=ahead) as ready:
        first, second = next(ready, ()), next(ready, ())
        if not second and len(first) <= FEW:
            return first
        _copy(connection, table, chain((first, second), ready))
    return ()


def _made(items: Iterator[Made], *, ahead: bool) -> AbstractContextManager[Iterator[Made]]:
    return made_ahead(items) if ahead else nullcontext(items)


Rows = tuple[Table, Block]
"""Rows of a table."""


def insert_beside(
    connection: Connection, tables: Iterable[tuple[Table, Iterable[Block]]], behind: Rows, *, ending: bool = False
) -> None:
    """Insert rows into several tables, all or none; each row holds a value for every column of its table.

    What stands ``behind`` them, if anything, is inserted before. A few rows go to PostgreSQL in one trip: whoever
    waits for this writer waits for every question that it asks. With ``ending`` nothing comes after these rows, and
    where one trip holds the last of them, it ends the transaction too.
    """
    few: list[list[Rows]] = [[behind]] if behind[1] else []
    beside: list[Rows] = []
    for table, blocks in tables:
        arriving = filter(None, blocks)
        first = next(arriving, ())
        second = next(arriving, ()) if connection.dialect.name == "postgresql" else ()
        if connection.dialect.name != "postgresql" or second or len(first) > FEW:
            # What stands before in the order of the tables is there before it.
            _insert_few(connection, [*few, beside])
            few, beside = [], []
            insert_blocks(connection, table, chain((first, second), arriving))
        elif first:
            beside.append((table, list(first)))
    _insert_few(connection, [*few, beside], ending=ending and connection.dialect.name == "postgresql")


def _insert_few(connection: Connection, steps: Sequence[Sequence[Rows]], *, ending: bool = False) -> None:
    """Insert a few rows, step by step, each of which sees those before; all in one trip, ``ending`` in a commit.

    A step inserts into several tables by one statement, whose triggers see all of them. Where one fails, what comes
    after it is not looked at by the server.
    """
    statements: list[tuple[str, tuple[Any, ...]]] = []
    for step in filter(None, steps):
        *before, last = (_insert(table, len(rows), "%s") for table, rows in step)
        named = ", ".join(f"part_{number} AS ({statement})" for number, statement in enumerate(before))
        values = tuple(value for _, rows in step for row in rows for value in row)
        statements.append((f"WITH {named} {last}" if named else last, values))
    if ending and statements:
        # The driver asks the server whether a transaction is open: to commit once more does nothing.
        statements.append(("COMMIT", ()))
    if len(statements) == 1:
        connection.exec_driver_sql(*statements[0])
    elif statements:
        _sent(connection, statements)


Asked = Select[Any] | TextClause


def in_one_trip(
    connection: Connection, statements: Sequence[tuple[Asked, Mapping[str, Any]]]
) -> list[list[tuple[Any, ...]]]:
    """Ask a PostgreSQL server for several things in one trip, and return the rows of each.

    It answers one after the other: each sees what was committed when the one before it was answered.
    """
    driven = []
    for statement, given in statements:
        words, constants = _driven(statement, connection.dialect)
        driven.append((words, {**constants, **given}))
    return _sent(connection, driven)


def _sent(connection: Connection, statements: Iterable[tuple[str, Any]]) -> list[list[tuple[Any, ...]]]:
    driver: Any = connection.connection.driver_connection
    with _driver_faults(connection, "several statements in one trip"), ExitStack() as held:
        cursors, faults = [], []
        try:
            with driver.pipeline():
                # A fault that leaves a pipeline has the driver say so by itself, wherever the program's words go.
                try:
                    for words, given in statements:
                        cursors.append(held.enter_context(driver.cursor()))
                        cursors[-1].execute(words, given)
                except connection.dialect.loaded_dbapi.Error as fault:
                    faults.append(fault)
        except connection.dialect.loaded_dbapi.Error as fault:
            faults.append(fault)
        if faults:
            raise faults[0]
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


@lru_cache(maxsize=64)
def _driven(statement: Asked, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Return a statement in the words of the driver, and what is given for it each time."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


class _Statement(NamedTuple):
    """A statement, and what is given for it each time that it is executed."""

    text: str
    given: Iterable[tuple[Any, ...]]


def _insert_rows(connection: Connection, table: Table, blocks: Iterator[Block], *, ahead: bool) -> None:
    """Insert rows by as few statements, and as few values given, as SQLite takes them in."""
    driver: Any = connection.connection.driver_connection
    together = min(TOGETHER, driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(table.columns))
    prepared = ([*_statements(table, rows, together)] for rows in blocks)
    with _made(prepared, ahead=ahead) as ready:
        for statements in ready:
            with _driver_faults(connection, f"INSERT INTO {table.name}"):
                for statement in statements:
                    driver.executemany(*statement)


def _statements(table: Table, rows: Block, together: int) -> Iterator[_Statement]:
    whole = len(rows) - len(rows) % together if together > 1 else 0
    if whole:
        yield _together(table, rows[:whole], together)
    if whole < len(rows):
        yield _Statement(_insert(table, 1, "?"), rows[whole:])


def _together(table: Table, rows: Block, together: int) -> _Statement:
    """Insert rows some at a time, and give what stands in all of them once for each statement."""
    columns = list(zip(*rows, strict=True))
    shared = tuple(place for place, values in enumerate(columns) if values.count(values[0]) == len(values))
    others = [values for place, values in enumerate(columns) if place not in shared]
    varying = list(zip(*others, strict=True)) if others else [()] * len(rows)
    same = tuple(columns[place][0] for place in shared)
    starts = range(0, len(rows), together)
    given = [(*same, *chain.from_iterable(varying[start : start + together])) for start in starts]
    return _Statement(_insert_sharing(table, together, shared), given)


@contextmanager
def _driver_faults(connection: Connection, statement: str) -> Iterator[None]:
    """Raise the driver's faults as SQLAlchemy does, but without a statement of many rows or the rows themselves."""
    dbapi: Any = connection.dialect.dbapi
    try:
        yield
    except dbapi.Error as fault:
        raise DBAPIError(statement, None, fault) from fault


@cache
def _insert(table: Table, rows: int, mark: str) -> str:
    columns = table.columns.keys()
    values = ", ".join([f"({', '.join([mark] * len(columns))})"] * rows)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {values}"


@lru_cache(maxsize=64)
def _insert_sharing(table: Table, rows: int, shared: tuple[int, ...]) -> str:
    """Return the statement for so many rows in which some columns, known by their places, have one value for all."""
    columns, count = table.columns.keys(), itertools.count(len(shared) + 1)
    numbers = {place: number for number, place in enumerate(shared, 1)}
    row = range(len(columns))
    values = (", ".join(f"?{numbers[k] if k in numbers else next(count)}" for k in row) for _ in range(rows))
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join(f'({one})' for one in values)}"


def _copy(connection: Connection, table: Table, blocks: Iterable[Block]) -> None:
    """COPY rows in; a role under row-level security must copy beside the table and insert from there."""
    columns = ", ".join(table.columns.keys())
    target = table.name
    # Who is connected is so for as long as there is a connection, and whoever waits for this writer waits shorter.
    known = connection.info.setdefault("ledger_guarded", {})
    if table.name not in known:
        known[table.name] = connection.execute(_GUARDED, {"name": table.name}).scalar_one()
    guarded = known[table.name]
    if guarded:
        target = f"{table.name}_arriving"
        connection.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS {target} (LIKE {table.name}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    with (
        _driver_faults(connection, f"COPY {target}"),
        driver.cursor() as cursor,
        cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy,
    ):
        for rows in blocks:
            for row in rows:
                copy.write_row(row)
    if guarded:
        order = ", ".join(column.name for column in table.primary_key)
        insert = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {target} ORDER BY {order}"
        connection.execute(text(insert))
        connection.execute(text(f"TRUNCATE {target}"))


_GUARDED = text("SELECT row_security_active(CAST(:name AS regclass))")
