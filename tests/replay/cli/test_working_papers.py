"""``replay workpaper`` writes a folder whole or not at all, and every file of it can be made again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from replay.cli import main
from tests.draws import one_in
from tests.replay.cli.test_rebuilding import DAY, DEAL, TABLE, restated


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of a deal whose id begins a formula, closed, paid and restated."""
    path = tmp_path_factory.mktemp("papers") / "trust.db"
    restated(path)
    return path


def written(ledger: Path, out: Path, *more: object) -> Result:
    return run("workpaper", ledger, DEAL, "--payment-date", DAY, "--sample", "2", "--out", out, *more)


def test_a_folder_holds_everything_and_names_it(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "table.txt").write_text(TABLE, encoding="utf-8")
    told = written(ledger, tmp_path / "papers", "--filing", tmp_path / "table.txt", "--pdf")
    assert told.exit_code == 1, told.output  # it is restated, and the table is of something else
    folder = tmp_path / "papers"
    files = {str(item.relative_to(folder)) for item in folder.rglob("*") if item.is_file()}
    assert files == {
        *("statement.txt", "statement.csv", "statement.html", "statement.pdf", "statement.xlsx"),
        *("tie-out.txt", "tie-out.csv", "explanations/001.txt", "explanations/002.txt", "restatement.txt"),
        *("periods.txt", "periods.json", "trial-balance.txt", "trial-balance.csv", "loans.csv", "roll-forward.csv"),
        *("verification.txt", "events.jsonl", "people.csv", "working-paper.pdf"),
        *("README.txt", "index.html", "SHA256SUMS"),
    }
    listed = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: held for held, name in listed}
    index = (folder / "README.txt").read_text(encoding="utf-8")
    for name, held in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == held
        assert held in index
        assert name in index
    assert files - set(sums) == {"README.txt", "index.html", "SHA256SUMS"}
    assert f"replay diff URL '{DEAL}' --payment-date {DAY}" in index
    assert "sound" in (folder / "verification.txt").read_text(encoding="utf-8")
    assert json.loads((folder / "events.jsonl").read_text(encoding="utf-8").partition("\n")[0])["deal"] == DEAL
    table = ("--filing", tmp_path / "table.txt")
    rebuilt = run("rebuild", folder, ledger, *table)
    assert (rebuilt.exit_code, rebuilt.stdout.partition(",")[0]) == (0, f"equal: {folder}"), rebuilt.output
    assert f"{len(files)} files" in rebuilt.stdout
    for name in one_in(3, ("people.csv", "statement.csv", "verification.txt")):
        one = run("rebuild", folder / name, ledger, *(table if name == "people.csv" else ()))
        assert (one.exit_code, one.stdout[:5]) == (0, "equal"), (name, one.output)
    assert "name it with --filing" in run("rebuild", folder, ledger).stderr


def test_a_folder_that_was_changed_is_told_by_its_files(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    assert written(ledger, folder, "--sample", "1").exit_code == 1
    (folder / "events.jsonl").write_text((folder / "events.jsonl").read_text().replace('"interest"', '"Interest"', 1))
    (folder / "index.html").unlink()
    (folder / "added.txt").write_bytes(b"")
    (tmp_path / "elsewhere").mkdir()
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe")
    (folder / "people.csv").rename(tmp_path / "people.csv")
    (folder / "people.csv").symlink_to(tmp_path / "people.csv")
    told = run("rebuild", folder, ledger, "--format", "json")
    assert told.exit_code == 1, told.output
    apart = {row["file"]: row["place"] for row in json.loads(told.stdout)["compared"] if row["equal"] == "no"}
    none = "which is not of this working paper"
    assert apart == {
        "events.jsonl": "", "index.html": "which is missing", "added.txt": none, "more": none, "pipe": none,
        "people.csv": "which is no file of its own, but leads elsewhere",
    }  # fmt: skip
    (folder / "README.txt").write_text("about this output, version 1\n  deal     d\n  made by  replay deals\n\n")
    assert run("rebuild", folder, ledger).exit_code == 2
    (folder / "README.txt").unlink()
    assert run("rebuild", folder, ledger).exit_code == 2


def test_nothing_is_overwritten_unless_it_is_to_be_replaced(ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "papers"
    assert written(ledger, out, "--sample", "1").exit_code == 1
    first = {item.name: item.read_bytes() for item in out.iterdir() if item.is_file()}
    assert "exists; give the name of a new folder, or --replace" in written(ledger, out).stderr
    (out / "left-over.txt").write_text("x")
    assert written(ledger, out, "--sample", "1", "--replace").exit_code == 1
    assert {item.name: item.read_bytes() for item in out.iterdir() if item.is_file()} == first
    assert [item.name for item in tmp_path.iterdir()] == ["papers"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    refused = written(ledger, other, "--replace")
    assert (refused.exit_code, "was not written by this command" in refused.stderr) == (2, True)
    assert [item.name for item in other.iterdir()] == ["mine.txt"]


def test_what_cannot_be_made_leaves_nothing(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing.txt").write_text("not a figure")
    told = written(ledger, tmp_path / "papers", "--filing", tmp_path / "nothing.txt")
    assert told.exit_code == 2
    assert [item.name for item in tmp_path.iterdir()] == ["nothing.txt"]
    assert run("workpaper", ledger, "nobody", "--payment-date", DAY, "--out", tmp_path / "p").exit_code == 2
    assert not (tmp_path / "p").exists()
