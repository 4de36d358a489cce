"""Online backup and restore of an embedded ledger: a consistent copy while writers go on.

PostgreSQL has its own tools for this (``pg_dump``, base backups); the functions here are for SQLite files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL

from ledger.errors import SchemaOutdated, StoreError, StoreUnavailable, StoreUnreadable
from ledger.files import check_new, written_whole
from ledger.store.database.embedded import check_nothing_ahead, check_nothing_beside, check_unchanged, connect
from ledger.store.database.engine import check_exists, faults_translated, is_memory, parse_url
from ledger.store.database.event_store import EventStore

PAGES_AT_ONCE = 2_000
"""Database pages copied between two chances for a writer."""

_OF_THE_PLACE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})

Progress = Callable[[int, int], None]
"""Told the pages copied so far and how many there are."""


def _file(url: URL) -> Path:
    if url.get_backend_name() != "sqlite" or is_memory(url):
        raise StoreError(f"{url.render_as_string()} is not an embedded ledger; use your server's own backup (pg_dump)")
    return Path(str(url.database))


def _sound(path: Path) -> None:
    connection = connect(str(path))
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()
        check_unchanged(connection)
    except sqlite3.DatabaseError as fault:
        raise StoreUnreadable(f"{path} is damaged or not a ledger: {fault}") from fault
    finally:
        connection.close()
    if found != ("ok",):
        raise StoreUnreadable(f"{path} is damaged: {found[0] if found else 'no answer'}")


def _copy(source: Path, partial: Path, progress: Progress | None) -> None:
    """Copy a database into a new file, and check that."""
    reading = connect(str(source))
    try:
        writing = connect(str(partial))
        try:
            told = None if progress is None else (lambda _status, left, whole: progress(whole - left, whole))
            reading.backup(writing, pages=PAGES_AT_ONCE, progress=told)
            writing.execute("PRAGMA journal_mode = DELETE")
            check_unchanged(reading)
        finally:
            writing.close()
    except sqlite3.DatabaseError as fault:
        if fault.sqlite_errorcode & 0xFF in _OF_THE_PLACE:
            raise StoreUnavailable(
                f"{partial.parent} takes no copy of {source} ({fault}): make room there, or name another place, then "
                "do it again; nothing was left behind"
            ) from fault
        raise StoreUnreadable(f"{source} could not be copied: {fault}") from fault
    finally:
        reading.close()
    try:
        _sound(partial)
    except StoreUnreadable as fault:
        raise StoreUnreadable(
            f"{source} is damaged, and so is its copy, which was removed: {fault.__cause__}"
        ) from fault


def backup(url: str | Path, target: Path, progress: Progress | None = None) -> None:
    """Copy the embedded ledger at ``url`` into the new file ``target`` while it stays in use.

    Raises :class:`~ledger.errors.StoreError` where the target exists or the ledger is not embedded.
    """
    parsed = parse_url(url)
    check_exists(parsed)
    source = _file(parsed)
    EventStore.open(parsed).close()
    with faults_translated(parsed), _made(target) as partial:
        _copy(source, partial, progress)


def restore(source: Path, url: str | Path, progress: Progress | None = None) -> None:
    """Bring a backup back as the embedded ledger at ``url``, which must not exist yet, with this release's schema.

    The ledger is there whole or not at all. Raises :class:`~ledger.errors.StoreUnreadable` where the backup is damaged
    or is no ledger, and :class:`~ledger.errors.StoreError` where files of a lost ledger lie in its place.
    """
    parsed = parse_url(url)
    target = _file(parsed)
    if not source.is_file():
        raise StoreError(f"there is no backup at {source}")
    _sound(source)
    # An older release's backup is brought forward once it is back; anything else that cannot be opened is no backup.
    with suppress(SchemaOutdated):
        EventStore.open(source).close()
    with faults_translated(parsed), _made(target) as partial:
        _copy(source, partial, progress)
        store = EventStore(partial)
        store.upgrade()
        store.close()


@contextmanager
def new_ledger(file: Path) -> Iterator[Path]:
    """Yield the path of a ledger to be made in the place of ``file``, where it is then whole or not at all.

    It must be closed before the block ends. Raises :class:`~ledger.errors.StoreError` where there is something.
    """
    if file.exists() and not file.stat().st_size:
        file.unlink()
    with _made(file) as partial:
        yield partial


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    check_new(target)
    check_nothing_beside(target)
    with written_whole(target) as partial:
        yield partial
        check_nothing_ahead(str(partial))
        check_nothing_beside(target)


__all__ = ["backup", "new_ledger", "restore"]
