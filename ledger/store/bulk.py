"""Inserting many rows: driver tuples on SQLite, COPY on PostgreSQL, inside the transaction that SQLAlchemy holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

FEW = 8
"""Rows up to this many are inserted one by one on PostgreSQL: a COPY takes more round trips than it saves."""


@cache
def _insert(table: Table, mark: str) -> str:
    columns = table.columns.keys()
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"


def insert_blocks(connection: Connection, table: Table, blocks: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Insert rows in order, block by block, all or none; each row holds a value for every column of the table."""
    if connection.dialect.name != "postgresql":
        for rows in blocks:
            connection.exec_driver_sql(_insert(table, "?"), rows if isinstance(rows, list) else list(rows))
        return
    arriving = iter(blocks)
    first = next(arriving, ())
    second = next(arriving, ()) if first else ()
    if second or len(first) > FEW:
        _copy(connection, table, chain((first, second), arriving))
    elif first:
        connection.exec_driver_sql(_insert(table, "%s"), list(first))


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
