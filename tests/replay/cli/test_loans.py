"""``replay loans`` as a shell sees it."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl
import pytest
from click.testing import CliRunner

from ledger import CollectionReceived, Ledger
from ledger.samples.told import ToldSample
from replay.cli import main as replay_command
from replay.reports import loans as loan_reports
from tests.deals.closing import closed
from tests.deals.pair import DEAL, FEBRUARY, due, first, on, paid, pair_deal, pair_terms

ASKED = ("--payment-date", str(FEBRUARY))


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Loan 1 pays, loan 2 does not."""
    path = str(tmp_path / "pair.db")
    with Ledger.create(path) as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        ledger.post_many([due(2, "1"), paid(2, "1"), due(2, "2")]).or_raise()
    return path


def run(database: str, *more: str, status: int = 0) -> str:
    shown = CliRunner().invoke(replay_command, ["loans", database, DEAL, *more])
    assert shown.exit_code == status, shown.output
    return shown.stdout if not status else shown.output


def rows(text: str) -> list[dict[str, str]]:
    return [row for row in csv.DictReader(io.StringIO(text)) if next(iter(row.values())) != "about"]


def test_lists_loans_with_their_totals_and_averages(database: str) -> None:
    text = run(database, *ASKED)
    assert text.startswith("about this output, version 1\n")
    assert f"\n\npair: loans after the distribution of {FEBRUARY}, known through event 7\n" in text
    assert "Totals, beside the statement's pool" in text
    assert "note rate from interest" in text


def test_csv_has_a_loan_a_line_and_blanks_for_what_nobody_knows(database: str) -> None:
    listed = rows(run(database, *ASKED, "--format", "csv"))
    assert [(row["loan"], row["stated_balance"], row["actual_balance"]) for row in listed] == [
        ("1", "149900.00", "149900.00"),
        ("2", "149900.00", "150000.00"),
    ]
    assert [row["arrears_interest"] for row in listed] == ["0.00", "750.00"]
    assert {row["loan_to_value"] for row in listed} == {""}


def test_pages_are_one_listing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {form: run(database, *ASKED, "--format", form) for form in ("csv", "json")}
    monkeypatch.setattr(loan_reports, "ROWS", 1)
    assert {form: run(database, *ASKED, "--format", form) for form in ("csv", "json")} == whole
    assert run(database, *ASKED).count("stated balance") == 3  # a heading a page, and that of the totals


def test_json_carries_loans_totals_and_averages(database: str) -> None:
    document = json.loads(run(database, *ASKED, "--format", "json"))
    assert document["distribution_date"] == str(FEBRUARY)
    assert [item["loan"] for item in document["loans"]] == ["1", "2"]
    (total,) = [item for item in document["totals"] if item["group"] == "total"]
    assert (total["stated_balance"], total["pool_balance"], total["count_by_group"]) == ("299800.00", "299800.00", 0)
    assert {item["measure"] for item in document["averages"]} >= {"note rate", "note rate from interest"}


def test_a_file_holds_what_would_have_been_shown(database: str, tmp_path: Path) -> None:
    out = tmp_path / "loans.csv"
    assert run(database, *ASKED, "--format", "csv", "--out", str(out)) == ""
    assert out.read_text() == run(database, *ASKED, "--format", "csv")


def test_parquet_has_typed_columns(database: str, tmp_path: Path) -> None:
    out = tmp_path / "loans.parquet"
    run(database, *ASKED, "--format", "parquet", "--out", str(out))
    frame = pl.read_parquet(out)
    assert frame["stated_balance"].sum() == Decimal("299800.0000")
    assert frame.schema["paid_to_date"] == pl.Date
    assert frame["loan_to_value"].null_count() == 2


def test_a_roll_forward_foots_and_ends_with_the_pool(database: str) -> None:
    listed = rows(run(database, *ASKED, "--roll-forward", "--format", "csv"))
    assert {row["difference"] for row in listed} == {"0.00"}
    assert [row["scheduled_principal"] for row in listed] == ["-100.00", "-100.00"]
    document = json.loads(run(database, *ASKED, "--roll-forward", "--format", "json"))
    assert document["pool"][-1]["closing_balance"] == "299800.00"
    assert {item["closing_balance"] for item in document["by_group"]} == {"0.00"}


def test_a_bridge_closes_or_its_difference_is_named(database: str) -> None:
    (missed,) = [row for row in rows(run(database, *ASKED, "--bridge", "--format", "csv")) if row["loan"] == "2"]
    assert (missed["actual_balance"], missed["principal_not_received"], missed["difference"]) == (
        "150000.00",
        "100.00",
        "0.00",
    )
    with Ledger.open(database) as ledger:
        more = CollectionReceived(
            event_id="more", principal="5.00", interest="0.00", due_date=first(2), **on(first(2), loan="1")
        )
        ledger.post(more).or_raise()
    assert "the bridge does not close for 1: see their difference" in run(database, *ASKED, "--bridge", status=1)


def test_the_card_of_a_loan(database: str) -> None:
    text = run(database, *ASKED, "--loan", "1")
    assert "The note as it was boarded" in text
    assert "due/2/1" in text
    assert text.endswith("Nothing of it was reversed.\n")
    listed = rows(run(database, *ASKED, "--loan", "1", "--format", "csv"))
    assert [row["event_id"] for row in listed] == ["board/1", "due/2/1", "paid/2/1"]


@pytest.mark.parametrize("asked", [ASKED, ("--record-date", "2024-01-31")])
def test_as_closed_shows_what_was_known_then(database: str, asked: tuple[str, ...]) -> None:
    with Ledger.open(database) as ledger:
        closed(ledger, DEAL, FEBRUARY)
        shown = run(database, *asked, "--as-closed", "--format", "csv")
        ledger.post(attrs.evolve(paid(2, "2"), restates=True)).or_raise()
    assert run(database, *asked, "--as-closed", "--format", "csv") == shown
    assert run(database, *asked, "--format", "csv") != shown


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--loan", "9", *ASKED), "unknown_loan"),
        (("--group", "two", *ASKED), "unknown_group"),
        (("--format", "parquet", *ASKED), "needs --out FILE"),
        (("--bridge", "--roll-forward", *ASKED), "only one of them"),
        ((), "give --record-date or --payment-date"),
        (("--as-closed", *ASKED), "not_closed"),
    ],
)
def test_what_cannot_be_asked(database: str, more: tuple[str, ...], told: str) -> None:
    assert told in run(database, *more, status=2)


def test_a_pool_reported_by_group_says_so_and_what_to_do(tmp_path: Path) -> None:
    sample, path = ToldSample("two_pools"), str(tmp_path / "pools.db")
    with Ledger.create(path) as ledger:
        sample.post(ledger)
    asked = ["loans", path, sample.DEAL, "--payment-date", str(sample.PAID)]
    shown = CliRunner().invoke(replay_command, asked)
    assert shown.exit_code == 2
    assert "is reported by group: no loan of it was boarded" in shown.output
    assert "balance_in_group" in shown.output
