"""Before a month is closed, what the statement pays is there, and what else is in the account has a name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import (
    Ledger,
)
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.money_cases import CASH
from tests.ledger.readiness.scene import DEAL, Scene, post_month, weighty


@pytest.mark.parametrize("case", CASH, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("earlier_distribution_not_paid")
def test_a_distribution_that_is_closed_and_never_paid(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "unpaid.db"
    shutil.copy(scene.unpaid, path)
    before = scene.months[-2].payment_date
    with Ledger.open(path) as ledger:
        post_month(ledger, scene.month)
        ready = ledger.readiness(DEAL, scene.paid_on)
        assert {item.code for item in weighty(ready.findings)} == {"earlier_distribution_not_paid"}
        assert str(before) in ready.findings[0].message
        ledger.distribute(DEAL, before).or_raise()
        assert weighty(ledger.readiness(DEAL, scene.paid_on).findings) == []
