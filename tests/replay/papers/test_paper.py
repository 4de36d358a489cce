"""What a paper is made of: which chart stands where, and what is said first."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import attrs

from ledger import StatementTemplate
from replay.papers.paper import Paper, columns_of, heading_of, label_of, title_of
from replay.statements.statement import statement_of


def test_every_chart_of_which_something_is_known_stands_in_one_place(real_paper: Paper) -> None:
    neutral = statement_of(real_paper.statement.report, StatementTemplate.NEUTRAL)
    for paper in (real_paper, attrs.evolve(real_paper, statement=neutral)):
        placed = Counter(chart.name for page in paper.statement.pages for chart in paper.charts_on(page))
        placed.update(chart.name for chart in (*paper.first_charts, *paper.more_charts, *paper.unknown_charts))
        assert placed == Counter(chart.name for chart in paper.charts)


def test_charts_stand_on_the_pages_that_the_published_statement_has_them_on(real_paper: Paper) -> None:
    counted = {page.number: len(real_paper.charts_on(page)) for page in real_paper.statement.pages}
    shown = {number: count for number, count in counted.items() if count}
    # The page of one group has none of its foreclosures, of which there are none; nothing was liquidated either.
    assert shown == {8: 2, 9: 4, 11: 4, 12: 3, 13: 4, 15: 2, 16: 4, 17: 4}


def test_the_amounts_said_first_are_those_of_the_report(real_paper: Paper) -> None:
    told = {name: str(value.decimal) for name, value in real_paper.key_figures()}
    assert told["Pool after the distribution"] == "458896788.57"
    assert told["Bonds after the distribution"] == "453896788.57"


def test_a_paper_says_where_it_comes_from(real_paper: Paper) -> None:
    told = dict(real_paper.provenance())
    assert told["deal"] == "impac-cmb-2002-1"
    assert told["digest"] == real_paper.statement.report.digest


def test_tables_are_named_and_have_the_columns_that_hold_something(real_paper: Paper) -> None:
    [page] = [page for page in real_paper.statement.pages if page.number == 7]
    assert heading_of(page) == "Credit Enhancement Report"
    section = next(section for section in page.sections if section.rows)
    assert title_of(section) == "STRUCTURAL FEATURES"
    assert columns_of(section) == ("total",)
    labels = {label_of(row) for page in real_paper.statement.pages for item in page.sections for row in item.rows}
    assert "Original Pre-Funded Amount" in labels


def test_whoever_asks_for_no_paper_does_not_pay_for_one() -> None:
    code = "import sys, ledger, replay, replay.cli; replay.statement; ledger.Ledger; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    brought = set(done.stdout.split())
    assert {"xlsxwriter", "typst", "replay.charts", "replay.papers"} & brought == set()
