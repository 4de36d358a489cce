"""The page that ties a published statement out: what is dropped on it is read, compared and forgotten."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

import replay
from ledger.http.asking import Problem
from ledger.reports import CellValue, Column, ColumnKind, Prose, Report, ReportPart, Table
from replay.filing import ClassTable, read_statement
from replay.filing.text.about import without_about
from replay.reconciliation.own_text import read_own_text
from replay.reports.tie_outs import problem_line, tie_out_report
from replay.web.addresses import deal_page
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk, about_statement, command
from replay.web.markup import Html, joined, links_of, report_body, safe
from replay.web.request import MOST_LINES, MOST_UPLOADED, Request, uploaded
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
    if content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n") > MOST_LINES:
        raise Problem(413, "too_many_lines", f"more than {MOST_LINES:,} lines; replay reconcile reads more")
    with desk.turn():
        report = _tied(desk, request, deal, day, content)
    there = {figure.path for figure in desk.laid(deal, day, known_of(request)).statement.figures}
    links = links_of(deal, known, day)
    figure = links["figure"]
    links["figure"] = lambda path, row: figure(path, row) if path in there else ""
    links["events"] = lambda name, row: links["event_id"](name, row) if name != _MORE else figure(_path(row), row)
    shown = attrs.evolve(report, parts=tuple(_for_a_page(report)))
    body = joined((above, report_body(shown, links)))
    return Shown(title=title, crumbs=crumbs(deal, day), report=report, body=body)


_BREAKS = (
    Column("page"),
    Column("figure"),
    Column("published", kind=ColumnKind.FIGURE),
    Column("ours", kind=ColumnKind.FIGURE),
    Column("difference", kind=ColumnKind.NUMBER),
    Column("kind"),
    Column("source_line", heading="line of the file"),
    Column("events", kind=ColumnKind.LIST),
)
_MORE = "more"


def _path(row: Mapping[str, CellValue]) -> str:
    return str(row["figure"])


def _for_a_page(report: Report) -> Iterator[ReportPart]:
    """Yield the parts with the breaks as one table, whose figures and events are links, in the place of their prose."""
    for part in report.parts:
        if isinstance(part, Prose) and part.heading.startswith("BREAK "):
            continue
        if isinstance(part, Prose):
            lines = tuple(f"{line[:-1]}" if line.endswith(", 1 breaks") else line for line in part.lines)
            yield attrs.evolve(part, lines=lines)
        elif isinstance(part, Table) and part.name == "breaks":
            yield from _breaks(part)
        else:
            yield part


def _breaks(listed: Table) -> Iterator[Table]:
    names = [column.name for column in listed.columns]
    rows: list[tuple[CellValue, ...]] = []
    for row in listed.rows:
        held = dict(zip(names, row, strict=True))
        path = "/".join(str(held[name]) for name in ("page", "section", "line", "column"))
        events = tuple(_MORE if item == "..." else item for item in str(held["events"]).split())
        rows.append(tuple({**held, "figure": path, "events": events}[column.name] for column in _BREAKS))
    if rows:
        yield Table(name="breaks", caption="Breaks", columns=_BREAKS, rows=tuple(rows))


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
