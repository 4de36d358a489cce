"""The event store: append, read, totals. The only home of SQL.

The promises, held by one contract test suite over every backend: sequences of a deal are gapless and in commit order;
a batch lands whole or not at all; what is stored is never changed; a reader inside :meth:`EventStore.reading` sees one
state of the ledger however many queries it makes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from ledger.errors import LedgerNotFound
from ledger.movements import BALANCE_SIGN
from ledger.store import access as access_control
from ledger.store.access import Access
from ledger.store.engine import (
    WRITING,
    check_exists,
    check_not_newer,
    check_schema,
    faults_translated,
    is_memory,
    is_there,
    make_engine,
    parse_url,
)
from ledger.store.engine import schema_revision as _schema_revision
from ledger.store.migrate import upgrade
from ledger.store.queries import Reading
from ledger.store.rows import Head, StoredRow
from ledger.store.runs import sum_up
from ledger.store.schema import INSERT_COLUMNS, deals, snapshots


class EventStore:
    """A database that holds ledgers of events."""

    def __init__(self, url: str | URL | Path) -> None:
        self.url = parse_url(url)
        with faults_translated(self.url):
            self._engine = make_engine(self.url)
        # An in-memory database is one connection; its users take turns. Every other kind has a connection for each.
        self._turn: AbstractContextManager[object] = threading.RLock() if is_memory(self.url) else nullcontext()

    @classmethod
    def create(cls, url: str | URL | Path) -> EventStore:
        """Create the schema in a new or empty database (or bring an older one up to date) and return the store."""
        store = cls(url)
        store.upgrade()
        return store

    @classmethod
    def open(cls, url: str | URL | Path) -> EventStore:
        """Return the store of an existing ledger; raises where there is none or its schema is not this release's."""
        store = cls(url)
        check_exists(store.url)
        with faults_translated(store.url), store._engine.connect() as connection:
            check_schema(connection, store.url)
        return store

    def upgrade(self, revision: str = "head") -> None:
        """Run the migrations; data stays as it is."""
        check_not_newer(self.revision(), self.url)
        with faults_translated(self.url):
            if self.url.get_backend_name() == "sqlite":
                with self._engine.connect() as connection:
                    driver = connection.connection.driver_connection
                    assert driver is not None
                    driver.execute("PRAGMA journal_mode = WAL")
            with self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
                upgrade(connection, revision)

    def revision(self) -> str | None:
        """Return the schema revision found in the database, or None where there is no ledger."""
        if not is_there(self.url):
            return None
        with faults_translated(self.url), self._engine.connect() as connection:
            return _schema_revision(connection)

    def keep_snapshot(self, deal: str, distribution: int, through: int, version: int, content: bytes) -> None:
        """Keep a snapshot of a deal's distribution as known through a sequence, in place of one kept before."""
        with self._writing() as connection:
            key = Reading(connection).deal_key(deal)
            at = (snapshots.c.deal_key == key, snapshots.c.distribution == distribution)
            connection.execute(snapshots.delete().where(*at, snapshots.c.through_sequence == through))
            values = {"deal_key": key, "distribution": distribution, "through_sequence": through}
            connection.execute(snapshots.insert().values(**values, version=version, content=content))

    def drop_snapshots(self, deal: str) -> int:
        """Drop every snapshot of a deal and return how many there were."""
        with self._writing() as connection:
            key = Reading(connection).deal_key(deal)
            return int(connection.execute(snapshots.delete().where(snapshots.c.deal_key == key)).rowcount)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            self._turn,
            faults_translated(self.url),
            self._engine.connect().execution_options(**WRITING) as connection,
            connection.begin(),
        ):
            yield connection

    def grant(self, role: str, access: Access, deal: str) -> None:
        """Let a database role read, or read and post, a deal; see :mod:`ledger.store.access`."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.grant(connection, role, access, deal)

    def revoke(self, role: str, deal: str) -> None:
        """Take a role's access to a deal back."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.revoke(connection, role, deal)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open one consistent view of the ledger."""
        with self._turn, faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            if self._engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield Reading(connection)

    @contextmanager
    def appending(self, deal: str) -> Iterator[Appending]:
        """Open the one writer of a deal; what it inserts is committed when the block ends without an exception."""
        with self._writing() as connection:
            if self._engine.dialect.name == "postgresql":
                # Writers of one deal queue here, before they read its head; a lock on a name needs no row to update,
                # so that the servicer's role can do without the right to UPDATE.
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(deal, 0))))
            yield Appending(connection, deal)


_INSERT = f"INSERT INTO events ({', '.join(INSERT_COLUMNS)}) VALUES ({', '.join('?' * len(INSERT_COLUMNS))})"


class Appending(Reading):
    """The one writer of a deal inside its transaction."""

    def __init__(self, connection: Connection, deal: str) -> None:
        super().__init__(connection)
        self.deal = deal

    def add_deal(self, opened_at: int) -> int:
        """Enter the deal's name and return its key; ``opened_at`` in microseconds since 1970."""
        statement = deals.insert().values(deal=self.deal, opened_at=opened_at).returning(deals.c.deal_key)
        return int(self._connection.execute(statement).scalar_one())

    def find_deal(self) -> int | None:
        """Return the key of the deal, or None before it is opened."""
        rows = self._execute(select(deals.c.deal_key).where(deals.c.deal == self.deal))
        return int(rows[0].deal_key) if rows else None

    def insert(self, rows: Sequence[StoredRow]) -> None:
        """Insert rows in order, all or none, and sum them up: driver tuples on SQLite, COPY on PostgreSQL."""
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            self._copy(rows)
        else:
            self._connection.exec_driver_sql(_INSERT, list(rows))
        moving = any(row[7] and row[4] in BALANCE_SIGN for row in rows)
        sum_up(self._connection, rows[0][0], rows[0][1], rows[-1][1], moving=moving)
        self._run_ends.clear()

    def _copy(self, rows: Sequence[StoredRow]) -> None:
        """COPY the rows in; a role under row-level security must copy beside the table and insert from there."""
        columns = ", ".join(INSERT_COLUMNS)
        guarded = self._connection.execute(text("SELECT row_security_active('events')")).scalar_one()
        target = "events"
        if guarded:
            target = "events_arriving"
            self._connection.execute(text(f"CREATE TEMP TABLE {target} (LIKE events) ON COMMIT DROP"))
        driver: Any = self._connection.connection.driver_connection
        dbapi: Any = self._connection.dialect.dbapi
        try:
            with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        except dbapi.Error as fault:
            raise DBAPIError(f"COPY {target}", None, fault) from fault
        if guarded:
            insert = f"INSERT INTO events ({columns}) SELECT {columns} FROM {target} ORDER BY sequence"
            self._connection.execute(text(insert))


def ledger_exists(url: str | URL | Path) -> bool:
    """Say whether a ledger stands at the address."""
    try:
        EventStore.open(url).close()
    except LedgerNotFound:
        return False
    return True


__all__ = ["Appending", "EventStore", "Head", "Reading", "StoredRow", "ledger_exists"]
