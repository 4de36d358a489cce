"""The report of an entry counts what agrees and lists what differs."""

from __future__ import annotations

from ledger.reports import as_text
from replay.reports.entries import entry_report
from tests.replay.reconciliation.test_entered import figure


def test_the_report_lists_what_differs() -> None:
    text = as_text(entry_report([figure("5.00", "5.00", "5.00"), figure("5.00", "5.00", "6.25")]))
    assert "1 of 2 figures" in text
    assert "6.25" in text
