"""An amount is shared over claims without a cent too much, or one lost."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    Exact,
    Sharing,
)
from ledger.waterfall.sharing import share_out, to_the_cent
from tests.properties.amounts import PLAIN_SHARING, accrual, money

CENT = Fraction(1, 100)
NAMES = ("A", "B", "C", "D", "E", "F")


@given(
    amount=accrual(500),
    claims=st.lists(accrual(200), min_size=1, max_size=6),
    sharing=st.sampled_from(PLAIN_SHARING),
    data=st.data(),
)
def test_a_share_never_exceeds_its_claim_and_shares_never_exceed_the_amount(
    amount: Exact, claims: list[Exact], sharing: Sharing, data: st.DataObject
) -> None:
    """And nothing is held back: what is shared out is the amount, or everything that is claimed."""
    asked = dict(zip(NAMES, claims, strict=False))
    weights = {name: data.draw(money(100)) for name in asked}
    shares = share_out(amount, asked, sharing, weights)
    assert shares.keys() == asked.keys()
    assert all(0 <= shares[name].value <= asked[name].value for name in asked)
    shared = sum((item.value for item in shares.values()), Fraction(0))
    assert shared == min(amount.value, sum((item.value for item in claims), Fraction(0)))


@given(st.lists(accrual(200), max_size=8))
def test_parts_rounded_to_the_cent_make_up_the_rounded_whole(parts: list[Exact]) -> None:
    """Each part moves by less than a cent, and one of whole cents does not move."""
    amounts = {str(index): part for index, part in enumerate(parts)}
    rounded = to_the_cent(amounts, "part", CENT)
    assert all(abs(rounded[name].value - amounts[name].value) < CENT for name in amounts)
    assert all(item.value % CENT == 0 for item in rounded.values())
    whole = Exact(sum((part.value for part in parts), Fraction(0)))
    assert sum((item.value for item in rounded.values()), Fraction(0)) == whole.rounded("whole", CENT)
