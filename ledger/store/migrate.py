"""Bringing a database to this release's schema, with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection


def scripts_directory() -> Path:
    """Return where the migrations lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).resolve().parent.parent / "migrations"
    return inside if inside.is_dir() else inside.parent.parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration up to ``revision`` inside the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts_directory()))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
