"""Bundles as releases before the third format wrote them: whole rows, stored and not deflated."""

from __future__ import annotations

import io
import zlib
from hashlib import sha256
from pathlib import Path

from ledger import Head, Ledger, __version__, terms_to_json
from ledger.evidence.bundles.canonical_zip import STORED, Content, write_zip
from ledger.evidence.bundles.lines import row_line
from ledger.evidence.bundles.manifest import Manifest, signed_message
from replay.evidence.bundle_format import Closing, signature_bytes, statement_csv
from replay.evidence.watching import LogWatch


def stored(name: str, content: bytes) -> Content:
    """Return what becomes a member as it is."""
    size, digest = len(content), sha256(content).hexdigest()
    return Content(name, io.BytesIO(content), size, zlib.crc32(content), digest, size, STORED)


def old_bundle(ledger: Ledger, deal: str, path: Path, *, key: Path | None = None) -> Head:
    """Write a bundle of the first format, or of the second where the log has envelopes."""
    log = LogWatch(deal)
    members = {"events.jsonl": b"".join(map(row_line, log.over(ledger.stored_rows(deal))))}
    batches = ledger.stored_batches(deal)
    if batches:
        members["batches.jsonl"] = b"".join(item.to_line() for item in batches)
    members["terms.json"] = (terms_to_json(ledger.terms(deal)) + "\n").encode()
    for closing in sorted((Closing(*item) for item in log.closings), key=lambda item: item.member):
        on = closing.event.distribution_date
        members[closing.member] = statement_csv(ledger.distribution(deal, on, known_through=closing.sequence - 1))
    contents = {name: stored(name, content) for name, content in members.items()}
    manifest = Manifest(
        deal=deal,
        events=log.events,
        head=log.head,
        release=__version__,
        members={name: (item.size, item.sha256) for name, item in contents.items()},
        version=2 if batches else 1,
    )
    first = {"manifest.json": manifest.to_bytes()}
    if key is not None:
        first["signature.json"] = signature_bytes(signed_message(manifest.to_bytes(), manifest.version), key)
    with path.open("xb") as file:
        write_zip(file, [*(stored(name, item) for name, item in first.items()), *contents.values()])
    return log.head
