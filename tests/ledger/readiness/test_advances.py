"""Before a month is closed, advances are of what is delinquent, and recoveries of what was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger import (
    AdvanceMade,
    InstalmentReportedDelinquent,
)
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.money_cases import ADVANCES
from tests.ledger.readiness.scene import Scene
from tests.ledger.readiness.small import ON, REMITTED, codes, due, paid, small_month


@pytest.mark.parametrize("case", ADVANCES, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("advance_above_delinquency")
@shows("advance_unlike_delinquency")
def test_advances_of_a_group_that_reports_as_one() -> None:
    on: dict[str, Any] = {
        "event_id": "advance",
        "deal": "small",
        "effective_date": REMITTED,
        "group": "pool",
        "principal": "0.00",
    }
    short = [due(), paid("1000.00", "9000.00")]
    late = InstalmentReportedDelinquent(
        event_id="late", group="pool", principal="0.00", interest="1000.00", servicing_fee="50.00", **ON
    )
    assert codes(small_month([*short, late])) == {"advance_unlike_delinquency"}
    cents = due(), paid("1000.00", "9999.99")
    assert codes(small_month(cents)) == {"due_unaccounted"}
    for advanced, expected in (
        ("950.00", set()),
        ("950.01", {"advance_unlike_delinquency"}),
        ("949.99", {"advance_unlike_delinquency"}),
        ("950.02", {"advance_above_delinquency"}),
    ):
        assert codes(small_month([*short, late, AdvanceMade(interest=advanced, **on)])) == expected, advanced
