"""A plan of a life that no deal has is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.simulation import LifePlan


@pytest.mark.parametrize(
    "wrong",
    [{"loans": 0}, {"prepayment_rate": -1}, {"severity": 1_000_001}, {"cut_off": dt.date(2002, 3, 2)}, {"name": "a b"}],
)
def test_plans_refuse_what_no_deal_is(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        LifePlan(**wrong)  # type: ignore[arg-type]
