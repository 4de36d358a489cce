"""What the tests of bundles share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay.evidence.bundle import verify_bundle
from replay.evidence.watching import Verification

STATEMENT = "statements/2002-09-25.csv"
MEMBERS = ["manifest.json", "events.txt", "waypoints.txt", "terms.json", STATEMENT]
OLD_MEMBERS = ["manifest.json", "events.jsonl", "terms.json", STATEMENT]


def codes(found: Verification) -> set[str]:
    return {fault.code for fault in found.faults}


def verified(tmp_path: Path, content: bytes, **options: Any) -> Verification:
    path = tmp_path / "given.zip"
    path.write_bytes(content)
    return verify_bundle(path, **options)
