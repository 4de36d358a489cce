"""The two commands as a shell sees them: output, messages, exit status."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import main as ledger_command
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.cli import main as replay_command
from replay.filing import read_trustee_filing

DEAL = sample.DEAL
ON = ["--record-date", "2002-08-30"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("demo") / "trust.db"
    assert run_ledger("demo", str(path)).exit_code == 0
    return str(path)


def run_ledger(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(ledger_command, list(arguments), input=given)


def run_replay(*arguments: str) -> Result:
    return CliRunner().invoke(replay_command, list(arguments))


def published() -> Counter[tuple[str, ...]]:
    rows = csv.DictReader(sample.data("published.csv").splitlines())
    return Counter((r["page"], r["section"], r["line"], r["column"], r["printed"]) for r in rows)


def test_statement_as_csv_is_the_published_statement(database: str) -> None:
    shown = run_replay("statement", database, DEAL, *ON, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert list(rows[0]) == ["page", "section", "line", "column", "value", "printed", "origin"]
    assert Counter((r["page"], r["section"], r["line"], r["column"], r["printed"]) for r in rows) == published()


def test_statement_as_text_reads_back_as_the_published_statement(database: str) -> None:
    shown = run_replay("statement", database, DEAL, *ON)
    text, _, recorded = shown.stdout.partition("Bond payments as computed")
    filing = read_trustee_filing(text)
    read = Counter((str(f.page), f.section, f.line, f.column, f.printed) for f in filing.figures)
    assert filing.problems == ()
    assert read == published()
    assert "1283193.10" in recorded


def test_statement_as_json_carries_the_same_figures(database: str) -> None:
    document = json.loads(run_replay("statement", database, DEAL, *ON, "--format", "json").stdout)
    assert len(document["figures"]) == 1290
    assert document["distribution_date"] == "2002-09-25"
    assert {row["class"] for row in document["recorded"]} == {"A", "B", "Cert"}


def test_books_on_any_date(database: str) -> None:
    shown = run_replay("books", database, DEAL, "--record-date", "2002-09-25", "--format", "csv")
    rows = {(r["account"], r["key"]): r["balance"] for r in csv.DictReader(io.StringIO(shown.stdout))}
    assert rows["bond_principal", "A"] == "430972708.34"
    assert rows["collection_account", ""] == "0.00"
    text = run_replay("books", database, DEAL, "--record-date", "2002-08-30").stdout
    assert "8,764,931.08" in text
    before = run_replay("books", database, DEAL, "--record-date", "1999-01-01", "--format", "csv")
    assert before.stdout == "account,title,kind,key,balance,origin\n"


def test_what_was_known_then(database: str) -> None:
    first = run_replay("statement", database, DEAL, *ON, "--known-through", "1")
    assert first.exit_code == 2
    assert "index_rate_set" in first.stderr


def test_explain_names_rule_rounding_and_events(database: str) -> None:
    told = run_replay("explain", database, DEAL, *ON, "10/Current PPIS/fixed").stdout
    assert "1797.761419955556 rounded half up to 1/100 = 1797.76" in told
    assert told.count("payoff_collected") == 5
    document = json.loads(
        run_replay("explain", database, DEAL, *ON, "3/interest/A/accrued interest", "--format", "json").stdout
    )
    assert document["printed"] == "780640.49"
    assert {event["event_id"] for event in document["events"]} >= {"2002-09/libor", "bf/class/A"}


def test_explain_of_an_unknown_figure_says_what_there_is(database: str) -> None:
    told = run_replay("explain", database, DEAL, *ON, "7/No Such Line/total")
    assert told.exit_code == 2
    assert "for example 7/STRUCTURAL FEATURES" in told.stderr


def test_reconcile_exit_statuses(database: str, tmp_path: Path) -> None:
    assert run_replay("reconcile", database, DEAL, *ON, "--published").exit_code == 0
    assert run_replay("reconcile", database, DEAL, *ON, "--published", "--strict").exit_code == 1
    changed = tmp_path / "changed.csv"
    changed.write_text(sample.data("published.csv").replace("780640.49", "780640.94", 1))
    broken = run_replay("reconcile", database, DEAL, *ON, str(changed))
    assert broken.exit_code == 1
    assert "BREAK 2/current period/A/interest: digit slip" in broken.stdout
    assert run_replay("reconcile", database, DEAL, *ON).exit_code == 2


UNREADABLE = {
    "absent": (None, "there is no file"),
    "empty": (b"", "is empty"),
    "blank": (b" \n \n", "is empty"),
    "noise": (b"\x00\x01\x02", "is not text"),
    "prose": (b"nothing here\n", "a class table (a header with Class"),
    "gzip": (b"\x1f\x8b\x08rest", "compressed (gzip)"),
    "pdf": (b"%PDF-1.4 rest", "a PDF"),
    "sheet": (b"PK\x03\x04rest", "a spreadsheet"),
    "utf-16": ("Class|Rate|Interest\nA|1%|2.00\n".encode("utf-16"), "UTF-16"),
    "utf-16-bare": ("Class|Rate|Interest\nA|1%|2.00\n".encode("utf-16-le"), "UTF-16"),
    "no-rows": (b"Class|Rate|Interest\n", "a header and no classes"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_stops_before_the_replay(database: str, tmp_path: Path, name: str) -> None:
    content, told = UNREADABLE[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    unread = run_replay("reconcile", database, DEAL, *ON, str(path))
    assert (unread.exit_code, unread.stdout, len(unread.stderr.splitlines())) == (2, "", 1)
    assert told in unread.stderr
    assert str(path) in unread.stderr


def test_a_directory_and_a_pipe_are_named(database: str, tmp_path: Path) -> None:
    directory = run_replay("reconcile", database, DEAL, *ON, str(tmp_path))
    assert (directory.exit_code, "is a directory" in directory.stderr) == (2, True)
    os.mkfifo(tmp_path / "pipe")
    pipe = run_replay("reconcile", database, DEAL, *ON, str(tmp_path / "pipe"))
    assert (pipe.exit_code, "is a pipe or a device" in pipe.stderr) == (2, True)


def test_a_statement_may_come_from_standard_input(database: str) -> None:
    given = sample.data("published.csv")
    tied = CliRunner().invoke(replay_command, ["reconcile", database, DEAL, *ON, "-"], input=given)
    assert (tied.exit_code, "1290 of 1290" in tied.stdout) == (0, True)


def test_what_the_statement_command_writes_can_be_tied_out(database: str, tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text(run_replay("statement", database, DEAL, *ON, "--format", "csv").stdout)
    tied = run_replay("reconcile", database, DEAL, *ON, str(path))
    assert (tied.exit_code, "1290 of 1290" in tied.stdout) == (0, True)
    assert "note: the statement prints no deal's name, no distribution date, no record date" in tied.stdout


@pytest.fixture(scope="module")
def rendered(database: str) -> str:
    return run_replay("statement", database, DEAL, *ON).stdout.partition("Bond payments as computed")[0]


WRONG = [
    ("Impac CMB Trust", "Acme ABC Trust", "deal-differs"),
    ("2002-1", "2002-10", "deal-differs"),
    ("August 30, 2002", "August 15, 2002", "record-date-differs"),
]


@pytest.mark.parametrize(("old", "new", "code"), WRONG)
@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_statement_of_something_else_does_not_reconcile(
    database: str, rendered: str, tmp_path: Path, old: str, new: str, code: str, form: str
) -> None:
    path = tmp_path / "other.txt"
    path.write_text(rendered.replace(old, new))
    tied = run_replay("reconcile", database, DEAL, *ON, str(path), "--format", form)
    assert tied.exit_code == 1
    assert code in tied.stdout


def test_another_name_of_the_deal_may_be_given(database: str, rendered: str, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(rendered.replace("Impac CMB Trust", "Acme ABC Trust"))
    name = "Acme ABC Trust 2002-1"
    assert run_replay("reconcile", database, DEAL, *ON, str(path), "--known-as", name).exit_code == 0


def test_csv_says_what_was_not_understood(database: str, tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_text("Class|CUSIP|Rate|Beginning\nA|45254NCG0|2.13000%|439,797,456.42\nB|45254NCH8|4.06000%\n")
    tied = run_replay("reconcile", database, DEAL, *ON, str(path), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(tied.stdout)))
    assert {row["status"] for row in rows} == {"equal", "break", "problem", "note"}
    (problem,) = [row for row in rows if row["status"] == "problem"]
    assert (problem["kind"], problem["source_line"]) == ("cell-missing", "3")
    assert "no cell under beginning" in problem["message"]
    (slip,) = [row for row in rows if row["kind"] == "digit slip"]
    assert (slip["source_line"], slip["exact"]) == ("2", "439797456.41")
    document = json.loads(run_replay("reconcile", database, DEAL, *ON, str(path), "--format", "json").stdout)
    assert document["breaks"][0]["source_line"] == "2"


@pytest.mark.parametrize("pages", ["1-999999999999", "6-2", "99", "x", "2,,3", "25-30"])
def test_pages_that_are_not_there_are_refused(database: str, pages: str) -> None:
    told = run_replay("reconcile", database, DEAL, *ON, "--published", "--list", "--pages", pages)
    assert told.exit_code == 2
    assert told.stdout == ""


def test_pages_may_be_a_range(database: str) -> None:
    told = run_replay("reconcile", database, DEAL, *ON, "--published", "--list", "--pages", "2, 23-999999999")
    assert told.exit_code == 0
    assert {line.split()[1] for line in told.stdout.splitlines() if line.startswith("Page ")} == {"2", "23", "24"}
    none = run_replay("reconcile", database, DEAL, *ON, "--published", "--list", "--pages", "99")
    assert "figures stand on pages 2-16, 18-20, 22-24" in none.stderr


def test_published_figures_are_of_one_deal(database: str) -> None:
    told = run_replay("reconcile", database, "another-deal", *ON, "--published")
    assert (told.exit_code, DEAL in told.stderr) == (2, True)


def test_reconcile_reads_a_rendered_filing_and_names_the_line(database: str, tmp_path: Path) -> None:
    text = run_replay("statement", database, DEAL, *ON).stdout.partition("Bond payments as computed")[0]
    filing = tmp_path / "filing.txt"
    filing.write_text(text.replace("131,341.83", "131,314.83", 1))
    tied = run_replay("reconcile", database, DEAL, *ON, str(filing), "--format", "json")
    document = json.loads(tied.stdout)
    assert tied.exit_code == 1
    assert [(b["section"], b["line"], b["kind"]) for b in document["breaks"]] == [
        ("INTEREST - FEES", "Current Servicing Fees", "digit slip")
    ]


def test_unknown_deal_and_missing_ledger(database: str, tmp_path: Path) -> None:
    unknown = run_replay("books", database, "no-such-deal", *ON)
    assert unknown.exit_code == 2
    assert DEAL in unknown.stderr
    missing = run_replay("books", str(tmp_path / "none.db"), DEAL, *ON)
    assert missing.exit_code == 2
    assert "ledger init" in missing.stderr


def test_events_go_out_and_come_in_again(database: str, tmp_path: Path) -> None:
    lines = run_ledger("events", database, DEAL).stdout
    other = str(tmp_path / "other.db")
    assert run_ledger("init", other).exit_code == 0
    receipt = json.loads(run_ledger("post", other, "-", given=lines).stdout)
    assert (receipt["events"], receipt["repeated"]) == (len(lines.splitlines()), 0)
    again = json.loads(run_ledger("post", other, "-", given=lines).stdout)
    assert again["repeated"] == receipt["events"]
    assert again["head_hash"] == receipt["head_hash"]
    assert run_replay("reconcile", other, DEAL, *ON, "--published").exit_code == 0


def test_a_refused_file_changes_nothing(database: str) -> None:
    before = run_ledger("deals", database).stdout
    fields = {"event_id": "x", "deal": DEAL, "effective_date": "2002-09-02", "loan": "none", "note_rate": "0.05"}
    bad = json.dumps({"$type": "payoff_collected", "amount": "1.00", **fields}) + "\n"
    refused = run_ledger("post", database, "-", given=bad)
    assert refused.exit_code == 1
    assert "unknown_loan" in refused.stderr
    assert "nothing was posted" in refused.stderr
    assert run_ledger("deals", database).stdout == before


def test_demo_does_not_overwrite(database: str) -> None:
    again = run_ledger("demo", database)
    assert again.exit_code == 2
    assert "exists" in again.stderr


def test_help_teaches() -> None:
    assert "replay statement trust.db" in run_replay("--help").stdout
    assert "ledger demo trust.db" in run_ledger("--help").stdout
    for name in ("init", "upgrade", "post", "deals", "events", "demo", "schemas", "close", "backup", "restore", "tape"):
        shown = run_ledger(name, "--help")
        assert shown.exit_code == 0
        assert len(shown.stdout) > 100


def test_backup_and_restore(database: str, tmp_path: Path) -> None:
    copy, back = tmp_path / "copy.db", tmp_path / "back.db"
    assert run_ledger("backup", database, str(copy)).exit_code == 0
    assert run_ledger("backup", database, str(copy)).exit_code == 2
    assert run_ledger("restore", str(copy), str(back)).exit_code == 0
    assert run_ledger("deals", str(back)).stdout == run_ledger("deals", database).stdout
    copy.write_bytes(copy.read_bytes()[:9000])
    assert run_ledger("restore", str(copy), str(tmp_path / "third.db")).exit_code == 2
    assert not (tmp_path / "third.db").exists()
