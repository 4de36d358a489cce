"""Amounts and lists as sentences have them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.deal.phrases import dollars_told, named_together


@pytest.mark.parametrize(
    ("names", "told"), [((), "nobody"), (("A",), "A"), (("A", "B"), "A and B"), (("A", "B", "C"), "A, B and C")]
)
def test_names_are_listed(names: tuple[str, ...], told: str) -> None:
    assert named_together(names) == told


def test_an_amount_has_its_cents() -> None:
    assert dollars_told(Decimal("1234.5")) == "$1,234.50"
