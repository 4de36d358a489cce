"""Before a month is closed, whether everything that fell due came in, is delinquent, or is not owed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import (
    InstalmentReportedDelinquent,
)
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.instalment_cases import INSTALMENTS
from tests.ledger.readiness.scene import Scene
from tests.ledger.readiness.small import ON, codes, due, paid, small_month


@pytest.mark.parametrize("case", INSTALMENTS, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("no_instalments")
def test_a_group_without_instalments() -> None:
    ready = small_month([])
    [found] = ready.findings
    assert (found.code, found.groups) == ("no_instalments", ("pool",))
    assert [(name, int(value)) for name, value in found.figures] == [("opening balance", 1_000_000)]
    assert codes(small_month([due("0.00", "0.01"), paid("0.00", "0.01")])) == set()


@shows("due_unaccounted")
@shows("collection_above_due")
@shows("delinquency_unlike_derived")
def test_a_group_that_reports_as_one() -> None:
    def late(principal: str, interest: str) -> InstalmentReportedDelinquent:
        return InstalmentReportedDelinquent(event_id="late", group="pool", principal=principal, interest=interest, **ON)

    short = paid("1000.00", "9000.00")
    assert codes(small_month([due(), short])) == {"due_unaccounted"}
    assert codes(small_month([due(), short, late("0.00", "1000.00")])) == set()
    assert codes(small_month([due(), short, late("0.00", "1000.01")])) == {"delinquency_unlike_derived"}
    assert codes(small_month([due(), short, late("0.00", "1000.0099")])) == set()
    assert codes(small_month([due(), paid("1000.00", "10000.01")])) == {"collection_above_due"}
    fraction = due("1000.00", "9999.9901")
    assert codes(small_month([fraction, paid()])) == {"accrual_of_a_fraction"}
