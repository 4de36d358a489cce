"""A page says where figures stand and how they are printed; a rule stands in a projection."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from ledger.values import exact
from replay.statements import pages

PAGES = sorted(Path(pages.__path__[0]).glob("*.py"))
ADDING_UP = {"total"}
"""What a page may do with values: add up the columns that it prints."""
CALCULATING = {name for name, _ in inspect.getmembers(exact, inspect.isfunction)} - ADDING_UP


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_imports_nothing_to_calculate_with(path: Path) -> None:
    assert {"ratio", "greatest", "least", "weighted_average"} <= CALCULATING
    assert imported(path) & CALCULATING == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_multiplies_and_divides_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    worked = [item for item in ast.walk(tree) if isinstance(item, ast.BinOp) and not isinstance(item.left, ast.List)]
    operators = {type(item.op).__name__ for item in worked}
    assert operators <= {"Add", "BitOr"}  # pages are numbered by adding, and types are alternatives
