"""Evidence bundles: everything that proves a deal's statements, in one file that needs no database.

A bundle is a zip of ``manifest.json``, perhaps ``signature.json``, ``events.jsonl`` with every stored column of every
event, ``batches.jsonl`` with the envelopes of its batches where there are any, ``terms.json``, and
``statements/<payment date>.csv`` for every closed period as it was known at its closing.
The same log gives the same bytes everywhere and always, so two bundles can be compared by their hashes.

A bundle proves itself as far as a log can: events that were cut off at its end, or rewritten and hashed anew, show only
against a head that was kept elsewhere, or against a signature.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from ledger import (
    Head,
    IntegrityFault,
    Ledger,
    LedgerError,
    StoredBatch,
    StoredRow,
    __version__,
    terms_to_json,
    verify_rows,
)
from replay.evidence.bundle_check import batches_in, check_bundle, rows_in
from replay.evidence.bundle_format import (
    BATCHES,
    EVENTS,
    MANIFEST,
    SIGNATURE,
    TERMS,
    Closing,
    Manifest,
    line_of,
    signature_bytes,
    statement_csv,
)
from replay.evidence.canonical_zip import Content, measured, read_members, write_zip
from replay.evidence.kept import Kept
from replay.evidence.verify import FaultsFound, LogWatch, Progress, Verification, check_periods

IN_MEMORY = 16 << 20
"""Bytes of a member that are held in memory while a bundle is written; the rest goes to a temporary file."""


class BundleFault(LedgerError):
    """A bundle cannot be written where, or of what, was asked."""


def export_bundle(ledger: Ledger, deal: str, path: Path, *, key: Path | None = None) -> Head:
    """Write the evidence of a deal into the new file ``path``, signed if a private key is given; return its head.

    A log that does not verify is not exported. Raises :class:`BundleFault`, or :class:`ledger.LedgerError` for what
    the ledger cannot give.
    """
    if path.exists():
        raise BundleFault(f"{path} exists; give the name of a new file")
    found, log = FaultsFound(), LogWatch(deal)
    with ExitStack() as stack:
        events = _spool(stack)
        known = ledger.head(deal).sequence
        batches = ledger.stored_batches(deal, known_through=known)
        rows = log.over(ledger.stored_rows(deal, known_through=known))
        found.add(verify_rows(deal, _written(rows, events, found), batches))
        if not found.faults:
            check_periods(ledger, log, found)
        if found.faults:
            raise BundleFault(f"nothing was exported, the log is not sound: {found.faults[0]}")
        known = log.head.sequence
        members = {EVENTS: measured(EVENTS, events)}
        if batches:
            lines = _spool(stack, b"".join(item.to_line() for item in batches))
            members[BATCHES] = measured(BATCHES, lines)
        terms = _spool(stack, (terms_to_json(ledger.terms(deal, known_through=known)) + "\n").encode())
        members[TERMS] = measured(TERMS, terms)
        for closing in sorted((Closing(*item) for item in log.closings), key=lambda item: item.member):
            text = _spool(stack, statement_csv(ledger, deal, closing))
            members[closing.member] = measured(closing.member, text)
        manifest = Manifest(
            deal=deal,
            events=log.events,
            head=log.head,
            release=__version__,
            members={name: (item.size, item.sha256) for name, item in members.items()},
        ).to_bytes()
        first = {MANIFEST: measured(MANIFEST, _spool(stack, manifest))}
        if key is not None:
            first[SIGNATURE] = measured(SIGNATURE, _spool(stack, signature_bytes(manifest, key)))
        _write(path, [*first.values(), *members.values()])
    return log.head


def _spool(stack: ExitStack, content: bytes = b"") -> BinaryIO:
    spooled = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115, the stack closes it
    file: BinaryIO = stack.enter_context(spooled)  # type: ignore[assignment]
    file.write(content)
    return file


def _written(rows: Iterator[StoredRow], file: BinaryIO, found: FaultsFound) -> Iterator[StoredRow]:
    """Pass rows on to their verification, and write them for as long as they are sound."""
    last: StoredRow | None = None
    for row in rows:
        yield row
        # Here the row has been verified: the generator is resumed for the next one.
        if not found.faults:
            file.write(line_of(row))
        last = row
    if last is None:
        found.of_log("empty", "the deal has no event")


def _write(path: Path, contents: list[Content]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            write_zip(file, contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as fault:
        partial.unlink(missing_ok=True)
        raise BundleFault(f"{path} cannot be written: {fault}") from fault


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
        found = check_bundle(file, public_key, None, progress)
        if not found:
            raise IntegrityFault(f"nothing was imported from {path}: {found.faults[0]}")
        return ledger.restore_rows(_as_verified(file, found), _batches_as_verified(file))


def _as_verified(file: BinaryIO, found: Verification) -> Iterator[StoredRow]:
    """Yield the rows of a bundle that was verified; raises where the file has changed since, before anything lands."""
    unreadable, head, events = FaultsFound(), Head(0, bytes(32)), 0
    for row in rows_in(file, read_members(file)[EVENTS], unreadable):
        head, events = Head(row.sequence, row.hash), events + 1
        yield row
    if unreadable.count or (head, events) != (found.head, found.events):
        raise IntegrityFault("nothing was imported: the bundle was changed while it was read")


def _batches_as_verified(file: BinaryIO) -> list[StoredBatch]:
    """Return the envelopes of a bundle that was verified; the hashes of its rows fit no others."""
    unreadable = FaultsFound()
    batches = batches_in(file, read_members(file), unreadable)
    if unreadable.count:
        raise IntegrityFault("nothing was imported: the bundle was changed while it was read")
    return batches


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as fault:
        raise BundleFault(f"{path} cannot be read: {fault}") from fault


__all__ = ["BundleFault", "export_bundle", "import_bundle", "verify_bundle"]
