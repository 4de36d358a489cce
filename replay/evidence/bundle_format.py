"""What a bundle holds beside the log: the statement of every closed period, and a signature.

How the log itself is written is :mod:`ledger.evidence.bundles`, and ``docs/bundle-format.md``.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import attrs

from ledger import DistributionReport, PeriodClosed
from replay.evidence.checkpoint import sign_bytes
from replay.statements.statement import statement_of


@attrs.frozen
class Closing:
    """A closed period: the statement of ``distribution_date`` as known through the sequence before its closing."""

    sequence: int
    event: PeriodClosed

    @property
    def member(self) -> str:
        """The name of its statement in the bundle."""
        return f"statements/{self.event.distribution_date}.csv"


def statement_csv(report: DistributionReport) -> bytes:
    """Return the statement of a closed period as CSV, every figure with its exact and its printed value.

    A line has the label that is printed, as in the bundles of every release: their bytes are compared with these.
    """
    found = statement_of(report)
    labels = (figure.label or figure.line for figure in found)
    rows = [{**row, "line": label} for row, label in zip(found.rows(), labels, strict=True)]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def signature_text(public_key: object, signature: object) -> bytes:
    """Return the member that a signature is, as the one JSON text that a bundle has for it."""
    document = {"public_key": public_key, "signature": signature}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def signature_bytes(message: bytes, key: Path) -> bytes:
    """Return the signature of what a manifest has signed."""
    return signature_text(*sign_bytes(key, message))


__all__ = ["Closing", "signature_bytes", "signature_text", "statement_csv"]
