"""Opening a database: URLs, connection settings, schema checks, and what the faults of a driver mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ledger.errors import (
    EventIdTaken,
    IntegrityFault,
    LedgerNotFound,
    SchemaOutdated,
    SchemaTooNew,
    StoreError,
    StoreUnavailable,
    StoreUnreadable,
)
from ledger.store.database.schema import SCHEMA_REVISION

BUSY_TIMEOUT_MS = 30_000
"""How long a writer of an embedded ledger queues behind another before it gives up."""

CACHE_KIB = 65_536
"""Pages of an embedded ledger that a connection keeps at hand: an append touches the index of every event id."""

WRITING = {"ledger_writing": True}
"""Execution options of a connection that will write, so that SQLite takes its lock at once."""


def parse_url(url: str | URL | Path) -> URL:
    """Return the SQLAlchemy URL; a plain path means an embedded SQLite ledger in that file.

    Raises :class:`~ledger.errors.StoreError` for an address that is neither.
    """
    if isinstance(url, URL):
        return url
    given = str(url)
    if "://" not in given:
        return URL.create("sqlite", database=given)
    try:
        parsed = make_url(given)
    except ArgumentError as fault:
        raise StoreError(f"{given!r} is not a database URL: {fault}") from fault
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{parsed.drivername} is not supported; use sqlite:///FILE or postgresql+psycopg://...")
    return parsed


def is_memory(url: URL) -> bool:
    """Say whether the URL names an SQLite database that lives in memory only."""
    return url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:"


def make_engine(url: URL) -> Engine:
    """Return an engine with the settings that the ledger's promises need."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(url)
        return create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise StoreError(
            f"the driver for {url.drivername} is not installed: pip install 'indenture[postgres]'"
        ) from fault


def _sqlite_engine(url: URL) -> Engine:
    options: dict[str, Any] = {"poolclass": StaticPool} if is_memory(url) else {}
    arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000}
    if is_memory(url):
        arguments["check_same_thread"] = False
    engine = create_engine(url, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own implicit transactions are switched off: the ledger begins every transaction itself.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.close()

    @event.listens_for(engine, "invalidate")
    def _given_up(connection: sqlite3.Connection, _record: object, _fault: object) -> None:
        # An interrupt may leave cursors that keep the connection alive, and with it the lock on the file.
        with suppress(sqlite3.Error):
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A writer takes the lock before it reads, or two of them could both decide on the same head.
        writing = connection.get_execution_options().get("ledger_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def faults_translated(url: URL) -> Iterator[None]:
    """Turn the faults of driver and database into the ledger's own, with what to do about them."""
    try:
        yield
    except SQLAlchemyError as fault:
        raise _translated(fault, url) from fault
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        # A damaged schema breaks even the message in which SQLite complains of it.
        raise StoreUnreadable(f"{_shown(url)} is damaged and cannot be read: {fault}") from fault


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _translated(fault: SQLAlchemyError, url: URL) -> StoreError:
    cause = str(fault.orig) if isinstance(fault, DBAPIError) else str(fault)
    # The first line is the driver's; those after it may quote a row, whose words mean nothing here.
    lowered, shown = cause.partition("\n")[0].lower(), _shown(url)
    if "event_id" in lowered and ("append-only" in lowered or "unique" in lowered):
        return EventIdTaken(f"{shown}: {cause}")
    if "append-only" in lowered:
        return IntegrityFault(f"{shown}: {cause}")
    if "disk i/o" in lowered:
        return StoreUnreadable(
            f"{shown} cannot be read or written ({cause}): it was cut short, its disk fails, or no directory for "
            "temporary files can be written (name one in SQLITE_TMPDIR); nothing was changed"
        )
    if "not a database" in lowered or "malformed" in lowered or "encrypted" in lowered:
        return StoreUnreadable(f"{shown} is damaged or not a ledger ({cause}); restore it from a backup")
    if "permission denied" in lowered or "row-level security" in lowered:
        return StoreError(f"{shown}: this database role has no right to do that ({cause.splitlines()[0]})")
    if "readonly" in lowered or "read-only" in lowered:
        return StoreUnavailable(f"{shown} is read-only ({cause}); nothing was written")
    if "full" in lowered or "no space" in lowered:
        return StoreUnavailable(f"{shown}: the disk is full ({cause}); nothing was written")
    if "locked" in lowered or "busy" in lowered:
        return StoreUnavailable(f"{shown} stayed locked by another writer for {BUSY_TIMEOUT_MS // 1000} s; try again")
    if "unable to open" in lowered:
        return StoreUnavailable(f"{shown} cannot be opened ({cause}); check the path and its permissions")
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or "connection" in lowered):
        return StoreUnavailable(f"{shown}: the server cannot be reached ({cause}); what was acknowledged is stored")
    return StoreError(f"{shown}: {cause}")


def is_there(url: URL) -> bool:
    """Say whether there may be a database: connecting to an SQLite file that is not there would create it."""
    return url.get_backend_name() != "sqlite" or is_memory(url) or Path(str(url.database)).is_file()


def check_exists(url: URL) -> None:
    """Raise :class:`~ledger.errors.LedgerNotFound` where an SQLite URL names a file that is not there.

    Raises :class:`~ledger.errors.StoreError` for a bundle, which begins as every zip does: it is no database.
    """
    if not is_there(url):
        raise LedgerNotFound(f"there is no ledger at {_shown(url)}; create one with: ledger init {_shown(url)}")
    if url.get_backend_name() == "sqlite" and not is_memory(url):
        with suppress(OSError), Path(str(url.database)).open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                raise StoreError(
                    f"{url.database} is a bundle, and a bundle is evidence: it is only read; to go on from it, "
                    "bring it into a ledger with: replay import BUNDLE URL"
                )


def schema_revision(connection: Connection) -> str | None:
    """Return the revision of the schema in a database, or None where it holds no ledger."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def check_not_newer(found: str | None, url: URL) -> None:
    """Raise :class:`~ledger.errors.SchemaTooNew` where a newer release wrote the database."""
    if found is not None and found > SCHEMA_REVISION:
        raise SchemaTooNew(
            f"{_shown(url)} has schema {found}, this release knows {SCHEMA_REVISION}; install a newer release"
        )


def check_schema(connection: Connection, url: URL) -> None:
    """Raise where the database holds no ledger, an older one, or one of a newer release."""
    found = schema_revision(connection)
    shown = _shown(url)
    if found is None:
        raise LedgerNotFound(f"{shown} holds no ledger; create one with: ledger init {shown}")
    if found < SCHEMA_REVISION:
        raise SchemaOutdated(
            f"{shown} has schema {found}, this release needs {SCHEMA_REVISION}; "
            f"back it up, then run: ledger upgrade {shown}"
        )
    check_not_newer(found, url)
