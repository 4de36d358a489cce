"""Stamps never run backwards, and none comes from the future."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from freezegun import freeze_time

from ledger import Fault, Ledger, StoredRow, verify_rows
from tests.deals.toy import TOY, month_events, toy_deal
from tests.evidence.damage import hashed_anew

HOUR = 3_600_000_000


def rows_of(path: Path) -> list[StoredRow]:
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        return list(ledger.stored_rows(TOY))


def named(rows: list[StoredRow]) -> set[tuple[int, str]]:
    found: list[Fault] = list(verify_rows(TOY, rows))
    return {(fault.sequence, fault.code) for fault in found}


def test_a_stamp_before_the_one_before_it_is_named(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "toy.db")
    last = len(rows)
    back = hashed_anew([*rows[:-1], rows[-1]._replace(recorded_at=rows[-2].recorded_at - HOUR)])
    assert named(back) == {(last, "runs_backwards")}
    slightly = hashed_anew([*rows[:-1], rows[-1]._replace(recorded_at=rows[-2].recorded_at - HOUR // 60)])
    assert named(slightly) == set(), "clocks were set back by minutes, and earlier releases followed them"


def test_a_stamp_from_the_future_is_named(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "toy.db")
    ahead = hashed_anew([*rows[:-1], rows[-1]._replace(recorded_at=rows[-1].recorded_at + 48 * HOUR)])
    assert named(ahead) == {(len(rows), "in_the_future")}


def test_a_writer_whose_clock_was_set_back_goes_on_from_the_last_stamp(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        with freeze_time("2026-01-02"):
            toy_deal(ledger)
        with freeze_time("2026-01-01"):
            receipt = ledger.post_many(month_events(1)).or_raise()
    assert receipt.recorded_at == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
