"""Files that the command line cannot post, and databases that it cannot read: one line, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, encode
from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from tests.deals.toy import TOY, month_events, toy_month


def run(*arguments: str | Path, text: str | bytes | None = None) -> Result:
    """Run the ledger command."""
    return CliRunner().invoke(ledger_command, [str(item) for item in arguments], input=text)


def lines(ordinal: int = 2) -> str:
    """Return a month of the toy deal as JSON Lines."""
    return "".join(encode(event).decode() + "\n" for event in month_events(ordinal))


CLOSING = (
    b'{"$type":"period_closed","event_id":"x","deal":"toy","effective_date":"2021-01-25",'
    b'"distribution_date":"2021-01-25","report_digest":"","acknowledgements":%s}\n'
)


def head(file: Path) -> tuple[int, bytes]:
    """Return the end of the toy deal's log."""
    with Ledger.open(file) as ledger:
        return ledger.head(TOY)


def test_a_good_file_is_posted_and_its_receipt_printed(toy_file: Path) -> None:
    result = run("post", toy_file, "-", text=lines())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["sequence"] == head(toy_file)[0]


@pytest.mark.parametrize(
    ("name", "spoil", "told"),
    [
        ("malformed", lambda good: good.encode() + b"{\n", "[malformed_json]"),
        ("not UTF-8", lambda good: good.encode() + b'{"event_id":"n\xe9"}\n', "UTF-8"),
        ("UTF-16", lambda good: good.encode("utf-16"), "UTF-8"),
        ("unknown type", lambda good: good.encode() + b'{"$type":"wish"}\n', "[unknown_type]"),
        ("a float", lambda good: good.replace('"100.00"', "100.0", 1).encode(), "[float_money]"),
        ("an unknown loan", lambda good: good.replace('"one-6"', '"ghost"').encode(), "[unknown_loan]"),
        ("another deal", lambda good: good.replace('"deal":"toy"', '"deal":"other"', 1).encode(), "[mixed_deals]"),
        (
            "nothing",
            lambda good: b"\n\n",
            "events.jsonl: there is no event in it; write one a line",
        ),
        (
            "a mark",
            lambda good: b"\xef\xbb\xbf" + good.encode(),
            "events.jsonl:1: not a JSON object: a byte order",
        ),
        ("a comma too many", lambda good: good.encode() + b'{"a":1,}\n', " at column 8 [malformed_json]"),
        ("a near type", lambda good: b'{"$type":"LoanBoarded"}\n', "did you mean loan_boarded"),
        ("no acknowledgement", lambda good: CLOSING % b"null", "x.acknowledgements: must be a list"),
        ("no reason", lambda good: CLOSING % b'[{"code":"y"}]', "x.acknowledgements: each must have a code, a reason"),
        ("a byte order mark", lambda good: b"\xef\xbb\xbf" + good.encode() + b"{\n", "[malformed_json]"),
    ],
)
def test_a_bad_file_is_refused_line_by_line(
    toy_file: Path, tmp_path: Path, name: str, spoil: Callable[[str], bytes], told: str
) -> None:
    before = head(toy_file)
    events = tmp_path / "events.jsonl"
    events.write_bytes(spoil(lines()))
    result = run("post", toy_file, events)
    assert (result.exit_code, result.stdout) == (1, ""), result.stderr
    assert told in result.stderr
    assert result.stderr.endswith("nothing was posted\n")
    assert "Traceback" not in result.stderr
    assert head(toy_file) == before


def test_every_bad_line_is_named_with_its_number(toy_file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("{\n" + lines() + "[]\n")
    result = run("post", toy_file, events)
    last = len(lines().splitlines()) + 2
    assert f"{events}:1: " in result.stderr
    assert f"{events}:{last}: " in result.stderr


def test_a_broken_line_has_one_number_and_no_other(toy_file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(lines() + '{"a":\n')
    told = run("post", toy_file, events).stderr
    assert f"{events}:{len(lines().splitlines()) + 1}: not a JSON object: Expecting value at column 6" in told
    assert "line 1" not in told
    assert "line 2" not in told


def test_an_unknown_type_is_not_answered_with_all_there_are(toy_file: Path) -> None:
    told = run("post", toy_file, "-", text='{"$type":"wish"}\n').stderr
    assert "'wish' is not an event type; docs/events.md lists them, and ledger schemas prints them" in told
    assert "payoff_collected" not in told


def test_a_misspelt_field_is_answered_with_what_is_near(toy_file: Path) -> None:
    told = run("post", toy_file, "-", text=lines().replace('"group"', '"grupo"')).stderr
    assert "servicing_fee_withheld has no field 'grupo'; did you mean group?" in told


def test_an_unknown_deal_is_named_once_with_those_there_are(toy_file: Path) -> None:
    result = run("post", toy_file, "-", text=lines().replace('"deal":"toy"', '"deal":"toi"'))
    assert result.exit_code == 1
    told = "there is no deal 'toi'; this ledger holds: toy; a new one begins with deal_opened [unknown_deal]"
    assert result.stderr.count("[unknown_deal]") == 1
    assert told in result.stderr


def test_what_is_closed_is_restated_in_the_words_of_the_file(toy_file: Path) -> None:
    with Ledger.open(toy_file) as ledger:
        toy_month(ledger, 1)
    late = month_events(1, curtailment="5.00")[-1]
    told = run("post", toy_file, "-", text=encode(late).decode()).stderr
    assert "set restates (true)" in told
    assert "True" not in told


def test_a_stale_expected_sequence_is_refused_from_the_shell(toy_file: Path) -> None:
    result = run("post", toy_file, "-", "--expected-sequence", "1", text=lines())
    assert result.exit_code == 1
    assert "[stale_sequence]" in result.stderr


def test_a_dry_run_from_the_shell_writes_nothing(toy_file: Path) -> None:
    before = head(toy_file)
    result = run("post", toy_file, "-", "--dry-run", text=lines())
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["recorded_at"], told["head_hash"], told["dry_run"]) == (None, None, True)
    assert head(toy_file) == before
    run("post", toy_file, "-", text=lines())
    again = json.loads(run("post", toy_file, "-", "--dry-run", text=lines()).stdout)
    assert again["head_hash"] == head(toy_file)[1].hex()


Spoil = Callable[[Path], object]

DAMAGE: dict[str, Spoil] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-8192]),
    "not a database": lambda path: path.write_text("hello\n" * 100),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    "arguments", [["deals"], ["events", TOY], ["post", "-"], ["upgrade"], ["close", TOY, "2021-02-25"]], ids=" ".join
)
def test_every_command_reports_a_damaged_database_in_one_line(
    toy_file: Path, damage: str, arguments: list[str]
) -> None:
    DAMAGE[damage](toy_file)
    command, *more = arguments
    result = run(command, toy_file, *more, text=lines())
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["statement", "books"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_replay_reports_a_damaged_database_in_one_line(toy_file: Path, damage: str, command: str) -> None:
    DAMAGE[damage](toy_file)
    result = CliRunner().invoke(replay_command, [command, str(toy_file), TOY, "--record-date", "2021-01-29"])
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["statement", "books"])
def test_replay_of_an_unknown_deal_names_those_there_are(toy_file: Path, command: str) -> None:
    result = CliRunner().invoke(replay_command, [command, str(toy_file), "nowhere", "--record-date", "2021-01-29"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "this ledger holds: toy" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("schemas", "--out", "{file}/schemas"), "{file}"),
        (("archive", "{file}", TOY, "/proc/nowhere"), "/proc/nowhere cannot be"),
        (("simulate", "{file}.new", "two words"), "'two words' is not of the form"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_written_is_said_in_one_line(toy_file: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run(*(argument.format(file=toy_file) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert told.format(file=toy_file) in result.stderr
    assert not Path(f"{toy_file}.new").exists()
