"""The totals of one archived deal in parts: each part's files are added up alone, anywhere, and the sums merged.

Totals are additive, so which files share a part, and in which order parts arrive, changes nothing: the merged rows are
those that one query over the whole archive gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import attrs

from ledger.errors import InvalidArgument, StoreError
from ledger.journal.totals import TotalRow, Totals
from ledger.store.opening import PREFIX, archive_directory
from ledger.values.secrets import shown_address


@attrs.frozen
class ArchivePart:
    """Some files of a deal's archive, and up to which sequence they count: plain values, to be sent anywhere."""

    directory: str
    deal: str
    known_through: int
    files: tuple[str, ...]


def archive_parts(
    address: str | Path, deal: str, *, known_through: int | None = None, parts: int | None = None
) -> list[ArchivePart]:
    """Return the files of a deal's archive in at most ``parts`` parts of about equal size; None: a part for each file.

    Raises :class:`~ledger.errors.StoreError` for an address that means no archive, or one with a ledger behind it.
    """
    directory = archive_directory(address)
    if directory is None or (str(address).startswith(PREFIX) and "?tail=" in str(address)):
        raise StoreError(f"only an archive without a tail comes in files: {shown_address(address)} is none")
    from ledger.store.archive.source import ArchiveSource

    manifest = ArchiveSource(directory, [deal]).manifest(deal)
    known = manifest.head.sequence if known_through is None else known_through
    if known > manifest.head.sequence:
        message = f"the archive ends at event {manifest.head.sequence}; nothing is known through {known} yet"
        raise InvalidArgument("known_through", "beyond_the_log", f"{message}; give a sequence up to that, or none")
    held = sorted((file for file in manifest.files if file.first <= known), key=lambda file: (-file.count, file.name))
    count = len(held) if parts is None else min(parts, len(held))
    shared: list[list[str]] = [[] for _ in range(count)]
    sizes = [0] * count
    for file in held:
        at = sizes.index(min(sizes))
        shared[at].append(file.name)
        sizes[at] += file.count
    return [ArchivePart(directory, deal, known, tuple(sorted(names))) for names in shared]


def part_totals(part: ArchivePart) -> list[TotalRow]:
    """Return the totals by distribution, type, group, class and code of the files of a part."""
    from ledger.store.archive.source import ArchiveSource

    source = ArchiveSource(part.directory, [part.deal])
    others = {file.name for file in source.manifest(part.deal).files}.difference(part.files)
    queries = source.without(part.deal, others)
    found = queries.totals(queries.deal_key(part.deal), known_through=part.known_through)
    source.place.close()
    return found


def merged_totals(parts: Iterable[Iterable[TotalRow]]) -> list[TotalRow]:
    """Return the totals of all parts together, sorted; integers, so exact, in whatever order parts come."""
    return sorted(Totals(chain.from_iterable(parts)).merged(Totals(())))


__all__ = ["ArchivePart", "archive_parts", "merged_totals", "part_totals"]
