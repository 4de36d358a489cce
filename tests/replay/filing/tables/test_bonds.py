"""Tables of bond classes are read row by row, even without their headings."""

from __future__ import annotations

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TWO_POOLS, TWO_POOLS_READ, codes, rows, unwrapped


def test_lost_headings_of_a_bond_table_leave_complete_rows_readable() -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith("Class          Type")]
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"header-missing"}
