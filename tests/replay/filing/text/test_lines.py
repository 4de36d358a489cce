"""Lines that were cut and wrapped are put together again, at whatever width."""

from __future__ import annotations

from collections import Counter

import pytest

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TWO_POOLS, TWO_POOLS_READ, codes, rewrapped, rows, unwrapped


@pytest.mark.parametrize("width", [20, 40, 60, 72, 75, 76, 77, 78, 79, 80, 95, 103, 120, 132, 200])
def test_another_wrap_width_is_found(width: int) -> None:
    filing = read_trustee_filing(rewrapped(unwrapped(TWO_POOLS), width))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert codes(filing) <= {"wrap-width", "heading-missing", "heading-differs", "footer-damaged"}


def test_lost_wrap_markers_are_reported_and_mostly_restored() -> None:
    filing = read_trustee_filing(TWO_POOLS.replace("\n>", "\n"))
    assert "wrap-markers-lost" in codes(filing)
    common = Counter(rows(filing)) & Counter(rows(TWO_POOLS_READ))
    assert common.total() > 0.9 * len(TWO_POOLS_READ.figures)


def test_carriage_returns_and_a_byte_order_mark_change_nothing() -> None:
    filing = read_trustee_filing("\ufeff" + TWO_POOLS.replace("\n", "\r\n"))
    assert rows(filing) == rows(TWO_POOLS_READ)
    assert filing.problems == ()
