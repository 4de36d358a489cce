"""Papers to take away: a statement as a page of HTML, a PDF or a workbook, whichever the machine can write."""

from __future__ import annotations

import datetime as dt
from importlib.util import find_spec

import attrs

from ledger.http.asking import Problem
from replay.charts import charts_of
from replay.papers.paper import Paper
from replay.papers.sources import with_events
from replay.reports.statements import statement_report
from replay.web.addresses import deal_page, statement_page
from replay.web.answer import Sent, Shown
from replay.web.desk import Laid, ReadersDesk, about_statement, command
from replay.web.markup import Html, joined, linked, paragraph
from replay.web.request import FORMS, Request
from replay.web.statements import crumbs, known_of, tabs

_WRITERS = {"pdf": "typst", "xlsx": "xlsxwriter"}


def show_papers(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown | Sent:
    """Return the list of papers of a statement, or the one that ``paper`` names."""
    laid = desk.laid(deal, day, known_of(request))
    known = laid.standing.known_through
    chosen = request.text("paper")
    if chosen:
        if chosen not in ("html", *_WRITERS):
            raise Problem(404, "no_such_paper", "a paper is html, pdf or xlsx")
        writer = _WRITERS.get(chosen)
        if writer is not None and find_spec(writer) is None:
            raise Problem(406, "no_writer", f"{chosen} needs {writer} on the server: pip install 'indenture[papers]'")
        with desk.turn():
            content = _made(desk, laid, chosen)
        return Sent(content=content, kind=FORMS[chosen], filename=f"{_named(deal)}{day}-known-through-{known}.{chosen}")
    there = [name for name in ("html", *_WRITERS) if name not in _WRITERS or find_spec(_WRITERS[name]) is not None]
    items = [linked(deal_page(deal, "papers", day, known_through=known, paper=name), name.upper()) for name in there]
    items += [linked(statement_page(deal, day, known_through=known, format=name), name.upper()) for name in
              ("csv", "json", "text")]  # fmt: skip
    listed = joined(Html(f"<li>{item}</li>") for item in items)
    note = paragraph("The same statement as known through the same event gives the same paper.", "note")
    body = joined((tabs(deal, day, known, "Take away"), Html(f"<ul>{listed}</ul>"), note))
    return Shown(title=f"{deal}: papers of {day}", crumbs=crumbs(deal, day), body=body)


def _named(deal: str) -> str:
    """Return what a file's name says of its deal: no sign that a header or a file system takes for its own."""
    told = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in deal).strip("-")
    return f"{told[:80]}-" if told else ""


def _made(desk: ReadersDesk, laid: Laid, form: str) -> bytes:
    found, at = laid.statement, laid.standing
    report = statement_report(found, figures=False, closing=laid.closing, restated=at.restated)
    # A page is HTML where no format is named, a command is not: a paper says its format whichever it is.
    options = ("--payment-date", at.payment_date, "--known-through", at.known_through, "--format", form)
    made = command("statement", *options)
    report = attrs.evolve(report, about=about_statement(at, made))
    paper = Paper(statement=found, report=report, charts=charts_of(desk.ledger, found.report))
    if form == "html":
        from replay.papers.html import as_html

        return as_html(paper).encode()
    if form == "pdf":
        from replay.papers.pdf import as_pdf

        return as_pdf(paper)
    from replay.papers.workbooks import as_workbook

    return as_workbook(with_events(desk.ledger, paper))


__all__ = ["show_papers"]
