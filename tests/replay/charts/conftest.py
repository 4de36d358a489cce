"""Charts that several suites look at: of the real month, and of a short life with a gap, names worded by an enemy."""

from __future__ import annotations

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.charts import charts_of
from replay.charts.chart import Chart
from tests.deals.hostile import HOSTILE, hostile_ledger


@pytest.fixture(scope="session")
def real_charts(real_ledger: Ledger) -> dict[str, Chart]:
    """Every chart of the real month, by name."""
    return {chart.name: chart for chart in charts_of(real_ledger, real_ledger.distribution(DEAL, PAID))}


@pytest.fixture(scope="session")
def hostile_charts() -> dict[str, Chart]:
    """Every chart of three months of a deal that an enemy named."""
    with hostile_ledger() as ledger:
        from tests.deals.toy import payment_date

        return {chart.name: chart for chart in charts_of(ledger, ledger.distribution(HOSTILE, payment_date(3)))}
