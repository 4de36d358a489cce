"""What an address holds, deal by deal: for whoever works through many deals, perhaps on other machines.

A directory of a thousand archives is listed without reading any of them, and opening one deal of it reads nothing of
the others: the cost of a deal does not grow with its neighbours, nor does a damaged one stand in their way.
"""

from __future__ import annotations

from pathlib import Path

from ledger.errors import LedgerNotFound
from ledger.evidence.bundles.opening import deal_of_bundle
from ledger.service import Ledger
from ledger.store.database.engine import is_memory, parse_url
from ledger.store.opening import BUNDLE, PREFIX, archive_directory, bundle_file
from ledger.values.secrets import shown_address


def _tail(address: str | Path) -> str:
    """Return the address of the ledger behind an archive, or nothing."""
    given = str(address)
    return given.partition("?tail=")[2] if given.startswith(PREFIX) else ""


def absolute_address(address: str | Path) -> str:
    """Return an address that means the same wherever on this machine it is opened: its local paths made absolute."""
    directory = archive_directory(address)
    if directory is not None:
        tail = _tail(address)
        place = directory if "://" in directory else str(Path(directory).absolute())
        return f"{PREFIX}{place}" + (f"?tail={absolute_address(tail)}" if tail else "")
    bundle = bundle_file(address)
    if bundle is not None:
        return f"{BUNDLE}{bundle.absolute()}"
    url = parse_url(address)
    if url.get_backend_name() == "sqlite" and not is_memory(url) and not str(url.database).startswith("file:"):
        url = url.set(database=str(Path(str(url.database)).absolute()))
    return url.render_as_string(hide_password=False)


def deals_at(address: str | Path) -> list[str]:
    """Return the names of the deals at an address of a ledger, of archives or of a bundle, sorted.

    Damaged archives are listed too, and the deal that a bundle says it is of.

    Raises :class:`~ledger.errors.LedgerNotFound` where there is nothing.
    """
    bundle = bundle_file(address)
    if bundle is not None:
        return [deal_of_bundle(bundle)]
    directory = archive_directory(address)
    if directory is None:
        with Ledger.open(address) as ledger:
            return sorted(ledger.deals())
    from ledger.store.archive.format import ArchiveDirectory

    names = set(ArchiveDirectory(directory).names())
    if not names:
        shown = shown_address(directory)
        raise LedgerNotFound(f"there is no archive in {shown}; seal one with: ledger archive URL DEAL {shown}")
    tail = _tail(address)
    return sorted(names.union(deals_at(tail)) if tail else names)


def open_deal_at(address: str | Path, deal: str) -> Ledger:
    """Open the ledger at an address for one of its deals; of archives, only that deal's is read.

    Raises :class:`~ledger.errors.UnknownDeal` where archives hold no such deal; a database says so when it is asked.
    """
    directory = archive_directory(address)
    if directory is None:
        return Ledger.open(address)
    from ledger.store.archive.format import ArchiveDirectory
    from ledger.store.database.event_store import EventStore
    from ledger.store.tailed import ArchiveStore

    tail = _tail(address)
    if tail and deal not in ArchiveDirectory(directory).names():
        return Ledger.open(tail)
    return Ledger(ArchiveStore(directory, EventStore.open(tail) if tail else None, deals=[deal]))


__all__ = ["absolute_address", "deals_at", "open_deal_at"]
