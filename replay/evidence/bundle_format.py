"""What stands in an evidence bundle, and how each part of it is written; see :mod:`replay.evidence.bundle`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import attrs

from ledger import Head, Ledger, PeriodClosed, StoredRow
from replay.evidence.checkpoint import is_one_line, sign_bytes
from replay.statements.statement import statement_of

BUNDLE_FORMAT = "indenture bundle 1"
WITH_BATCHES = "indenture bundle 2"
"""The format of a bundle that holds envelopes, without which its hashes do not fit."""

MANIFEST, SIGNATURE, EVENTS, TERMS = "manifest.json", "signature.json", "events.jsonl", "terms.json"
BATCHES = "batches.jsonl"
"""The envelopes of batches, a line each; a bundle of a log that has none lacks the member."""


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
    """Return a stored row as one line of JSON, columns in their order, the hash in hexadecimal digits.

    A deal's key differs from database to database and says nothing of the deal: in a bundle it is always 1.
    """
    fields = row._asdict() | {"deal_key": 1, "hash": bytes(row.hash).hex()}
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


@attrs.frozen(kw_only=True)
class Manifest:
    """What is in a bundle, and by which release it was written; ``members`` maps names to (bytes, SHA-256)."""

    deal: str
    events: int
    head: Head
    release: str
    members: dict[str, tuple[int, str]]

    def to_bytes(self) -> bytes:
        """Return the manifest as it stands in the bundle."""
        return canonical(
            {
                "format": WITH_BATCHES if BATCHES in self.members else BUNDLE_FORMAT,
                "release": self.release,
                "deal": self.deal,
                "events": self.events,
                "head": {"sequence": self.head.sequence, "hash": self.head.hash.hex()},
                "members": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in self.members.items()},
            }
        )


def manifest_of(raw: bytes) -> Manifest:
    """Return the manifest that these bytes are; raises ValueError for any that :class:`Manifest` does not write."""
    try:
        given: Any = json.loads(raw)
        if given["format"] not in (BUNDLE_FORMAT, WITH_BATCHES):
            told = f"its format is {given['format']!a}"
            raise ValueError(f"{told}; this release reads {BUNDLE_FORMAT!r} and {WITH_BATCHES!r}")
        found = Manifest(
            deal=given["deal"],
            events=given["events"],
            head=Head(given["head"]["sequence"], bytes.fromhex(given["head"]["hash"])),
            release=given["release"],
            members={name: (item["bytes"], item["sha256"]) for name, item in given["members"].items()},
        )
        numbers = (found.events, found.head.sequence, *(size for size, _ in found.members.values()))
        texts = (found.deal, found.release, *(digest for _, digest in found.members.values()))
        if not all(type(item) is int for item in numbers) or not all(isinstance(item, str) for item in texts):
            raise ValueError("a value in it is of the wrong kind")
        if not all(0 <= item < 2**63 for item in numbers):
            raise ValueError("a number in it is out of range")
        if not is_one_line(found.deal) or not is_one_line(found.release):
            raise ValueError("the deal or the release in it has no name that one could have")
        if found.to_bytes() != raw:
            raise ValueError("it is not the one way to write it")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ValueError(f"the manifest cannot be read: {fault}") from fault
    return found


def canonical(document: object) -> bytes:
    """Return a document as the one JSON text that a bundle has for it."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def signature_bytes(manifest: bytes, key: Path) -> bytes:
    """Return the signature of a manifest; it names every member's hash, so it stands for the whole bundle."""
    public_key, signature = sign_bytes(key, signed_message(manifest))
    return canonical({"public_key": public_key, "signature": signature})


def signed_message(manifest: bytes) -> bytes:
    """Return the bytes that are signed."""
    return f"{BUNDLE_FORMAT}\n".encode() + manifest


__all__ = [
    "BATCHES",
    "BUNDLE_FORMAT",
    "EVENTS",
    "MANIFEST",
    "SIGNATURE",
    "TERMS",
    "WITH_BATCHES",
    "Closing",
    "Manifest",
    "canonical",
    "line_of",
    "manifest_of",
    "row_of",
    "signature_bytes",
    "signed_message",
    "statement_csv",
]
