"""What a forked process inherits of a database: nothing that it may use.

A connection belongs to the process that opened it. SQLite holds its locks by process: a child that goes on with its
parent's connection, or merely opens the file while one of them is open in its memory, believes that it holds locks
which it does not, and what it commits can vanish with the write-ahead file when the parent closes. A server would take
the words of both processes for those of one.

So before a process forks, the connections to files that lie idle are closed, and while it forks none is opened: the
child inherits none, and parent and child each open their own. A connection in use just then - a reading under way, a
batch being posted - cannot be closed. The child then never touches it, nor that file: it is told to open the ledger
in a process that was started otherwise. Connections to servers are put out of the child's reach, and it opens its own.
A ledger in memory is a copy in the child, whose events would be lost with it: there it is refused.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event

from ledger.errors import StoreUnavailable

opening = threading.RLock()
"""Held while a connection to a file is opened, and while the process forks."""

_OF_PARENT = "what is under way was begun by the process that this one was forked from, and can only be ended there"
_COPIED = (
    "a ledger in memory belongs to the process that made it: in a forked process it is a copy, and what is posted to "
    "it would be lost; use a file or a server"
)
_IN_USE = (
    "{shown} was being read or written when this process was forked, and SQLite cannot use it safely here: fork while "
    "no reading or posting is under way, or start the process anew (subprocess, or multiprocessing with spawn)"
)


class FileConnection(sqlite3.Connection):
    """A connection to an SQLite database that serves only the process that opened it."""

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        super().__init__(database, *args, **options)
        self._process = os.getpid()
        self.at: tuple[int, int] | None = None
        _connections.add(self)

    @property
    def is_own(self) -> bool:
        """Say whether this process opened it."""
        return self._process == os.getpid()

    def _check(self) -> None:
        if not self.is_own:
            raise StoreUnavailable(_OF_PARENT)

    def cursor(self, *args: Any, **options: Any) -> Any:
        """Return a cursor; raises :class:`~ledger.errors.StoreUnavailable` in a forked process."""
        self._check()
        return super().cursor(*args, **options)

    def execute(self, *args: Any) -> Any:
        """Execute a statement; raises as :meth:`cursor` does."""
        self._check()
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        """Execute a statement for many rows; raises as :meth:`cursor` does."""
        self._check()
        return super().executemany(*args)

    def commit(self) -> None:
        """Commit; raises as :meth:`cursor` does."""
        self._check()
        super().commit()

    def rollback(self) -> None:
        """Roll back; a forked process leaves that to its parent."""
        if self.is_own:
            super().rollback()

    def close(self) -> None:
        """Close; a forked process leaves that to its parent, whose write-ahead file it could take away."""
        if self.is_own:
            super().close()
            _connections.discard(self)


class MemoryTurns:
    """The turns of those who share the one connection of a ledger in memory: all of the process that made it."""

    def __init__(self) -> None:
        self._process, self._lock = os.getpid(), threading.RLock()

    def __enter__(self) -> None:
        # Whoever had the turn when the process was forked is not here to give it back.
        if self._process != os.getpid():
            raise StoreUnavailable(_COPIED)
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_connections: WeakSet[FileConnection] = WeakSet()
_engines: WeakSet[Engine] = WeakSet()
_servers: WeakSet[Any] = WeakSet()
_in_use: set[tuple[int, int]] = set()
"""The files, by device and inode, that were in use in the parent when this process was forked."""

_never_freed: list[FileConnection] = []


def watch_files(engine: Engine) -> None:
    """Let an engine of an SQLite file give up its idle connections before the process forks."""
    _engines.add(engine)


def watch_server(engine: Engine) -> None:
    """Let an engine of a server open its own connections in a forked process."""
    _engines.add(engine)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        _servers.add(connection)


def check_usable(file: str, shown: str) -> None:
    """Raise :class:`~ledger.errors.StoreUnavailable` for a file that was in use when this process was forked."""
    if _in_use and identity(file) in _in_use:
        raise StoreUnavailable(_IN_USE.format(shown=shown))


def identity(file: str) -> tuple[int, int] | None:
    """Return the device and the inode of a file, by which SQLite and the system know it; None where there is none."""
    with suppress(OSError, ValueError):
        found = os.stat(file)
        return found.st_dev, found.st_ino
    return None


def _before_forking() -> None:
    opening.acquire()
    for engine in list(_engines):
        if engine.dialect.name == "sqlite":
            engine.dispose()


def _after_in_parent() -> None:
    opening.release()


def _after_in_child() -> None:
    try:
        for connection in list(_connections):
            _give_up(connection)
        for server in list(_servers):
            _cut_off(server)
        for engine in list(_engines):
            engine.dispose(close=False)
    finally:
        opening.release()


def _give_up(connection: FileConnection) -> None:
    """Stop what an inherited connection has under way, and see that its memory is never freed, for that closes it."""
    if connection.at is None:
        return
    _in_use.add(connection.at)
    _never_freed.append(connection)
    with suppress(ImportError):
        import ctypes

        # Not even when the interpreter ends, which frees what modules hold.
        increase: Callable[[Any], None] = ctypes.pythonapi.Py_IncRef
        increase(ctypes.py_object(connection))
    with suppress(sqlite3.Error):
        connection.interrupt()


def _cut_off(server: Any) -> None:
    """Put a dead socket in the place of one shared with the parent, which neither hears of it nor is closed by it."""
    with suppress(Exception):
        ours, other = socket.socketpair()
        other.close()
        os.dup2(ours.fileno(), server.fileno(), inheritable=False)
        ours.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_forking, after_in_parent=_after_in_parent, after_in_child=_after_in_child)


__all__ = ["FileConnection", "MemoryTurns", "check_usable", "identity", "opening", "watch_files", "watch_server"]
