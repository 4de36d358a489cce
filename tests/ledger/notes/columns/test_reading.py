"""Notes read by columns are those that are read one by one, and lack what those lack."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.deal.notes import UnstatedCaps
from ledger.notes.boarding import missing, note_of
from ledger.notes.columns import BoardedColumns, NoteColumns, notes_of
from ledger.values.dates import add_months
from tests.ledger.notes import drawn
from tests.ledger.notes.loans import NO_CAPS, USUAL, YEARLY, boarded

MAYBE_UNSTATED = (
    "first_due_date",
    "maturity_date",
    "amortization_type",
    "margin",
    "reset_months",
    "next_reset_date",
    "first_reset_date",
    "origination_date",
    "balloon_months",
)


def column_names() -> list[str]:
    return [item.name for item in attrs.fields(NoteColumns) if item.name not in ("notes", "conventions", "index_names")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_note_read_by_columns_is_the_one_read_by_itself(data: st.DataObject) -> None:
    conventions = data.draw(drawn.conventions)
    conventions = attrs.evolve(conventions, unstated_caps=data.draw(st.sampled_from(UnstatedCaps)))
    day = data.draw(st.sampled_from([1, 15, 28, 29, 30, 31]))
    due = add_months(dt.date(2024, data.draw(st.integers(1, 12)), 1), 0, day)
    stated: dict[str, Any] = data.draw(drawn.stated(data.draw(st.sampled_from(drawn.KINDS)), due, day))
    stated["effective_date"] += dt.timedelta(data.draw(st.integers(-40, 800)))
    for name in data.draw(st.sets(st.sampled_from(MAYBE_UNSTATED), max_size=3)):
        stated[name] = None
    more: dict[str, Any] = {
        "original_term_months": data.draw(st.sampled_from([None, 0, 60, 360])),
        "remaining_term_months": data.draw(st.sampled_from([None, 40])),
        "remaining_amortization_months": data.draw(st.sampled_from([None, "41.5", "300"])),
        "first_reset_months": data.draw(st.sampled_from([None, 1, 30])),
        "balloon_date": data.draw(st.sampled_from([None, dt.date(2028, 2, 29)])),
        "payment": data.draw(st.sampled_from([stated.get("payment"), "100.00"])),
    }
    event = boarded(**{**stated, **more})
    found, complete = notes_of(BoardedColumns.of([event], [conventions]), lambda place: event)
    assert complete.tolist() == [missing(event, conventions) == ()]
    if complete[0]:
        note = note_of(event, conventions)
        expected = NoteColumns.of([note])
        assert found.notes[0] == note
        names = column_names() if found.plain[0] else ["plain", "first_month", "due_day", "last_month"]
        assert {name: getattr(found, name).tolist() for name in names} == {
            name: getattr(expected, name).tolist() for name in names
        }


@pytest.mark.parametrize(
    "stated",
    [
        # Adjustments of a 31st that the next short month hides, and one that is passed on the day of the tape.
        {"first_reset_date": "2023-08-31", "next_reset_date": "2024-02-29", "reset_months": 6},
        {"first_reset_date": "2023-08-31", "reset_months": 6},
        {"first_reset_date": "2023-07-15", "reset_months": 6, "effective_date": "2024-01-15"},
        {"first_reset_date": "2023-07-15", "reset_months": 6, "effective_date": "2024-01-14"},
        {"first_reset_date": "2024-07-15", "reset_months": 6},
        # Due days of a 31st that the first month hides.
        {"first_due_date": "2024-02-29", "maturity_date": "2054-01-31"},
        {"first_due_date": None, "maturity_date": "2054-01-31", "original_term_months": 36},
        {"first_due_date": "2024-01-31", "effective_date": "2024-02-28", "remaining_amortization_months": "400"},
        {"original_term_months": None, "remaining_term_months": 30, "effective_date": "2024-02-01"},
        {"original_term_months": None, "remaining_term_months": 30, "effective_date": "2024-01-31"},
        {"balloon_months": 60, "interest_only_months": 12},
        {"balloon_date": "2060-01-01"},
    ],
)
def test_dates_at_their_edges(stated: dict[str, Any]) -> None:
    event = boarded(**{**YEARLY, **stated})
    found, complete = notes_of(BoardedColumns.of([event], [NO_CAPS]), lambda place: event)
    assert missing(event, NO_CAPS) == ()
    expected = NoteColumns.of([note_of(event, NO_CAPS)])
    assert complete.all()
    assert {name: getattr(found, name).tolist() for name in column_names()} == {
        name: getattr(expected, name).tolist() for name in column_names()
    }


def test_the_boarding_of_the_bulk_is_not_asked_for() -> None:
    events = [boarded(), boarded(payment_frequency="biweekly"), boarded(**YEARLY)]
    asked: list[int] = []

    def at(place: int) -> Any:
        asked.append(place)
        return events[place]

    found, complete = notes_of(BoardedColumns.of(events, [USUAL] * 3), at)
    assert set(asked) == {1}
    assert (found.plain.tolist(), complete.tolist()) == ([True, False, True], [True, True, False])
    assert [note.is_biweekly for note in found.notes[:2]] == [False, True]
    assert len(found.notes) == len(found) == 3


def test_no_loans_are_no_columns() -> None:
    found, complete = notes_of(BoardedColumns.of([], []), lambda place: boarded())
    assert (len(found), complete.tolist()) == (0, [])
    assert np.array_equal(found.first_month, [])
