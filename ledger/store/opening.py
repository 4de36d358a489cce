"""Which store an address means: a database, or archives with or without the ledger behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL

from ledger.errors import LedgerNotFound
from ledger.store.database.event_store import EventStore
from ledger.values.secrets import shown_address

if TYPE_CHECKING:
    from ledger.store.tailed import ArchiveStore

PREFIX = "archive:"
_TAIL = "?tail="


def archive_directory(url: str | URL | Path) -> str | None:
    """Return the directory (a path or an fsspec URL) of an address that means archives, or None for a database."""
    given = str(url)
    if isinstance(url, str) and given.startswith(PREFIX):
        return given.removeprefix(PREFIX).partition(_TAIL)[0]
    if isinstance(url, URL) or "://" in given or not Path(given).is_dir():
        return None
    return given if any(Path(given).glob("*/manifest.json")) else None


def open_store(url: str | URL | Path) -> EventStore | ArchiveStore:
    """Return the store at an address: ``archive:DIR``, ``archive:DIR?tail=URL``, or what a database is opened by.

    DIR is a path or an fsspec URL of a directory that archives were sealed into; a plain path to one will do. With a
    tail the ledger at that SQLAlchemy URL is read on from where the archives end.
    Raises :class:`~ledger.errors.LedgerNotFound` where there is nothing of the kind.
    """
    directory = archive_directory(url)
    if directory is None:
        return EventStore.open(url)
    from ledger.store.archive.source import ArchiveSource
    from ledger.store.tailed import ArchiveStore

    tail = str(url).removeprefix(PREFIX).partition(_TAIL)[2] if isinstance(url, str) else ""
    store = ArchiveStore(directory, EventStore.open(tail) if tail else None)
    if not ArchiveSource(directory).deals():
        store.close()
        shown = shown_address(directory)
        raise LedgerNotFound(f"there is no archive in {shown}; seal one with: ledger archive URL DEAL {shown}")
    return store


__all__ = ["PREFIX", "archive_directory", "open_store"]
