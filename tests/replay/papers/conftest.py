"""The papers that several suites read: of the real month, and of a deal that an enemy named."""

from __future__ import annotations

import pytest

import replay
from ledger import DistributionReport, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.charts import charts_of
from replay.papers.paper import Paper
from replay.papers.sources import with_events
from replay.reports.statements import statement_report
from replay.statements.statement import statement_of
from tests.deals.hostile import HOSTILE, hostile_ledger
from tests.deals.toy import payment_date


def paper_of(ledger: Ledger, report: DistributionReport) -> Paper:
    """Return the paper of a statement, with its charts and events."""
    found = statement_of(report)
    paper = Paper(
        statement=found,
        report=statement_report(found, closing=replay.closing(ledger, found)),
        charts=charts_of(ledger, report),
    )
    return with_events(ledger, paper)


@pytest.fixture(scope="session")
def real_paper(real_ledger: Ledger) -> Paper:
    """The paper of the real month."""
    return paper_of(real_ledger, real_ledger.distribution(DEAL, PAID))


@pytest.fixture(scope="session")
def hostile_paper() -> Paper:
    """The paper of a month of a deal whose titles were worded by an enemy, with a payoff's name among its events."""
    with hostile_ledger() as ledger:
        return paper_of(ledger, ledger.distribution(HOSTILE, payment_date(3)))
