"""Which store an address means: a database, archives with or without the ledger behind them, or a bundle.

What a bundle is read into stands above the stores (:mod:`ledger.evidence.bundles.opening`); here it is only told apart.
"""

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
BUNDLE = "bundle:"
_TAIL = "?tail="


def archive_directory(url: str | URL | Path) -> str | None:
    """Return the directory (a path or an fsspec URL) of an address that means archives, or None for a database."""
    given = str(url)
    if isinstance(url, str) and given.startswith(PREFIX):
        return given.removeprefix(PREFIX).partition(_TAIL)[0]
    if isinstance(url, URL) or "://" in given or not Path(given).is_dir():
        return None
    return given if any(Path(given).glob("*/manifest.json")) else None


def bundle_file(url: str | URL | Path) -> Path | None:
    """Return the file of an address that means an evidence bundle, or None for anything else.

    That is ``bundle:FILE``, whatever there is of it, or the path of a file that begins as a zip does.
    """
    given = str(url)
    if isinstance(url, str) and given.startswith(BUNDLE):
        return Path(given.removeprefix(BUNDLE))
    if isinstance(url, URL) or "://" in given or not Path(given).is_file():
        return None
    try:
        with Path(given).open("rb") as file:
            return Path(given) if file.read(2) == b"PK" else None
    except OSError:
        return None


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


__all__ = ["BUNDLE", "PREFIX", "archive_directory", "bundle_file", "open_store"]
