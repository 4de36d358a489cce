"""A month of the toy deal as tables of events."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
from freezegun import freeze_time

from ledger import Ledger, StoredRow
from ledger.writing import tables as columnar
from tests.deals.toy import LOANS as GROUPS
from tests.deals.toy import TOY, toy_deal

# Polars notes what a date is when it first meets one; let that not be under a frozen clock.
pl.DataFrame({"date": [dt.date(2021, 1, 1)]})

LOANS = list(GROUPS)
DUE = dt.date(2021, 1, 1)
MOMENT = dt.datetime(2021, 2, 1, tzinfo=dt.UTC)


def due(**changes: Any) -> pl.DataFrame:
    """Return one month's instalments of the toy deal's loans, with some columns changed."""
    columns: dict[str, Any] = {
        "event_id": [f"due/{loan}" for loan in LOANS],
        "effective_date": [DUE] * len(LOANS),
        "loan": list(LOANS),
        "principal": [Decimal("100.00")] * len(LOANS),
        "interest": [Decimal("500.1234")] * len(LOANS),
    }
    return pl.DataFrame(columns | changes)


def received() -> pl.DataFrame:
    """Return the cash of those instalments."""
    return due(event_id=[f"got/{loan}" for loan in LOANS], interest=[Decimal("500.12")] * len(LOANS))


def both_ways(tables: list[tuple[str, pl.DataFrame]]) -> tuple[list[StoredRow], list[StoredRow]]:
    """Return the toy deal's rows after posting tables by columns, and after posting their rows as single events."""
    found: list[list[StoredRow]] = []
    with freeze_time(MOMENT):
        for by_columns in (True, False):
            with Ledger.create("sqlite://") as ledger:
                toy_deal(ledger)
                if by_columns:
                    ledger.post_table(TOY, tables).or_raise()
                else:
                    given = [columnar.EventTable(*table) for table in tables]
                    ledger.post_many(
                        event for table in given for event in columnar.as_events(table, table.frame, TOY)
                    ).or_raise()
                assert list(ledger.sum_faults(TOY)) == []
                found.append(list(ledger.stored_rows(TOY)))
    return found[0], found[1]
