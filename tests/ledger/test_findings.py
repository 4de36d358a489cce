"""A finding is a value: exact, hashable, and the same from whatever it was built."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import Finding, Grade

LEFT_OVER = Finding(
    code="cash_left_over",
    grade=Grade.ACKNOWLEDGE,
    message="12.34 of the collections of the month stays in the collection account",
    figures={"left over": Decimal("12.34"), "loans": 2},
    loans=["1001", "1002"],
    groups=["one"],
    remedy="post what it was withdrawn for, or acknowledge it",
)


def test_a_finding_holds_what_it_was_given_as_plain_values() -> None:
    assert LEFT_OVER.figures == (("left over", Decimal("12.34")), ("loans", Fraction(2)))
    assert (LEFT_OVER.loans, LEFT_OVER.groups, LEFT_OVER.classes, LEFT_OVER.events) == (
        ("1001", "1002"),
        ("one",),
        (),
        (),
    )
    assert attrs.evolve(LEFT_OVER, grade="must be acknowledged", figures=LEFT_OVER.figures) == LEFT_OVER
    assert len({LEFT_OVER, attrs.evolve(LEFT_OVER), attrs.evolve(LEFT_OVER, grade=Grade.NOTE)}) == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        LEFT_OVER.code = "other"  # type: ignore[misc]


def test_a_finding_reads_as_a_line() -> None:
    assert str(LEFT_OVER) == (
        "must be acknowledged: 12.34 of the collections of the month stays in the collection account; "
        "post what it was withdrawn for, or acknowledge it [cash_left_over]"
    )
    assert str(attrs.evolve(LEFT_OVER, grade=Grade.NOTE, message="Seen.", remedy="")) == "note: Seen. [cash_left_over]"


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (lambda: attrs.evolve(LEFT_OVER, figures={"rate": 0.05}), TypeError, "rate: 0.05 is no exact number"),
        (lambda: attrs.evolve(LEFT_OVER, figures=[("open", True)]), TypeError, "open: True is no exact number"),
        (lambda: attrs.evolve(LEFT_OVER, loans="1001"), TypeError, "'1001' is one name"),
        (lambda: attrs.evolve(LEFT_OVER, grade="grave"), ValueError, "'grave'"),
    ],
    ids=["a float", "a flag", "a bare name", "no grade"],
)
def test_what_is_not_exact_or_not_a_list_is_refused(
    change: Callable[[], Finding], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        change()
