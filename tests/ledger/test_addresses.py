"""What an address holds: its deals under their names, each opened without reading the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import LedgerNotFound, UnknownDeal, deals_at, open_deal_at
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL


def test_one_deal_is_opened_without_reading_the_others(portfolio_copy: Path, portfolio: Path) -> None:
    (portfolio_copy / "simulated-0" / "manifest.json").write_text("{")
    assert (
        deals_at(portfolio_copy)
        == deals_at(portfolio / "trust.db")
        == deals_at(f"archive:{portfolio_copy}?tail={portfolio}/trust.db")
    )
    with open_deal_at(portfolio_copy, DEAL) as ledger:
        assert ledger.deals() == [DEAL]
    with open_deal_at(portfolio_copy, "none") as ledger, pytest.raises(UnknownDeal, match="simulated-0"):
        ledger.deals()
    shutil.rmtree(portfolio_copy / DEAL)
    with open_deal_at(f"archive:{portfolio_copy}?tail={portfolio}/trust.db", DEAL) as ledger:
        assert ledger.head(DEAL).sequence == 167
    with pytest.raises(LedgerNotFound):
        deals_at(f"archive:{portfolio}/nothing")
