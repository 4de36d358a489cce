"""The toy deal in a file, to be damaged or posted to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import Ledger
from tests.deals.toy import toy_deal, toy_month


@pytest.fixture(scope="session")
def kept_toy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in a file: the toy deal with one month posted and paid, and no connection left open."""
    made = tmp_path_factory.mktemp("original") / "toy.db"
    with Ledger.create(made) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
    return made


@pytest.fixture
def toy_file(kept_toy_file: Path, tmp_path: Path) -> Path:
    """A copy of the ledger in a file."""
    return Path(shutil.copy(kept_toy_file, tmp_path / "toy.db"))
