"""Laws of built months: random pools of every kind of loan, exceptions before and after, and months built again.

After each month everything that it says stands in the ledger, the gate refuses nothing, every loan stands at what it
was boarded with less what fell due and was paid ahead, the list of loans and the books say the same, and the month
closes and is paid.
"""

from __future__ import annotations

import pytest

from tests.properties.built_months import months, opened

MANY = pytest.param([13, 15, 47, *range(1_000, 1_150)], marks=pytest.mark.slow)


@pytest.mark.parametrize("seeds", [[2], [42], MANY], ids=str)
def test_months_are_built_whatever_is_posted_between(seeds: list[int]) -> None:
    for seed in seeds:
        months(opened(seed), 5 if len(seeds) > 1 else 3)


@pytest.mark.slow
def test_a_pool_of_every_kind_lives_for_thirty_years() -> None:
    months(opened(7), 355)
