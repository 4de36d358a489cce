"""The pages of one distribution: its statement, a figure's calculation, what changed, its findings and its charts."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

import attrs

from ledger import schedule
from ledger.http.asking import Problem
from ledger.reports import Report
from replay.papers.paper import columns_of, heading_of, is_in_words, label_of, mark_of, title_of
from replay.reports.statements import statement_report
from replay.statements.asking import Known
from replay.statements.figures import Figure, Page, Section
from replay.web.addresses import deal_page, event_page, figure_page, statement_page
from replay.web.answer import Crumbs, Sent, Shown
from replay.web.desk import Laid, ReadersDesk, about_statement, command
from replay.web.markup import (
    Html,
    headed,
    inline,
    joined,
    linked,
    links_of,
    paragraph,
    report_body,
    safe,
    wide,
)
from replay.web.request import FORMS, Request


def known_of(request: Request) -> Known:
    """Return the point of knowledge that a request names."""
    as_known, through = request.text("as"), request.number("known_through")
    if as_known not in ("", "now", "closed") or (as_known and through is not None):
        raise Problem(400, "one_point_of_knowledge", "give as=closed, as=now, or known_through=SEQUENCE")
    return Known(through=through, as_closed=as_known == "closed")


def crumbs(deal: str, payment_date: dt.date | None = None) -> Crumbs:
    """Return the pages above one of a deal, or of one of its distributions."""
    above = (("Deals", "/"), (deal, deal_page(deal)))
    if payment_date is None:
        return above
    return (*above, (str(payment_date), statement_page(deal, payment_date)))


def tabs(deal: str, day: dt.date, known: int, current: str) -> Html:
    """Return the links between the pages of a distribution, as known through a sequence."""
    query = {"known_through": known}
    listed = (
        ("Statement", statement_page(deal, day, **query)),
        ("Compare", deal_page(deal, "compare", payment_date=day)),
        ("Findings", deal_page(deal, "findings", day, **query)),
        ("Charts", deal_page(deal, "charts", day, **query)),
        ("Tie out", deal_page(deal, "reconcile", day, **query)),
        ("Trial balance", deal_page(deal, "accounts", date=day, **query)),
        ("Events", deal_page(deal, "events", distribution=day)),
        ("Take away", deal_page(deal, "papers", day, **query)),
    )
    items = joined(linked(where, name, current=name == current) for name, where in listed)
    return Html(f'<nav class="tabs" aria-label="This distribution">{items}</nav>')


def state_told(state: str) -> Html:
    """Return a state as a word that shows also without its colour."""
    return Html(f'<span class="state {safe(state)}">{safe(state)}</span>')


def show_statement(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown:
    """Return a statement page by page, every figure a link to its calculation."""
    laid = desk.laid(deal, day, known_of(request))
    found, at = laid.statement, laid.standing
    made = command("statement", "--payment-date", day, "--known-through", at.known_through, form=request.form)
    about = about_statement(at, made)
    wanted = _wanted(request, found.pages)
    pages = found.pages if wanted is None else tuple(page for page in found.pages if page.number == wanted)
    key = ("statement", deal, day, at.known_through, wanted)
    shown = desk.kept_page(key, lambda: joined(_page(page, deal, day, at.known_through) for page in pages))
    closing = Html("")
    if wanted is None or wanted == found.pages[0].number:
        closing = desk.kept_page((*key, "recorded"), lambda: _recorded(laid))
    report = Report(title="", about=about)
    if request.form != "html":
        # The text is the command's, which lays the pages out; the other formats are of the figures alone.
        told = statement_report(found, pages=request.form == "text", closing=laid.closing, restated=at.restated)
        report = attrs.evolve(told, about=about)
    return Shown(
        title=f"{found.report.terms.title}: distribution of {day}",
        crumbs=crumbs(deal),
        report=report,
        body=joined(
            (
                tabs(deal, day, at.known_through, "Statement"),
                _standing(laid),
                _knowing(deal, day, laid, wanted),
                _pager(found.pages, deal, day, at.known_through, wanted),
                shown,
                _MARKED,
                closing,
                _pager(found.pages, deal, day, at.known_through, wanted),
            )
        ),
    )


def show_dated(desk: ReadersDesk, request: Request, deal: str) -> Sent:
    """Lead to the statement of the distribution whose record date is the latest on or before a calendar date."""
    day = request.date("date")
    if day is None:
        raise Problem(400, "no_date", "give any calendar date: date=2002-09-10")
    known = known_of(request)
    at = schedule(desk.ledger.terms(deal, known_through=known.through)).for_record_date(day)
    if at is None:
        raise Problem(404, "before_the_first", f"the deal has no distribution whose record date is {day} or earlier")
    entered, last = desk.entered(deal), desk.periods(deal).periods[-1].payment_date
    if entered is not None and at.payment_date < entered:
        raise Problem(404, "before_entry", f"the deal entered with the distribution of {entered}, after {day}")
    if at.payment_date > last:
        said = f"the distribution of {at.payment_date} is not reported yet; the next to be closed is that of {last}"
        raise Problem(404, "not_reported_yet", said)
    as_known, form = request.text("as"), request.text("format")
    where = statement_page(deal, at.payment_date, as_=as_known, known_through=known.through, format=form)
    return Sent(content=b"", kind=FORMS["text"], status=HTTPStatus.SEE_OTHER, headers=(("Location", where),))


_MARKED = Html(
    '<p class="note">Every figure leads to its calculation. <span class="brought">Dots</span> mark what was brought '
    'forward when the deal entered, <span class="reported">dashes</span> what was reported; the rest '
    "follows from events or is a term of the deal.</p>"
)


def _recorded(laid: Laid) -> Html:
    at = laid.standing
    report = statement_report(laid.statement, figures=False, closing=laid.closing, restated=at.restated)
    links = links_of(at.deal, at.known_through, at.payment_date)
    return joined((headed("As recorded"), report_body(attrs.evolve(report, summary=()), links)))


def _wanted(request: Request, pages: tuple[Page, ...]) -> int | None:
    if request.text("page") == "all":
        return None
    wanted = request.number("page")
    numbers = [page.number for page in pages]
    if wanted is None:
        return numbers[0]
    if wanted not in numbers:
        raise Problem(404, "no_such_page", f"the statement has the pages {numbers[0]} to {numbers[-1]}")
    return wanted


def _standing(laid: Laid) -> Html:
    at = laid.standing
    deal = at.deal

    def event(sequence: int | None) -> Html:
        return Html("") if sequence is None else linked(event_page(deal, sequence), sequence)

    listed = inline(
        (
            ("state", state_told(at.state.value)),
            ("record date", safe(at.record_date)),
            ("payment date", safe(at.payment_date)),
            ("known through event", event(at.known_through)),
            ("closed by event", event(at.closed_at)),
            ("paid by event", event(at.paid_at)),
            ("digest", Html(f'<span class="hash">{safe(at.digest)}</span>')),
        )
    )
    if at.restated is None:
        return listed
    where = deal_page(deal, "compare", payment_date=at.payment_date)
    note = f'<div class="told warn">Restated by {safe(at.restated)}. {linked(where, "See what is different")}.</div>'
    return joined((listed, Html(note)))


def _knowing(deal: str, day: dt.date, laid: Laid, wanted: int | None) -> Html:
    page = "all" if wanted is None else wanted
    now = linked(statement_page(deal, day, page=page, as_="now"), "As known now")
    closed = linked(statement_page(deal, day, page=page, as_="closed"), "As it was closed")
    links = now if laid.standing.closed_at is None else joined((closed, now), " · ")
    action = safe(statement_page(deal, day))
    return Html(
        f'<form method="get" action="{action}"><input type="hidden" name="page" value="{safe(page)}">'
        '<label>Known through event<input name="known_through" inputmode="numeric" pattern="[0-9]+" size="9" '
        f'required value="{laid.standing.known_through}"></label><button>Show</button><span>{links}</span></form>'
    )


def _pager(pages: tuple[Page, ...], deal: str, day: dt.date, known: int, wanted: int | None) -> Html:
    def to(number: int | str, current: bool) -> Html:
        return linked(statement_page(deal, day, page=number, known_through=known), number, current=current)

    listed = [to(page.number, page.number == wanted) for page in pages]
    return Html(f'<nav class="pages" aria-label="Pages">{joined([*listed, to("all", wanted is None)])}</nav>')


def _page(page: Page, deal: str, day: dt.date, known: int) -> Html:
    parts = [Html(f'<h2><span class="number">{page.number}</span>{safe(heading_of(page))}</h2>')]
    shown = [section for section in page.sections if section.rows]
    if not shown:
        parts.append(paragraph("Nothing is known of what this page is for.", "note"))
    parts.extend(_section(section, deal, day, known) for section in shown)
    parts.extend(paragraph(note, "note") for note in page.notes)
    return joined(parts)


def _section(section: Section, deal: str, day: dt.date, known: int) -> Html:
    columns = columns_of(section)
    words = {figure.column for row in section.rows for figure in row.figures if is_in_words(figure)}
    kind = {column: "" if column in words else ' class="n"' for column in columns}
    heads = joined(Html(f'<th scope="col"{kind[column]}>{safe(column)}</th>') for column in columns)
    first = section.title if section.shape == "table" else {"classes": "Class", "loans": "Loan"}.get(section.shape, "")
    rows: list[str] = []
    above = ""
    for row in section.rows:
        if row.heading and row.heading != above:
            rows.append(
                f'<tr class="over"><th scope="rowgroup" colspan="{len(columns) + 1}">{safe(row.heading)}</th></tr>'
            )
        above = row.heading
        held = {figure.column: figure for figure in row.figures}
        cells = joined(
            Html(f"<td{kind[column]}>{_figure(held[column], deal, day, known) if column in held else ''}</td>")
            for column in columns
        )
        under = ' class="under"' if above else ""
        rows.append(f'<tr{under}><th scope="row">{safe(label_of(row))}</th>{cells}</tr>')
    inside = (
        f'<caption>{safe(title_of(section))}</caption><thead><tr><th scope="col">{safe(first)}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>"
    )
    return wide(title_of(section), Html(inside))


def _figure(figure: Figure, deal: str, day: dt.date, known: int) -> Html:
    where = figure_page(deal, day, figure.path, known_through=known)
    return linked(where, figure.printed or "(blank)", mark=mark_of(figure))


__all__ = ["crumbs", "known_of", "show_dated", "show_statement", "state_told", "tabs"]
