"""The Delta log beside an archive names the manifest's files and no other, and what reads it reads the books."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ledger import AsOf, Ledger, verify_archive
from ledger.journal.postings import post
from ledger.journal.totals import TotalRow
from ledger.store.archive.delta import LOG
from ledger.store.archive.format import SCHEMA
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month


@pytest.fixture
def toy_log(tmp_path: Path, ledger: Ledger) -> Path:
    """The log beside an archive of two months, the second sealed later."""
    toy_deal(ledger)
    toy_month(ledger, 1)
    ledger.archive(TOY, tmp_path, delta=True)
    toy_month(ledger, 2)
    ledger.archive(TOY, tmp_path)
    return tmp_path / TOY / LOG


def actions(log: Path) -> list[dict[str, Any]]:
    """Return every action of a log, in order."""
    return [json.loads(line) for file in sorted(log.glob("*.json")) for line in file.read_text().splitlines()]


def table(log: Path) -> pl.DataFrame:
    """Read the table as whoever knows nothing but the protocol."""
    found = actions(log)
    assert not any("remove" in item for item in found)
    return pl.read_parquet(
        [log.parent / item["add"]["path"] for item in found if "add" in item], hive_partitioning=False
    )


def faults(log: Path) -> list[str]:
    return [fault.message for fault in verify_archive(log.parent.parent, TOY)]


def test_it_names_the_files_of_the_manifest_and_no_other(toy_log: Path) -> None:
    manifest = json.loads((toy_log.parent / "manifest.json").read_text())
    added = [item["add"] for item in actions(toy_log) if "add" in item]
    assert len(list(toy_log.glob("*.json"))) == 2
    assert sorted(item["path"] for item in added) == sorted(
        str(path.relative_to(toy_log.parent)) for path in toy_log.parent.glob("period=*/*.parquet")
    )
    assert sum(json.loads(item["stats"])["numRecords"] for item in added) == manifest["through"]
    assert faults(toy_log) == []


def test_its_columns_are_those_of_the_files(toy_log: Path) -> None:
    [described] = [item["metaData"] for item in actions(toy_log) if "metaData" in item]
    fields = json.loads(described["schemaString"])["fields"]
    assert [item["name"] for item in fields] == list(SCHEMA) == table(toy_log).columns
    assert described["partitionColumns"] == []


def test_what_reads_it_reads_the_books(toy_log: Path, ledger: Ledger) -> None:
    columns = ["distribution", "posts_as", "loan_group", "class_id", "code", "principal", "interest", "fee", "loss",
               "other", "memo", "loans"]  # fmt: skip
    summed: dict[tuple[str, str], int] = {}
    for row in table(toy_log).select(columns).iter_rows():
        for item in post([TotalRow._make((*row, 1))], lambda _: 1):
            key = item.account, " ".join(part for part in (item.group, item.class_id, item.code) if part)
            summed[key] = summed.get(key, 0) + item.units
    books = ledger.books(TOY, AsOf(record_date=payment_date(4)))
    told = {(item.account.name, item.key): int(item.debit.value * 10_000) for item in books.balances}
    assert {key: units for key, units in summed.items() if units} == {
        key: units for key, units in told.items() if units
    }


def test_the_same_archive_has_the_same_log_and_nothing_is_added_for_nothing(toy_log: Path, ledger: Ledger) -> None:
    before = {file.name: file.read_bytes() for file in toy_log.iterdir()}
    ledger.archive(TOY, toy_log.parent.parent, delta=True)
    assert {file.name: file.read_bytes() for file in toy_log.iterdir()} == before


def other_file(log: Path) -> None:
    added = next(item["add"] for item in actions(log) if "add" in item)
    line = json.dumps({"add": {**added, "path": "../elsewhere.parquet"}})
    (log / f"{2:020d}.json").write_text(f"{line}\n")


def a_file_less(log: Path) -> None:
    (log / f"{1:020d}.json").unlink()


def a_checkpoint(log: Path) -> None:
    (log / "_last_checkpoint").write_text("{}")


def no_json(log: Path) -> None:
    (log / f"{1:020d}.json").write_text("[")


def another_size(log: Path) -> None:
    file = log / f"{1:020d}.json"
    file.write_text(file.read_text().replace('"size":', '"size":1'))


@pytest.mark.parametrize("damage", [other_file, a_file_less, a_checkpoint, no_json, another_size])
def test_a_log_that_names_anything_else_is_told(toy_log: Path, damage: Callable[[Path], None]) -> None:
    damage(toy_log)
    assert faults(toy_log)


def test_a_log_that_names_other_files_is_put_right(toy_log: Path, ledger: Ledger) -> None:
    other_file(toy_log)
    ledger.archive(TOY, toy_log.parent.parent)
    assert faults(toy_log) == []
    assert "remove" in actions(toy_log)[-1]


@pytest.mark.skipif(find_spec("deltalake") is None, reason="deltalake is not here: pip install deltalake")
def test_polars_reads_it_as_a_table(toy_log: Path, ledger: Ledger) -> None:
    assert pl.read_delta(str(toy_log.parent)).height == ledger.head(TOY).sequence
