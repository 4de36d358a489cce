"""A command imports what is heavy when it runs: its module asks for next to nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ledger
import replay

HOMES = [Path(package.__path__[0]) / "cli" for package in (ledger, replay)]
FACES = sorted(path for home in HOMES for path in home.glob("*.py"))
LIGHT = {"click", "ledger.console", "ledger.errors", "ledger.visible", "ledger.cli", "replay.cli"}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a module imports at its top, but for the release's number out of the root."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] != ["__version__"]:
            yield node.module or ""


@pytest.mark.parametrize("path", FACES, ids=lambda path: f"{path.parent.parent.name}.{path.stem}")
def test_a_face_imports_nothing_heavy_at_its_top(path: Path) -> None:
    heavy = {
        name
        for name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and ".".join(name.split(".")[:2]) not in LIGHT
    }
    assert heavy == set()


def test_every_face_is_looked_at() -> None:
    assert len(FACES) >= 13
