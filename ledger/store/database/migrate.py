"""Bringing a database to this release's schema, with Alembic."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, text

_ALEMBIC = Lock()
"""Alembic keeps the migration that it runs in module globals: one at a time in a process."""

_NAMED_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ledger migrations', 0))"


def scripts_directory() -> Path:
    """Return where the migrations lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).resolve().parents[2] / "migrations"
    return inside if inside.is_dir() else inside.parent.parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration up to ``revision`` inside the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # Two processes may create one ledger; SQLite's writers queue for the file, PostgreSQL's queue here.
        # A lock on a name can be taken by any session, and so by one that may not migrate; one on a table of the
        # ledger's that changes nothing for readers can not, but needs a table.
        there = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is not None
        lock = "LOCK TABLE alembic_version IN SHARE UPDATE EXCLUSIVE MODE" if there else _NAMED_LOCK
        connection.execute(text(lock))
    config = Config()
    config.set_main_option("script_location", str(scripts_directory()))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, revision)
