"""What the converters of amounts, rates and dates leave unread, the validators behind them refuse."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import InvalidEvent, InvalidTerms, as_decimal, round_to
from ledger.deal import steps, terms
from ledger.events.registry import EVENT_CLASSES
from ledger.values.dates import to_date, to_optional_date
from ledger.values.money import to_amount, to_factor, to_optional_amount, to_optional_factor, to_optional_rate, to_rate
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


@given(st.fractions(), st.integers(0, 12))
@settings(max_examples=draws(30))
def test_a_value_is_printed_as_it_is_rounded(value: Fraction, places: int) -> None:
    """Decimals are found without making fractions of them, and are those that rounding half up gives."""
    printed = as_decimal(value, places)
    assert Fraction(printed) == round_to(value, Fraction(1, 10**places))
    assert len(f"{printed:f}".partition(".")[2]) == places
