"""How the commands speak: results and messages that steer no terminal, faults in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner

from ledger import Ledger
from ledger.cli import main as ledger_command
from ledger.console import LONGEST_LINE, MOST_LINES, UNUSABLE, CalendarDate, WholeNumber, reporting, say, show
from ledger.errors import StoreError
from ledger.visible import is_visible
from replay.cli import main as replay_command
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month


def test_results_end_their_last_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    for result in ("a", "b\n", "", "c\td\ne"):
        show(result)
    assert capsys.readouterr().out == "a\nb\nc\td\ne\n"


def test_neither_results_nor_messages_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show("a\x1b[2J\rb")
    say("error: \u202ec\ud800")
    told = capsys.readouterr()
    assert told.out == "a\\x1b[2J\\rb\n"
    assert told.err == "error: \\u202ec\\ud800\n"


def test_a_fault_is_a_message_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    @reporting
    def command() -> None:
        raise StoreError("no \x1b[31mledger")

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == UNUSABLE
    assert capsys.readouterr().err == "error: no \\x1b[31mledger\n"


def test_an_address_that_is_no_text_is_a_fault_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    @reporting
    def command() -> None:
        "\udcff.db".encode()

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == UNUSABLE
    assert capsys.readouterr().err == "error: '\\udcff.db' is not text; give names and addresses in UTF-8\n"


HOSTILE = "\x1b]0;owned\x07\u202e\x9b31m\u2028"
COMMANDS = (
    ("ledger", ["check", "x.db", "d", HOSTILE]),
    ("ledger", [HOSTILE]),
    ("ledger", [f"--{HOSTILE}"]),
    ("ledger", ["deals", HOSTILE]),
    ("ledger", ["deals", f"postgresql://{HOSTILE}:s3cr3t@[{HOSTILE}/x"]),
    ("ledger", ["post", "x.db", HOSTILE]),
    ("ledger", ["close", "x.db", "d", "2024-02-26", "--acknowledge", HOSTILE]),
    ("ledger", ["tape", HOSTILE, "--deal", "d", "--date", "2024-01-01", "--map", "m"]),
    ("ledger", ["simulate", "x.db", HOSTILE]),
    ("ledger", ["grant", HOSTILE, "r", "--as", HOSTILE]),
    ("ledger", ["schemas", HOSTILE]),
    ("ledger", ["restore", HOSTILE, HOSTILE]),
    ("replay", ["statement", "x.db", "d", "--record-date", HOSTILE]),
    ("replay", ["verify", HOSTILE]),
    ("replay", ["verify", "x.db", "d", "--head", HOSTILE]),
    ("replay", ["reconcile", "x.db", "d", "--record-date", "2024-01-31", HOSTILE]),
    ("replay", ["portfolio", f"archive:{HOSTILE}", "--record-date", "2024-01-31", "--deal", HOSTILE]),
    ("replay", ["check-signature", HOSTILE, "--public-key", HOSTILE]),
)


@pytest.mark.parametrize("times", [1, 3_000], ids=["short", "long"])
@pytest.mark.parametrize(
    ("name", "arguments"), COMMANDS, ids=lambda given: given if isinstance(given, str) else given[0]
)
def test_no_argument_reaches_the_terminal_as_a_command_or_as_a_flood(
    name: str, arguments: list[str], times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [item.replace(HOSTILE, HOSTILE * times) for item in arguments]
    result = CliRunner().invoke({"ledger": ledger_command, "replay": replay_command}[name], given)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    for told in (result.stdout, result.stderr):
        assert [sign for sign in set(told) - {"\n", "\t"} if not is_visible(sign)] == []
        assert len(told) < 40_000
        assert "s3cr3t" not in told


def test_a_fault_that_nobody_foresaw_says_where_and_quotes_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("the row of loan secret/1 \x1b[2J")

    monkeypatch.setattr("ledger.service.Ledger.open", broken)
    result = CliRunner().invoke(ledger_command, ["deals", "x.db"])
    assert result.exit_code == UNUSABLE
    assert "builtins.RuntimeError" in result.stderr
    assert "in deals" in result.stderr
    assert "secret" not in result.output


def test_a_message_is_cut_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("\n".join(["x" * 1_000_000] * 1_000))
    told = capsys.readouterr().err
    assert len(told) < (LONGEST_LINE + 60) * (MOST_LINES + 1)
    assert "more lines" in told
    say("cannot reach postgresql://me:s3cr3t@db/x")
    assert capsys.readouterr().err == "cannot reach postgresql://me:***@db/x\n"


@pytest.mark.parametrize("given", ["1_000", " 5", "+5", "\u0665", "05", "0x5", "5 ", "1e3", "9" * 5_000])
def test_a_whole_number_has_one_spelling(given: str) -> None:
    with pytest.raises(click.BadParameter):
        WholeNumber().convert(given, None, None)
    assert WholeNumber().convert("167", None, None) == 167


@pytest.mark.parametrize(
    "given", ["20240101", "2024-1-1", " 2024-01-01", "2024-01-01 ", "\u0662024-01-01", "2024-W01-1"]
)
def test_a_date_has_one_spelling(given: str) -> None:
    with pytest.raises(click.BadParameter):
        CalendarDate().convert(given, None, None)
    assert CalendarDate().convert("2024-01-01", None, None).isoformat() == "2024-01-01T00:00:00"


@pytest.mark.parametrize("group", [ledger_command, replay_command], ids=["ledger", "replay"])
def test_no_help_shows_a_bound_that_there_is_not(group: click.Group) -> None:
    for name in group.commands:
        told = CliRunner().invoke(group, [name, "--help"])
        assert told.exit_code == 0
        assert "None" not in " ".join(told.stdout.split()), name
    for bounds, shown in (((), ""), ((1,), "[x>=1]"), ((1, 9), "[1<=x<=9]")):
        option = click.Option(["--n"], type=WholeNumber(*bounds), help="N.")
        record = option.get_help_record(click.Context(click.Command("c")))
        assert record is not None
        assert record[1] == f"N.  {shown}".strip()


def test_a_result_goes_whole_into_a_file_or_not_at_all(tmp_path: Path) -> None:
    kept = tmp_path / "deals.txt"
    kept.write_text("kept", encoding="utf-8")
    failed = CliRunner().invoke(ledger_command, ["deals", str(tmp_path / "none.db"), "--out", str(kept)])
    assert (failed.exit_code, kept.read_text(encoding="utf-8")) == (2, "kept")
    tape = tmp_path / "tape.csv"
    tape.write_text("Loan ID,UPB,Rate\n1,one,7\n", encoding="utf-8")
    columns = '{"columns": {"loan": "Loan ID", "balance": "UPB", "note_rate": "Rate"}}'
    (tmp_path / "map.json").write_text(columns, encoding="utf-8")
    asked = ["--deal", "d", "--group", "g", "--date", "2024-01-01", "--map", str(tmp_path / "map.json")]
    refused = CliRunner().invoke(ledger_command, ["tape", str(tape), *asked, "--out", str(kept)])
    assert (refused.exit_code, kept.read_text(encoding="utf-8")) == (1, "kept")
    anew = CliRunner().invoke(ledger_command, ["tape", str(tape), *asked, "--out", str(tmp_path / "new.jsonl")])
    assert (anew.exit_code, (tmp_path / "new.jsonl").exists()) == (1, False)
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
    printed = CliRunner().invoke(ledger_command, ["deals", str(tmp_path / "toy.db")])
    written = CliRunner().invoke(ledger_command, ["deals", str(tmp_path / "toy.db"), "--out", str(kept)])
    assert (written.exit_code, written.output) == (0, "")
    assert kept.read_bytes() == printed.stdout_bytes
    assert sorted(item.name for item in tmp_path.iterdir() if "partial" in item.name) == []
    nowhere = CliRunner().invoke(
        ledger_command, ["deals", str(tmp_path / "toy.db"), "--out", str(tmp_path / "none" / "d.txt")]
    )
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)


def test_a_quiet_command_says_what_went_wrong_and_nothing_else(tmp_path: Path) -> None:
    path = str(tmp_path / "toy.db")
    loud = CliRunner().invoke(ledger_command, ["init", path])
    assert "is ready" in loud.stderr
    assert CliRunner().invoke(ledger_command, ["init", path, "--quiet"]).output == ""
    wrong = CliRunner().invoke(ledger_command, ["deals", str(tmp_path / "none.db"), "--quiet"])
    assert (wrong.exit_code, wrong.stderr.startswith("error: ")) == (2, True)


@pytest.mark.parametrize("form", ["text", "json", "csv", "jsonl"])
def test_every_list_of_the_ledger_comes_in_every_format(tmp_path: Path, form: str) -> None:
    path = str(tmp_path / "toy.db")
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
    for command in (["deals", path], ["samples"], ["batches", path, TOY], ["check", path, TOY, str(payment_date(2))]):
        shown = CliRunner().invoke(ledger_command, [*command, "--format", form])
        assert shown.exit_code in (0, 1), shown.output
        assert shown.stdout or (form == "jsonl" and command[0] == "batches")
        if form == "json":
            assert isinstance(json.loads(shown.stdout), dict)
