"""Rows are restored as they were, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from ledger import (
    BondInterestPaid,
    Head,
    IntegrityFault,
    Ledger,
    LedgerError,
    StoredRow,
)
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL


def test_rows_are_restored_as_they_were_or_not_at_all(
    trust_rows: list[StoredRow], trust_head: Head, ledger: Ledger
) -> None:
    bad = [*trust_rows[:150], trust_rows[150]._replace(memo=1), *trust_rows[151:]]
    with pytest.raises(IntegrityFault, match="event 151"):
        ledger.restore_rows(bad)
    for nothing in ([], [trust_rows[0]._replace(payload="{")], [trust_rows[1]], trust_rows[1:]):
        with pytest.raises(IntegrityFault):
            ledger.restore_rows(nothing)
    assert ledger.deals() == []
    assert ledger.restore_rows(trust_rows) == trust_head
    assert list(ledger.stored_rows(DEAL)) == trust_rows
    assert ledger.post(BondInterestPaid(event_id="new", deal=DEAL, effective_date=date(2002, 9, 25), class_id="A",
                                        amount="0.00"))  # fmt: skip
    with pytest.raises(LedgerError, match="already"):
        ledger.restore_rows(trust_rows)
