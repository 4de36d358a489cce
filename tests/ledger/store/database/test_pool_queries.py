"""The pool by columns says of every loan what its boarding and where it stands say, or that it cannot say."""

from __future__ import annotations

import random

import pytest

from ledger import Ledger
from ledger.store.database import pool_queries
from tests.deals.toy import payment_date
from tests.ledger.store.test_run_cuts import begun, lived


def number(ordinal: int) -> int:
    return int(f"{payment_date(ordinal):%Y%m%d}")


@pytest.fixture
def ledger(either_ledger: Ledger) -> Ledger:
    begun(either_ledger, random.Random(5), rules=1)
    events = lived(random.Random(5), 12)
    for half in (events[:6], events[6:]):
        either_ledger.post_many(half).or_raise()
    return either_ledger


def test_every_boarding_comes_with_what_a_month_moved(ledger: Ledger) -> None:
    said = unsaid = 0
    with ledger._store.reading() as reading:
        known = reading.head(1).sequence
        boarded = {row.loan: row for row in reading.boardings(1, known_through=known)}
        for ordinal in range(1, 9):
            stands = reading.loan_standings(1, known_through=known, last=number(ordinal))
            parts = reading.pool_columns(1, known_through=known, distribution=number(ordinal))
            assert parts is not None
            rows = [row for part in parts for row in part]
            assert {row[0] for row in rows} == set(boarded)
            for loan, *columns, moved, balance, on_books in rows:
                held, at = boarded[loan], stands[loan]
                assert columns == [held.loan_group, held.note_rate, held.servicing_rate, held.payload, held.sequence]
                said, unsaid = said + (moved is not None), unsaid + (moved is None and at.latest == number(ordinal))
                if moved is not None and [row[0] for row in rows].count(loan) == 1:
                    assert (balance, on_books, balance - moved) == (at.balance, at.on_books, at.opening)
    assert said
    assert unsaid  # what a late row is about


def test_a_run_that_is_known_in_part_is_of_no_use(ledger: Ledger) -> None:
    with ledger._store.reading() as reading:
        known = reading.head(1).sequence - 1
        assert reading.pool_columns(1, known_through=known, distribution=number(3)) is None


def test_boardings_among_other_events_are_looked_up_and_none_is_given_twice(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However dense boardings must be for a stretch of the log to be gone through, the rows are the same."""
    with ledger._store.reading() as reading:
        known = reading.head(1).sequence
        found = []
        for dense in (0, 1, 10**9):
            monkeypatch.setattr(pool_queries, "_DENSE", dense)
            parts = reading.pool_columns(1, known_through=known, distribution=number(3))
            assert parts is not None
            found.append(sorted((tuple(row) for part in parts for row in part), key=repr))
        assert found[0] == found[1] == found[2]
        assert found[0]
