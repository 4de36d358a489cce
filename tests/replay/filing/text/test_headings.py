"""Headings are learned from the filing itself, and a lost one is missed."""

from __future__ import annotations

import pytest

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TWO_POOLS, TWO_POOLS_READ, codes, rows, unwrapped


@pytest.mark.parametrize("heading", ["INTEREST - COLLECTIONS", "CHARACTERISTICS", "DEFAULT SPEEDS"])
def test_a_lost_section_heading_is_reported(heading: str) -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith(heading)]
    assert "section-missing" in codes(read_trustee_filing("\n".join(lines)))


def test_a_damaged_section_heading_borrows_the_columns_of_the_others() -> None:
    lines = unwrapped(TWO_POOLS)
    at = next(number for number, line in enumerate(lines) if line.startswith("DEFAULT SPEEDS"))
    lines[at] = lines[at].replace("TOTAL", "TO?AL")
    filing = read_trustee_filing("\n".join(lines))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"header-damaged"}
