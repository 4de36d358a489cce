"""The page of findings is made of the registry."""

from __future__ import annotations

from ledger.readiness.codes import CODES
from ledger.readiness.describe import code_row, findings_page


def test_a_row_says_everything_of_a_code() -> None:
    item = CODES["instalment_missing"]
    cells = [cell.strip() for cell in code_row(item).strip("|").split("|")]
    assert cells == ["`instalment_missing`", item.grade.value, item.compares, item.tolerance, item.remedy]


def test_the_page_has_a_row_for_every_code() -> None:
    lines = findings_page().splitlines()
    assert [code for code in CODES if sum(line.startswith(f"| `{code}` |") for line in lines) != 1] == []
