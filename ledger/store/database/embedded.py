"""Connecting to the file of an embedded ledger: as it can be written, or as it can only be read.

A ledger on a medium that cannot be written, an auditor's copy say, is read there. SQLite's write-ahead mode wants files
of its own beside the database even for that; where it can have none and none are needed, the file is opened as one that
nobody changes. Somebody else may be able to change it all the same, so every reading of it ends with a look whether it
is still what it was (:func:`check_unchanged`).

Nothing here opens such a file but through SQLite: closing any other handle on it would take the locks of every
connection of this process away.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from ledger.errors import StoreError, StoreUnavailable
from ledger.store.database.forks import FileConnection, check_usable, identity, opening

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files that it keeps beside it."""

_NOT_HERE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})

_State = tuple[int, int, int, int]


class _LeftAlone(FileConnection):
    """A connection to a file that is taken not to change, with what it was when it was opened."""

    file = ""
    was: _State | None = None


def connect(file: str, **options: Any) -> FileConnection:
    """Connect to the database in a file, which is made if it is not there; only to read where that is all one can.

    ``options`` are those of :func:`sqlite3.connect`. Raises :class:`~ledger.errors.StoreUnavailable` where it cannot be
    read without writing beside it.
    """
    with opening:
        if options.get("uri") or file == ":memory:":
            found = sqlite3.connect(file, factory=FileConnection, **options)
            place = found.execute("PRAGMA database_list").fetchone()[2]
        else:
            check_usable(file, file)
            writable = can_be_written(file)
            found = sqlite3.connect(file, factory=FileConnection, **options) if writable else _to_read(file, options)
            place = file
        found.at = identity(place) if place else None
        return found


def _to_read(file: str, options: dict[str, Any]) -> FileConnection:
    found = sqlite3.connect(_address(file, "mode=ro"), uri=True, factory=FileConnection, **options)
    try:
        found.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as fault:
        found.close()
        if fault.sqlite_errorcode & 0xFF not in _NOT_HERE or not os.path.isfile(file):
            raise
        return _left_alone(file, options)
    except sqlite3.DatabaseError:
        pass  # whoever reads it will be told
    return found


def _left_alone(file: str, options: dict[str, Any]) -> FileConnection:
    check_nothing_ahead(file)
    was = _state(file)
    found = sqlite3.connect(_address(file, "immutable=1"), uri=True, factory=_LeftAlone, **options)
    found.file, found.was = file, was
    return found


def check_nothing_ahead(file: str) -> None:
    """Raise :class:`~ledger.errors.StoreUnavailable` where a write-ahead file holds what its database does not."""
    for suffix in ("-wal", "-journal"):
        if _size(file + suffix) > 0:
            raise StoreUnavailable(
                f"{file} cannot be read here: {file}{suffix} holds what is not in it yet, and nothing can be written "
                "beside them; copy both into a directory that can be written and read it there, or ask whoever keeps "
                "the ledger for a copy made with ledger backup"
            )


def is_left_alone(connection: object) -> bool:
    """Say whether a driver's connection is to a file that is taken not to change, and so must not be kept."""
    return isinstance(connection, _LeftAlone)


def check_unchanged(connection: object) -> None:
    """Raise :class:`~ledger.errors.StoreUnavailable` where a file that was taken not to change did."""
    if isinstance(connection, _LeftAlone) and (
        _state(connection.file) != connection.was or any(_size(connection.file + suffix) > 0 for suffix in BESIDE)
    ):
        raise StoreUnavailable(
            f"{connection.file} was written while it was read here, where its locks cannot be seen; what was read is "
            "void: read it again, or a copy made with ledger backup"
        )


def can_be_written(file: str) -> bool:
    """Say whether this process can write a database's file, and what SQLite keeps beside it; also of one to be made."""
    if not os.path.exists(file):
        return True
    if not _may_write(file):
        return False
    beside = os.path.exists(f"{file}-wal") and os.path.exists(f"{file}-shm")
    return beside or _may_write(os.path.dirname(os.path.abspath(file)))


def check_nothing_beside(file: Path) -> None:
    """Raise :class:`~ledger.errors.StoreError` where a database's other files lie without it.

    SQLite would take them for those of whatever is put in its place: replay an old write-ahead file over it, or throw
    away what may be all that is left of the last events.
    """
    if _size(str(file)) > 0:
        return
    for suffix in BESIDE:
        left = file.with_name(file.name + suffix)
        if not left.exists():
            continue
        # Others may be making the ledger at this moment: then it is there by now, or their journal is its own.
        if _size(str(file)) > 0:
            return
        if not (suffix == "-journal" and file.exists()):
            raise StoreError(
                f"{left} lies there without its database: it was left by a ledger that is gone, may hold its last "
                f"events, and would be mixed into a new {file.name}; move it away and keep it, or use another name"
            )


def _address(file: str, how: str) -> str:
    return f"{Path(os.path.abspath(file)).as_uri()}?{how}"


def _may_write(path: str) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _state(file: str) -> _State | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _size(file: str) -> int:
    try:
        return os.stat(file).st_size
    except OSError:
        return 0


def keep_ahead(driver: Any, seconds: float) -> None:
    """Have a file written by way of a write-ahead log.

    Who changes that needs the file alone for a moment, and where others create the same ledger SQLite refuses at once
    instead of waiting for them; so it is asked again, for so many seconds.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


__all__ = [
    "BESIDE",
    "can_be_written",
    "check_nothing_ahead",
    "check_nothing_beside",
    "check_unchanged",
    "connect",
    "is_left_alone",
    "keep_ahead",
]
