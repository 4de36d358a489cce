"""Files of one event type, CSV or Parquet, are posted as tables, and refused by row and column."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest

from ledger import Ledger
from tests.deals.demo import run_ledger
from tests.deals.tables import LOANS, due
from tests.deals.toy import TOY


def february() -> pl.DataFrame:
    """Return the instalments of the second month; the first is posted."""
    names = [f"february/{loan}" for loan in LOANS]
    return due(event_id=names, effective_date=[dt.date(2021, 2, 1)] * len(LOANS))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_of_one_type_is_posted(toy_file: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"due.{kind}"
    frame = february()
    frame.write_csv(file) if kind == "csv" else frame.write_parquet(file)
    result = run_ledger("post", toy_file, "--deal", TOY, "--table", f"scheduled_payment_due={file}")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["events"] == len(frame)


def test_the_deal_may_be_a_column(toy_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "due.csv"
    february().with_columns(deal=pl.lit(TOY)).write_csv(file)
    command = ("post", toy_file, "--dry-run", "--table", f"scheduled_payment_due={file}")
    assert run_ledger(*command).exit_code == 0
    refused = run_ledger(*command, "--deal", "other")
    assert "[mixed_deals]" in refused.stderr


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("name", "type_name", "field"),
    [
        ("a balance", "loan_boarded", "balance"),
        ("a count", "payoff_collected", "loan_count"),
        ("a fee", "instalment_reported_delinquent", "servicing_fee"),
        ("a word", "collection_received", "timing"),
        ("a flag", "collection_received", "restates"),
    ],
)
def test_a_blank_is_no_default(
    toy_file: Path, tmp_path: Path, kind: str, name: str, type_name: str, field: str
) -> None:
    said = {"balance": "1.00", "loan_count": "1", "servicing_fee": "0.10", "timing": "late", "restates": "true"}[field]
    file = tmp_path / f"file.{kind}"
    frame = pl.DataFrame({"event_id": ["a", "b"], "deal": [TOY] * 2, field: [said, None]})
    frame.write_csv(file) if kind == "csv" else frame.write_parquet(file)
    refused = run_ledger("post", toy_file, "--table", f"{type_name}={file}")
    assert refused.exit_code == 1
    assert f"row 2.{field}: the cell of {field} is blank" in refused.stderr


def test_a_blank_of_what_may_be_unknown_is_unknown(toy_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "due.csv"
    february().with_columns(group=pl.lit(None, dtype=pl.String)).write_csv(file)
    command = ("post", toy_file, "--deal", TOY, "--dry-run", "--table", f"scheduled_payment_due={file}")
    assert run_ledger(*command).exit_code == 0


BAD: dict[str, tuple[str | bytes, str, str]] = {
    "no deal": ("event_id\nx\n", "scheduled_payment_due", "[missing]"),
    "no event type": ("deal,event_id\ntoy,x\n", "wish", "[unknown_type]"),
    "no such field": ("deal,event_id,wish\ntoy,x,1\n", "scheduled_payment_due", "[unknown_field]"),
    "no count": ("deal,event_id,loan_count\ntoy,x,many\n", "payoff_collected", "file.csv:row 1"),
    "no flag": ("deal,event_id,restates\ntoy,x,true\ntoy,y,yes\n", "payoff_collected", "file.csv:row 2"),
    "a row that is cut off": (
        "deal,event_id,loan\ntoy,x,1\ntoy,y\n",
        "payoff_collected",
        "file.csv:row 2: the row has 2",
    ),
    "a field twice": ("deal,event_id,loan,loan\ntoy,x,1,2\n", "payoff_collected", "the column 'loan' 2 times"),
    "a workbook": ("PK\x03\x04xxxx", "payoff_collected", "this is a workbook or a zip archive"),
    "a PDF": ("%PDF-1.4", "payoff_collected", "this is a PDF"),
    "a damaged gzip": (b"\x1f\x8b\x08\x00", "payoff_collected", "[damaged]"),
    "an open quote": ('deal,event_id,loan\ntoy,x,"1\n', "payoff_collected", "[not_a_table]"),
    "UTF-16": ("deal,event_id\ntoy,x\n".encode("utf-16"), "payoff_collected", "this is UTF-16"),
    "another encoding": (b"deal,event_id\ntoy,d\xe9\n", "payoff_collected", "the text of line 2 is not UTF-8 (0xE9)"),
    "no table": ("PAR1xxxx", "payoff_collected", "[damaged]"),
    "an unknown loan": (
        "deal,event_id,effective_date,loan,amount,note_rate\ntoy,x,2021-01-01,ghost,1.00,0.05\n",
        "payoff_collected",
        "[unknown_loan]",
    ),
}


@pytest.mark.parametrize("why", BAD)
def test_what_cannot_be_posted_is_named(toy_file: Path, tmp_path: Path, why: str) -> None:
    text, name, told = BAD[why]
    file = tmp_path / "file.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with Ledger.open(toy_file) as ledger:
        before = ledger.head(TOY)
    result = run_ledger("post", toy_file, "--table", f"{name}={file}")
    assert result.exit_code == 1, result.output
    assert told in result.stderr
    with Ledger.open(toy_file) as ledger:
        assert ledger.head(TOY) == before


def test_a_command_that_says_two_things_is_refused(toy_file: Path) -> None:
    assert run_ledger("post", toy_file, "-", "--table", "a=b").exit_code == 2
    assert run_ledger("post", toy_file, "-", "--deal", TOY).exit_code == 2
    assert run_ledger("post", toy_file, "--deal", TOY, "--table", "a").exit_code == 2
    assert run_ledger("post", toy_file, "--deal", TOY, "--table", "a=nothing.csv").exit_code == 2


def test_a_gzip_is_unpacked_no_further_than_a_file_may_go(
    toy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "due.csv.gz"
    file.write_bytes(gzip.compress(february().write_csv().encode()))
    command = ("post", toy_file, "--deal", TOY, "--dry-run", "--table", f"scheduled_payment_due={file}")
    assert run_ledger(*command).exit_code == 0
    file.write_bytes(gzip.compress(february().write_csv().encode() + b"\n" * 100_000))
    monkeypatch.setenv("INDENTURE_POSTING_CHARACTERS", "10000")
    assert "INDENTURE_POSTING_CHARACTERS" in run_ledger(*command).stderr


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_of_a_header_alone_is_said_to_be_one(toy_file: Path, tmp_path: Path, kind: str) -> None:
    file, none = tmp_path / "due.csv", tmp_path / f"paid.{kind}"
    february().write_csv(file)
    empty = february().clear()
    empty.write_csv(none) if kind == "csv" else empty.write_parquet(none)
    refused = run_ledger("post", toy_file, "--deal", TOY, "--table", f"collection_received={none}")
    assert (refused.exit_code, f"{none}: the table has a header and no rows" in refused.stderr) == (1, True)
    assert "no collection_received" in refused.stderr
    beside = ("--table", f"scheduled_payment_due={file}", "--table", f"collection_received={none}")
    assert run_ledger("post", toy_file, "--dry-run", "--deal", TOY, *beside).exit_code == 0


def test_a_parquet_table_of_one_huge_cell_is_not_unpacked(toy_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "due.parquet"
    february().with_columns(loan=pl.lit("x" * 9_000_000)).write_parquet(file)
    refused = run_ledger("post", toy_file, "--deal", TOY, "--table", f"scheduled_payment_due={file}")
    assert (refused.exit_code, "INDENTURE_TAPE_LINE_CHARACTERS" in refused.stderr) == (1, True)


def test_a_pipe_is_no_table_and_nobody_waits_for_it(toy_file: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused = run_ledger("post", toy_file, "--deal", TOY, "--table", f"payoff_collected={tmp_path / 'pipe'}")
    assert refused.exit_code == 1
    assert "this is a pipe or a device" in refused.stderr
