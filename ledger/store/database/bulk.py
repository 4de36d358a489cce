"""Inserting many rows: driver tuples on SQLite, COPY on PostgreSQL, inside the transaction that SQLAlchemy holds."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

FEW = 8
"""Rows up to this many are inserted one by one on PostgreSQL: a COPY takes more round trips than it saves."""

TOGETHER = 64
"""Rows of one statement on SQLite, where there are that many.

A table with a trigger costs SQLite a savepoint for every statement: a copy of each page that it touches. More
rows save no more of that, take longer to prepare, and their copies no longer fit into memory.
"""

Block = Sequence[tuple[Any, ...]]


def insert_blocks(connection: Connection, table: Table, blocks: Iterable[Block]) -> None:
    """Insert rows in order, block by block, all or none; each row holds a value for every column of the table."""
    arriving = filter(None, blocks)
    if connection.dialect.name != "postgresql":
        _insert_rows(connection, table, arriving)
        return
    first, second = next(arriving, ()), next(arriving, ())
    if second or len(first) > FEW:
        _copy(connection, table, chain((first, second), arriving))
    elif first:
        connection.exec_driver_sql(_insert(table, 1, "%s"), list(first))


def insert_beside(connection: Connection, tables: Iterable[tuple[Table, Iterable[Block]]]) -> None:
    """Insert rows into several tables, all or none; each row holds a value for every column of its table.

    A few rows go to PostgreSQL in one statement: whoever waits for this writer waits for every question that it asks.
    """
    few: list[tuple[Table, list[tuple[Any, ...]]]] = []
    for table, blocks in tables:
        arriving = filter(None, blocks)
        first = next(arriving, ())
        second = next(arriving, ()) if connection.dialect.name == "postgresql" else ()
        if connection.dialect.name != "postgresql" or second or len(first) > FEW:
            # What stands before in the order of the tables is there before it.
            _insert_few(connection, few)
            few = []
            insert_blocks(connection, table, chain((first, second), arriving))
        elif first:
            few.append((table, list(first)))
    _insert_few(connection, few)


def _insert_few(connection: Connection, few: Sequence[tuple[Table, list[tuple[Any, ...]]]]) -> None:
    """Insert a few rows into several tables by one statement; its triggers see all of them."""
    if not few:
        return
    *before, last = (_insert(table, len(rows), "%s") for table, rows in few)
    named = ", ".join(f"part_{number} AS ({statement})" for number, statement in enumerate(before))
    values = tuple(value for _, rows in few for row in rows for value in row)
    connection.exec_driver_sql(f"WITH {named} {last}" if named else last, values)


def _insert_rows(connection: Connection, table: Table, blocks: Iterable[Block]) -> None:
    """Insert rows by as few statements, and as few values given, as SQLite takes them in."""
    driver: Any = connection.connection.driver_connection
    together = min(TOGETHER, driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(table.columns))
    one = _insert(table, 1, "?")
    for rows in blocks:
        whole = len(rows) - len(rows) % together if together > 1 else 0
        with _driver_faults(connection, f"INSERT INTO {table.name}"):
            if whole:
                _insert_together(driver, table, rows[:whole], together)
            if whole < len(rows):
                driver.executemany(one, rows[whole:])


def _insert_together(driver: Any, table: Table, rows: Block, together: int) -> None:
    """Insert rows some at a time, and give what stands in all of them once for each statement."""
    columns = list(zip(*rows, strict=True))
    shared = tuple(place for place, values in enumerate(columns) if values.count(values[0]) == len(values))
    statement = _insert_sharing(table, together, shared)
    given = tuple(columns[place][0] for place in shared)
    others = [values for place, values in enumerate(columns) if place not in shared]
    varying = list(zip(*others, strict=True)) if others else [()] * len(rows)
    for start in range(0, len(rows), together):
        driver.execute(statement, (*given, *chain.from_iterable(varying[start : start + together])))


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
