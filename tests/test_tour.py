"""The tour runs from its first cell to its last, and every cell that shows something shows it as a notebook would."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

TOUR = Path(__file__).resolve().parent.parent / "docs" / "tour.ipynb"


def run(source: str, names: dict[str, Any]) -> object:
    """Run a cell and return the value of its last expression, as a notebook does."""
    body = ast.parse(source).body
    last = body[-1]
    shown = last.value if isinstance(last, ast.Expr) else None
    held = body if shown is None else body[:-1]
    exec(compile(ast.Module(held, type_ignores=[]), str(TOUR), "exec"), names)
    return None if shown is None else eval(compile(ast.Expression(shown), str(TOUR), "eval"), names)


def test_every_cell_runs_and_what_it_shows_is_html() -> None:
    names: dict[str, Any] = {}
    cells = [cell for cell in json.loads(TOUR.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 8
    for cell in cells:
        shown: Any = run("".join(cell["source"]), names)
        assert "<" in shown._repr_html_(), cell["source"]
        assert len(repr(shown)) < 200 or type(shown).__module__.startswith("polars"), cell["source"]
    assert "<svg" in names["replay"].chart(names["ledger"], names["statement"], "cash-flow")._repr_html_()


def test_it_keeps_no_outputs() -> None:
    """Outputs would be a second account of what the code says, and go stale."""
    cells = json.loads(TOUR.read_text(encoding="utf-8"))["cells"]
    assert all(
        cell["outputs"] == [] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code"
    )
