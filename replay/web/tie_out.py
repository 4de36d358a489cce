"""The page that ties a published statement out: what is dropped on it is read, compared and forgotten."""

from __future__ import annotations

import datetime as dt
import hashlib
from fractions import Fraction

import attrs

import replay
from ledger.http.asking import Problem
from ledger.reports import Report
from replay.filing import ClassTable, read_statement
from replay.filing.text.about import without_about
from replay.reconciliation.own_text import read_own_text
from replay.reports.tie_outs import problem_line, tie_out_report
from replay.web.addresses import deal_page
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk, about_statement, command
from replay.web.markup import Html, joined, links_of, paragraph, report_body, safe
from replay.web.request import MOST_UPLOADED, Request, uploaded
from replay.web.statements import crumbs, known_of, tabs

FIELD = "statement"
"""The name of the file in the form."""


def show_tie_out(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown:
    """Return the form, or what a statement that was sent agrees with and where it breaks; nothing of it is stored."""
    known = desk.sequence(deal, day, known_of(request))
    form = Html(
        f'<form method="post" enctype="multipart/form-data" action="'
        f"{safe(deal_page(deal, 'reconcile', day, known_through=known))}\"><label>The published statement: a trustee's "
        f'text, a figures CSV, or a class table<input type="file" name="{FIELD}" required></label>'
        "<button>Tie it out</button></form>"
        f'<p class="note">Up to {MOST_UPLOADED // 1024 // 1024} MiB. It is compared and forgotten.</p>'
    )
    above = joined((tabs(deal, day, known, "Tie out"), form))
    title = f"{deal}: tie out the distribution of {day}"
    if request.method != "POST":
        return Shown(title=title, crumbs=crumbs(deal, day), body=above)
    content = uploaded(request, FIELD)
    if not content.strip():
        raise Problem(400, "no_statement", "no statement was sent; choose a file")
    with desk.turn():
        report = _tied(desk, request, deal, day, content)
    links = links_of(deal, known, day)
    breaks = ("page", "section", "line", "column", "published", "ours", "difference")
    shown = _columns(report, "breaks", breaks)
    body = joined((above, paragraph(""), report_body(report, links, also={"breaks": shown})))
    return Shown(title=title, crumbs=crumbs(deal, day), report=report, body=body)


def _columns(report: Report, name: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    for part in report.parts:
        if getattr(part, "name", "") == name and hasattr(part, "columns"):
            there = [column.name for column in part.columns]
            return tuple(item for item in wanted if item in there) or tuple(there)
    return wanted


def _tied(desk: ReadersDesk, request: Request, deal: str, day: dt.date, content: bytes) -> Report:
    read = read_statement(content)
    text = without_about(content.decode("utf-8", errors="replace"))
    laid = desk.laid(deal, day, known_of(request))
    found, at = laid.statement, laid.standing
    readable = bool(read.rows if isinstance(read, ClassTable) else read.figures)
    if isinstance(read, ClassTable) or not readable:
        own = read_own_text(found, text)
        if own is None and not readable:
            said = "; ".join(problem_line(problem) for problem in read.problems[:3]) or "it holds none"
            raise Problem(422, "unreadable", f"no figure of the statement could be read: {said}")
        read = own or read
    nothing = Fraction(0)
    if isinstance(read, ClassTable):
        tied = replay.reconcile_class_table(found, read, tolerance=nothing, ledger=desk.ledger)
    else:
        tied = replay.reconcile(found, read, text=text, tolerance=nothing, ledger=desk.ledger)
    made = command("reconcile", "--payment-date", day, "--known-through", at.known_through, form=request.form)
    about = attrs.evolve(about_statement(at, made), filing=hashlib.sha256(content).hexdigest())
    return attrs.evolve(tie_out_report(tied), about=about)


__all__ = ["FIELD", "show_tie_out"]
