"""Ledgers to archive, and archives of them, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.calibrated.month import post_calibrated_september_2002
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.store.archive.writer import seal
from tests.deals.busy import busy_toy


@pytest.fixture(scope="session")
def everything() -> Iterator[Ledger]:
    """The real month, its calibrated loans, and the busy toy deal, in one ledger."""
    with Ledger.create("sqlite://") as made:
        post_september_2002(made)
        post_calibrated_september_2002(made)
        busy_toy(made)
        yield made


@pytest.fixture(scope="session")
def archive(everything: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archives of all of it, the toy deal's in many small files."""
    directory = tmp_path_factory.mktemp("archive")
    with everything._store.reading() as source:
        for deal in source.deals():
            seal(source, str(directory), deal=deal, chunk=500_000 if deal != "toy" else 24)
    return directory
