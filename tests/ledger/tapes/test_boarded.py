"""The loans of a tape keep their order, whether they are events or columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl

from ledger import LoanBoarded
from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.weighing import added_up

ON = dt.date(2020, 1, 1)


def loan(name: str) -> LoanBoarded:
    return LoanBoarded(
        event_id=name, deal="d", effective_date=ON, loan=name, group="g", balance="2.00", note_rate="0.05"
    )


def columns(*names: str) -> pl.DataFrame:
    count = len(names)
    return pl.DataFrame(
        {
            "event_id": names,
            "effective_date": [ON] * count,
            "loan": names,
            "group": ["g"] * count,
            "balance": pl.Series([Decimal("2.00")] * count, dtype=pl.Decimal(38, 4)),
            "note_rate": pl.Series([Decimal("0.05")] * count, dtype=pl.Decimal(38, 10)),
        }
    )


def test_events_and_columns_are_loans_alike() -> None:
    found = BoardedLoans("d")
    found.append(loan("a"))
    found.add(columns("b", "c"))
    found.append(loan("e"))
    assert len(found) == 4
    assert list(found) == [loan(name) for name in "abce"]
    assert found[1:3] == [loan("b"), loan("c")]
    assert found[-1] == loan("e")
    (table,) = found.tables()
    assert table["loan"].to_list() == ["a", "b", "c", "e"]
    assert added_up(found) == Decimal("8.00")
