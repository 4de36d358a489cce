"""Sealing a deal's log into an archive, the first time or from where the archive ends.

Every row must follow from the one before by its hash, the first from the head of what is sealed already: a log that was
rewritten is refused before anything is published. At most :data:`CHUNK` rows are held, about 1 kB each; a file is the
rows of one distribution that were held together, so a sealing writes few files however the log mixes distributions.

One sealing of a deal at a time: of two at once one is refused, so that what was sealed stays sealed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from ledger.errors import IntegrityFault, StoreError, StoreUnavailable
from ledger.events import codec
from ledger.journal.totals import EVERYTHING
from ledger.store.archive.delta import has_delta_log, write_delta_log
from ledger.store.archive.envelopes import seal_envelopes
from ledger.store.archive.format import ROW_GROUP, ArchiveDirectory, contents_of, faults_translated, frame_of, pl
from ledger.store.archive.manifest import FORMAT, MANIFEST, Manifest, SealedFile
from ledger.store.archive.snapshots import seal_snapshots
from ledger.store.batches import StoredBatch
from ledger.store.hashing import GENESIS, link
from ledger.store.rows import Head, StoredRow
from ledger.store.source import Source

CHUNK = 500_000
"""Rows that are held in memory at most."""

_PART = 10_000
"""Rows that become a frame at a time."""

Progress = Callable[[int, int], None]
"""Told the events sealed so far and how many there are (for rows of unknown number: so far)."""


def seal(
    rows: Iterable[StoredRow] | Source,
    directory: str | os.PathLike[str] | ArchiveDirectory,
    *,
    deal: str | None = None,
    progress: Progress | None = None,
    chunk: int = CHUNK,
    snapshots: int | None = None,
    batches: Iterable[StoredBatch] = (),
    delta: bool = False,
) -> Manifest:
    """Seal a deal's log into its archive in a directory (a path or an fsspec URL) and return the archive's manifest.

    ``rows`` are the deal's stored rows in sequence, from the first on or from the one after the archive's head; or they
    are a source, and then ``deal`` says which. What is sealed already is not written again: new files hold the
    events after it. Raises :class:`~ledger.errors.IntegrityFault`, with the archive as it was, where the log is
    not the one that the archive was sealed from or a hash does not follow. ``chunk`` is how many rows are held at most.
    ``snapshots`` is the version of the snapshots that are sealed with the events of a source (None: none are).
    ``batches`` are the envelopes of the rows; a source has its own. ``delta`` puts the log of a Delta table beside the
    files of a source's deal; one that is there is kept current.
    """
    place = directory if isinstance(directory, ArchiveDirectory) else ArchiveDirectory(directory)
    if isinstance(rows, Iterable):
        return _seal_rows(rows, place, deal, progress, chunk, batches)
    if deal is None:
        raise StoreError("name the deal to seal")
    with place.sealing(deal):
        manifest = _seal_source(rows, place, deal, progress, chunk, snapshots)
        if delta or has_delta_log(place, deal):
            write_delta_log(place, manifest)
        return manifest


def _seal_rows(
    rows: Iterable[StoredRow],
    place: ArchiveDirectory,
    deal: str | None,
    progress: Progress | None,
    chunk: int,
    batches: Iterable[StoredBatch],
) -> Manifest:
    arriving = iter(rows)
    first = next(arriving, None)
    if first is None:
        raise StoreError("there are no rows to seal")
    found = codec.decode(first.payload).deal
    if deal is not None and deal != found:
        raise StoreError(f"the rows are of the deal {found!a}, not of {deal!a}")
    with place.sealing(found):
        sealing = _Sealing(place, found, progress, 0, chunk)
        sealing.envelopes = [item for item in batches if item.first_sequence > sealing.head.sequence]
        return sealing.run(chain([first], arriving), first.sequence)


def _seal_source(
    rows: Source, place: ArchiveDirectory, deal: str, progress: Progress | None, chunk: int, snapshots: int | None
) -> Manifest:
    key = rows.deal_key(deal)
    head = rows.head(key)
    sealing = _Sealing(place, deal, progress, head.sequence, chunk)
    known = sealing.head.sequence
    if known > head.sequence:
        raise IntegrityFault(f"the log of {deal} ends at event {head.sequence}, its archive at {known}; nothing sealed")
    sealing.envelopes = rows.batches(key, after=known, known_through=head.sequence)
    # The last sealed row comes first, for its hash to be compared.
    start = max(known - 1, 0)
    kept: list[tuple[int, int, bytes]] = []
    if snapshots is not None:
        bounds = {"version": snapshots, "last": EVERYTHING, "known_through": head.sequence}
        kept = list(rows.snapshots(key, **bounds))
    arriving = rows.rows(key, after=start, known_through=head.sequence)
    return sealing.run(arriving, start + 1, kept, snapshots or 0)


class _Sealing:
    """One sealing under way."""

    def __init__(self, place: ArchiveDirectory, deal: str, progress: Progress | None, whole: int, chunk: int) -> None:
        self._place, self._deal, self._progress, self._whole = place, deal, progress, whole
        self._part = max(1, min(_PART, chunk // 4))
        self._most = chunk - self._part
        self._old = place.manifest(deal)
        self.head = Head(0, GENESIS) if self._old is None else self._old.head
        self._files: list[SealedFile] = []
        self.envelopes: list[StoredBatch] = []
        self._held: dict[int, list[pl.DataFrame]] = {}
        self._counts: dict[int, int] = {}
        self._deal_key, self._opened_at = (0, 0) if self._old is None else (self._old.deal_key, self._old.opened_at)

    def run(
        self, rows: Iterable[StoredRow], first: int, snapshots: Iterable[tuple[int, int, bytes]] = (), version: int = 0
    ) -> Manifest:
        """Seal the rows, the first of which has the sequence ``first``, and snapshots; publish the manifest."""
        checked = self._checked(rows, first)
        while part := list(islice(checked, self._part)):
            frame = self._frame(part)
            for (number,), held in frame.partition_by("distribution", as_dict=True, maintain_order=True).items():
                self._held.setdefault(number, []).append(held)
                self._counts[number] = self._counts.get(number, 0) + held.height
            while sum(self._counts.values()) > self._most:
                self._write(max(self._counts, key=lambda number: self._counts[number]))
            if self._progress is not None:
                self._progress(self.head.sequence, max(self._whole, self.head.sequence))
        for number in sorted(self._counts):
            self._write(number)
        before = () if self._old is None else self._old.snapshots
        kept = seal_snapshots(self._place, self._deal, before, snapshots, version=version)
        self._check_ends()
        envelopes = seal_envelopes(
            self._place, self._deal, () if self._old is None else self._old.batches, self.envelopes
        )
        if not self._files and self._old is not None and kept == before:
            return self._old
        files = (*(self._old.files if self._old is not None else ()), *self._files)
        manifest = Manifest(
            deal=self._deal,
            deal_key=self._deal_key,
            opened_at=self._opened_at,
            head=self.head,
            files=tuple(sorted(files, key=lambda file: (file.distribution, file.first))),
            snapshots=kept,
            batches=envelopes,
        )
        if self._place.manifest(self._deal) != self._old:
            raise StoreUnavailable(
                f"the archive of {self._deal} in {self._place.url} was sealed by another meanwhile; it is as that left "
                "it: seal again, to add what it lacks"
            )
        self._place.publish(self._deal, MANIFEST, manifest.to_bytes())
        return manifest

    def _checked(self, rows: Iterable[StoredRow], first: int) -> Iterator[StoredRow]:
        """Yield the rows after the archive's head, each held to the hash of the one before."""
        sealed, expected = self.head, first
        begun = self._begun()
        if first > sealed.sequence + 1:
            raise IntegrityFault(f"the rows begin at event {first}, the archive of {self._deal} ends at {sealed[0]}")
        for row in rows:
            if row.sequence != expected:
                raise IntegrityFault(f"event {row.sequence} of {self._deal} stands where {expected} belongs")
            expected += 1
            if row.sequence < sealed.sequence:
                continue
            if row.sequence == sealed.sequence:
                if bytes(row.hash) != sealed.hash:
                    raise IntegrityFault(
                        f"the log of {self._deal} is not the one that was archived: event {row.sequence} has the hash "
                        f"{bytes(row.hash).hex()[:16]}..., in the archive {sealed.hash.hex()[:16]}...; nothing sealed"
                    )
                continue
            stamps = (row.sequence, row.recorded_at, row.distribution, row.payload.encode())
            envelope = begun.pop(row.sequence, b"")
            if link(self.head.hash, *stamps, envelope) != row.hash:
                told = "the event before and the envelope of its batch" if envelope else "the event before"
                raise IntegrityFault(
                    f"the hash of event {row.sequence} of {self._deal} does not follow from {told}; nothing was sealed"
                )
            if row.sequence == 1:
                self._deal_key, self._opened_at = row.deal_key, row.recorded_at
            self.head = Head(row.sequence, bytes(row.hash))
            yield row
        if expected <= sealed.sequence:
            raise IntegrityFault(
                f"the log of {self._deal} ends at event {expected - 1}, its archive at {sealed.sequence}; "
                "nothing was sealed"
            )

    def _begun(self) -> dict[int, bytes]:
        """Return the digests of the envelopes by the events that they begin with, each held to its words."""
        found: dict[int, bytes] = {}
        for item in self.envelopes:
            try:
                sound = item.digest_of_words() == item.digest
            except (TypeError, ValueError):
                sound = False
            if not sound:
                where = f"the batch of {self._deal} that begins with event {item.first_sequence}"
                raise IntegrityFault(f"the envelope of {where} is not what its digest says; nothing was sealed")
            found[item.first_sequence] = item.digest
        return found

    def _check_ends(self) -> None:
        """Refuse rows that end within a batch, or before one: its envelope is of more than is sealed."""
        for item in self.envelopes:
            if item.through_sequence > self.head.sequence:
                within = f"the batch of events {item.first_sequence} to {item.through_sequence}"
                raise IntegrityFault(
                    f"the rows of {self._deal} end at event {self.head.sequence}, within {within} or before it; "
                    "nothing was sealed"
                )

    def _frame(self, part: list[StoredRow]) -> pl.DataFrame:
        try:
            return frame_of(part)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as fault:
            where = f"events {part[0].sequence} to {part[-1].sequence} of {self._deal}"
            raise IntegrityFault(
                f"a column of {where} has a value of the wrong kind ({fault}); nothing was sealed"
            ) from fault

    def _write(self, distribution: int) -> None:
        """Write the rows held of a distribution as one file."""
        frame = pl.concat(self._held.pop(distribution), rechunk=True)
        del self._counts[distribution]
        try:
            with faults_translated(self._place.shown):
                found = contents_of(frame.lazy())
        except ValueError as fault:
            raise IntegrityFault(f"events of {self._deal} cannot be sealed: {fault}; nothing was sealed") from fault
        described = {
            "format": FORMAT,
            "deal": self._deal,
            "distribution": str(distribution),
            "first": str(found.first),
            "last": str(found.last),
            "count": str(found.count),
            "through": str(self.head.sequence),
            "head_hash": self.head.hash.hex(),
        }
        out = io.BytesIO()
        with faults_translated(self._place.shown):
            frame.write_parquet(out, compression="zstd", statistics=True, row_group_size=ROW_GROUP, metadata=described)
        content = out.getvalue()
        file = found.sealed(distribution, content)
        self._place.publish(self._deal, file.name, content)
        self._files.append(file)


__all__ = ["CHUNK", "Progress", "seal"]
