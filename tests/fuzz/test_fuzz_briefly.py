"""A short run of the fuzzer in every test run; ``make fuzz`` is the long one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


FUZZ = load()


@pytest.mark.parametrize("name", sorted(FUZZ.TARGETS))
def test_damaged_input_never_ends_in_a_traceback(name: str) -> None:
    assert FUZZ.fuzz(name, 250, 1) == 0
