"""A short run of the fuzzer in every test run; ``make fuzz`` is the long one."""

from __future__ import annotations

import pytest

from tests.draws import draws
from tests.fuzz import fuzz


@pytest.mark.parametrize("name", sorted(fuzz.TARGETS))
def test_damaged_input_never_ends_in_a_traceback(name: str) -> None:
    assert fuzz.fuzz(name, draws(100), 1) == 0
