"""Statements, books and explanations as a shell sees them: output, messages, exit status."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from replay.filing import read_trustee_filing
from tests.deals.demo import DEAL, ON, published, run_ledger, run_replay
from tests.replay.told import rows_of, table_of


def test_statement_as_csv_is_the_published_statement(demo_ledger: str) -> None:
    shown = run_replay("statement", demo_ledger, DEAL, *ON, "--format", "csv")
    rows = rows_of(shown.stdout)
    assert list(rows[0]) == ["page", "section", "line", "column", "value", "printed", "origin"]
    told = Counter((r["page"], r["section"], r["line"], r["column"], r["printed"]) for r in rows)
    fees = "Delinquent Servicing Fees"
    assert (
        Counter((*p[:2], fees if p[2].endswith(f": {fees}") else p[2], *p[3:]) for p in told.elements()) == published()
    )


def test_statement_as_text_reads_back_as_the_published_statement(demo_ledger: str) -> None:
    shown = run_replay("statement", demo_ledger, DEAL, *ON)
    text, _, recorded = shown.stdout.partition("Bond payments as computed")
    filing = read_trustee_filing(text)
    read = Counter((str(f.page), f.section, f.line, f.column, f.printed) for f in filing.figures)
    assert filing.problems == ()
    assert read == published()
    assert "1283193.10" in recorded


def test_statement_as_json_carries_the_same_figures(demo_ledger: str) -> None:
    document = json.loads(run_replay("statement", demo_ledger, DEAL, *ON, "--format", "json").stdout)
    assert len(document["figures"]) == 1290
    assert document["distribution_date"] == "2002-09-25"
    assert {row["class"] for row in document["recorded"]} == {"A", "B", "Cert"}


def test_books_on_any_date(demo_ledger: str) -> None:
    shown = run_replay("books", demo_ledger, DEAL, "--record-date", "2002-09-25", "--format", "csv")
    rows = {(r["account"], r["key"]): r["balance"] for r in rows_of(shown.stdout)}
    assert rows["bond_principal", "A"] == "430972708.34"
    assert rows["collection_account", ""] == "0.00"
    text = run_replay("books", demo_ledger, DEAL, "--record-date", "2002-08-30").stdout
    assert "8,764,931.08" in text
    before = run_replay("books", demo_ledger, DEAL, "--record-date", "1999-01-01", "--format", "csv")
    assert table_of(before.stdout) == "account,title,kind,key,balance,origin\n"


def test_what_was_known_then(demo_ledger: str) -> None:
    first = run_replay("statement", demo_ledger, DEAL, *ON, "--known-through", "1")
    assert first.exit_code == 2
    assert "index_rate_set" in first.stderr


def test_explain_names_rule_rounding_and_events(demo_ledger: str) -> None:
    told = run_replay("explain", demo_ledger, DEAL, *ON, "10/Current PPIS/fixed").stdout
    assert "1797.761419955556 rounded half up to 1/100 = 1797.76" in told
    assert told.count("payoff_collected") == 5
    document = json.loads(
        run_replay("explain", demo_ledger, DEAL, *ON, "3/interest/A/accrued interest", "--format", "json").stdout
    )
    assert document["printed"] == "780640.49"
    assert {event["event_id"] for event in document["events"]} >= {"2002-09/libor", "bf/class/A"}


def test_explain_of_an_unknown_figure_says_what_there_is(demo_ledger: str) -> None:
    told = run_replay("explain", demo_ledger, DEAL, *ON, "7/No Such Line/total")
    assert told.exit_code == 2
    assert "for example 7/STRUCTURAL FEATURES" in told.stderr


def test_unknown_deal_and_missing_ledger(demo_ledger: str, tmp_path: Path) -> None:
    unknown = run_replay("books", demo_ledger, "no-such-deal", *ON)
    assert unknown.exit_code == 2
    assert DEAL in unknown.stderr
    missing = run_replay("books", str(tmp_path / "none.db"), DEAL, *ON)
    assert missing.exit_code == 2
    assert "check the path" in missing.stderr


def test_help_teaches() -> None:
    assert "replay statement trust.db" in run_replay("--help").stdout
    assert "ledger demo trust.db" in run_ledger("--help").stdout
    for name in ("init", "upgrade", "post", "deals", "events", "demo", "schemas", "close", "backup", "restore", "tape"):
        shown = run_ledger(name, "--help")
        assert shown.exit_code == 0
        assert len(shown.stdout) > 100


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_day_that_is_no_record_date_is_told_from_the_one_that_is_shown(demo_ledger: str, form: str) -> None:
    exact = run_replay("statement", demo_ledger, DEAL, *ON, "--format", form)
    later = run_replay("statement", demo_ledger, DEAL, "--record-date", "2002-09-10", "--format", form)
    assert exact.stdout == later.stdout
    assert "no record date" not in exact.stderr
    assert "note: 2002-09-10 is no record date; the latest on or before it is 2002-08-30" in later.stderr
    assert "the distribution paid on 2002-09-25" in later.stderr
