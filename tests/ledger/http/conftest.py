"""A service over the toy deal, in a file of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from tests.deals.toy import toy_deal
from tests.ledger.http.program import Program, serving


@pytest.fixture(scope="session")
def whole_trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the toy deal opened and its loans boarded, under the second rules, made once."""
    path = tmp_path_factory.mktemp("trust") / "trust.db"
    with Ledger.create(path) as made:
        toy_deal(made, rules=2)
    return path


@pytest.fixture
def trust(whole_trust: Path, tmp_path: Path) -> str:
    """The address of a copy of it."""
    return shutil.copy(whole_trust, str(tmp_path / "trust.db"))


@pytest.fixture
def program(trust: str) -> Iterator[Program]:
    """A program on this machine, who posts as J. Marsh."""
    with serving(trust, actor="J. Marsh") as made:
        yield made


@pytest.fixture(scope="session")
def looking(whole_trust: Path) -> Iterator[Program]:
    """The same, for tests that only look, or are refused."""
    with serving(str(whole_trust), actor="J. Marsh") as made:
        yield made
