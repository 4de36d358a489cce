"""How a statement is written as a paper: as a page of HTML, as a PDF, or as a workbook."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import is_taken, progress_bar, show, show_bytes

if TYPE_CHECKING:
    from ledger import Ledger
    from ledger.reports import Report
    from replay.papers.paper import Paper
    from replay.statements.statement import Statement

PAPERS = ("html", "pdf", "xlsx")
"""The formats that are papers."""

_WRITERS = {"pdf": "typst", "xlsx": "xlsxwriter"}


def check_paper(form: str, out: Path | None) -> None:
    """Refuse to write to a terminal what is not text, and what nothing here writes, before anything is read.

    Raises :class:`ledger.StoreError` naming the extra that brings the writer.
    """
    writer = _WRITERS.get(form)
    if writer is None:
        return
    if out is None and not is_taken():
        raise click.UsageError(f"{form} is not for a terminal; name its file with --out FILE")
    if find_spec(writer) is None:
        from ledger import StoreError

        raise StoreError(f"{form} needs {writer}: pip install 'indenture[papers]'")


def charted(ledger: Ledger, found: Statement, form: str) -> Paper | None:
    """Return a paper with the charts of a statement but without its report; None where the format is no paper."""
    if form not in PAPERS:
        return None
    from ledger.reports import Report
    from replay.charts import charts_of
    from replay.papers.paper import Paper

    with progress_bar("Months") as progress:
        charts = charts_of(ledger, found.report, progress)
    paper = Paper(statement=found, report=Report(title=""), charts=charts)
    if form != "xlsx":
        return paper
    from replay.papers.sources import with_events

    return with_events(ledger, paper)


def give_paper(paper: Paper, report: Report, form: str, out: Path | None) -> None:
    """Write a paper, with its report, to a file or to standard output."""
    import attrs

    whole = attrs.evolve(paper, report=report)
    if form == "xlsx":
        from replay.papers.workbooks import as_workbook

        give(as_workbook(whole), out)
        return
    if form == "pdf":
        from replay.papers.pdf import as_pdf

        give(as_pdf(whole), out)
        return
    from replay.papers.html import as_html

    give(as_html(whole).encode(), out)


def give(content: bytes, out: Path | None) -> None:
    """Write what was made to a file, whole or not at all, or show it."""
    if out is None:
        show_bytes(content) if is_taken() else show(content.decode())
        return
    from ledger.files import write_whole

    write_whole(out, content, replace=True)


__all__ = ["PAPERS", "charted", "check_paper", "give", "give_paper"]
