"""The report of a servicer's month: what it began with, less what it lists, is what it leaves."""

from __future__ import annotations

from decimal import Decimal

from ledger.reports import as_json, as_text
from ledger.reports.remittances import remittance_report
from ledger.tapes.remittance import RemittanceReading, Remitted


def test_it_lists_the_month_by_group() -> None:
    sums = Remitted(loans=2, opening=Decimal("1000.00"), principal=Decimal("10.00"), closing=Decimal("990.00"))
    reading = RemittanceReading(events=(), groups={"one": sums}, rows=2, blank=0, filtered=0, gone=0, as_noted=2)
    found = remittance_report(reading)
    assert "2 loans as noted; 990.00 left" in as_text(found)
    assert '"opening":"1000.00"' in as_json(found).replace(" ", "")
