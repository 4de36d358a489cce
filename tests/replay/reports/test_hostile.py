"""Titles, reasons and foreign statements that would steer a terminal or run in a spreadsheet, through the commands."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import CurtailmentCollected, EventReversed, Ledger
from replay.cli import main as replay_command
from tests.deals.toy import TOY, boarding, month_events, toy_terms

STEERING = "\x1b]0;owned\x07\x9b31m\u202e"
FORMULA = "=hyperlink('x')"
ON = ["--record-date", "2020-12-31"]
STATEMENT = (
    f"Class | Interest | Principal | Beginning\n{FORMULA} | 1.00 | 2.00 | 3\n"
    f"{STEERING}A | {STEERING}1.00 | \x9b31m | 3\nB | 1.00 | {FORMULA} | 3\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger whose titles and reasons were worded by an enemy, and an enemy's statement."""
    made = tmp_path_factory.mktemp("hostile")
    plain = toy_terms(title=FORMULA)
    first, second = plain.groups
    groups = (attrs.evolve(first, title=FORMULA), attrs.evolve(second, title="@SUM(A1)"))
    with Ledger.create(made / "toy.db") as ledger:
        ledger.open_deal(TOY, attrs.evolve(plain, groups=groups)).or_raise()
        ledger.post_many([*boarding(), *month_events(1)]).or_raise()
        ledger.post(
            CurtailmentCollected(
                event_id="late", deal=TOY, effective_date="2020-12-16", loan="one-2", amount="5.00", restates=True
            )
        ).or_raise()
        ledger.post(
            EventReversed(event_id="reversal", deal=TOY, effective_date="2020-12-16", reverses="late", reason=FORMULA)
        ).or_raise()
    (made / "statement.txt").write_text(STATEMENT, encoding="utf-8")
    return made


def run(folder: Path, *arguments: str) -> Result:
    """Run a command of replay on the ledger."""
    name, *more = arguments
    return CliRunner().invoke(replay_command, [name, str(folder / "toy.db"), *more])


def questions(folder: Path) -> list[list[str]]:
    """Return the commands that print titles, reasons or a stranger's figures."""
    return [
        ["statement", TOY, *ON],
        ["statement", TOY, *ON, "--template", "neutral"],
        ["books", TOY, *ON],
        ["reconcile", TOY, *ON, str(folder / "statement.txt")],
        ["diff", TOY, *ON, "--known-through", "36", "38"],
        ["diff", TOY, *ON, "--known-through", "37", "38"],
    ]


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_nothing_printed_steers_a_terminal(folder: Path, form: str) -> None:
    for question in questions(folder):
        shown = run(folder, *question, "--format", form)
        assert shown.exit_code in (0, 1), shown.output
        assert all(line.isprintable() for line in (shown.stdout + shown.stderr).split("\n"))
    listed = run(folder, "reconcile", TOY, *ON, str(folder / "statement.txt"), "--list")
    assert all(line.isprintable() for line in listed.stdout.split("\n"))


def test_no_cell_of_csv_runs_in_a_spreadsheet(folder: Path) -> None:
    seen = set()
    for question in questions(folder):
        shown = run(folder, *question, "--format", "csv").stdout
        cells = {cell for row in csv.reader(io.StringIO(shown)) for cell in row}
        assert not {cell for cell in cells if cell.lstrip().startswith(("=", "+", "@"))}
        seen |= {cell for cell in cells if cell.startswith("'")}
    assert f"'{FORMULA}" in seen


def test_text_shows_what_was_there_on_its_line(folder: Path) -> None:
    shown = run(folder, "reconcile", TOY, *ON, str(folder / "statement.txt")).stdout
    assert "\\x9b31m" in shown
    assert f"reverses late: {FORMULA}" in run(folder, "diff", TOY, *ON, "--known-through", "37", "38").stdout


def test_json_says_what_was_there(folder: Path) -> None:
    told = run(folder, "reconcile", TOY, *ON, str(folder / "statement.txt"), "--format", "json").stdout
    document = json.loads(told)
    assert "\x9b31m" in {entry["published"] for entry in document["entries"]}


def test_what_cannot_be_read_is_told_without_steering(folder: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text(f"Class | Interest | {STEERING}\n", encoding="utf-8")
    told = run(folder, "reconcile", TOY, *ON, str(bad))
    assert told.exit_code == 2
    assert all(line.isprintable() for line in told.stderr.split("\n"))
