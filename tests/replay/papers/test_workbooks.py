"""A statement as a workbook: read back by the ledger's own reader, figure by figure."""

from __future__ import annotations

import re
from collections import Counter

import attrs
import pytest

from ledger import StatementTemplate
from replay.papers.paper import Paper
from replay.papers.workbooks import as_workbook
from replay.statements.statement import statement_of
from tests.deals.hostile import FORMULA, LOAN, LONG
from tests.replay.papers.workbook_read import formulas, inside, sheets


@pytest.fixture(scope="module")
def real_workbook(real_paper: Paper) -> bytes:
    """The real month as a workbook."""
    return as_workbook(real_paper)


def test_the_same_statement_is_the_same_bytes(real_paper: Paper, real_workbook: bytes) -> None:
    assert as_workbook(real_paper) == real_workbook
    assert "2002-09-25T00:00:00Z" in inside(real_workbook)["docProps/core.xml"]


@pytest.mark.parametrize("template", StatementTemplate)
def test_every_figure_stands_in_it_exactly(template: StatementTemplate, real_paper: Paper) -> None:
    found = statement_of(real_paper.statement.report, template)
    read = sheets(as_workbook(attrs.evolve(real_paper, statement=found)))
    pages = [rows for name, rows in read.items() if name[:1].isdigit()]
    assert len(pages) == len(found.pages)
    cells = Counter(cell for rows in pages for row in rows for cell in row)
    wanted = Counter(figure.exact_text for figure in found.figures)
    assert {text: (count, cells[text]) for text, count in wanted.items() if cells[text] < count} == {}


def test_sums_are_formulas_with_the_values_that_the_ledger_found(real_workbook: bytes) -> None:
    found = formulas(real_workbook)
    assert len(found) > 210
    assert all(re.fullmatch(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+-[A-Z]+\d+", formula) for _, _, formula in found)
    [rolled] = [rows for name, rows in sheets(real_workbook).items() if name == "Roll-forward"]
    after = next(row for row in rolled if row[0] == "After")
    assert "458896788.57" in after


def test_heads_are_frozen_and_pages_are_set_up(real_workbook: bytes) -> None:
    for name, text in inside(real_workbook).items():
        if name.startswith("xl/worksheets/sheet"):
            assert 'state="frozen"' in text
            assert 'paperSize="9"' in text
            assert 'fitToHeight="0"' in text
            assert "page &amp;P of &amp;N" in text


def test_the_contents_lead_to_every_sheet(real_workbook: bytes) -> None:
    linked = re.findall(r"location=\"'([^\"]*)'!A1\"", inside(real_workbook)["xl/worksheets/sheet1.xml"])
    assert linked == list(sheets(real_workbook))[1:]


def test_events_of_the_month_are_listed_with_their_names_as_text(real_paper: Paper, real_workbook: bytes) -> None:
    rows = sheets(real_workbook)["Events"][3:]
    assert [row[1] for row in rows] == [item.event.event_id for item in real_paper.events]


def test_what_is_left_out_is_said(real_paper: Paper) -> None:
    cut = attrs.evolve(real_paper, events=real_paper.events[:2], more_events=98)
    told = [cell for row in sheets(as_workbook(cut))["Events"] for cell in row]
    assert "The first 2; 98 more are in the ledger." in told


def test_what_an_enemy_called_things_is_text(hostile_paper: Paper) -> None:
    content = as_workbook(hostile_paper)
    read = sheets(content)
    every = [cell for rows in read.values() for row in rows for cell in row]
    assert FORMULA.lower() in [cell.lower() for cell in every]
    assert any(LONG.lower() in cell.lower() for cell in every)
    assert any(f'"{LOAN}"' in cell for cell in every)
    assert all("HYPERLINK" not in formula.upper() for _, _, formula in formulas(content))
    assert "http://x" not in "".join(text for name, text in inside(content).items() if name.endswith(".rels"))


def test_unknown_months_are_empty_cells(real_workbook: bytes) -> None:
    rows = [row for row in sheets(real_workbook)["Chart data"] if row[0] == "severity"]
    assert rows
    assert all(row[4] == "" for row in rows)
