"""The envelopes of an archived log: one file a sealing that had any, ``batches/<first>-<last>.jsonl``.

A line is an envelope as :meth:`~ledger.store.batches.StoredBatch.to_line` writes it. The manifest names every file with
its hash; one that is not what was sealed is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from ledger.errors import StoreError, StoreUnreadable
from ledger.store.archive.format import ArchiveDirectory, faults_translated
from ledger.store.archive.manifest import Manifest, SealedBatches
from ledger.store.batches import StoredBatch


def seal_envelopes(
    place: ArchiveDirectory, deal: str, held: tuple[SealedBatches, ...], new: Sequence[StoredBatch]
) -> tuple[SealedBatches, ...]:
    """Write envelopes that come after those that an archive holds; return the files that it then has, in order."""
    if not new:
        return held
    content = b"".join(item.to_line() for item in new)
    sealed = SealedBatches(
        first=new[0].first_sequence,
        last=new[-1].through_sequence,
        count=len(new),
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )
    place.publish(deal, sealed.name, content)
    return (*held, sealed)


def sealed_envelopes(place: ArchiveDirectory, manifest: Manifest) -> Iterator[StoredBatch]:
    """Yield the envelopes of an archive in order; raises :class:`~ledger.errors.StoreUnreadable` for a changed file."""
    for kept in manifest.batches:
        yield from _envelopes(place, manifest.deal, kept)


def envelope_faults(place: ArchiveDirectory, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the names of files of envelopes that are not what was sealed, and what is wrong with each."""
    for kept in manifest.batches:
        try:
            _envelopes(place, manifest.deal, kept)
        except StoreError as fault:
            yield kept.name, str(fault)


def _envelopes(place: ArchiveDirectory, deal: str, kept: SealedBatches) -> list[StoredBatch]:
    with faults_translated(f"{kept.name} of {deal}"), place.open(deal, kept.name) as file:
        content: bytes = file.read(kept.size + 1)
    if len(content) != kept.size or sha256(content).hexdigest() != kept.sha256:
        raise StoreUnreadable(f"{kept.name} of {deal} is not what was sealed: it was cut or changed")
    try:
        found = [StoredBatch.of_line(line) for line in content.splitlines(keepends=True)]
    except ValueError as fault:
        raise StoreUnreadable(f"{kept.name} of {deal}: {fault}") from fault
    ends = (found[0].first_sequence, found[-1].through_sequence, len(found)) if found else None
    if ends != (kept.first, kept.last, kept.count):
        raise StoreUnreadable(f"{kept.name} of {deal} has other envelopes than its manifest says")
    return found


__all__ = ["envelope_faults", "seal_envelopes", "sealed_envelopes"]
