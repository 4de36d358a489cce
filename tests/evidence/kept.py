"""The real month as a file, and as a bundle, for tests that damage copies of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger import Head, Ledger, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from replay.evidence.bundle import export_bundle
from replay.evidence.checkpoint import generate_key
from tests.evidence.old_bundles import old_bundle


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with trust.db, trust.zip, signed.zip and the key pair that signed it."""
    made = tmp_path_factory.mktemp("evidence")
    generate_key(made / "key")
    with Ledger.create(made / "trust.db") as ledger:
        post_september_2002(ledger)
        export_bundle(ledger, DEAL, made / "trust.zip")
        export_bundle(ledger, DEAL, made / "signed.zip", key=made / "key")
    with sqlite3.connect(made / "trust.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@pytest.fixture(scope="session")
def old_trust(trust: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the same trust.zip and signed.zip in the first format, and the ledger and keys beside them."""
    made = tmp_path_factory.mktemp("old_evidence")
    for name in ("trust.db", "key", "key.pub"):
        shutil.copy(trust / name, made / name)
    with Ledger.open(trust / "trust.db") as ledger:
        old_bundle(ledger, DEAL, made / "trust.zip")
        old_bundle(ledger, DEAL, made / "signed.zip", key=made / "key")
    return made


@pytest.fixture
def trust_copy(trust: Path, tmp_path: Path) -> Path:
    """A copy of the real month's ledger, to be damaged."""
    return Path(shutil.copy(trust / "trust.db", tmp_path / "copy.db"))


@pytest.fixture(scope="session")
def trust_rows(trust: Path) -> list[StoredRow]:
    """The stored rows of the real month."""
    with Ledger.open(trust / "trust.db") as ledger:
        return list(ledger.stored_rows(DEAL))


@pytest.fixture(scope="session")
def trust_head(trust_rows: list[StoredRow]) -> Head:
    """The head of the real month, kept elsewhere."""
    return Head(trust_rows[-1].sequence, trust_rows[-1].hash)


@pytest.fixture
def waypoints_every_twenty() -> Iterator[None]:
    """Bundles with a waypoint every twenty events, for writer, reader and second verifier, so that small ones do."""
    homes = [f"ledger.evidence.bundles.{name}" for name in ("lines", "writer", "bundle")]
    with ExitStack() as patched:
        for home in (*homes, "replay.evidence.verify_bundle"):
            patched.enter_context(patch(f"{home}.EVERY", 20))
        yield
