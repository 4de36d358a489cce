"""A portfolio: six small simulated deals and the real month, in one ledger and sealed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.simulation import LifePlan, post_life

SIMULATED = 6
SPLIT = "simulated-split"


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the ledger ``trust.db`` and its archives in ``archives``."""
    made = tmp_path_factory.mktemp("portfolio")
    with Ledger.create(made / "trust.db") as ledger:
        post_september_2002(ledger)
        for number in range(SIMULATED):
            post_life(ledger, LifePlan(seed=number, loans=20 + 5 * number, months=6, name=f"{number}"))
        for deal in ledger.deals():
            ledger.archive(deal, made / "archives")
    return made


@pytest.fixture
def portfolio_copy(portfolio: Path, tmp_path: Path) -> Path:
    """A copy of the archives, to be damaged."""
    return Path(shutil.copytree(portfolio / "archives", tmp_path / "archives"))


@pytest.fixture(scope="session")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deal of a year with corrections, sealed twice, so that distributions have several files."""
    made = tmp_path_factory.mktemp("split")
    plan = LifePlan(seed=3, loans=40, months=12, name="split", correction_rate=20_000)
    with Ledger.create(made / "trust.db") as ledger:

        def sealed_in_may(done: int, _: int) -> None:
            if done == 5:
                ledger.archive(SPLIT, made)

        post_life(ledger, plan, progress=sealed_in_may)
        ledger.archive(SPLIT, made)
    return made
