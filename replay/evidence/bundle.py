"""Evidence bundles: everything that proves a deal's statements, in one file that needs no database.

A bundle is a zip of ``manifest.json``, perhaps ``signature.json``, ``events.txt`` with what is hashed of every event,
``envelopes.txt`` where batches have any, ``waypoints.txt`` with some of the hashes, ``terms.json``, and
``statements/<payment date>.csv`` for every closed period as it was known at its closing. ``docs/bundle-format.md`` says
it to the byte, and :mod:`replay.evidence.verify_bundle` is written from that page alone. The same log gives the same
members everywhere and always, so two bundles can be compared by their manifests.

A bundle proves itself as far as a log can: events that were cut off at its end, or rewritten and hashed anew, show only
against a head that was kept elsewhere, or against a signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ledger import (
    Bundle,
    BundleWriter,
    DistributionReport,
    Head,
    IntegrityFault,
    Ledger,
    LedgerError,
    StoredRow,
    __version__,
    terms_to_json,
    verify_rows,
)
from replay.evidence.bundle_check import check_bundle
from replay.evidence.bundle_format import Closing, signature_bytes, statement_csv
from replay.evidence.closed_periods import check_periods
from replay.evidence.kept import Kept
from replay.evidence.watching import FaultsFound, LogWatch, Progress, Verification

_ZIP = b"PK"
"""What a bundle begins with, whatever became of the rest."""


class BundleFault(LedgerError):
    """A bundle cannot be written where, or of what, was asked."""


def export_bundle(
    ledger: Ledger, deal: str, path: Path, *, key: Path | None = None, progress: Progress | None = None
) -> Head:
    """Write the evidence of a deal into the new file ``path``, signed if a private key is given; return its head.

    A log that does not verify is not exported; it is written while it is verified. Raises :class:`BundleFault`, or
    :class:`ledger.LedgerError` for what the ledger cannot give.
    """
    if path.exists():
        raise BundleFault(f"{path} exists; give the name of a new file")
    try:
        with BundleWriter(deal, __version__) as writer:
            log = _write_log(ledger, deal, writer, progress)
            writer.save(path, None if key is None else lambda message: signature_bytes(message, key))
    except FileExistsError as fault:
        raise BundleFault(f"{path} exists; give the name of a new file") from fault
    except OSError as fault:
        raise BundleFault(f"{path} cannot be written: {fault}") from fault
    return log.head


def _write_log(ledger: Ledger, deal: str, writer: BundleWriter, progress: Progress | None) -> LogWatch:
    """Verify the log of a deal, and hand everything of it to the writer on the way."""
    found, log = FaultsFound(), LogWatch(deal)
    known = ledger.head(deal).sequence
    told = None if progress is None else lambda done: progress(done, known)
    batches = ledger.stored_batches(deal, known_through=known)
    rows = log.over(ledger.stored_rows(deal, known_through=known), told)
    found.add(verify_rows(deal, _sound(writer.over(rows), found), batches))
    if not log.events:
        found.of_log("empty", "the deal has no event")
    written = set[str]()

    def state(closing: Closing, report: DistributionReport) -> None:
        if closing.member not in written:
            writer.add_statement(closing.member, statement_csv(report))
            written.add(closing.member)

    closings = {closing.sequence: closing for closing in (Closing(*item) for item in log.closings)}
    if not found.faults:
        check_periods(ledger, log, found, seen=lambda sequence, report: state(closings[sequence], report))
    if found.faults:
        raise BundleFault(f"nothing was exported, the log is not sound: {found.faults[0]}")
    for closing in closings.values():
        if closing.member not in written:
            on = closing.event.distribution_date
            state(closing, ledger.distribution(deal, on, known_through=closing.sequence - 1))
    writer.add_envelopes(batches)
    writer.add_terms((terms_to_json(ledger.terms(deal, known_through=log.head.sequence)) + "\n").encode())
    return log


def _sound(rows: Iterator[StoredRow], found: FaultsFound) -> Iterator[StoredRow]:
    """Pass rows on for as long as they are sound; nothing of the others is written."""
    for row in rows:
        yield row
        if found.faults:
            return


def verify_bundle(
    path: Path, *, public_key: Path | None = None, head: Kept = None, progress: Progress | None = None
) -> Verification:
    """Verify a bundle without any database: its bytes, its signature, every row, and every statement in it.

    ``public_key`` is the file with the key that must have signed it; ``head`` is one that was kept elsewhere. Whatever
    is wrong with the file is a fault in the result. Raises :class:`BundleFault` where it cannot be read at all.
    """
    with _opened(path) as file:
        return check_bundle(file, public_key, head, progress)


def import_bundle(
    path: Path, ledger: Ledger, *, public_key: Path | None = None, progress: Progress | None = None
) -> Head:
    """Bring a deal from a bundle into a ledger that does not hold it, with the same stamps and hashes; return its head.

    The bundle is verified first, with its statements; raises :class:`ledger.IntegrityFault` where it is not sound.
    """
    with _opened(path) as file:
        if file.read(2) != _ZIP:
            raise BundleFault(f"nothing was imported: {path} is no bundle; name a file that `replay export` wrote")
        found = check_bundle(file, public_key, None, progress)
        if not found:
            raise IntegrityFault(f"nothing was imported from {path}: {found.faults[0]}")
        return ledger.restore_bundle(Bundle(file), lambda rows: _as_verified(rows, found))


def _as_verified(rows: Iterator[StoredRow], found: Verification) -> Iterator[StoredRow]:
    """Yield the rows of a bundle that was verified; raises where the file has changed since, before anything lands."""
    head, events = Head(0, bytes(32)), 0
    for row in rows:
        head, events = Head(row.sequence, row.hash), events + 1
        yield row
    if (head, events) != (found.head, found.events):
        raise IntegrityFault("nothing was imported: the bundle was changed while it was read")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as fault:
        raise BundleFault(f"{path} cannot be read: {fault}") from fault


__all__ = ["BundleFault", "export_bundle", "import_bundle", "verify_bundle"]
