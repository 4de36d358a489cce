"""What the tests of killed commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.killing import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """One for all tests: what takes long is starting it."""
    made = Runner()
    yield made
    made.end()
