"""What boarding a tape costs: by columns beside loan by loan, and JSON Lines beside a table of the same loans."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.boarding import Boarding

LEAST_SAVED = 3
"""Times that reading a tape row by row takes as long as by columns, at least; on a core of 2026 it is nine."""

MOST_OF_A_TABLE = 1.9
"""Times that JSON Lines take as long as a table of the same loans; it is 1.4, and machines are shared."""


def least(run: Callable[[], object], rounds: int = 3) -> float:
    """Return the least processor time of some runs."""
    found = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Boarding:
    return Boarding(tmp_path_factory.mktemp("boarding"), 10_000)


def test_a_tape_by_columns_is_read_in_a_fraction_of_the_time(place: Boarding) -> None:
    assert least(lambda: place.read(by_columns=True)) * LEAST_SAVED < least(lambda: place.read(by_columns=False), 1)


@pytest.mark.slow
def test_lines_cost_little_more_than_a_table(tmp_path: Path) -> None:
    place = Boarding(tmp_path, 50_000)
    by_table = least(lambda: place.post_table(place.opened()))
    assert least(lambda: place.post_lines(place.opened())) < MOST_OF_A_TABLE * by_table


def test_what_is_held_of_a_loan_is_little(place: Boarding) -> None:
    tracemalloc.start()
    place.tape(place.opened())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000 * place.count
