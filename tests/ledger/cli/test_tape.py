"""``ledger tape`` from a shell: what it prints, what it refuses, and that a refused tape writes nothing."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import TapeMap
from ledger.cli import main
from ledger.tapes import shipped_maps, tape_map_from_json
from ledger.tapes.fields import FIELDS, REQUIRED

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tapes.md").read_text(encoding="utf-8")

TAPE = "Loan,UPB,Rate\n1,1000.00,4.5\n2,2000.00,4.25\n"
MAP = {"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}}


@pytest.fixture
def tape(tmp_path: Path) -> Callable[..., Result]:
    """Run the command on the bytes of a tape, by a map."""

    def run(data: bytes | str, *more: str, chosen: object = MAP, group: bool = True) -> Result:
        (tmp_path / "tape.csv").write_bytes(data.encode() if isinstance(data, str) else data)
        text = chosen if isinstance(chosen, bytes) else json.dumps(chosen).encode()
        (tmp_path / "map.json").write_bytes(text)
        arguments = ["tape", str(tmp_path / "tape.csv"), "--deal", "d", "--date", "2020-01-01"]
        arguments += ["--map", str(tmp_path / "map.json"), *(["--group", "g"] if group else []), *more]
        return CliRunner().invoke(main, arguments)

    return run


def test_loans_are_written_and_everything_is_counted(tape: Callable[..., Result]) -> None:
    result = tape(TAPE + ",,\nTotal,3000.00,\n", "--loans", "2", "--balance", "3000.00")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["event_id"] for line in result.stdout.splitlines()] == ["d/boarded/1", "d/boarded/2"]
    told, counted = result.stderr.splitlines()
    assert told.endswith("tape.csv:5: 'Total' was read as a totals row; its 3,000.00 is the sum of the loans")
    assert counted == "4 rows read: 2 loans, 2 passed over (1 totals, 1 blank); 3,000.00 in all"


def test_a_last_line_without_its_end_is_spoken_of(tape: Callable[..., Result]) -> None:
    assert "the last line has no line break at its end" in tape(TAPE.rstrip()).stderr
    assert "no line break" not in tape(TAPE).stderr


@pytest.mark.parametrize(
    ("data", "more", "told"),
    [
        (TAPE, ("--loans", "3"), "3 loans are expected and the tape holds 2"),
        (TAPE, ("--balance", "3000.01"), "a balance of 3,000.01 is expected and the loans add up to 3,000.00"),
        (TAPE + "3,1,50,4.5\n", (), "tape.csv:4: the row has 4 cells"),
        (TAPE + "3,-1,4.5\n", (), "tape.csv:4.UPB: balance '-1' is negative"),
        (TAPE + "Total,1.00,\n", (), "'Total' was read as a totals row: it says 1.00"),
        ("", (), "the tape is empty"),
        (TAPE.encode() + b"\xe9,1,2\n", (), "tape.csv:4: byte 44 of the file (0xE9)"),
        (bytes(range(256)), ("--encoding", "latin-1"), "tape.csv:1: the file holds NUL characters"),
    ],
)
def test_a_refused_tape_writes_nothing(
    tape: Callable[..., Result], data: bytes | str, more: tuple[str, ...], told: str
) -> None:
    result = tape(data, *more)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert told in result.stderr
    assert result.stderr.endswith("nothing was written\n")


def test_the_encoding_is_named_by_the_option_or_the_map(tape: Callable[..., Result]) -> None:
    data = TAPE.replace("Rate", "Taux \xe9t\xe9").encode("latin-1")
    chosen = {**MAP, "columns": {**MAP["columns"], "note_rate": "Taux \xe9t\xe9"}}
    assert tape(data, chosen=chosen).exit_code == 1
    assert tape(data, "--encoding", "latin-1", chosen=chosen).exit_code == 0
    assert tape(data, chosen={**chosen, "encoding": "cp1252"}).exit_code == 0
    assert tape(data.decode("latin-1").encode("utf-16"), chosen=chosen).exit_code == 0
    assert "encoding: must name a text encoding" in tape(data, "--encoding", "klingon").stderr


@pytest.mark.parametrize("chosen", [b"{", b"\x7fELF\x02\xff", b"[" * 200_000, b"5", b'{"columns": 5}'])
def test_a_map_that_cannot_be_used_is_one_line(tape: Callable[..., Result], chosen: bytes) -> None:
    result = tape(TAPE, chosen=chosen)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: the map ")
    assert result.stderr.count("\n") == 1


def test_a_balance_that_is_no_amount_is_a_fault_of_the_command(tape: Callable[..., Result]) -> None:
    result = tape(TAPE, "--balance", "3.000,00")
    assert result.exit_code == 2
    assert "'3.000,00' is not a number" in result.stderr


def test_the_group_may_come_from_a_column(tape: Callable[..., Result]) -> None:
    chosen = {"columns": {**MAP["columns"], "group": "Pool"}}
    rows = "Loan,UPB,Rate,Pool\n1,1.00,4,one\n2,1.00,4,two\n"
    written = tape(rows, chosen=chosen, group=False).stdout
    assert [json.loads(line)["group"] for line in written.splitlines()] == ["one", "two"]
    assert "no group is given" in tape(TAPE, group=False).stderr
    assert "drop one" in tape(rows, chosen=chosen).stderr


def table(title: str) -> list[list[str]]:
    """Return the cells of the table under a heading of the page, its own headings left out."""
    _, _, after = PAGE.partition(f"\n## {title}\n")
    lines = [line for line in after.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_every_key_of_a_map_is_described() -> None:
    rows = {cells[0].strip("`"): cells[2] for cells in table("The map (`TapeMap`)")}
    keys = {item.name: item.default for item in attrs.fields(TapeMap)}
    assert set(rows) == set(keys) == set(json.loads(block("json")))
    for key in ("delimiter", "encoding", "percent_rates", "date_formats"):
        assert json.loads(rows[key].strip("`")) == json.loads(json.dumps(keys[key]))
    assert rows["columns"] == "required"
    help_text = CliRunner().invoke(main, ["tape", "--help"]).stdout
    assert [key for key in (*keys, "docs/tapes.md") if key not in help_text] == []


def test_every_field_option_and_map_is_described() -> None:
    fields = {cells[0].strip("`"): cells[1] for cells in table("Fields")}
    assert set(fields) == FIELDS
    assert {name for name, needed in fields.items() if needed == "yes"} == set(REQUIRED)
    assert {cells[0].strip("`") for cells in table("Built-in maps")} == set(shipped_maps())
    options = {f"--{item.name.replace('_', '-')}" for item in main.commands["tape"].params} - {"--file"}
    named = {"--date" if name == "--on" else "--map" if name == "--map-name" else name for name in options}
    assert {cells[0].strip("`") for cells in table("The command")} == named


def test_the_example_of_the_page_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pool.csv").write_text(block("csv"), encoding="utf-8")
    Path("pool.json").write_text(block("json"), encoding="utf-8")
    assert tape_map_from_json(block("json")).quoted_with == '"'
    command, *shown = block("console").splitlines()
    result = CliRunner().invoke(main, shlex.split(command.partition(" > ")[0])[2:])
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == shown[:2]
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["note_rate"], first["servicing_rate"], second["balance"]) == ("0.0625", "0.0025", "120000.00")
