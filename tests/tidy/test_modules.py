"""A module is a module: no package has a function, class or value of its own under the name of one of its modules."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import ledger
import replay


def modules(root: ModuleType) -> list[str]:
    """Return the names of all modules and packages of a root, those that act when they are run left out."""
    found = pkgutil.walk_packages(root.__path__, f"{root.__name__}.")
    return [item.name for item in found if not item.name.endswith("__main__")]


@pytest.mark.parametrize("root", [ledger, replay], ids=lambda root: root.__name__)
def test_a_module_is_what_its_package_holds_under_its_name(root: ModuleType) -> None:
    hidden = []
    for name in modules(root):
        module = importlib.import_module(name)
        package, _, last = name.rpartition(".")
        if getattr(importlib.import_module(package), last) is not module:
            hidden.append(name)
    assert hidden == []


@pytest.mark.parametrize("question", ["advances", "books", "explain", "reconcile", "restatement", "statement"])
def test_a_question_of_the_root_is_a_function_and_no_module(question: str) -> None:
    assert callable(getattr(replay, question))
    assert f"replay.{question}" not in modules(replay)
