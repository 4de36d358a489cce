"""``replay reconcile`` from a shell: what it reads, what it finds, and its exit status."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.cli import main as replay_command
from tests.deals.demo import DEAL, ON, run_replay
from tests.replay.told import rows_of, table_of


def test_reconcile_exit_statuses(demo_ledger: str, tmp_path: Path) -> None:
    assert run_replay("reconcile", demo_ledger, DEAL, *ON, "--published").exit_code == 0
    assert run_replay("reconcile", demo_ledger, DEAL, *ON, "--published", "--strict").exit_code == 1
    changed = tmp_path / "changed.csv"
    changed.write_text(sample.data("published.csv").replace("780640.49", "780640.94", 1))
    broken = run_replay("reconcile", demo_ledger, DEAL, *ON, str(changed))
    assert broken.exit_code == 1
    assert "BREAK 2/current period/A/interest: digit slip" in broken.stdout
    assert run_replay("reconcile", demo_ledger, DEAL, *ON).exit_code == 2


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
def test_what_cannot_be_read_stops_before_the_replay(demo_ledger: str, tmp_path: Path, name: str) -> None:
    content, told = UNREADABLE[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    unread = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path))
    assert (unread.exit_code, unread.stdout, len(unread.stderr.splitlines())) == (2, "", 1)
    assert told in unread.stderr
    assert str(path) in unread.stderr


def test_a_directory_and_a_pipe_are_named(demo_ledger: str, tmp_path: Path) -> None:
    directory = run_replay("reconcile", demo_ledger, DEAL, *ON, str(tmp_path))
    assert (directory.exit_code, "is a directory" in directory.stderr) == (2, True)
    os.mkfifo(tmp_path / "pipe")
    pipe = run_replay("reconcile", demo_ledger, DEAL, *ON, str(tmp_path / "pipe"))
    assert (pipe.exit_code, "is a pipe or a device" in pipe.stderr) == (2, True)


def test_a_statement_may_come_from_standard_input(demo_ledger: str) -> None:
    given = sample.data("published.csv")
    tied = CliRunner().invoke(replay_command, ["reconcile", demo_ledger, DEAL, *ON, "-"], input=given)
    assert (tied.exit_code, "1290 of 1290" in tied.stdout) == (0, True)


def test_what_the_statement_command_writes_can_be_tied_out(demo_ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    written = run_replay("statement", demo_ledger, DEAL, *ON, "--format", "csv").stdout
    path.write_text(written)
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path))
    assert (tied.exit_code, "1290 of 1290" in tied.stdout) == (0, True)
    silent = "note: the statement prints no deal's name, no distribution date, no record date"
    assert silent not in tied.stdout
    path.write_text(table_of(written))  # As an earlier release wrote it.
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path))
    assert (tied.exit_code, "1290 of 1290" in tied.stdout, silent in tied.stdout) == (0, True, True)
    path.write_text(written.replace("payment_date,2002-09-25", "payment_date,2002-10-25"))
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path))
    assert (tied.exit_code, "2002-10-25" in tied.stdout) == (1, True)


@pytest.fixture(scope="module")
def rendered(demo_ledger: str) -> str:
    return run_replay("statement", demo_ledger, DEAL, *ON).stdout.partition("Bond payments as computed")[0]


WRONG = [
    ("Impac CMB Trust", "Acme ABC Trust", "deal-differs"),
    ("2002-1", "2002-10", "deal-differs"),
    ("August 30, 2002", "August 15, 2002", "record-date-differs"),
]


@pytest.mark.parametrize(("old", "new", "code"), WRONG)
@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_statement_of_something_else_does_not_reconcile(
    demo_ledger: str, rendered: str, tmp_path: Path, old: str, new: str, code: str, form: str
) -> None:
    path = tmp_path / "other.txt"
    path.write_text(rendered.replace(old, new))
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path), "--format", form)
    assert tied.exit_code == 1
    assert code in tied.stdout


def test_another_name_of_the_deal_may_be_given(demo_ledger: str, rendered: str, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(rendered.replace("Impac CMB Trust", "Acme ABC Trust"))
    name = "Acme ABC Trust 2002-1"
    assert run_replay("reconcile", demo_ledger, DEAL, *ON, str(path), "--known-as", name).exit_code == 0


def test_csv_says_what_was_not_understood(demo_ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_text("Class|CUSIP|Rate|Beginning\nA|45254NCG0|2.13000%|439,797,456.42\nB|45254NCH8|4.06000%\n")
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(path), "--format", "csv")
    rows = rows_of(tied.stdout)
    assert {row["status"] for row in rows} == {"equal", "break", "problem", "note"}
    (problem,) = [row for row in rows if row["status"] == "problem"]
    assert (problem["kind"], problem["source_line"]) == ("cell-missing", "3")
    assert "no cell under beginning" in problem["message"]
    (slip,) = [row for row in rows if row["kind"] == "digit slip"]
    assert (slip["source_line"], slip["exact"]) == ("2", "439797456.41")
    document = json.loads(run_replay("reconcile", demo_ledger, DEAL, *ON, str(path), "--format", "json").stdout)
    assert document["breaks"][0]["source_line"] == "2"


@pytest.mark.parametrize("pages", ["1-999999999999", "6-2", "99", "x", "2,,3", "25-30"])
def test_pages_that_are_not_there_are_refused(demo_ledger: str, pages: str) -> None:
    told = run_replay("reconcile", demo_ledger, DEAL, *ON, "--published", "--list", "--pages", pages)
    assert told.exit_code == 2
    assert told.stdout == ""


def test_pages_may_be_a_range(demo_ledger: str) -> None:
    told = run_replay("reconcile", demo_ledger, DEAL, *ON, "--published", "--list", "--pages", "2, 23-999999999")
    assert told.exit_code == 0
    assert {line.split()[1] for line in told.stdout.splitlines() if line.startswith("Page ")} == {"2", "23", "24"}
    none = run_replay("reconcile", demo_ledger, DEAL, *ON, "--published", "--list", "--pages", "99")
    assert "figures stand on pages 2-16, 18-20, 22-24" in none.stderr


def test_published_figures_are_of_one_deal(demo_ledger: str) -> None:
    told = run_replay("reconcile", demo_ledger, "another-deal", *ON, "--published")
    assert (told.exit_code, DEAL in told.stderr) == (2, True)


def test_reconcile_reads_a_rendered_filing_and_names_the_line(demo_ledger: str, tmp_path: Path) -> None:
    text = run_replay("statement", demo_ledger, DEAL, *ON).stdout.partition("Bond payments as computed")[0]
    filing = tmp_path / "filing.txt"
    filing.write_text(text.replace("131,341.83", "131,314.83", 1))
    tied = run_replay("reconcile", demo_ledger, DEAL, *ON, str(filing), "--format", "json")
    document = json.loads(tied.stdout)
    assert tied.exit_code == 1
    assert [(b["section"], b["line"], b["kind"]) for b in document["breaks"]] == [
        ("INTEREST - FEES", "Current Servicing Fees", "digit slip")
    ]
