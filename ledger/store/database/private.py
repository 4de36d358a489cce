"""A database of one's own for as long as it is open: what was read from elsewhere, laid out to be queried.

Nothing of it is meant to last, so nothing waits for a disk: it is in memory where it is small, and else in a file in a
temporary directory that goes with it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import event

from ledger.store.database.event_store import EventStore

IN_MEMORY = 20_000
"""Events up to which such a database is in memory; each takes about half a kilobyte."""


class PrivateStore:
    """An empty ledger for about so many events, to be filled; whoever closes it removes it.

    One in memory has a single connection, so that no question can be asked while another is being answered: with
    ``shared`` it is in a file, however small.
    """

    def __init__(self, events: int, *, shared: bool) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="indenture-") if shared or events > IN_MEMORY else None
        url = "sqlite://" if self._home is None else str(Path(self._home.name) / "ledger.db")
        self.store = EventStore.create(url)
        if self._home is not None:
            self.store.close()  # its connections waited for the disk
            event.listen(self.store._engine, "connect", _unprotected)

    def close(self) -> None:
        """Remove the database."""
        self.store.close()
        if self._home is not None:
            self._home.cleanup()


def _unprotected(connection: sqlite3.Connection, _record: object) -> None:
    # A file that is thrown away after a fault needs neither a journal nor a disk that has taken it.
    for pragma in ("journal_mode = OFF", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")


__all__ = ["IN_MEMORY", "PrivateStore"]
