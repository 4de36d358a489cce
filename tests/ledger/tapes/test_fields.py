"""A tape can tell of a loan what its event can hold, and nothing else."""

from __future__ import annotations

import attrs

from ledger import LoanBoarded
from ledger.tapes.fields import FIELDS, REQUIRED, UNITS

GIVEN = {"event_id", "deal", "effective_date", "restates", "balance_in_group", "loan_count", "subsequent"}


def test_every_field_of_a_loan_is_told_or_given() -> None:
    assert FIELDS - {"net_rate"} == {item.name for item in attrs.fields(LoanBoarded)} - GIVEN
    assert set(REQUIRED) <= FIELDS
    assert all(set(fields) <= FIELDS for fields, _ in UNITS.values())
