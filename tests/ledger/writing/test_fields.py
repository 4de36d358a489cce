"""Texts of numbers and dates are read where a whole column of them is plain."""

from __future__ import annotations

import polars as pl
import pytest

from ledger.events.registry import REGISTRY
from ledger.writing.fields import with_plain_types

BOARDED = REGISTRY["loan_boarded"]


@pytest.mark.parametrize(
    ("name", "texts", "read"),
    [
        ("balance", ["1.50", "2"], True),
        ("balance", ["1.50", "02"], False),
        ("balance", ["1.50", "1e5"], False),
        ("note_rate", ["0.05", None], True),
        ("note_rate", ["0.01234567891"], False),
        ("maturity_date", ["2050-01-31"], True),
        ("maturity_date", ["2050-02-31"], False),
    ],
)
def test_a_column_is_read_whole_or_not(name: str, texts: list[str], read: bool) -> None:
    frame = with_plain_types(pl, BOARDED, pl.DataFrame({name: texts}))
    assert (frame[name].dtype != pl.String) is read
