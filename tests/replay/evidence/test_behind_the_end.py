"""What stands behind the end of a log is named, by one process and by several, and nothing goes on from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger import IntegrityFault, Ledger
from ledger.store.database.schema import metadata
from replay.evidence import verify as verifying
from tests.deals.toy import TOY, month_events, toy_deal, toy_month
from tests.evidence.damage import opened_up
from tests.evidence.enveloped import JANE


def codes(path: Path, processes: int) -> set[str]:
    with Ledger.open(path) as ledger, patch.object(verifying, "WORTH_PARTS", 10):
        return {fault.code for fault in verifying.verify(ledger, TOY, processes=processes).faults} - {"other_schema"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "toy.db"
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        ledger.post_many(month_events(2), envelope=JANE).or_raise()
    return path


@pytest.mark.parametrize("table", ["run_totals", "run_loans", "run_cuts", "batches"])
def test_rows_behind_the_end_are_named_by_one_process_and_by_two(path: Path, table: str) -> None:
    connection: sqlite3.Connection = opened_up(path)
    names = [column.name for column in metadata.tables[table].columns]
    moved = [f"{name} + 100000" if name in ("first_sequence", "through_sequence") else name for name in names]
    connection.execute(
        f"INSERT INTO {table} SELECT {', '.join(moved)} FROM {table} ORDER BY through_sequence DESC LIMIT 1"
    )
    connection.commit()
    connection.close()
    expected = {"envelope"} if table == "batches" else {"other_sums"}
    assert codes(path, 1) == expected
    assert codes(path, 2) == expected


@pytest.mark.parametrize(
    ("column", "value"), [("hash", "12"), ("hash", "printf('%032d', 7)"), ("recorded_at", "9e999")]
)
def test_nothing_goes_on_from_an_end_that_is_none(path: Path, column: str, value: str) -> None:
    connection: sqlite3.Connection = opened_up(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(f"UPDATE events SET {column} = {value} WHERE sequence = (SELECT MAX(sequence) FROM events)")
    connection.commit()
    connection.close()
    with Ledger.open(path) as ledger:
        ledger._store.schema_faults = ()
        if column == "hash":
            with pytest.raises(IntegrityFault, match="no hash"):
                ledger.head(TOY)
        with pytest.raises(IntegrityFault, match="no hash"):
            ledger.post_many(month_events(3)).or_raise()
    assert codes(path, 1)
