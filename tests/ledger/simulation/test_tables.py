"""A month's tables are the month's events, in whole numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ledger import Event, date_from_number
from ledger.simulation import Life, LifeTable
from tests.ledger.simulation.lives import SHORT


def test_frames_and_events_say_the_same() -> None:
    life = Life(SHORT)
    tables = [*life.boarding(), *(table for month in life.months() for table in month.tables)]
    seen = set()
    for table in tables:
        if table.type in seen:
            continue
        seen.add(table.type)
        frame, events = table.frame(), list(table.events(life.deal))
        assert frame.height == len(events) == len(table)
        for row, event in zip(frame.iter_rows(named=True), events, strict=True):
            assert event.deal == "simulated-short"
            assert {name: getattr(event, name) for name in row} == row
    assert len(seen) > 12


def test_dates_and_money_are_integers() -> None:
    table = Life(SHORT).boarding()[0]
    dates = np.asarray(table.columns["effective_date"])
    assert date_from_number(int(dates[0])) == SHORT.cut_off
    schema = table.frame().schema
    assert schema["balance"] == pl.Decimal(18, 4)
    assert schema["note_rate"] == pl.Decimal(18, 10)
    assert schema["origination_date"] == pl.Date
    assert table.columns["margin"].dtype == pl.Int64
    assert isinstance(next(table.events(SHORT.deal)), Event)


def test_tables_refuse_columns_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="lacking"):
        LifeTable.build("scheduled_payment_due", 1, event_id=pl.Series(["a"]))
    with pytest.raises(ValueError, match="unknown"):
        LifeTable.build("index_rate_set", 1, colour=pl.Series(["a"]))
