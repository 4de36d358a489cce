"""Many loans by columns fall due as each of them does by itself, to the last unit."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import Any

import attrs
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.notes.accruing import Movement
from ledger.notes.columns import InstalmentColumns, NoteColumns, StandingColumns, fall_due_together
from ledger.notes.columns.results import as_row
from ledger.notes.instalment import Instalment, fall_due
from ledger.values.dates import add_months
from tests.ledger.notes import drawn


def row(columns: InstalmentColumns, place: int) -> dict[str, Any]:
    names = [item.name for item in attrs.fields(InstalmentColumns) if item.name not in ("due_date", "after")]
    return {name: getattr(columns, name)[place].item() for name in names}


def alone(found: Instalment) -> dict[str, Any]:
    nothing = {item.name: 0 for item in attrs.fields(InstalmentColumns) if item.name not in ("due_date", "after")}
    return nothing | as_row(found)


@settings(max_examples=60, deadline=None, phases=[Phase.generate], report_multiple_bugs=False)
@given(st.data())
def test_columns_and_single_loans_agree_to_the_last_unit(data: st.DataObject) -> None:
    index = data.draw(drawn.histories())
    day = data.draw(st.sampled_from([1, 15, 28, 29, 30, 31]))
    due = add_months(dt.date(2024, data.draw(st.integers(1, 12)), 1), 0, day)
    held = data.draw(st.lists(drawn.loans(due, day), min_size=1, max_size=8))
    # A note of the 31st that begins and ends in months of thirty days says that it is of the 30th.
    held = [(note, standing) for note, standing in held if standing.next_due == due]
    for _ in range(data.draw(st.integers(1, 8))):
        notes, standings = [note for note, _ in held], [standing for _, standing in held]
        curtailments = {}
        for place, standing in enumerate(standings):
            if standing.balance > 1 and data.draw(st.integers(0, 4)) == 0:
                on = notes[place].due_after(due, -1) + dt.timedelta(data.draw(st.integers(0, 13)))
                share = data.draw(st.sampled_from([1, 2, 100]))
                curtailments[place] = [
                    Movement(on=on, amount=(standing.balance / share).quantize(Decimal("0.01"), ROUND_DOWN))
                ]
        singles = [
            fall_due(note, standing, due, index=index, curtailments=curtailments.get(place, ()))
            for place, (note, standing) in enumerate(held)
        ]
        columns = fall_due_together(
            NoteColumns.of(notes),
            StandingColumns.of(standings),
            due,
            indexes={"INDEX": index},
            curtailments=curtailments,
        )
        assert [row(columns, place) for place in range(len(held))] == [alone(found) for found in singles]
        assert [columns.after.at(place) for place in range(len(held))] == [found.after for found in singles]
        following = [(note, found.after) for note, found in zip(notes, singles, strict=True) if not found.is_last]
        due = add_months(due, 1, day)
        held = [(note, standing) for note, standing in following if standing.next_due == due]
        if not held:
            return
