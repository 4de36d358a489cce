"""A statement as a PDF: paged, tagged, the same bytes twice, and every figure to be read in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import attrs
import pytest

from ledger import StatementTemplate
from replay.papers.paper import Paper
from replay.papers.pdf import as_pdf, laid_out
from replay.statements.statement import statement_of
from tests.deals.hostile import FORMULA, LONG, SCRIPT

TO_TEXT = shutil.which("pdftotext")


@pytest.fixture(scope="module")
def real_pdf(real_paper: Paper) -> bytes:
    """The real month as a PDF."""
    return as_pdf(real_paper)


def test_the_same_statement_is_the_same_bytes_soon(real_paper: Paper, real_pdf: bytes) -> None:
    began = time.process_time()
    assert as_pdf(real_paper) == real_pdf
    assert time.process_time() - began < 4


def test_it_is_tagged_and_made_to_be_kept(real_pdf: bytes) -> None:
    assert real_pdf.startswith(b"%PDF-1.7")
    for said in (b"/Marked true", b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>"):
        assert said in real_pdf
    assert b"2002-09-25" in real_pdf
    assert b"/JavaScript" not in real_pdf
    assert b"/URI" not in real_pdf


def test_every_figure_is_laid_out(real_paper: Paper) -> None:
    for template in StatementTemplate:
        found = statement_of(real_paper.statement.report, template)
        pages = laid_out(attrs.evolve(real_paper, statement=found))["pages"]
        assert isinstance(pages, list)
        texts = Counter(
            cell["text"]
            for page in pages
            for section in page["sections"]
            for row in section["rows"]
            for cell in row.get("cells", ())
        )
        del texts[""]
        assert texts == Counter(figure.printed for figure in found.figures if figure.printed)


@pytest.mark.skipif(TO_TEXT is None, reason="pdftotext is not here: apt-get install poppler-utils")
def test_every_figure_is_read_back(real_paper: Paper, real_pdf: bytes, tmp_path: Path) -> None:
    assert TO_TEXT is not None
    (tmp_path / "s.pdf").write_bytes(real_pdf)
    done = subprocess.run([TO_TEXT, "-layout", str(tmp_path / "s.pdf"), "-"], check=True, capture_output=True)
    read = Counter(re.split(r"\s+", done.stdout.decode()))
    wanted = Counter(word for figure in real_paper.statement.figures for word in figure.printed.split())
    assert sum(wanted.values()) >= 1290
    assert {word: (count, read[word]) for word, count in wanted.items() if read[word] < count} == {}
    pages = done.stdout.decode().count("\f")
    assert f"Page {pages} of {pages}" in re.sub(r" +", " ", done.stdout.decode())


@pytest.mark.skipif(TO_TEXT is None, reason="pdftotext is not here: apt-get install poppler-utils")
def test_what_an_enemy_called_things_is_text(hostile_paper: Paper, tmp_path: Path) -> None:
    assert TO_TEXT is not None
    terms = hostile_paper.statement.report.terms
    enemy = '#eval("1+1") $x$ @x *b* \\ "]'
    report = attrs.evolve(hostile_paper.statement.report, terms=attrs.evolve(terms, description=enemy))
    made = as_pdf(attrs.evolve(hostile_paper, statement=attrs.evolve(hostile_paper.statement, report=report)))
    (tmp_path / "s.pdf").write_bytes(made)
    done = subprocess.run([TO_TEXT, "-raw", str(tmp_path / "s.pdf"), "-"], check=True, capture_output=True)
    words = re.sub(r"\s+", "", done.stdout.decode())
    for text in (SCRIPT, FORMULA.lower(), LONG.lower(), enemy):
        assert re.sub(r"\s+", "", text) in words
