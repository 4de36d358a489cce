"""What a complete filing prints and a damaged one lacks is noticed."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import FUZZ, TWO_POOLS, TWO_POOLS_READ, codes, rows

FIGURE_LINES = sorted({figure.source_line for figure in TWO_POOLS_READ.figures})


# Rows that a complete filing may lack: fees, contracts and repurchases are named by the deal.
DEAL_ROWS = re.compile(r"Fee|Per Sec|883271|EXC01|Total Derivative|Floor Contract|Current Net Mortgage")


@FUZZ
@given(st.sampled_from(FIGURE_LINES))
def test_a_lost_line_is_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    if DEAL_ROWS.search(lines[number - 1]):
        return
    del lines[number - 1]
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) != rows(TWO_POOLS_READ)
    assert filing.problems


def test_a_lost_group_page_is_reported() -> None:
    text = TWO_POOLS.replace("Delinquency Report  -  Pool I Group", "Delinquency Report  -  Pool X Group")
    assert codes(read_trustee_filing(text)) == {"group-missing"}
