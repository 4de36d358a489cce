"""Before a month is closed, amounts that fell due are those of the notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.readiness.cases import Case, hold
from tests.ledger.readiness.instalment_cases import NOTES
from tests.ledger.readiness.scene import Scene


@pytest.mark.parametrize("case", NOTES, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")
