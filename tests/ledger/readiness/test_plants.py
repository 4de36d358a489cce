"""Whatever is posted wrong into a clean month is named by its code, and nothing else is; so is its near miss not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import Ledger
from tests.ledger.readiness.cases import Case
from tests.ledger.readiness.instalment_cases import INSTALMENTS, NOTES
from tests.ledger.readiness.money_cases import ADVANCES, CASH
from tests.ledger.readiness.pool_cases import BONDS, POOL
from tests.ledger.readiness.scene import DEAL, Scene, changed, told, weighty

PLANTED = [*INSTALMENTS, *NOTES, *CASH, *ADVANCES, *POOL, *BONDS]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


def test_the_month_is_clean(scene: Scene) -> None:
    assert weighty(scene.clean.findings) == []
    assert scene.clean


@pytest.mark.parametrize("case", PLANTED, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "planted.db"
    shutil.copy(scene.open_month, path)
    with Ledger.open(path) as ledger:
        events = list(case.make(scene))
        if events:
            ledger.post_many(events).or_raise()
        ready = ledger.readiness(DEAL, scene.paid_on)
    clean = told(scene.clean.findings)
    assert changed(told(ready.findings), clean) == case.expected
    if case.near:
        return
    named = [item for item in ready.findings if item.code == case.code]
    if case.loans is not None:
        assert [loan for item in named for loan in item.loans] == list(case.loans(scene))
    for classes, groups in [(item.classes, item.groups) for item in named]:
        assert set(case.classes) <= set(classes)
        assert set(case.groups) <= set(groups)
    if case.figures is not None:
        figures = {name: value for item in named for name, value in item.figures}
        for name, value in case.figures(scene).items():
            assert figures[name] == value, name
