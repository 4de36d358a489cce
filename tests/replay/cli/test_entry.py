"""What a deal was entered with is held to the statement that was published last, figure by figure."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.deals.demo import run_replay
from tests.replay.told import text_of


def august() -> list[dict[str, str]]:
    """Return what September prints of August, as August printed it."""
    found = []
    for row in csv.DictReader(io.StringIO(sample.published())):
        if row["column"] == "prior principal balance" and row["section"] == "current period":
            found.append(row | {"column": "current principal balance"})
        elif "Prior" in row["line"] and row["page"] in ("8", "9", "10"):
            found.append(row | {"line": row["line"].replace("Prior", "Current")})
        elif row["column"] == "original face value":
            found.append(row)
    return found


def written(rows: list[dict[str, str]], file: Path) -> str:
    """Write figures as CSV."""
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, ["page", "section", "line", "column", "printed"])
        writer.writeheader()
        writer.writerows(rows)
    return str(file)


@pytest.fixture
def entered(tmp_path: Path) -> str:
    url = str(tmp_path / "t.db")
    with Ledger.create(url) as ledger:
        ledger.open_deal(sample.DEAL, sample.terms()).or_raise()
        ledger.post_many(list(sample.brought_forward())).or_raise()
    return url


def test_the_entry_of_the_real_month_is_what_was_published(entered: str, tmp_path: Path) -> None:
    result = run_replay("entry", entered, sample.DEAL, written(august(), tmp_path / "august.csv"))
    assert result.exit_code == 0, result.stdout
    agree, _, rest = text_of(result.stdout).partition(" of ")
    assert int(agree) == int(rest.split()[0]) >= 30


def test_a_difference_is_named_with_both_sides(entered: str, tmp_path: Path) -> None:
    rows = [row | ({"printed": "1888"} if row["printed"] == "1887" else {}) for row in august()]
    result = run_replay("entry", entered, sample.DEAL, written(rows, tmp_path / "august.csv"))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "1888" in line]
    assert line.split()[-2:] == ["1888", "1887"]


def test_a_class_table_is_compared_too(entered: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Class,Ending Balance\nA,439797456.41\nB,23393481.70\n")
    result = run_replay("entry", entered, sample.DEAL, str(file))
    assert result.exit_code == 1
    assert "1 of 2 figures" in result.stdout


def test_a_class_that_the_deal_lacks_is_spoken_of(entered: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Class,Ending Balance\nA,439797456.41\nZ,1.00\n")
    result = run_replay("entry", entered, sample.DEAL, str(file))
    assert "has no class 'Z'" in result.stderr


def test_where_nothing_can_be_compared_that_is_said(entered: str, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("nothing\n")
    assert run_replay("entry", entered, sample.DEAL, str(tmp_path / "other.txt")).exit_code == 2
    url = str(tmp_path / "empty.db")
    with Ledger.create(url) as ledger:
        ledger.open_deal(sample.DEAL, sample.terms()).or_raise()
    result = run_replay("entry", url, sample.DEAL, written(august(), tmp_path / "august.csv"))
    assert result.exit_code == 2
    assert "nothing is brought forward" in result.stderr


def test_a_class_that_the_statement_lacks_is_named_by_its_event_and_rule(entered: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Class,Ending Balance\nA,439797456.41\n")
    result = run_replay("entry", entered, sample.DEAL, str(file))
    assert result.exit_code == 1
    (named,) = [line for line in result.stderr.splitlines() if "[missing_class]" in line]
    assert named.endswith(
        ": class_id: the entry has class B at 23,393,481.72, and the statement prints nothing of it [missing_class]"
    )


@pytest.mark.parametrize(
    ("printed", "agrees"), [("0.935739269", True), ("935.739269", True), ("0.94", True), ("0.935739268", False)]
)
def test_a_factor_per_dollar_or_per_thousand_is_held_to_balance_over_face(
    entered: str, tmp_path: Path, printed: str, agrees: bool
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"Class,Ending Balance,Factor\nA,439797456.41,{printed}\nB,23393481.72,0.9357\n")
    result = run_replay("entry", entered, sample.DEAL, str(file))
    assert (result.exit_code, f"A, factor: printed {printed}, entered 0.93573926" in result.stderr) == (
        int(not agrees), not agrees)  # fmt: skip


def test_the_factors_of_a_page_are_per_thousand_and_named_where_they_differ(entered: str, tmp_path: Path) -> None:
    rows = [
        {"page": "2", "section": "factors", "line": "A", "column": column, "printed": printed}
        for column, printed in (
            ("current principal balance", "935.739268"),
            ("original principal balance", "470000000"),
        )
    ]
    result = run_replay("entry", entered, sample.DEAL, written([*august(), *rows], tmp_path / "august.csv"))
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if line.endswith("[differs]")]
    assert "factors: A, current principal balance: printed 935.739268, entered 935.739268957447" in line
