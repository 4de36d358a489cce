"""A bundle in the place of a ledger: restored into a database of its own, to be read and never to be posted to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn

import attrs

from ledger.errors import IntegrityFault, LedgerNotFound, StoreError, StoreUnreadable
from ledger.evidence.bundles.bundle import Bundle
from ledger.evidence.bundles.canonical_zip import Malformed
from ledger.evidence.bundles.restoring import Watch, restore_bundle
from ledger.store.database.event_store import Appending
from ledger.store.database.private import PrivateStore
from ledger.store.database.queries import Reading
from ledger.store.rows import StoredRow

_TOLD_EVERY = 1_000


@attrs.frozen
class BundleAddress:
    """Where a bundle lies."""

    path: str

    def render_as_string(self, hide_password: bool = True) -> str:  # noqa: ARG002
        """Return the address as it is given to open it."""
        return f"bundle:{self.path}"


class BundleStore:
    """A bundle in the place of a database: everything can be read, nothing posted."""

    def __init__(self, bundle: Bundle, path: str, watch: Watch | None = None, *, shared: bool = True) -> None:
        """Restore the bundle; raises :class:`~ledger.errors.IntegrityFault` where it is not sound.

        Unless it is ``shared``, one question is asked of it at a time.
        """
        self.url = BundleAddress(path)
        self._private = PrivateStore(bundle.manifest.events, shared=shared)
        try:
            restore_bundle(self._private.store, bundle, watch)
        except BaseException:
            self._private.close()
            raise

    @property
    def schema_faults(self) -> tuple[str, ...]:
        """Nothing: what a bundle is restored into was made just now."""
        return ()

    def reading(self) -> AbstractContextManager[Reading]:
        """Open one consistent view of the bundle."""
        return self._private.store.reading()

    def appending(self, deal: str, **_: object) -> AbstractContextManager[Appending]:
        """Refuse: a bundle is evidence."""
        self._refuse(deal)

    def keep_snapshot(self, deal: str, *_: object) -> None:
        """Refuse: a bundle is evidence."""
        self._refuse(deal)

    def drop_snapshots(self, deal: str) -> int:
        """Refuse: a bundle is evidence."""
        self._refuse(deal)

    def _refuse(self, deal: str) -> NoReturn:
        raise StoreError(
            f"{self.url.path} is a bundle, and a bundle is evidence: nothing is written to it; to post to {deal}, "
            "bring it into a ledger with: replay import BUNDLE URL"
        )

    def close(self) -> None:
        """Remove what was restored."""
        self._private.close()


def open_bundle(path: Path, progress: Callable[[int, int], None] | None = None) -> BundleStore:
    """Return the bundle in a file as a store; ``progress`` is told the events restored so far, and how many there are.

    Raises :class:`~ledger.errors.LedgerNotFound` where there is no such file, :class:`~ledger.errors.StoreUnreadable`
    where it is not laid out as a bundle, and :class:`~ledger.errors.IntegrityFault` where what is in it is not sound.
    """
    with _read(path) as bundle:
        events = bundle.manifest.events
        for fault in bundle.member_faults():
            raise IntegrityFault(str(fault))

        def told(rows: Iterator[StoredRow]) -> Iterator[StoredRow]:
            for done, row in enumerate(rows, 1):
                if progress is not None and (done % _TOLD_EVERY == 0 or done == events):
                    progress(done, events)
                yield row

        return BundleStore(bundle, str(path), told)


def deal_of_bundle(path: Path) -> str:
    """Return the deal that a bundle says it is of, before anything else of it is read; raises as it is opened."""
    with _read(path) as bundle:
        return bundle.manifest.deal


@contextmanager
def _read(path: Path) -> Iterator[Bundle]:
    try:
        with path.open("rb") as file:
            yield Bundle(file)
    except Malformed as fault:
        raise StoreUnreadable(f"{path} is damaged or no bundle: {fault}; to say more: replay verify {path}") from fault
    except IntegrityFault as fault:
        told = str(fault).removeprefix("nothing was restored: ")
        raise IntegrityFault(f"{path} is not read: {told}; to name everything: replay verify {path}") from fault
    except OSError as fault:
        raise LedgerNotFound(f"there is no bundle at {path} that can be read: {fault}") from fault


__all__ = ["BundleAddress", "BundleStore", "deal_of_bundle", "open_bundle"]
