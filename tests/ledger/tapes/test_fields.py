"""A tape can tell of a loan what its event can hold, and nothing else."""

from __future__ import annotations

import attrs

from ledger import LoanBoarded
from ledger.tapes.fields import FIELDS, MONTH_FIELDS, MONTH_REQUIRED, ONLY_OF_MONTH, REQUIRED, UNITS

GIVEN = {"event_id", "deal", "effective_date", "restates", "balance_in_group", "loan_count", "subsequent"}


def test_what_a_tape_tells_a_loan_can_hold() -> None:
    held = {item.name for item in attrs.fields(LoanBoarded)}
    assert FIELDS - ONLY_OF_MONTH - {"net_rate"} <= held - GIVEN
    assert set(MONTH_REQUIRED) <= MONTH_FIELDS <= FIELDS
    assert held >= GIVEN
    assert set(REQUIRED) <= FIELDS
    assert all(set(fields) <= FIELDS for fields, _ in UNITS.values())
