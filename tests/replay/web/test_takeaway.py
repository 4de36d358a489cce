from __future__ import annotations

from pathlib import Path

import pytest

from tests.deals.demo import DEAL, run_replay
from tests.replay.web.site import Site


def test_the_papers_are_listed(pages: Site) -> None:
    links = pages.of("/papers/2002-09-25").links
    assert any("paper=html" in link for link in links)
    assert any("format=csv" in link for link in links)


@pytest.mark.parametrize(("paper", "beginning"), [("html", b"<!DOCTYPE"), ("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_a_paper_is_taken_away(restated_pages: Site, paper: str, beginning: bytes) -> None:
    pytest.importorskip({"html": "html", "pdf": "typst", "xlsx": "xlsxwriter"}[paper])
    got = restated_pages.of(f"/papers/2021-01-25?paper={paper}")
    assert got.status == 200
    assert got.content.startswith(beginning)
    assert got.headers["content-disposition"].startswith('attachment; filename="toy-2021-01-25-')


def test_the_page_of_html_is_the_paper_that_the_command_makes(pages: Site, demo_ledger: str, tmp_path: Path) -> None:
    made = pages.of("/papers/2002-09-25?paper=html").content
    (tmp_path / "paper.html").write_bytes(made)
    assert made.count(b"--format html") == 2
    assert run_replay("rebuild", str(tmp_path / "paper.html"), demo_ledger).exit_code == 0


def test_no_other_paper_is_made(pages: Site) -> None:
    assert pages.get(f"/deals/{DEAL}/papers/2002-09-25?paper=exe").status == 404
