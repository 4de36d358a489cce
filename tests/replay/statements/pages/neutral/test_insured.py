"""A neutral statement shows what a bond insurer paid, was repaid and is owed, in months in which there is any of it."""

from __future__ import annotations

import datetime as dt

import replay
from ledger import Ledger, StatementTemplate
from ledger.samples.told import TOLD

SAMPLE = next(sample for sample in TOLD if sample.folder == "insured_excess")


def test_what_an_insurer_paid_and_is_owed_stands_with_its_class() -> None:
    """Interest on 95,719.29 since October at 8% is 638.13; November's interest was 6,735.65 short."""
    with Ledger.create("sqlite://") as ledger:
        SAMPLE.post(ledger)
        found = {
            paid: replay.statement(ledger, SAMPLE.DEAL, payment_date=paid, template=StatementTemplate.NEUTRAL).figures
            for paid in (dt.date(2000, 2, 25), dt.date(2000, 11, 27))
        }
    rows = {paid: {i.column: i.printed for i in items if i.section == "Bond insurer"} for paid, items in found.items()}
    assert rows[dt.date(2000, 2, 25)] == {}
    assert rows[dt.date(2000, 11, 27)] == {
        "claim before": "95,719.29",
        "interest on it": "638.13",
        "interest paid": "6,735.65",
        "principal paid": "0.00",
        "repaid": "0.00",
        "claim after": "103,093.07",
    }
