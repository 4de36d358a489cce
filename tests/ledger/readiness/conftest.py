"""The month that everything wrong is planted into, made once."""

from __future__ import annotations

import pytest

from tests.ledger.readiness.scene import Scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return the clean month, which nothing changes: cases are planted into copies."""
    return Scene(tmp_path_factory.mktemp("scene"))
