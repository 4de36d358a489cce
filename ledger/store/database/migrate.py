"""Bringing a database to this release's schema, with Alembic.

A process that makes many embedded ledgers (simulations, notebooks, tests) runs the migrations on the first of them, and
makes the others by the statements that stand in that one's catalog: the same objects, in a tenth of the time.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, text

_ALEMBIC = Lock()
"""Alembic keeps the migration that it runs in module globals: one at a time in a process."""

_NAMED_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ledger migrations', 0))"


_made: list[str] = []
"""What makes an embedded ledger of this release out of nothing, once this process has migrated one from nothing."""


def scripts_directory() -> Path:
    """Return where the migrations lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).resolve().parents[2] / "migrations"
    return inside if inside.is_dir() else inside.parent.parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration up to ``revision`` inside the connection's transaction."""
    if connection.dialect.name == "postgresql":
        # Two processes may create one ledger; SQLite's writers queue for the file, PostgreSQL's queue here.
        # A lock on a name can be taken by any session, and so by one that may not migrate; one on a table of the
        # ledger's that changes nothing for readers can not, but needs a table.
        there = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is not None
        lock = "LOCK TABLE alembic_version IN SHARE UPDATE EXCLUSIVE MODE" if there else _NAMED_LOCK
        connection.execute(text(lock))
    from_nothing = revision == "head" and connection.dialect.name == "sqlite" and _is_empty(connection)
    if from_nothing and _made:
        for statement in _made:
            connection.exec_driver_sql(statement)
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts_directory()))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, revision)
    if from_nothing:
        _remember(connection)


def _is_empty(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is None


def _remember(connection: Connection) -> None:
    objects = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    ).scalars()
    # Beside the revision, the migrations write what the planner shall take the indexes for, and nothing else.
    rows = chain.from_iterable(
        connection.exec_driver_sql(f"SELECT printf({statement}) FROM {table} ORDER BY rowid").scalars()
        for table, statement in (
            ("alembic_version", "'INSERT INTO alembic_version (version_num) VALUES (%Q)', version_num"),
            ("sqlite_stat1", "'INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%Q, %Q, %Q)', tbl, idx, stat"),
        )
    )
    _made[:] = [*objects, "ANALYZE", "DELETE FROM sqlite_stat1", *rows, "ANALYZE sqlite_schema"]
