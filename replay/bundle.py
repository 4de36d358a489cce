"""Evidence bundles: everything that proves a deal's statements, in one file that needs no database.

A bundle is a zip of ``manifest.json``, perhaps ``signature.json``, ``events.jsonl`` with every stored column of every
event, ``terms.json``, and ``statements/<payment date>.csv`` for every closed period as it was known at its closing.
The same log gives the same bytes everywhere and always, so two bundles can be compared by their hashes.

A bundle proves itself as far as a log can: events that were cut off at its end, or rewritten and hashed anew, show only
against a head that was kept elsewhere, or against a signature.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import attrs

from ledger import Head, Ledger, LedgerError, PeriodClosed, StoredRow, __version__, terms_to_json, verify_rows
from replay.archive import Content, measured, write_archive
from replay.checkpoint import sign_bytes
from replay.statement import statement_of
from replay.verify import Findings, LogWatch

FORMAT = "indenture bundle 1"
MANIFEST, SIGNATURE, EVENTS, TERMS = "manifest.json", "signature.json", "events.jsonl", "terms.json"
IN_MEMORY = 16 << 20
"""Bytes of a member that are held in memory while a bundle is written; the rest goes to a temporary file."""


class BundleFault(LedgerError):
    """A bundle cannot be written where, or of what, was asked."""


@attrs.frozen
class Closing:
    """A closed period: the statement of ``distribution_date`` as known through the sequence before its closing."""

    sequence: int
    event: PeriodClosed

    @property
    def member(self) -> str:
        """The name of its statement in the bundle."""
        return f"statements/{self.event.distribution_date}.csv"


def statement_csv(ledger: Ledger, deal: str, closing: Closing) -> bytes:
    """Return the statement of a closed period as CSV, every figure with its exact and its printed value."""
    report = ledger.distribution(deal, closing.event.distribution_date, known_through=closing.sequence - 1)
    rows = statement_of(report).rows()
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def line_of(row: StoredRow) -> bytes:
    """Return a stored row as one line of JSON, columns in their order, the hash in hexadecimal digits."""
    fields = row._asdict()
    fields["hash"] = bytes(row.hash).hex()
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes) -> StoredRow:
    """Return the row in a line; raises ValueError for any line that :func:`line_of` cannot have written."""
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict) or tuple(fields) != StoredRow._fields:
            raise ValueError("it has not the columns of a stored event")
        row = StoredRow(**{**fields, "hash": bytes.fromhex(fields["hash"])})
        if line_of(row) != line:
            raise ValueError("it is not the one way to write this event")
    except (ValueError, TypeError, RecursionError) as fault:
        raise ValueError(f"the line cannot be read: {fault}") from fault
    return row


def manifest_bytes(deal: str, head: Head, events: int, release: str, members: dict[str, Content]) -> bytes:
    """Return the manifest: what is in the bundle, and by whom it was written."""
    document = {
        "format": FORMAT,
        "release": release,
        "deal": deal,
        "events": events,
        "head": {"sequence": head.sequence, "hash": head.hash.hex()},
        "members": {name: {"bytes": item.size, "sha256": item.sha256} for name, item in members.items()},
    }
    return canonical(document)


def canonical(document: object) -> bytes:
    """Return a document as the one JSON text that a bundle has for it."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def export_bundle(ledger: Ledger, deal: str, path: Path, *, key: Path | None = None) -> Head:
    """Write the evidence of a deal into the new file ``path``, signed if a private key is given; return its head.

    A log that does not verify is not exported. Raises :class:`BundleFault`, or :class:`ledger.LedgerError` for what
    the ledger cannot give.
    """
    if path.exists():
        raise BundleFault(f"{path} exists; give the name of a new file")
    findings, log = Findings(), LogWatch(deal)
    with ExitStack() as stack:
        events = _spool(stack)
        findings.add(verify_rows(deal, _written(log.over(ledger.stored_rows(deal)), events, findings)))
        if findings.faults:
            raise BundleFault(f"nothing was exported, the log is not sound: {findings.faults[0]}")
        known = log.head.sequence
        members = {EVENTS: measured(EVENTS, events)}
        terms = _spool(stack, (terms_to_json(ledger.terms(deal, known_through=known)) + "\n").encode())
        members[TERMS] = measured(TERMS, terms)
        for closing in sorted((Closing(*item) for item in log.closings), key=lambda item: item.member):
            text = _spool(stack, statement_csv(ledger, deal, closing))
            members[closing.member] = measured(closing.member, text)
        manifest = manifest_bytes(deal, log.head, log.events, __version__, members)
        first = {MANIFEST: measured(MANIFEST, _spool(stack, manifest))}
        if key is not None:
            first[SIGNATURE] = measured(SIGNATURE, _spool(stack, signature_bytes(manifest, key)))
        _write(path, [*first.values(), *members.values()])
    return log.head


def signature_bytes(manifest: bytes, key: Path) -> bytes:
    """Return the signature of a manifest; it names every member's hash, so it stands for the whole bundle."""
    public_key, signature = sign_bytes(key, signed_message(manifest))
    return canonical({"public_key": public_key, "signature": signature})


def signed_message(manifest: bytes) -> bytes:
    """Return the bytes that are signed."""
    return f"{FORMAT}\n".encode() + manifest


def _spool(stack: ExitStack, content: bytes = b"") -> BinaryIO:
    file: BinaryIO = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # type: ignore[assignment]
    file.write(content)
    return file


def _written(rows: Iterator[StoredRow], file: BinaryIO, findings: Findings) -> Iterator[StoredRow]:
    """Pass rows on to their verification, and write them for as long as they are sound."""
    last: StoredRow | None = None
    for row in rows:
        yield row
        # Here the row has been verified: the generator is resumed for the next one.
        if not findings.faults:
            file.write(line_of(row))
        last = row
    if last is None:
        findings.of_log("empty", "the deal has no event")


def _write(path: Path, contents: list[Content]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            write_archive(file, contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as fault:
        partial.unlink(missing_ok=True)
        raise BundleFault(f"{path} cannot be written: {fault}") from fault


__all__ = ["BundleFault", "Closing", "export_bundle", "line_of", "row_of", "statement_csv"]
