"""``ledger tape`` from a shell: what it prints, what it refuses, and that a refused tape writes nothing."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, TapeMap
from ledger.cli import main
from ledger.cli.tape import reading_progress
from ledger.tapes import shipped_maps, tape_map_from_json
from ledger.tapes.fields import FIELDS, ONLY_OF_MONTH, REQUIRED
from ledger.tapes.tape_map import MAP_KEYS
from replay.evidence.verify import verify
from tests.deals.demo import run_ledger
from tests.deals.toy import CUT_OFF, TOY, toy_terms
from tests.ledger.tapes.making import sheet, workbook, zipped
from tests.ledger.tapes.test_shipped import ORIGINATION, PERFORMANCE

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
    told, unrated, counted, *_ = result.stderr.splitlines()
    assert unrated.startswith("no column of the map gives the loans a servicing rate")
    assert told.endswith("tape.csv:5: 'Total' was read as a totals row; its 3,000.00 is the sum of the loans")
    assert counted == "4 rows read: 2 loans, 2 passed over (1 totals, 1 blank); 3,000.00 in all"


@pytest.mark.parametrize("count", [2, 80])
def test_what_the_tape_says_is_not_available_is_null_in_its_lines(
    tape: Callable[..., Result], tmp_path: Path, count: int
) -> None:
    """Loan by loan and by columns alike; in the log it is left out, as what the tape has no column for is in both."""
    rows = "".join(f"{number},1000.00,4.5,{80 if number % 2 else 999},\n" for number in range(1, count + 1))
    chosen = {
        "columns": {**MAP["columns"], "loan_to_value": "LTV", "max_rate": "Cap"},
        "sentinels": {"loan_to_value": ["999"]},
    }
    of_toy = ("--deal", TOY, "--group", "one", "--date", str(CUT_OFF))
    written = tape(f"Loan,UPB,Rate,LTV,Cap\n{rows}", *of_toy, chosen=chosen)
    assert written.exit_code == 0, written.output
    loans = [json.loads(line) for line in written.stdout.splitlines()]
    assert [loan["loan_to_value"] for loan in loans] == ["0.8", None] * (count // 2)
    assert {loan["max_rate"] for loan in loans} == {None}
    assert not any("margin" in loan for loan in loans)
    with Ledger.create(tmp_path / "t.db") as ledger:
        ledger.open_deal(TOY, toy_terms()).or_raise()
    (tmp_path / "loans.jsonl").write_text(written.stdout, encoding="utf-8")
    posted = CliRunner().invoke(main, ["post", str(tmp_path / "t.db"), str(tmp_path / "loans.jsonl")])
    assert posted.exit_code == 0, posted.output
    with Ledger.open(tmp_path / "t.db") as ledger:
        assert not any("null" in row.payload for row in ledger.stored_rows(TOY) if row.type == "loan_boarded")
        assert not verify(ledger, TOY).faults


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
    assert set(rows) == set(keys) - {"joined"} == set(json.loads(block("json"))) == set(MAP_KEYS)
    made = TapeMap(columns=MAP["columns"])
    for key in set(MAP_KEYS) - {"columns", "quote", "join"}:
        assert json.loads(rows[key].strip("`")) == json.loads(json.dumps(getattr(made, key)))
    assert rows["columns"] == "required"
    help_text = CliRunner().invoke(main, ["tape", "--help"]).stdout
    assert [key for key in (*MAP_KEYS, "docs/tapes.md") if key not in help_text] == []


def test_every_field_option_and_map_is_described() -> None:
    fields = {cells[0].strip("`"): cells[1] for cells in table("Fields")}
    assert set(fields) == FIELDS - ONLY_OF_MONTH
    assert {name for name, needed in fields.items() if needed == "yes"} == set(REQUIRED)
    assert {name.strip("`") for cells in table("Built-in maps") for name in cells[0].split(", ")} == set(shipped_maps())
    options = {f"--{item.name.replace('_', '-')}" for item in main.commands["tape"].params} - {"--files"}
    renamed = {"--on": "--date", "--map-name": "--map", "--second": "--join", "--url": "--post"}
    named = {renamed.get(name, name) for name in options}
    assert {name.strip("`") for cells in table("The command") for name in cells[0].split(", ")} == named


def test_the_example_of_the_page_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pool.csv").write_text(block("csv"), encoding="utf-8")
    Path("pool.json").write_text(block("json"), encoding="utf-8")
    assert tape_map_from_json(block("json")).quoted_with == '"'
    command, *shown = block("console").splitlines()
    result = CliRunner().invoke(main, shlex.split(command.partition(" > ")[0])[2:])
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == shown[:-1]
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["note_rate"], first["servicing_rate"], second["balance"]) == ("0.0625", "0.0025", "120000.00")


def run(*arguments: str) -> Result:
    given = ["--deal", "d", "--date", "2020-01-01", "--group", "g"]
    return CliRunner().invoke(main, ["tape", *arguments, *given])


def test_rejects_are_set_aside_mended_and_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("map.json").write_text(json.dumps(MAP), encoding="utf-8")
    Path("tape.csv").write_text(TAPE + "3,x,4.5\n4,5.00\n", encoding="utf-8")
    result = run("tape.csv", "--map", "map.json", "--rejects", "rest.csv", "--report", "report.json", "--loans", "4")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 2
    assert "2 rows were set aside in rest.csv (why: rest.csv.reasons.csv)" in result.stderr
    assert "4 rows read: 2 loans, 0 passed over (0 totals, 0 blank), 2 rejected; 3,000.00 in all" in result.stderr
    assert "4 loans are expected and the tape holds 2" in result.stderr
    assert json.loads(Path("report.json").read_text(encoding="utf-8"))["rejected"] == 2
    assert "not_a_number" in Path("rest.csv.reasons.csv").read_text(encoding="utf-8")
    rest = Path("rest.csv").read_text(encoding="utf-8")
    assert rest == "Loan,UPB,Rate\n3,x,4.5\n4,5.00\n"
    Path("mended.csv").write_text(rest.replace("x", "3.00").replace("5.00", "5.00,4"), encoding="utf-8")
    assert len(run("mended.csv", "--map", "map.json").stdout.splitlines()) == 2
    again = run("tape.csv", "--map", "map.json", "--rejects", "rest.csv", "--report", "report.json", "--loans", "4")
    assert (again.exit_code, again.stdout) == (0, result.stdout)  # it is done again, and its files are these
    other = run("mended.csv", "--map", "map.json", "--rejects", "rest.csv")
    assert (other.exit_code, other.stdout) == (2, "")
    assert "rest.csv exists" in other.stderr
    assert Path("rest.csv").read_text(encoding="utf-8") == rest


def test_two_files_are_joined_and_rows_chosen_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("first.txt").write_text(ORIGINATION, encoding="utf-8")
    Path("second.txt").write_text(PERFORMANCE + PERFORMANCE.replace("202401", "202402"), encoding="utf-8")
    chosen = ("--map", "freddie-mac-loan-level")
    result = run("first.txt", *chosen, "--join", "second.txt", "--join-where", "2=202402", "--where", "17=IL")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["paid_to_date"] == "2024-02-01"
    assert "1 passed over by filters" in result.stderr
    assert run("first.txt", *chosen).exit_code == 2
    assert run("first.txt", "--map", "freddie-mac-origination", "--join", "second.txt").exit_code == 2
    assert "write COLUMN=VALUE" in run("first.txt", *chosen, "--where", "17").stderr
    assert run("first.txt", *chosen, "--join", "second.txt").exit_code == 1


def test_a_map_is_proposed_edited_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pool.xlsx").write_bytes(
        workbook({"A": sheet([["x"]]), "Pool": sheet([["Loan ID", "UPB", "Rate"], ["1", 2, 5]])})
    )
    refused = CliRunner().invoke(main, ["tape", "--guess", "pool.xlsx"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "this is a workbook with 2 sheets: name one with --sheet ('A', 'Pool')" in refused.stderr
    proposed = CliRunner().invoke(main, ["tape", "--guess", "pool.xlsx", "--sheet", "Pool"])
    assert proposed.exit_code == 0, proposed.output
    assert "balance: 'UPB' is what it is called" in proposed.stderr
    Path("map.json").write_text(proposed.stdout, encoding="utf-8")
    assert json.loads(run("pool.xlsx", "--sheet", "Pool", "--map", "map.json").stdout)["balance"] == "2.00"
    Path("odd.csv").write_text("A,B\n1,2\n", encoding="utf-8")
    assert "this is no map yet" in CliRunner().invoke(main, ["tape", "--guess", "odd.csv"]).stderr
    assert CliRunner().invoke(main, ["tape", "--guess", "odd.csv", "odd.csv"]).exit_code == 2


@pytest.mark.parametrize("options", [[], ["--deal", "d"], ["--deal", "d", "--date", "2020-01-01"]])
def test_what_is_needed_to_read_is_asked_for(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "tape.csv").write_text(TAPE, encoding="utf-8")
    result = CliRunner().invoke(main, ["tape", str(tmp_path / "tape.csv"), *options])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Missing option" in result.stderr


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        """Say that it is a terminal."""
        return True


def test_a_terminal_is_shown_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    (tmp_path / "tape.csv").write_text(TAPE, encoding="utf-8")
    with (tmp_path / "tape.csv").open("rb") as file, reading_progress([file]) as told:
        assert told is not None
        file.read()
        told(4096)
        told(1)
    assert terminal.getvalue().split("\r")[1:3] == ["4,096 rows read, 100%", "4,097 rows read, 100%"]


def test_two_files_may_stand_in_one_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("both.zip").write_bytes(zipped({"o.csv": b"Id,State\n1,CA\n", "p.csv": b"Loan,UPB,Rate\n1,2.00,5\n"}))
    Path("map.json").write_text(
        json.dumps({"columns": {"loan": "Id", "state": "State"}, "join": MAP}), encoding="utf-8"
    )
    result = run("both.zip", "--map", "map.json", "--member", "o.csv", "--join", "both.zip", "--join-member", "p.csv")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["balance"] == "2.00"


def test_a_balance_may_be_written_as_reports_write_it(tape: Callable[..., Result]) -> None:
    assert tape(TAPE, "--balance", "3,000.00").exit_code == 0


def test_rejects_and_report_are_looked_at_before_anything_is_written(
    tape: Callable[..., Result], tmp_path: Path
) -> None:
    rest = tmp_path / "rest.csv"
    assert "name each of them" in tape(TAPE, "--rejects", str(rest), "--report", str(rest)).stderr
    (tmp_path / "rest.csv.reasons.csv").write_text("x", encoding="utf-8")
    refused = tape(TAPE + "3,x,4\n", "--rejects", str(rest))
    assert (refused.exit_code, refused.stdout, rest.exists()) == (2, "", False)


def test_what_is_not_posted_leaves_no_file_behind(tape: Callable[..., Result], toy_file: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("rest.csv", "rest.csv.reasons.csv", "report.json")]
    more = ("--rejects", str(files[0]), "--report", str(files[2]), "--post", str(toy_file))
    refused = tape(TAPE + "3,x,4\n", *more)
    assert "open it first: ledger open" in refused.stderr
    assert "rows read" not in refused.stderr
    wrong = tape(TAPE + "3,x,4\n", *more, "--deal", TOY)
    assert (wrong.exit_code, [path.exists() for path in files]) == (1, [False] * 3), wrong.output


def test_a_quiet_tape_says_nothing_of_what_went_well(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}}')
    (tmp_path / "tape.csv").write_text("Loan,UPB,Rate\n1,100.00,5\n2,x,5\n")
    options = ("--deal", "d", "--group", "g", "--date", "2024-01-01", "--map", str(tmp_path / "map.json"), "--quiet")
    aside = run_ledger("tape", str(tmp_path / "tape.csv"), *options, "--rejects", str(tmp_path / "rest.csv"))
    assert (aside.exit_code, "1 rows were set aside" in aside.stderr, "averages" in aside.stderr) == (0, True, True)
    (tmp_path / "tape.csv").write_text("Loan,UPB,Rate\n1,100.00,5\nTotal,100.00,\n")
    well = run_ledger("tape", str(tmp_path / "tape.csv"), *options)
    assert (well.exit_code, well.stderr, well.stdout.count("\n")) == (0, "", 1)
