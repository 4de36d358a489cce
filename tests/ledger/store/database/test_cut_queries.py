"""Sums by what a pool is cut by, as a reader is given them: from the last closing on, and not where they are no use."""

from __future__ import annotations

import random

import pytest

from ledger import Ledger
from ledger.journal.cuts import added
from ledger.store.database import cut_queries
from tests.deals.toy import payment_date, toy_month
from tests.ledger.store.test_run_cuts import SOME, begun, curtailed, lived


def number(ordinal: int) -> int:
    return int(f"{payment_date(ordinal):%Y%m%d}")


@pytest.fixture
def ledger(either_ledger: Ledger) -> Ledger:
    begun(either_ledger, random.Random(5), rules=1)
    either_ledger.post_many(lived(random.Random(5), 12)).or_raise()
    return either_ledger


def test_a_closing_stands_for_what_came_before_it(ledger: Ledger) -> None:
    with ledger._store.reading() as reading:
        known = reading.head(1).sequence
        before = reading.pool_moved(1, known_through=known, before=None)
    toy_month(ledger, 1)
    toy_month(ledger, 2)
    ledger.post(curtailed("after", SOME[0], 4, 9)).or_raise()
    with ledger._store.reading() as reading:
        assert reading.pool_moved(1, known_through=known, before=number(5)) == before
        last = reading.head(1).sequence
        found = reading.pool_moved(1, known_through=last, before=number(5))
        every = reading.pool_moved(1, known_through=last, before=number(2))
        assert found is not None
        assert every is not None
        assert {key[0] for key in every} > {key[0] for key in found}
        assert added([every], through=number(2)) == found == reading.pool_moved(1, known_through=last, before=None)


def test_a_run_that_is_known_in_part_is_of_no_use(ledger: Ledger) -> None:
    with ledger._store.reading() as reading:
        assert reading.pool_moved(1, known_through=reading.head(1).sequence - 1, before=number(5)) is None


@pytest.mark.parametrize("most", ["_MOST_RUNS", "_MOST_TEXT"])
def test_many_sums_are_left_to_who_must_have_them(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, most: str) -> None:
    monkeypatch.setattr(cut_queries, most, 1)
    with ledger._store.reading() as reading:
        known = reading.head(1).sequence
        assert reading.pool_moved(1, known_through=known, before=number(5)) is None
        assert reading.pool_moved(1, known_through=known, before=None)
