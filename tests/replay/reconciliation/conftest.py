"""The real month's ledger, its statement, and what was published of it."""

from __future__ import annotations

from datetime import date

import pytest

import replay
from ledger import Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay import Filing
from replay.filing import read_figures_csv


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    made = Ledger.create("sqlite://")
    sample.post_september_2002(made)
    return made


@pytest.fixture(scope="module")
def statement(ledger: Ledger) -> replay.Statement:
    return replay.statement(ledger, sample.DEAL, date(2002, 8, 30))


@pytest.fixture(scope="module")
def filing() -> Filing:
    return read_figures_csv(sample.data("published.csv"))
