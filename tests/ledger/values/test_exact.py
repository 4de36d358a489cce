"""An exact value keeps the calculation behind it, and says what it rests on."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger.values.currency import DOLLARS
from ledger.values.exact import Exact, Origin, exact, greatest, least, total

REPORTED = Exact(3, origin=Origin.REPORTED)
TERM = Exact(2, origin=Origin.TERM)
FORWARD = Exact(5, origin=Origin.BROUGHT_FORWARD)


def test_nothing_is_rounded_unless_it_is_said_by_name() -> None:
    third = Exact(1) / 3
    assert third.value == Fraction(1, 3)
    assert (third * 3).value == 1
    rounded = third.rounded("interest of a class", DOLLARS.unit)
    assert rounded.value == Fraction(33, 100)
    assert (rounded.op, rounded.label, rounded.inputs) == ("rounded", "interest of a class", (third,))


def test_a_value_keeps_its_operands_in_order() -> None:
    difference = REPORTED - TERM
    assert (difference.op, difference.inputs) == ("difference", (REPORTED, TERM))
    assert [item.value for item in (1 + REPORTED).inputs] == [1, 3]
    assert total([REPORTED, TERM, FORWARD]).value == 10
    assert greatest(REPORTED, TERM).value == 3
    assert least(REPORTED, TERM).value == 2


def test_operands_may_be_told_when_they_are_asked_for() -> None:
    asked: list[int] = []

    def told() -> tuple[Exact, ...]:
        asked.append(1)
        return (REPORTED,)

    late = Exact(3, "sum", told)
    assert asked == []
    assert late.inputs == late.inputs == (REPORTED,)
    assert asked == [1]


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        (REPORTED + Exact(1, origin=Origin.REPORTED), Origin.REPORTED),
        (REPORTED + TERM, Origin.REPORTED),
        (REPORTED + FORWARD, Origin.DERIVED),
        (REPORTED + Exact(0), Origin.REPORTED),
        (REPORTED * 2, Origin.DERIVED),
        (FORWARD.named("carried in"), Origin.BROUGHT_FORWARD),
        (REPORTED.named("stated", origin=Origin.TERM), Origin.TERM),
        (exact(1), Origin.DERIVED),
    ],
)
def test_a_value_of_one_kind_is_of_that_kind(value: Exact, origin: Origin) -> None:
    assert value.origin is origin


def test_a_root_is_exact_to_its_digits() -> None:
    root = Exact(2).root(12)
    assert abs(root.to_power(12).value - 2) < Fraction(1, 10**36)
    assert Exact(7).root(1).value == 7
