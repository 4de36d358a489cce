"""Every line of a page is a row, a heading or prose, and a damaged one is reported with its figures kept."""

from __future__ import annotations

import pytest

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TITLE_LINES, TWO_POOLS, TWO_POOLS_READ, codes, rows, unwrapped


@pytest.mark.parametrize(
    ("label", "prose"),
    [
        ("Floor Contract Payment Amounts", "Note: an invented remark here"),
        ("TOTAL SERVICING FEES", "TOTAL SERVI?ING FEES"),
        ("TOTAL INTEREST  FEES", "TO?AL INTEREST FEES"),
        ("Loan Count:", "Loan Coun?:"),
        ("PRE-FUNDING ACCOUNT", "PRE-FUNDING A?COUNT"),
    ],
)
def test_a_damaged_label_is_reported_and_its_figures_kept(label: str, prose: str) -> None:
    filing = read_trustee_filing(TWO_POOLS.replace(label, prose.ljust(len(label)), 1))
    assert filing.problems or prose.startswith("Note")
    assert [row[4] for row in rows(filing)] == [row[4] for row in rows(TWO_POOLS_READ)]


def test_figures_among_formulas_are_reported() -> None:
    lines = unwrapped(TWO_POOLS)
    at = next(number for number, line in enumerate(lines) if "METHODOLOGY" in line)
    lines.insert(at + 1, " " * 15 + "A stray row".ljust(73) + "1,234.56")
    filing = read_trustee_filing("\n".join(lines))
    assert codes(filing) == {"line-not-understood"}
    assert rows(filing) == rows(TWO_POOLS_READ)


@pytest.mark.parametrize("number", TITLE_LINES)
def test_figures_above_a_heading_are_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    lines[number - 1 : number - 1] = [
        "               Stray Fee Amount",
        ">          1,234.56       0.00           1,234.56",
    ]
    filing = read_trustee_filing("\n".join(lines))
    assert (number, "line-not-understood") in {(p.source_line, p.code) for p in filing.problems}
    assert rows(filing) == rows(TWO_POOLS_READ)
