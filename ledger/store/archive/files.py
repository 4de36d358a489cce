"""Are the files of an archive what its manifest says they are?

The bytes are hashed, and what the manifest and the footer say of the rows is derived from the rows again. That the rows
themselves are what was posted is for :func:`ledger.evidence.archives.verify_archive` to say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from ledger.errors import StoreError, StoreUnreadable
from ledger.store.archive.bounds import bound_faults
from ledger.store.archive.delta import LOG, delta_faults
from ledger.store.archive.envelopes import envelope_faults
from ledger.store.archive.format import SCHEMA, ArchiveDirectory, contents_of, faults_translated, pl
from ledger.store.archive.manifest import FORMAT, Manifest, SealedFile
from ledger.store.archive.snapshots import snapshot_faults
from ledger.store.rows import Head

_BLOCK = 1 << 20
_LONGEST = 300
_FOOTER = ("format", "deal", "distribution", "first", "last", "count")


class FileFault(NamedTuple):
    """What is wrong with a file, in a sentence; ``readable`` says whether its rows can be read all the same."""

    name: str
    message: str
    readable: bool


def file_faults(place: ArchiveDirectory, manifest: Manifest) -> Iterator[FileFault]:
    """Yield where a file of an archive, of events or beside them, is not what the manifest says; else nothing."""
    for file in manifest.files:
        try:
            with faults_translated(f"{file.name} of {manifest.deal}"):
                for message in (*_bytes(place, manifest.deal, file), *_rows(place, manifest.deal, file)):
                    yield FileFault(file.name, f"{file.name} {message}", True)
        except StoreError as fault:
            yield FileFault(file.name, " ".join(str(fault).split())[:_LONGEST], False)
    for name, message in envelope_faults(place, manifest):
        yield FileFault(name, " ".join(message.split())[:_LONGEST], False)
    for message in delta_faults(place, manifest):
        yield FileFault(LOG, " ".join(message.split())[:_LONGEST], True)
    for name, message in snapshot_faults(place, manifest):
        yield FileFault(name, " ".join(message.split())[:_LONGEST], True)


def _bytes(place: ArchiveDirectory, deal: str, file: SealedFile) -> Iterator[str]:
    digest, size = sha256(), 0
    with place.open(deal, file.name) as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
            size += len(block)
    if size != file.size:
        yield f"has {size} bytes, its manifest says {file.size}: it was cut or changed"
    elif digest.hexdigest() != file.sha256:
        told = f"{digest.hexdigest()[:16]}..., its manifest says {file.sha256[:16]}..."
        yield f"has the SHA-256 {told}: it was changed"


def _rows(place: ArchiveDirectory, deal: str, file: SealedFile) -> Iterator[str]:
    rows = place.scan(deal, [file])
    schema = rows.collect_schema()
    if list(schema) != list(SCHEMA) or any(schema[name] != kind for name, kind in SCHEMA.items()):
        raise StoreUnreadable(f"{file.name} of {deal} has not the columns of an archive")
    try:
        with place.open(deal, file.name) as opened:
            yield from bound_faults(opened, opened.seek(0, os.SEEK_END), place.scan(deal, [file], passing_over=False))
        found = contents_of(rows)
    except (ValueError, IndexError) as fault:
        raise StoreUnreadable(f"{file.name} of {deal} cannot be read: {fault}") from fault
    if found.distributions != (file.distribution,):
        yield f"holds events of the distributions {found.distributions}"
    for what in ("first", "last", "count", "dates", "types", "gross"):
        held, told = getattr(found, what), getattr(file, what)
        if held != told:
            yield f"is listed with {what} {told!a}, its events give {held!a}"
    step = rows.select(pl.col("sequence").diff().min()).collect().item()
    if step is not None and step < 1:
        yield "holds events out of sequence"
    footer = place.footer(deal, file)
    expected = (FORMAT, deal, *(str(getattr(file, name)) for name in _FOOTER[2:]))
    told_of = tuple(footer.get(name) for name in _FOOTER)
    if told_of != expected:
        yield f"says in its footer {told_of!a}, not {expected!a}"


def footer_heads(place: ArchiveDirectory, manifest: Manifest) -> Iterator[tuple[str, Head]]:
    """Yield the names of files and the head that each says the log had when it was written; none where unreadable."""
    for file in manifest.files:
        try:
            with faults_translated(place.shown):
                footer = place.footer(manifest.deal, file)
            yield file.name, Head(int(footer["through"]), bytes.fromhex(footer["head_hash"]))
        except (StoreError, KeyError, ValueError):
            continue


__all__ = ["FileFault", "file_faults", "footer_heads"]
