"""Figures of a workbook lead to events, and what must be equal stands in it with its difference."""

from __future__ import annotations

import re

import pytest

from replay.papers.paper import Paper
from replay.papers.workbooks import as_workbook
from tests.replay.papers.workbook_read import inside, sheets


@pytest.fixture(scope="module")
def real_workbook(real_paper: Paper) -> bytes:
    """The real month as a workbook."""
    return as_workbook(real_paper)


def test_figures_lead_to_the_events_behind_them(real_paper: Paper, real_workbook: bytes) -> None:
    """Every figure to its row among the sources, and that row to the rows of the events that it names."""
    parts = inside(real_workbook)
    numbered = dict(zip(sheets(real_workbook), range(1, 100), strict=False))
    read = sheets(real_workbook)
    sources, events = read["Sources"], read["Events"]
    led = re.findall(r"ref=\"([A-Z]+)(\d+)\" location=\"'Sources'!A(\d+)\"", "".join(
        text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")
    ))  # fmt: skip
    assert sorted(int(row) for _, _, row in led if row != "1") == [
        5 + place for place in range(len(real_paper.statement.figures))
    ]
    page = parts[f"xl/worksheets/sheet{numbered['Sources']}.xml"]
    held = re.findall(r"ref=\"([A-Z]+)(\d+)\" location=\"'Events'!B(\d+)\"", page)
    assert len(held) > 1_000
    for column, row, at in held:
        # A row without anything, as the third of the events, is none to the reader.
        assert sources[int(row) - 1][ord(column) - ord("A")] == events[int(at) - 2][1]


def test_what_must_be_equal_is_a_sheet_with_the_difference_as_a_formula(real_workbook: bytes) -> None:
    rows = sheets(real_workbook)["Tie-out"]
    assert {row[6] for row in rows if row[0].startswith("Pool")} == {"equal"}
    assert any(row[0] == "Principal of A" and row[-1] == "0.002929292929" for row in rows)
