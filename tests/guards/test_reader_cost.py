"""No reader of what comes from outside takes more than linear time, or more than a stated multiple of memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from tests.guards.hostile import FAMILIES, Family

SMALL, LARGE = 3_000, 60_000
"""Characters of the input that four times as many are compared with."""

MOST_TIMES = 9
"""How many times as long four times the input may take: four, and what a busy machine adds; the square is sixteen."""

TOO_SHORT = 0.02
"""Seconds below which a time says nothing."""

SECONDS_FOR_A_CHARACTER = 60e-6
"""What a character costs at most: some ten times as much as the dearest reader takes of a line of two characters."""

BYTES_FOR_A_CHARACTER = 400
"""What a character takes of memory at most, while it is read, beside what a reader of nothing takes."""

SPARE = 4_000_000


def taken(family: Family, text: str, times: int = 1) -> float:
    """Return the least time that a reader takes for a text."""
    found = []
    for _ in range(times):
        started = time.process_time()
        family.read(text)
        found.append(time.process_time() - started)
    return min(found)


def check(family: Family, size: int) -> None:
    """Fail where a reader takes more than linear time, or too much for a character."""
    small, large = family.make(size), family.make(4 * size)
    first, second = taken(family, small), taken(family, large)
    if second > TOO_SHORT and second > MOST_TIMES * first:
        # Something else may have run meanwhile: the least of some times counts.
        first, second = taken(family, small, 3), taken(family, large, 3)
    if second > max(MOST_TIMES * first, TOO_SHORT):
        # The small one may have ended before what is dear began; what is not linear goes on to grow.
        first, second = second, taken(family, family.make(16 * size), 3)
        assert second <= MOST_TIMES * first, f"{first:.4f} s, and {second:.4f} s for four times as much"
    if second > SECONDS_FOR_A_CHARACTER * len(large):
        second = taken(family, large, 3)
        assert second <= SECONDS_FOR_A_CHARACTER * len(large), f"{second:.2f} s for {len(large):,} characters"


GROUPS = sorted({family.name.partition(":")[0] for family in FAMILIES})


@pytest.mark.parametrize("reader", GROUPS)
def test_four_times_as_much_takes_about_four_times_as_long(reader: str) -> None:
    for family in FAMILIES:
        if family.name.partition(":")[0] == reader:
            try:
                check(family, SMALL * 2 // 3 if reader == "statement" else SMALL)
            except AssertionError as fault:
                raise AssertionError(f"{family.name}: {fault}") from None


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_much_takes_no_more_than_linear_time(family: Family) -> None:
    check(family, LARGE)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_reader_takes_more_memory_than_a_multiple_of_its_input(family: Family) -> None:
    text = family.make(LARGE)
    family.read(text[:10])
    tracemalloc.start()
    try:
        family.read(text)
        assert tracemalloc.get_traced_memory()[1] < SPARE + BYTES_FOR_A_CHARACTER * len(text)
    finally:
        tracemalloc.stop()


def test_a_reader_of_quadratic_time_is_found() -> None:
    def read(text: str) -> object:
        return [text.count("y") for _ in text]

    with pytest.raises(AssertionError, match="for four times as much"):
        check(Family("planted", lambda size: "x" * size, read), 2_000)
