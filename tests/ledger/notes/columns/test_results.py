"""What falls due of one loan, written into the columns of many."""

from __future__ import annotations

from ledger.notes.columns import StandingColumns
from ledger.notes.columns.results import BOUNDS, as_row, empty_columns, write_one
from ledger.notes.rates import RateBound
from tests.ledger.notes.loans import NO_CAPS, YEARLY, first, history, loan, months


def test_an_instalment_is_written_into_its_place() -> None:
    _, standing = loan()
    found = first()
    columns = empty_columns(found.due_date, StandingColumns.of([standing, standing]))
    write_one(columns, 1, found)
    assert columns.interest.tolist() == [0, 5_000_000]
    assert columns.closing.tolist() == [1_000_000_000, 999_004_500]
    assert columns.after.at(1) == found.after
    assert len(columns) == 2


def test_why_a_rate_was_adjusted_is_a_row_of_numbers() -> None:
    stated = {**YEARLY, "max_rate": "0.07"}
    row = as_row(months(13, NO_CAPS, history(("2024-12-31", "0.08")), **stated)[-1])
    assert (row["reset"], row["change_date"], row["figure"]) == (True, 20250101, 800_000_000)
    assert BOUNDS[row["bound"]] is RateBound.LIFE_CAP
    assert "figure" not in as_row(first())
