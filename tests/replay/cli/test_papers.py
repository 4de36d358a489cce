"""A statement as a paper, from a shell: a page, a workbook, and what is not for a terminal."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from replay.cli import papers
from replay.papers import sources
from tests.deals.demo import DEAL, ON, run_replay


def test_a_page_goes_to_a_file_or_to_standard_output(demo_ledger: str, tmp_path: Path) -> None:
    shown = run_replay("statement", demo_ledger, DEAL, *ON, "--format", "html")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("<!DOCTYPE html>\n")
    assert 'id="cash-flow-title"' in shown.stdout
    out = tmp_path / "s.html"
    assert run_replay("statement", demo_ledger, DEAL, *ON, "--format", "html", "--out", str(out)).stdout == ""
    assert out.read_text(encoding="utf-8") == shown.stdout


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_a_paper_is_the_same_file_twice(form: str, demo_ledger: str, tmp_path: Path) -> None:
    made = [tmp_path / f"1.{form}", tmp_path / f"2.{form}"]
    for out in made:
        assert run_replay("statement", demo_ledger, DEAL, *ON, "--format", form, "--out", str(out)).exit_code == 0
    first, second = (out.read_bytes() for out in made)
    assert first == second
    if form == "pdf":
        assert first.startswith(b"%PDF-")
        return
    with zipfile.ZipFile(made[0]) as book:
        assert "xl/workbook.xml" in book.namelist()


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_what_is_not_text_is_not_for_a_terminal(form: str, demo_ledger: str) -> None:
    done = run_replay("statement", demo_ledger, DEAL, *ON, "--format", form)
    assert done.exit_code == 2
    assert "name its file with --out" in done.stderr


def test_other_formats_go_to_a_file_as_they_are_printed(demo_ledger: str, tmp_path: Path) -> None:
    for form in ("text", "csv", "json"):
        out = tmp_path / form
        shown = run_replay("statement", demo_ledger, DEAL, *ON, "--format", form)
        run_replay("statement", demo_ledger, DEAL, *ON, "--format", form, "--out", str(out))
        assert out.read_text(encoding="utf-8") == shown.stdout


def test_a_workbook_lists_so_many_events_and_counts_the_rest(
    demo_ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST_EVENTS", 2)
    out = tmp_path / "s.xlsx"
    assert run_replay("statement", demo_ledger, DEAL, *ON, "--format", "xlsx", "--out", str(out)).exit_code == 0
    with zipfile.ZipFile(out) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "The first 2; " in texts


@pytest.mark.parametrize(("form", "writer"), [("xlsx", "xlsxwriter"), ("pdf", "typst")])
def test_who_lacks_a_writer_is_told_what_brings_it(
    form: str, writer: str, demo_ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "find_spec", lambda _: None)
    out = tmp_path / f"s.{form}"
    done = run_replay("statement", demo_ledger, DEAL, *ON, "--format", form, "--out", str(out))
    assert done.exit_code == 2
    assert f"{form} needs {writer}: pip install 'indenture[papers]'" in done.stderr
    assert not out.exists()
