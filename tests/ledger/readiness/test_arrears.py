"""Before a month is closed, what is paid late was missed before, and the advance behind it is repaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.readiness.cases import Case, hold
from tests.ledger.readiness.money_cases import ARREARS
from tests.ledger.readiness.scene import Scene


@pytest.mark.parametrize("case", ARREARS, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")
