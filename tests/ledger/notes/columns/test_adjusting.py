"""Rates adjusted by columns, beside those of one loan."""

from __future__ import annotations

import numpy as np
import pytest

from ledger.errors import InvalidArgument
from ledger.notes.columns import NoteColumns, StandingColumns, fall_due_together
from ledger.notes.columns.adjusting import change_months, lengths
from ledger.notes.columns.tables import month_number
from ledger.notes.rates import change_between
from tests.ledger.notes.loans import NO_CAPS, YEARLY, day, history, loan


def test_the_lengths_of_months() -> None:
    asked = ["2023-02-01", "2024-02-01", "2024-04-01", "2024-12-01", "2100-02-01"]
    months = np.array([month_number(day(text)) for text in asked], dtype=np.int64)
    assert lengths(months).tolist() == [28, 29, 30, 31, 28]


@pytest.mark.parametrize("every", [1, 2, 6])
@pytest.mark.parametrize("due_day", [1, 15, 30, 31])
@pytest.mark.parametrize("change", ["2024-03-01", "2024-03-15", "2024-01-31", "2024-04-30"])
def test_a_change_falls_into_the_period_that_it_does_for_one_loan(change: str, due_day: int, every: int) -> None:
    stated = {**YEARLY, "reset_months": every, "first_reset_date": change, "maturity_date": f"2054-01-{due_day:02d}"}
    note, _ = loan(NO_CAPS, **stated, first_due_date=f"2024-01-{due_day:02d}", effective_date="2023-12-31")
    assert note.adjustment is not None
    columns, start = NoteColumns.of([note]), note.first_due
    for _ in range(30):
        found = change_months(columns, np.array([month_number(start)], dtype=np.int64))
        alone = change_between(note.adjustment, note.due_after(start, -1), start)
        assert found.tolist() == [-1 if alone is None else month_number(alone)]
        start = note.due_after(start)


def test_what_a_rate_came_from_is_told() -> None:
    stated = {**YEARLY, "margin": "0.0225", "rate_rounding_way": "up", "cap_up": "0.01"}
    note, standing = loan(NO_CAPS, **stated, effective_date="2025-01-02", next_reset_date="2025-02-01")
    columns = NoteColumns.of([note]), StandingColumns.of([standing])
    first = fall_due_together(*columns, day("2025-02-01"))
    assert not first.reset.any()
    found = fall_due_together(
        columns[0], first.after, day("2025-03-01"), indexes={"CMT": history(("2025-01-03", "0.05"))}
    )
    names = (
        "change_date",
        "look_back_day",
        "figure_as_of",
        "figure_published",
        "figure",
        "unrounded",
        "rounded",
        "rate",
    )
    assert [getattr(found, name).tolist() for name in names] == [
        [20250201],
        [20250201],
        [20250103],
        [20250103],
        [500_000_000],
        [725_000_000],
        [725_000_000],
        [700_000_000],
    ]
    with pytest.raises(InvalidArgument, match="no figure of CMT is known on 2025-02-01"):
        fall_due_together(columns[0], first.after, day("2025-03-01"))
