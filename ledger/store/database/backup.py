"""Online backup and restore of an embedded ledger: a consistent copy while writers go on.

PostgreSQL has its own tools for this (``pg_dump``, base backups); the functions here are for SQLite files.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL

from ledger.errors import SchemaOutdated, StoreError, StoreUnreadable
from ledger.store.database.engine import check_exists, faults_translated, is_memory, parse_url
from ledger.store.database.event_store import EventStore

PAGES_AT_ONCE = 2_000
"""Database pages copied between two chances for a writer."""


def _file(url: URL) -> Path:
    if url.get_backend_name() != "sqlite" or is_memory(url):
        raise StoreError(f"{url.render_as_string()} is not an embedded ledger; use your server's own backup (pg_dump)")
    return Path(str(url.database))


def _sound(path: Path) -> None:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as fault:
        raise StoreUnreadable(f"{path} is damaged or not a ledger: {fault}") from fault
    finally:
        connection.close()
    if found != ("ok",):
        raise StoreUnreadable(f"{path} is damaged: {found[0] if found else 'no answer'}")


def _copy(source: Path, target: Path, progress: Callable[[int, int], None] | None) -> None:
    """Copy into a new file beside the target, check it, and only then give it the target's name."""
    if target.exists():
        raise StoreError(f"{target} exists; give the name of a new file")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(partial)
    try:
        told = None if progress is None else (lambda _status, left, whole: progress(whole - left, whole))
        reading.backup(writing, pages=PAGES_AT_ONCE, progress=told)
        writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as fault:
        partial.unlink(missing_ok=True)
        raise StoreUnreadable(f"{source} could not be copied: {fault}") from fault
    finally:
        writing.close()
        reading.close()
    try:
        _sound(partial)
    except StoreUnreadable as fault:
        partial.unlink(missing_ok=True)
        raise StoreUnreadable(
            f"{source} is damaged, and so is its copy, which was removed: {fault.__cause__}"
        ) from fault
    os.replace(partial, target)


def backup(url: str | Path, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Copy the embedded ledger at ``url`` into the new file ``target`` while it stays in use.

    Raises :class:`~ledger.errors.StoreError` where the target exists or the ledger is not embedded.
    """
    parsed = parse_url(url)
    check_exists(parsed)
    EventStore.open(parsed).close()
    with faults_translated(parsed):
        _copy(_file(parsed), target, progress)


def restore(source: Path, url: str | Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Bring a backup back as the embedded ledger at ``url``, which must not exist yet, with this release's schema.

    Raises :class:`~ledger.errors.StoreUnreadable` where the backup is damaged or is no ledger.
    """
    parsed = parse_url(url)
    if not source.is_file():
        raise StoreError(f"there is no backup at {source}")
    _sound(source)
    # An older release's backup is brought forward once it is back; anything else that cannot be opened is no backup.
    with suppress(SchemaOutdated):
        EventStore.open(source).close()
    _copy(source, _file(parsed), progress)
    with faults_translated(parsed):
        EventStore(parsed).upgrade()
