"""The log of one deal as its archive has it: which files hold what is asked for, and one pass over those.

A scan takes the files that the manifest does not rule out (by sequence, distribution, business date and type), of them
the columns that are named. A log of few events in many files costs more to open than to read: when it is scanned for
the second time, all of its columns but payloads and hashes are read at once and held for as long as the log is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from ledger.errors import StoreUnreadable
from ledger.journal.totals import EVERYTHING
from ledger.store.archive.envelopes import sealed_envelopes
from ledger.store.archive.format import SCHEMA, ArchiveDirectory, faults_translated, pl
from ledger.store.archive.manifest import Manifest, SealedFile
from ledger.store.batches import StoredBatch
from ledger.store.rows import Head
from ledger.values.limits import ARCHIVE_TEXT_BYTES
from ledger.values.selector import EVERY_EVENT, Selector

_SAFE = 1 << 61
"""Gross amounts up to which no sum of them, or of twice of them, leaves 64 bits."""

HELD_EVENTS = 1 << 19
"""Events of a log whose columns are held at most: about 200 bytes each, so some 100 MB."""

_MANY = 8
"""From so many files on a scan is worth sparing."""

_TEXT_OF_A_ROW = 1 << 12
"""Bytes that the text of a column takes in a row on the average at most, where rows are many."""

_HELD = [name for name in SCHEMA if name not in ("type", "recorded_at", "payload", "hash")]


@attrs.frozen(kw_only=True)
class DealLog:
    """One deal of a source: what is sealed of it, and perhaps rows behind that, held in memory.

    ``tail`` gives the rows after the manifest's head, in the archive's columns, up to ``head``; it is asked only by
    queries that reach so far. ``tail_batches`` gives the envelopes of the same rows.
    """

    place: ArchiveDirectory
    manifest: Manifest
    head: Head
    tail: Callable[[], pl.DataFrame] | None = None
    tail_batches: Callable[[], list[StoredBatch]] | None = None
    _scanned: list[pl.DataFrame | None] = attrs.field(init=False, factory=list, eq=False, repr=False)

    def scan(
        self,
        wanted: Selector = EVERY_EVENT,
        *,
        known_through: int | None = None,
        after: int = 0,
        effective_through: int | None = None,
        whole_rows: bool = False,
    ) -> pl.LazyFrame:
        """Return the rows of some types and distributions within bounds, in no order.

        Other keys are left to :func:`keyed`. ``whole_rows`` says that payloads are wanted too. Nothing of a large log
        is read before the result is collected.
        """
        known = self.head.sequence if known_through is None else known_through
        whole, bound = self._chosen(wanted, after, known, effective_through)
        columns = list(SCHEMA) if whole_rows else _HELD
        rows = _bounded(wanted, after, known, effective_through)
        first, last = wanted.first or 0, EVERYTHING if wanted.last is None else wanted.last
        within = pl.col("distribution").is_between(first, last)
        parts: list[pl.LazyFrame] = []
        held = None if whole_rows or len(whole) + len(bound) < _MANY else self._held()
        if held is not None:
            parts.append(held.lazy().filter(rows, within))
        elif whole:
            parts.append(self.place.scan(self.manifest.deal, whole))
        if bound and held is None:
            parts.append(self.place.scan(self.manifest.deal, bound).filter(rows))
        if self.tail is not None and known > self.manifest.head.sequence:
            parts.append(self.tail().lazy().filter(rows, within))
        if not parts:
            return pl.LazyFrame(schema=dict(SCHEMA))
        return parts[0] if len(parts) == 1 else pl.concat([part.select(columns) for part in parts])

    def batches(self) -> list[StoredBatch]:
        """Return the envelopes of the log in order, those behind the archive included."""
        found = list(sealed_envelopes(self.place, self.manifest))
        if self.tail_batches is not None:
            found.extend(self.tail_batches())
        return found

    def _held(self) -> pl.DataFrame | None:
        """Return the columns of a small log that is scanned again, else None."""
        if self.manifest.events > HELD_EVENTS:
            return None
        if not self._scanned:
            self._scanned.append(None)
        elif self._scanned[0] is None:
            self._scanned[0] = self.collect(self.place.scan(self.manifest.deal, self.manifest.files).select(_HELD))[0]
        return self._scanned[0]

    def _chosen(
        self, wanted: Selector, after: int, known: int, effective_through: int | None = None
    ) -> tuple[list[SealedFile], list[SealedFile]]:
        """Return the files whose rows are all within bounds, and those of which some may be."""
        types, first, last = frozenset(wanted.types), wanted.first, wanted.last
        whole: list[SealedFile] = []
        bound: list[SealedFile] = []
        for file in self.manifest.files:
            if (first is None or file.distribution >= first) and (last is None or file.distribution <= last):
                inside = _within(file, after, known, effective_through, types)
                if inside is not None:
                    (whole if inside else bound).append(file)
        return whole, bound

    def has_none(self, wanted: Selector, *, known_through: int, after: int) -> bool:
        """Say whether the manifest alone rules out that there are such rows."""
        tail = self.tail is not None and known_through > self.manifest.head.sequence
        return not tail and not any(self._chosen(wanted, after, known_through))

    def summed(self, known_through: int, values: Iterable[pl.Expr]) -> list[pl.Expr]:
        """Return the sums of values that are no larger than two amounts: in 64 bits where none can overflow."""
        sealed = self.tail is None or known_through <= self.manifest.head.sequence
        kind = pl.Int64 if sealed and sum(file.gross for file in self.manifest.files) < _SAFE else pl.Int128
        return [value.cast(kind).sum() for value in values]

    def most(self, types: Sequence[str]) -> int:
        """Return how many events of these types there are at most."""
        sealed = sum(file.types.get(name, 0) for file in self.manifest.files for name in set(types))
        return sealed + self.head.sequence - self.manifest.head.sequence

    def collect(self, *queries: pl.LazyFrame) -> list[pl.DataFrame]:
        """Run queries in one pass over what they share."""
        with faults_translated(f"the archive of {self.manifest.deal} in {self.place.shown}"):
            if len(queries) == 1:
                found = [queries[0].collect(engine="streaming")]
            else:
                found = pl.collect_all(queries, engine="streaming")
        for frame in found:
            self._check_texts(frame)
        return found

    def _check_texts(self, frame: pl.DataFrame) -> None:
        """Refuse texts longer than any is, before they leave the frame: in it many rows may share one, outside none."""
        longest, room = ARCHIVE_TEXT_BYTES.value, _TEXT_OF_A_ROW * len(frame)
        for name, kind in frame.schema.items():
            if kind == pl.String and len(frame):
                sizes = pl.col(name).str.len_bytes()
                most, whole = frame.select(most=sizes.max(), whole=sizes.sum()).row(0)
                if (most or 0) > longest or whole > 8 * longest + room:
                    told = ARCHIVE_TEXT_BYTES.exceeded(f"the {name} of a row of {self.manifest.deal}, or of many,")
                    raise StoreUnreadable(f"the archive in {self.place.shown}: {told}")


def _within(
    file: SealedFile, after: int, known: int, effective_through: int | None, types: frozenset[str]
) -> bool | None:
    """Say whether all rows of a file are within bounds (True), perhaps some (False), or none (None)."""
    held = file.types.keys()
    if file.first > known or file.last <= after or (types and types.isdisjoint(held)):
        return None
    if effective_through is not None and file.dates[0] > effective_through:
        return None
    dated = effective_through is None or file.dates[1] <= effective_through
    return file.first > after and file.last <= known and dated and (not types or held <= types)


def _bounded(wanted: Selector, after: int, known: int, effective_through: int | None) -> list[pl.Expr]:
    """Return the conditions of a row that is within bounds."""
    found = [pl.col("sequence").is_between(after + 1, known)]
    if effective_through is not None:
        found.append(pl.col("effective_date") <= effective_through)
    if wanted.types:
        found.append(pl.col("posts_as").is_in(sorted(wanted.types)))
    return found


def keyed(wanted: Selector) -> list[pl.Expr]:
    """Return the conditions of a row that is selected by more than its type and distribution."""
    keys = (("loan_group", wanted.group), ("class_id", wanted.class_id), ("code", wanted.code), ("loan", wanted.loan))
    found = [pl.col(name) == key for name, key in keys if key is not None]
    if wanted.loans:
        found.append(pl.col("loan").is_in(list(wanted.loans)))
    if wanted.event_ids:
        found.append(pl.col("event_id").is_in(list(wanted.event_ids)))
    return found


__all__ = ["HELD_EVENTS", "DealLog", "keyed"]
