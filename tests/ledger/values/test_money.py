"""What the converters of amounts, rates and dates leave unread, the validators behind them refuse."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import InvalidEvent, InvalidTerms
from ledger.deal import steps, terms
from ledger.events.registry import EVENT_CLASSES
from ledger.values.dates import to_date, to_optional_date
from ledger.values.money import (
    Rounding,
    as_decimal,
    round_to,
    to_amount,
    to_factor,
    to_optional_amount,
    to_optional_factor,
    to_optional_rate,
    to_rate,
)
from tests.draws import draws

LENIENT: dict[Any, object] = {
    **dict.fromkeys((to_amount, to_optional_amount, to_rate, to_optional_rate, to_factor, to_optional_factor), 0.5),
    **dict.fromkeys((to_date, to_optional_date), 20_210_101),
}
"""Converters that leave what they cannot read to the field's validator, each with a value that they leave."""


def lenient_fields() -> Iterator[tuple[type, Any]]:
    """Yield every field of an event, a term or a step that is read by such a converter."""
    kinds = [kind for module in (terms, steps) for kind in vars(module).values() if isinstance(kind, type)]
    for kind in (*EVENT_CLASSES, *filter(attrs.has, kinds)):
        for item in attrs.fields(kind):
            if item.converter in LENIENT:
                yield kind, item


def test_what_a_converter_leaves_is_refused_by_the_validator_behind_it() -> None:
    """A converter that swallowed a fault would let a float into the money of a field without one."""
    found = list(lenient_fields())
    assert len(found) > 150
    for _, item in found:
        left = LENIENT[item.converter]
        assert item.converter(left) is left
        assert item.validator is not None, item
        with pytest.raises((InvalidEvent, InvalidTerms)):
            item.validator(None, item, left)


@settings(max_examples=draws(30), deadline=None)
@given(
    st.fractions(max_denominator=10**6) | st.integers(-50, 50).map(lambda halves: Fraction(halves, 16)),
    st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(1, 8), Fraction(5), Fraction(3, 7)]),
    st.sampled_from(list(Rounding)),
)
def test_what_is_rounded_is_the_multiple_next_to_it(value: Fraction, quantum: Fraction, rounding: Rounding) -> None:
    found = round_to(value, quantum, rounding)
    off = (value - found) / quantum
    assert (found / quantum).denominator == 1
    assert round_to(-value, quantum, rounding) == -found
    if rounding is Rounding.HALF_UP:
        assert abs(off) < Fraction(1, 2) or (abs(off) == Fraction(1, 2) and abs(found) > abs(value))
    elif rounding is Rounding.HALF_EVEN:
        assert abs(off) < Fraction(1, 2) or (abs(off) == Fraction(1, 2) and (found / quantum) % 2 == 0)
    else:
        assert abs(off) < 1
        assert abs(found) <= abs(value)


@settings(max_examples=draws(20), deadline=None)
@given(st.decimals(-(10**12), 10**12, places=6), st.integers(0, 6))
def test_a_figure_is_printed_to_so_many_places_halves_away_from_nought(value: Decimal, places: int) -> None:
    wanted = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert str(as_decimal(Fraction(value), places)) == str(wanted + 0)
