"""The law of the short way: a ledger that is made by what an earlier one's catalog says is the ledger that the
migrations make, object by object and row by row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from ledger import Ledger
from ledger.store.database import migrate
from ledger.store.database.event_store import EventStore


def dumped(path: Path) -> list[str]:
    """Everything in a database, as the statements that would make it again, and what its catalog says."""
    with sqlite3.connect(path) as connection:
        catalog = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        return [*connection.iterdump(), *map(str, catalog)]


def test_a_later_ledger_is_what_the_migrations_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_made", [])
    Ledger.create(tmp_path / "migrated.db").close()
    assert migrate._made
    monkeypatch.setattr(migrate, "scripts_directory", lambda: tmp_path / "no migrations are run")
    Ledger.create(tmp_path / "made.db").close()
    assert dumped(tmp_path / "made.db") == dumped(tmp_path / "migrated.db")
    assert not EventStore.open(tmp_path / "made.db").schema_faults


def test_what_is_not_empty_or_not_brought_to_the_head_is_migrated(tmp_path: Path) -> None:
    Ledger.create("sqlite://").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    with engine.begin() as connection:
        migrate.upgrade(connection, "0003")
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        assert "events" in tables
        assert "run_cuts" not in tables
    with engine.begin() as connection:
        migrate.upgrade(connection)
        assert "run_cuts" in set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    engine.dispose()
