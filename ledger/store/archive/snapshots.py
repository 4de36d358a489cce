"""Snapshots in an archive: those that the ledger kept, sealed beside the events so that a report need not go back.

::

    DIR/<deal>/snapshots/<YYYYMMDD>-<through>.v<version>

A snapshot is what :mod:`ledger.reading.snapshots` makes of it; here it is bytes under a name. It is never changed and
never out of date: who reads it adds what came after the sequence it was known through. A snapshot holds nothing that
the events do not give, and verification derives every one from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from ledger.errors import StoreError, StoreUnreadable
from ledger.store.archive.format import ArchiveDirectory, faults_translated
from ledger.store.archive.manifest import Manifest, SealedSnapshot
from ledger.values.limits import SNAPSHOT_BYTES

_REMEDY = "read the archive without snapshots, or seal the deal anew"


def seal_snapshots(
    place: ArchiveDirectory,
    deal: str,
    held: Iterable[SealedSnapshot],
    new: Iterable[tuple[int, int, bytes]],
    *,
    version: int,
) -> tuple[SealedSnapshot, ...]:
    """Write the snapshots of a version that an archive does not hold yet; return those that it then holds, in order.

    Each of them comes as its distribution, the sequence it was known through, and its content.
    """
    found = {kept.name: kept for kept in held}
    for distribution, through, content in new:
        digest = sha256(content).hexdigest()
        sealed = SealedSnapshot(
            distribution=distribution, through=through, version=version, size=len(content), sha256=digest
        )
        if sealed.name not in found:
            place.publish(deal, sealed.name, content)
            found[sealed.name] = sealed
    return tuple(sorted(found.values(), key=lambda kept: (kept.distribution, kept.through, kept.version)))


def sealed_snapshots(
    place: ArchiveDirectory, manifest: Manifest, *, version: int, last: int, known_through: int
) -> Iterator[tuple[int, int, bytes]]:
    """Yield the snapshots of a version up to a distribution, latest first, each read when it is asked for.

    They come as :func:`seal_snapshots` takes them. Raises :class:`~ledger.errors.StoreUnreadable` for one that is not
    what was sealed.
    """
    for kept in sorted(manifest.snapshots, key=lambda item: (-item.distribution, -item.through)):
        if kept.version == version and kept.distribution <= last and kept.through <= known_through:
            yield kept.distribution, kept.through, _content(place, manifest.deal, kept)


def snapshot_faults(place: ArchiveDirectory, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the names of snapshots that are not what was sealed, and what is wrong with each."""
    for kept in manifest.snapshots:
        try:
            _content(place, manifest.deal, kept)
        except StoreError as fault:
            yield kept.name, str(fault)


def _content(place: ArchiveDirectory, deal: str, kept: SealedSnapshot) -> bytes:
    if kept.size > SNAPSHOT_BYTES.value:
        raise StoreUnreadable(SNAPSHOT_BYTES.exceeded(f"{kept.name} of {deal} of {kept.size:,} bytes"))
    with faults_translated(f"{kept.name} of {deal}"), place.open(deal, kept.name) as file:
        content: bytes = file.read(kept.size + 1)
    if len(content) != kept.size or sha256(content).hexdigest() != kept.sha256:
        raise StoreUnreadable(f"{kept.name} of {deal} is not what was sealed: it was cut or changed; {_REMEDY}")
    return content


__all__ = ["seal_snapshots", "sealed_snapshots", "snapshot_faults"]
