"""Pages are numbered as their footers say; what is lost or out of order is reported."""

from __future__ import annotations

import re

import pytest

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TITLE_LINES, TWO_POOLS, TWO_POOLS_READ, codes, rows, unwrapped


@pytest.mark.parametrize("page", range(2, 21))
def test_a_lost_page_is_reported(page: int) -> None:
    text = "\n".join(unwrapped(TWO_POOLS))
    parts = re.split(r"(?<=Example Bank)\n", text)
    filing = read_trustee_filing("\n".join(parts[: page - 1] + parts[page:]))
    assert ("page-missing", page) in {(p.code, p.page) for p in filing.problems}
    assert rows(filing) == [row for row in rows(TWO_POOLS_READ) if row[0] != page]


@pytest.mark.parametrize("page", range(1, 21))
def test_a_lost_footer_is_reported_and_the_page_still_read(page: int) -> None:
    lines = [line for line in unwrapped(TWO_POOLS) if f"Page {page} of 20" not in line]
    filing = read_trustee_filing("\n".join(lines))
    assert "footer-missing" in codes(filing)
    assert rows(filing) == rows(TWO_POOLS_READ)


def test_a_wrong_page_number_is_mended_and_reported() -> None:
    filing = read_trustee_filing(TWO_POOLS.replace("Page 6 of 20", "Page 16 of 20"))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) == {"page-number-out-of-order"}


@pytest.mark.parametrize("number", TITLE_LINES)
def test_a_page_of_another_deal_is_reported(number: int) -> None:
    lines = TWO_POOLS.split("\n")
    lines[number - 1] = lines[number - 1].replace("Example Home", "Another Home")
    filing = read_trustee_filing("\n".join(lines))
    assert [(p.source_line, p.code) for p in filing.problems] == [(number, "deal-name-differs")]
