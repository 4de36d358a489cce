"""Blocks that are made in advance come in their order, with the fault that ended them, and leave no thread behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal, localcontext

import pytest

from ledger.store.ahead import made_ahead


def numbers(count: int, made: list[int], fault: Exception | None = None) -> Iterator[int]:
    for number in range(count):
        made.append(number)
        yield number
    if fault is not None:
        raise fault


def test_blocks_come_in_their_order() -> None:
    before = threading.active_count()
    with made_ahead(numbers(50, [])) as found:
        assert list(found) == list(range(50))
    assert threading.active_count() == before


def test_a_fault_comes_behind_what_was_made_before_it() -> None:
    taken: list[int] = []
    with pytest.raises(LookupError, match="seven"), made_ahead(numbers(7, [], LookupError("seven"))) as found:
        taken.extend(found)
    assert taken == list(range(7))


def test_who_takes_no_more_has_no_more_made() -> None:
    made: list[int] = []
    before = threading.active_count()
    with made_ahead(numbers(10_000, made)) as found:
        assert next(found) == 0
    assert len(made) < 10
    assert threading.active_count() == before


def test_sums_are_made_under_the_rounding_of_who_asks() -> None:
    def thirds() -> Iterator[Decimal]:
        yield Decimal(1) / 3

    with localcontext() as context:
        context.prec = 4
        with made_ahead(thirds()) as found:
            assert list(found) == [Decimal("0.3333")]
