"""Random amounts of money."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from ledger import (
    Exact,
    Sharing,
)


def money(largest: int, smallest: int = 0) -> st.SearchStrategy[Exact]:
    """Whole cents, in dollars."""
    return st.integers(smallest * 100, largest * 100).map(lambda cents: Exact(Fraction(cents, 100)))


def accrual(largest: int, smallest: int = 0) -> st.SearchStrategy[Exact]:
    """Dollars with fractions of a cent, thirds among them."""
    return st.integers(smallest * 30_000, largest * 30_000).map(lambda units: Exact(Fraction(units, 30_000)))


PLAIN_SHARING = tuple(sharing for sharing in Sharing if sharing is not Sharing.GIVEN_WEIGHTS)
"""How classes of a step share without a structure; weights are given in one only."""
