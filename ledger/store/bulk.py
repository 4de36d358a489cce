"""Inserting many rows: driver tuples on SQLite, COPY on PostgreSQL, inside the transaction that SQLAlchemy holds.

Either way a block is stored while the next one is being made: by the server, or by a second thread, as the driver of
SQLite lets others run for as long as a statement takes.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

FEW = 8
"""Rows up to this many are inserted one by one on PostgreSQL: a COPY takes more round trips than it saves."""

BLOCK_ROWS = 512
"""Rows of a block, and of one statement on SQLite.

A table with a trigger costs SQLite a savepoint for every statement: a copy of each page that the statement touches.
More rows save no more of that, and take longer to prepare.
"""

_STATEMENTS = (BLOCK_ROWS, 32)
_AHEAD = 4
"""Blocks that may wait for SQLite while the next one is made."""


def insert_blocks(connection: Connection, table: Table, blocks: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Insert rows in order, block by block, all or none; each row holds a value for every column of the table.

    Whatever makes the blocks must not use the connection.
    """
    arriving = iter(blocks)
    first = next(arriving, ())
    second = next(arriving, ()) if first else ()
    if connection.dialect.name != "postgresql":
        if second:
            _insert_beside(connection, table, chain((first, second), arriving))
        else:
            _insert_rows(connection, table, first)
    elif second or len(first) > FEW:
        _copy(connection, table, chain((first, second), arriving))
    elif first:
        connection.exec_driver_sql(_insert(table, 1, "%s"), list(first))


@cache
def _insert(table: Table, rows: int, mark: str) -> str:
    columns = table.columns.keys()
    values = ", ".join([f"({', '.join([mark] * len(columns))})"] * rows)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {values}"


def _insert_beside(connection: Connection, table: Table, blocks: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Insert blocks in a thread of its own, one after another, while those that follow are made."""
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1, "ledger-insert") as beside:
        for rows in blocks:
            if len(waiting) == _AHEAD:
                waiting.popleft().result()
            waiting.append(beside.submit(_insert_rows, connection, table, rows))
        for block in waiting:
            block.result()


def _insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows of a block by as few statements as SQLite takes them in."""
    driver: Any = connection.connection.driver_connection
    most = driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(table.columns)
    done = 0
    for size in _STATEMENTS:
        while size <= min(most, len(rows) - done):
            values = tuple(chain.from_iterable(rows[done : done + size]))
            connection.exec_driver_sql(_insert(table, size, "?"), values)
            done += size
    if done < len(rows):
        connection.exec_driver_sql(_insert(table, 1, "?"), list(rows[done:]))


def _copy(connection: Connection, table: Table, blocks: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """COPY rows in; a role under row-level security must copy beside the table and insert from there."""
    columns = ", ".join(table.columns.keys())
    target = table.name
    guarded = connection.execute(_GUARDED, {"name": table.name}).scalar_one()
    if guarded:
        target = f"{table.name}_arriving"
        connection.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS {target} (LIKE {table.name}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
            for rows in blocks:
                for row in rows:
                    copy.write_row(row)
    except dbapi.Error as fault:
        raise DBAPIError(f"COPY {target}", None, fault) from fault
    if guarded:
        order = ", ".join(column.name for column in table.primary_key)
        insert = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {target} ORDER BY {order}"
        connection.execute(text(insert))
        connection.execute(text(f"TRUNCATE {target}"))


_GUARDED = text("SELECT row_security_active(CAST(:name AS regclass))")
