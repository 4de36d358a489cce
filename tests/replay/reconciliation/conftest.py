"""What was published of the real month."""

from __future__ import annotations

import pytest

from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay import Filing
from replay.filing import read_figures_csv


@pytest.fixture(scope="module")
def filing() -> Filing:
    return read_figures_csv(sample.data("published.csv"))
