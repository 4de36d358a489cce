"""What is left out of a bundle follows from what is in it."""

from __future__ import annotations

from ledger import StoredRow
from ledger.evidence.bundles.deriving import RowDeriver, bare_row
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL


def bare(row: StoredRow) -> StoredRow:
    return bare_row(row.sequence, row.recorded_at, row.distribution, row.payload, row.hash)


def test_rows_are_derived_whole(trust_rows: list[StoredRow]) -> None:
    deriver = RowDeriver(DEAL)
    for row in trust_rows:
        assert deriver.derive(bare(row)) == (row._replace(deal_key=1), [])
    assert list(deriver.finish()) == []


def test_what_cannot_be_decided_stays_bare_and_is_named(trust_rows: list[StoredRow]) -> None:
    deriver = RowDeriver(DEAL)
    odd = bare(trust_rows[0])._replace(payload="{}")
    row, faults = deriver.derive(odd)
    assert row == odd
    assert {fault.code for fault in faults} == {"unreadable", "wrong_hash"}


def test_another_distribution_is_named(trust_rows: list[StoredRow]) -> None:
    deriver = RowDeriver(DEAL)
    row, faults = deriver.derive(bare(trust_rows[0])._replace(distribution=20020925))
    assert row.distribution == trust_rows[0].distribution
    assert ("distribution", "differs") in {(fault.column, fault.code) for fault in faults}
