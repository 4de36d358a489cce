"""Verifying archives: every file against the manifest, every row against its payload and the row before.

What an archive alone cannot show is that nothing was sealed behind its end, or that it was not sealed anew from another
log: for that, give a head that was kept elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs

from ledger.errors import StoreError
from ledger.evidence.faults import Fault
from ledger.evidence.rows import BLOCK, RowVerifier, blocks_of
from ledger.store.rows import Head, StoredRow

if TYPE_CHECKING:
    from ledger.store.archive.source import ArchiveSource

Progress = Callable[[int, int], None]
"""Told the rows verified so far and how many there are."""


def verify_archive(
    directory: str | os.PathLike[str],
    deal: str | None = None,
    *,
    head: Head | None = None,
    progress: Progress | None = None,
) -> Iterator[Fault]:
    """Yield what is wrong with the archive of a deal in a directory (a path or an fsspec URL), or of every deal there.

    Files are hashed and held to the manifest first, then rows are read in sequence over all files: their chain of
    hashes from the first event to the manifest's head, the envelopes of batches in it, and every column derived again
    from its payload. ``head`` is one that was kept elsewhere, and needs ``deal``. The messages of several deals begin
    with the deal's name.

    Raises :class:`~ledger.errors.UnknownDeal` where there is no archive of the deal, and
    :class:`~ledger.errors.StoreError` where Polars or fsspec is missing or the directory cannot be read.
    """
    from ledger.store.archive.source import ArchiveSource

    if head is not None and deal is None:
        raise StoreError("a head kept elsewhere is of one deal; name it")
    source = ArchiveSource(directory, None if deal is None else [deal])
    found = source.deals()
    for name in found:
        for fault in _deal_faults(source, name, head, progress):
            yield fault if len(found) == 1 else attrs.evolve(fault, message=f"{name}: {fault.message}")


def _deal_faults(source: ArchiveSource, deal: str, kept: Head | None, progress: Progress | None) -> Iterator[Fault]:
    from ledger.store.archive.files import file_faults, footer_heads

    key = source.deal_key(deal)
    manifest = source.manifest(deal)
    unreadable: set[str] = set()
    for found in file_faults(source.place, manifest):
        yield Fault(0, "", "", "file_changed" if found.readable else "file_unreadable", found.message)
        if not found.readable:
            unreadable.add(found.name)
    expected = {f"the footer of {name}": head for name, head in footer_heads(source.place, manifest)}
    expected["the manifest"] = manifest.head
    if kept is not None and kept.sequence:
        expected["the head kept elsewhere"] = kept
    by_sequence: dict[int, list[tuple[str, bytes]]] = {}
    for where, head in expected.items():
        by_sequence.setdefault(head.sequence, []).append((where, head.hash))
    readable = source.without(deal, unreadable)
    verifier = RowVerifier(deal, readable.batches(key))
    try:
        done = 0
        for block in blocks_of(readable.rows(key)):
            yield from verifier.check_all(block)
            for row in block if by_sequence else ():
                for where, digest in by_sequence.pop(row.sequence, ()):
                    yield from _compared(row, where, digest)
            done += len(block)
            if progress is not None and len(block) == BLOCK:
                progress(done, max(done, manifest.head.sequence))
    except StoreError as fault:
        at = verifier.head[0]
        message = f"nothing behind event {at} can be read: {' '.join(str(fault).split())[:200]}"
        yield Fault(0, "", "", "unreadable", message)
        return
    yield from verifier.finish()
    for sequence, told in sorted(by_sequence.items()):
        if sequence > verifier.head[0]:
            message = f"the rows end at event {verifier.head[0]} and lack that of {told[0][0]}"
            yield Fault(sequence, "", "hash", "cut", message)


def _compared(row: StoredRow, where: str, digest: bytes) -> Iterator[Fault]:
    if bytes(row.hash) != digest:
        message = f"the hash is {bytes(row.hash).hex()[:16]}..., in {where} {digest.hex()[:16]}..."
        yield Fault(row.sequence, row.event_id, "hash", "rewritten", message)


__all__ = ["Progress", "verify_archive"]
