"""Notes and where their loans stand, as columns."""

from __future__ import annotations

import attrs

from ledger.notes.columns import NoteColumns, StandingColumns
from ledger.notes.columns.tables import NONE, month_number
from ledger.notes.note import is_plain
from tests.ledger.notes.loans import NO_CAPS, USUAL, YEARLY, day, loan


def test_where_a_loan_stands_comes_back_from_its_columns() -> None:
    _, standing = loan()
    other = attrs.evolve(standing, original_balance=None, interest_from=day("2024-01-09"))
    found = StandingColumns.of([standing, other])
    assert [found.at(0), found.at(1)] == [standing, other]
    assert found.original_balance.tolist() == [1_000_000_000, NONE]
    assert len(found) == 2


def test_notes_as_columns() -> None:
    found = NoteColumns.of([loan(interest_only_months=12)[0], loan(NO_CAPS, **YEARLY)[0]])
    assert found.conventions == (USUAL, NO_CAPS)
    assert found.interest_only_month.tolist() == [month_number(day("2025-01-01")), NONE]
    assert found.change_month.tolist() == [NONE, month_number(day("2025-01-01"))]
    assert (found.unit.tolist(), found.recasts.tolist()) == ([100, 100], [False, False])


def test_which_notes_are_of_the_bulk() -> None:
    assert is_plain(loan()[0])
    assert is_plain(loan(NO_CAPS, **YEARLY)[0])
    assert not is_plain(loan(NO_CAPS, **YEARLY, payment_cap="0.075")[0])
    assert not is_plain(loan(interest_method="daily simple interest")[0])
