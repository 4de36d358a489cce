"""A portfolio: six small simulated deals and the real month, in one ledger and sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.simulation import LifePlan, post_life

SIMULATED = 6


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
