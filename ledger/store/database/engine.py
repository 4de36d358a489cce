"""Opening a database: URLs, connection settings, schema checks, and what the faults of a driver mean."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError, StatementError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
from sqlalchemy.util import LRUCache

from ledger.errors import (
    AccessRefused,
    EventIdTaken,
    IntegrityFault,
    LedgerNotFound,
    SchemaOutdated,
    SchemaTooNew,
    StoreError,
    StoreUnavailable,
    StoreUnreadable,
)
from ledger.store.database.embedded import connect, is_left_alone
from ledger.store.database.forks import watch_files, watch_server
from ledger.store.database.schema import SCHEMA_REVISION
from ledger.values.secrets import is_secret_setting, shown_address, without_secrets
from ledger.visible import fit

BUSY_TIMEOUT_MS = 30_000
"""How long a writer queues behind another, and anybody for a lock of PostgreSQL's, before it gives up."""

IDLE_WRITER_MS = 300_000
"""How long a writer of PostgreSQL may leave its transaction alone before the server ends it: others queue behind it."""

CACHE_KIB = 40_960
"""Pages of an embedded ledger that a connection keeps at hand: an append touches the index of every event id.

They are held beside whatever a batch holds: a month of a large pool takes the most memory that the ledger ever does.
"""

SMALL_CACHE_KIB = 8_192
"""The same of a file no larger than that: what is appended to it is at hand anyway, and a tape needs the memory."""

STATEMENTS_AT_HAND = 500
"""Compiled statements that a process keeps for all of its embedded ledgers: it makes some 150 different ones."""

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
        if _ADDRESS_LIKE.match(given):
            # It is not quoted, for it may hold a password.
            raise StoreError("an address begins with its kind and ://, as in postgresql+psycopg://USER@HOST/NAME")
        return URL.create("sqlite", database=given)
    try:
        parsed = make_url(given)
    except (ArgumentError, ValueError):
        # What they say may quote the password, and a program that logs the cause would keep it.
        message = f"{shown_address(given)} is not a database URL; write it as postgresql+psycopg://USER@HOST/DATABASE"
        raise StoreError(message) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{fit(parsed.drivername)} is not supported; use sqlite:///FILE or postgresql+psycopg://...")
    return parsed


def is_memory(url: URL) -> bool:
    """Say whether the URL names an SQLite database that lives in memory only."""
    return url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:"


def make_engine(url: URL) -> Engine:
    """Return an engine with the settings that the ledger's promises need."""
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(url)
        engine = _postgresql_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise StoreError(
            f"the driver for {url.drivername} is not installed: pip install 'indenture[postgres]'"
        ) from fault
    watch_server(engine)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Without it whoever holds a lock, and be it on a table that is only read, holds everybody else for ever.
        connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.commit()

    return engine


class _CompiledStatements(LRUCache[Any, Any]):
    """Statements as they were compiled for embedded ledgers: a process has one SQLite, whichever file it opens.

    SQLAlchemy keeps them by the dialect, and an engine has a dialect of its own.
    """

    def get(self, key: tuple[object, ...], default: Any = None) -> Any:
        return super().get(self._of_all(key), default)

    def __getitem__(self, key: tuple[object, ...]) -> Any:
        return super().__getitem__(self._of_all(key))

    def __setitem__(self, key: tuple[object, ...], value: Any) -> None:
        super().__setitem__(self._of_all(key), value)

    @staticmethod
    def _of_all(key: tuple[object, ...]) -> tuple[object, ...]:
        return (type(key[0]), *key[1:])


_COMPILED = _CompiledStatements(STATEMENTS_AT_HAND)


def _cache_kib(url: URL) -> int:
    """Return how much a connection keeps at hand of a file, by the size that it has when the connection is made."""
    try:
        size = 0 if is_memory(url) else os.stat(url.database or "").st_size
    except OSError:
        size = 0
    return CACHE_KIB if size > SMALL_CACHE_KIB << 10 else SMALL_CACHE_KIB


def _sqlite_engine(url: URL) -> Engine:
    options: dict[str, Any] = {"poolclass": StaticPool} if is_memory(url) else {}
    arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000}
    if is_memory(url):
        arguments["check_same_thread"] = False
    options["execution_options"] = {"compiled_cache": _COMPILED}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **options)
    if not is_memory(url):
        watch_files(engine)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, given: list[str], options: dict[str, Any]) -> sqlite3.Connection:
        return connect(given[0], **options)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own implicit transactions are switched off: the ledger begins every transaction itself.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA cache_size = -{_cache_kib(url)}")
        cursor.close()

    @event.listens_for(engine, "invalidate")
    def _given_up(connection: sqlite3.Connection, _record: object, _fault: object) -> None:
        # An interrupt may leave cursors that keep the connection alive, and with it the lock on the file.
        with suppress(sqlite3.Error):
            connection.rollback()

    @event.listens_for(engine, "checkin")
    def _given_back(connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if is_left_alone(connection):
            # It would go on with the pages that it has read, whatever becomes of the file.
            record.invalidate()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A writer takes the lock before it reads, or two of them could both decide on the same head.
        writing = connection.get_execution_options().get("ledger_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def faults_translated(url: URL) -> Iterator[None]:
    """Turn the faults of driver and database into the ledger's own, with what to do about them.

    What they say is kept to what names no row, and so is the cause that programs log with them.
    """
    try:
        yield
    except SQLAlchemyError as fault:
        told = _driver_words(fault, url)
        raise _translated(fault, told, url) from DriverFault(f"{_kind(fault)}: {told}")
    except sqlite3.OperationalError as fault:
        told = _without_row(str(fault))
        cause = DriverFault(f"{type(fault).__name__}: {told}")
        raise _translated(DBAPIError("", None, fault), told, url) from cause
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        # A damaged schema breaks even the message in which SQLite complains of it.
        told = _without_row(str(fault))
        cause = DriverFault(f"{type(fault).__name__}: {told}")
        raise StoreUnreadable(f"{_shown(url)} is damaged and cannot be read: {told}") from cause


_ADDRESS_LIKE = re.compile(r"(postgres|sqlite|mysql|mariadb|oracle|mssql)[a-z0-9+]*:", re.IGNORECASE)


class DriverFault(Exception):
    """What a driver or a database said, without the row, the statement and the parameters that it said it of."""


_LONGEST_WORDS = 500
"""Characters of what a driver says that are passed on."""

_DATA_FAULTS = "22"
"""The class of SQLSTATE of faults in a value: what PostgreSQL says of them quotes it."""


def _without_row(message: str) -> str:
    """Return the first line of a driver's message as far as it quotes no value; those after it may quote a row."""
    first = message.partition("\n")[0]
    for opening in (" with text '", ': "', ": '"):
        first = first.partition(opening)[0]
    return fit(first, _LONGEST_WORDS)


def _driver_words(fault: SQLAlchemyError, url: URL) -> str:
    """Return what a driver said, in one line that quotes neither a row nor a secret of the address."""
    origin = fault.orig if isinstance(fault, StatementError) and fault.orig is not None else fault
    # PostgreSQL says what is wrong apart from the row (DETAIL) and from where it stood (CONTEXT).
    primary = getattr(getattr(origin, "diag", None), "message_primary", None)
    told = str(primary or origin)
    if (getattr(origin, "sqlstate", None) or "").startswith(_DATA_FAULTS) and told.count('"') > 1:
        told = told.partition('"')[0] + '"..."' + told.rpartition('"')[2]
    return without_secrets(_without_row(told), _secrets(url))


def _secrets(url: URL) -> Iterator[str]:
    """Yield what an address holds that no message may."""
    if url.password is not None:
        yield from (str(url.password), quote_plus(str(url.password)))
    if url.host and "@" in url.host:
        # A sign in a password that was not escaped, so that a part of it was taken for the host.
        yield url.host.rpartition("@")[0]
    for name, given in url.query.items():
        if is_secret_setting(name):
            yield from (given,) if isinstance(given, str) else given


def _kind(fault: SQLAlchemyError) -> str:
    origin = fault.orig if isinstance(fault, StatementError) and fault.orig is not None else fault
    state = getattr(origin, "sqlstate", None)
    return f"{type(origin).__name__} {state}" if state else type(origin).__name__


def _shown(url: URL) -> str:
    return shown_address(url.render_as_string(hide_password=True))


def _translated(fault: SQLAlchemyError, cause: str, url: URL) -> StoreError:
    lowered, place = cause.lower(), _shown(url)
    if "event_id" in lowered and ("append-only" in lowered or "unique" in lowered):
        return EventIdTaken(f"{place}: {cause}")
    if "append-only" in lowered:
        return IntegrityFault(f"{place}: {cause}")
    if "disk i/o" in lowered:
        return StoreUnreadable(
            f"{place} cannot be read or written ({cause}): it was cut short, its disk fails, or no directory for "
            "temporary files can be written (name one in SQLITE_TMPDIR); nothing was changed"
        )
    if "not a database" in lowered or "malformed" in lowered or "encrypted" in lowered:
        return StoreUnreadable(
            f"{place} is damaged or not a ledger ({cause}); check the path, and if it was one, restore it from a backup"
        )
    if "permission denied" in lowered or "row-level security" in lowered:
        return AccessRefused(f"{place}: this database role has no right to do that ({cause})")
    if "readonly" in lowered or "read-only" in lowered:
        return StoreUnavailable(
            f"{place} is read-only here ({cause}); nothing was written, but it can be read and copied"
        )
    if "is full" in lowered or "disk full" in lowered or "no space" in lowered:
        return StoreUnavailable(f"{place}: the disk is full ({cause}); nothing was written")
    if "lock timeout" in lowered:
        return StoreUnavailable(
            f"{place}: another session kept what this one waited for locked for {BUSY_TIMEOUT_MS // 1000} s; nothing "
            "was written, try again. Where it stays so, ask the database's administrator: pg_stat_activity shows whose "
            "transaction is open (xact_start), and pg_terminate_backend ends it"
        )
    if "interrupted" in lowered:
        return StoreUnavailable(f"{place}: what is under way was begun before this process was forked; open it anew")
    if "locked" in lowered or "busy" in lowered:
        return StoreUnavailable(f"{place} stayed locked by another writer for {BUSY_TIMEOUT_MS // 1000} s; try again")
    if "unable to open" in lowered:
        return StoreUnavailable(f"{place} cannot be opened ({cause}); check the path and its permissions")
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or "connection" in lowered):
        return StoreUnavailable(f"{place}: the server cannot be reached ({cause}); what was acknowledged is stored")
    return StoreError(f"{place}: {cause}")


def is_there(url: URL) -> bool:
    """Say whether there may be a database: connecting to an SQLite file that is not there would create it."""
    return url.get_backend_name() != "sqlite" or is_memory(url) or Path(str(url.database)).is_file()


def check_exists(url: URL) -> None:
    """Raise :class:`~ledger.errors.LedgerNotFound` where an SQLite URL names a file that is not there.

    Raises :class:`~ledger.errors.StoreError` for a bundle, which begins as every zip does: it is no database.
    """
    if not is_there(url):
        found = f"there is no ledger at {_shown(url)}: there is no such file; check the path"
        raise LedgerNotFound(found, f"create one with: ledger init {_shown(url)}")
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
        raise LedgerNotFound(f"{shown} holds no ledger", f"create one with: ledger init {shown}")
    if found < SCHEMA_REVISION:
        raise SchemaOutdated(
            f"{shown} has schema {found}, this release needs {SCHEMA_REVISION}; "
            f"back it up, then run: ledger upgrade {shown}"
        )
    check_not_newer(found, url)
