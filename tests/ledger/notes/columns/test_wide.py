"""Products that pass 2**63 are divided and rounded as Python's numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.notes.columns.wide import product_over
from ledger.notes.level import rounded
from ledger.values.money import Rounding

NUMBERS = st.one_of(st.integers(0, 1000), st.integers(0, 2**62), st.integers(0, 62).map(lambda bits: 1 << bits))


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=6), st.sampled_from(Rounding))
def test_a_product_is_divided_exactly(given_: list[tuple[int, int, int]], way: Rounding) -> None:
    fitting = [(one, two, over + 1) for one, two, over in given_ if one * two // (over + 1) < 2**62]
    columns = [np.array([row[place] for row in fitting], dtype=np.int64) for place in range(3)]
    found = product_over(columns[0], columns[1], columns[2], way)
    assert found.tolist() == [rounded(one * two, over, way) for one, two, over in fitting]


@pytest.mark.parametrize("way", Rounding)
def test_a_tie_of_a_wide_product(way: Rounding) -> None:
    """A trillion dollars at a rate that makes half a cent more than whole ones."""
    one, two, over = 10**16 + 1, 5 * 10**9, 10**10
    columns = [np.array([item], dtype=np.int64) for item in (one, two, over)]
    found = product_over(columns[0], columns[1], columns[2], way)
    assert found.tolist() == [rounded(one * two, over, way)] == [5 * 10**15 + (way is Rounding.HALF_UP)]
