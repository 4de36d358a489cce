"""How the commands speak: results and messages that steer no terminal, faults in one line."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner

from ledger.cli import main as ledger_command
from ledger.console import LONGEST_LINE, MOST_LINES, UNUSABLE, CalendarDate, WholeNumber, reporting, say, show
from ledger.errors import StoreError
from ledger.visible import is_visible
from replay.cli import main as replay_command


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
