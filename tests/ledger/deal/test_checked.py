"""A single term that cannot be is refused by the name of its field."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ledger import InvalidTerms
from ledger.deal import checked


@attrs.frozen
class Part:
    cash: Any = attrs.field(default=None, validator=checked.is_cash)
    rate: Any = attrs.field(default=None, validator=checked.is_rate)
    weight: Any = attrs.field(default=None, validator=checked.is_positive)
    title: Any = attrs.field(default=None, validator=checked.is_title)
    count: Any = attrs.field(default=None, validator=checked.is_count)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("cash", "-0.01", "negative"),
        ("cash", "1.00005", "too_many_decimals"),
        ("rate", "1.81", "out_of_range"),
        ("weight", "0", "out_of_range"),
        ("title", "two\nlines", "not_text"),
        ("title", "x" * 201, "not_text"),
        ("count", True, "not_a_count"),
        ("count", -1, "not_a_count"),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: str, value: object, code: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        Part(**{field: value})
    assert (caught.value.field, caught.value.code) == (f"Part.{field}", code)


def test_what_is_left_out_is_for_the_type_to_allow() -> None:
    assert Part() == Part(cash=None, rate=None)
