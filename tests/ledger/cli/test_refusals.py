"""What the commands of a month refuse is JSON too, where JSON was asked for: the same codes that people are told."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.cli import main
from replay.cli import main as replay
from tests.deals.noted import DEAL, DUE, loan, terms

PAID = "2024-02-26"
FEE = '{"$type": "servicing_fee_withheld", "event_id": "fee", "deal": "noted", "effective_date": "2024-02-15", '
FEE += '"loan": "nobody", "amount": "1.00"}'


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with an open month of one loan."""
    path = str(tmp_path_factory.mktemp("refusals") / "t.db")
    with Ledger.create(path) as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many([loan("level")]).or_raise()
        ledger.post_month(DEAL, DUE).or_raise()
    return path


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["post", "URL", "-"], 1, "unknown_loan"),
        (["restate", "URL", "-"], 1, "unknown_loan"),
        (["correct", "URL", "nobody", "-", "--reason", "x"], 1, "unknown_event"),
        (["reverse", "URL", DEAL, "nobody", "--reason", "x"], 1, "unknown_event"),
        (["close", "URL", DEAL, PAID, "--expected-sequence", "1"], 1, "stale_sequence"),
        (["distribute", "URL", DEAL, PAID], 1, "not_closed"),
        (["check", "URL", DEAL, "2024-02-27"], 2, "no_distribution"),
        (["month", "URL", "other", "--due", "2024-02-01"], 2, "unknown_deal"),
        (["month", "URL", DEAL, "--due", "2094-02-01"], 2, "no_distribution"),
        (["loans", "URL", DEAL, "--payment-date", "2024-02-27"], 2, "no_distribution"),
        (["verify", "URL"], 2, "deal_missing"),
        (["verify", "nothing.db"], 2, "no_such_file"),
        (["explain", "URL", DEAL, "1/nothing", "--payment-date", PAID], 2, "unknown_figure"),
        (["reconcile", "URL", DEAL, "--payment-date", PAID], 2, "filing_missing"),
        (["reconcile", "URL", DEAL, "nothing.txt", "--payment-date", PAID, "--tolerance", "x"], 2, "not_an_amount"),
        (["entry", "URL", DEAL, "-"], 2, "nothing_brought_forward"),
        (["chart", "URL", DEAL, "nothing", "--record-date", PAID], 2, "unknown_chart"),
        (["portfolio", "URL", "--known-through", "1", "--record-date", PAID], 2, "sequence_of_one_deal"),
    ],
)
def test_a_refusal_is_json_where_that_was_asked_for(url: str, arguments: list[str], status: int, code: str) -> None:
    command = replay if arguments[0] in replay.commands else main
    given = [url if item == "URL" else item for item in arguments]
    told = CliRunner().invoke(command, given, input=FEE)
    asked = CliRunner().invoke(command, [*given, "--format", "json"], input=FEE)
    assert (told.exit_code, told.stdout) == (status, "")
    assert (asked.exit_code, asked.stderr) == (status, told.stderr)
    rows = json.loads(asked.stdout)["violations"]
    assert [row["code"] for row in rows] == [code]
    assert all(row["message"] for row in rows)


def test_json_lines_say_a_violation_a_line(url: str) -> None:
    refused = CliRunner().invoke(main, ["distribute", url, DEAL, PAID, "--format", "jsonl"])
    assert [json.loads(line)["code"] for line in refused.stdout.splitlines()] == ["not_closed"]


def test_a_table_on_a_terminal_or_in_a_spreadsheet_holds_results_alone(url: str) -> None:
    refused = CliRunner().invoke(main, ["distribute", url, DEAL, PAID, "--format", "csv"])
    assert (refused.exit_code, refused.stdout) == (1, "")
