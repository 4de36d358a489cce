"""The pages beside a statement: what is different of it, what the gate finds, and its charts."""

from __future__ import annotations

import datetime as dt
import re

import attrs

import replay
from ledger.http.asking import Problem
from ledger.reports import Report, ReportPart, Table
from ledger.reports.findings import findings_report
from replay.charts import charts_of
from replay.charts.chart import Chart
from replay.charts.drawing import clean
from replay.charts.svg import as_svg
from replay.charts.tables import chart_table, charts_listed
from replay.reports.restatements import restatement_report
from replay.reports.side_by_side import side_by_side_report
from replay.statements.asking import Known
from replay.web.addresses import deal_page
from replay.web.answer import Shown
from replay.web.desk import Laid, ReadersDesk, about_statement, command
from replay.web.markup import (
    Html,
    called,
    joined,
    linked,
    links_of,
    paragraph,
    report_body,
    safe,
    tabled,
)
from replay.web.request import Request
from replay.web.statements import crumbs, known_of, tabs
from replay.web.weighed import with_causes

LONGEST_LIFE = 72
"""Months of a deal whose charts and histories are made without asking."""


def show_comparison(desk: ReadersDesk, request: Request, deal: str) -> Shown:
    """Return what of a statement differs between two points of knowledge: as closed and now, unless two are named.

    With another payment date it is what differs between the statements of the two.
    """
    day = request.date("payment_date") or desk.last_payment_date(deal)
    other = request.date("other")
    for name in ("then", "now") if other is not None else ("known_through",):
        if request.text(name):
            instead = "two dates are compared as known_through" if other is not None else "give then and now"
            raise Problem(400, "point_of_knowledge", f"{name} is not taken here; {instead}")
    if other is not None:
        return _two_dates(desk, request, deal, *sorted((day, other)))
    then, now = request.number("then"), request.number("now")
    form = _compare_form(deal, day, then, now)
    if (then is None) != (now is None) or (then is not None and now is not None and then > now):
        raise Problem(400, "two_points", "give both then and now, the earlier sequence first, or neither")
    with desk.turn():
        found = replay.restatement(desk.ledger, deal, None, then, now, payment_date=day)
        standing = replay.standing(desk.ledger, found.now)
    known = (found.known_then, standing.known_through)
    made = command("diff", "--payment-date", day, "--known-through", *known, form=request.form)
    report = attrs.evolve(restatement_report(found), about=about_statement(standing, made))
    return Shown(
        title=f"{deal}: {day}, known through {found.known_then} and through {found.known_now}",
        crumbs=crumbs(deal, day),
        report=report,
        body=joined(
            (
                tabs(deal, day, found.known_now, "Compare"),
                form,
                report_body(
                    attrs.evolve(report, parts=tuple(_caused(found, part) for part in report.parts)),
                    links_of(deal, found.known_now, day),
                    also={"figures": ("figure", "printed_then", "printed_now", "difference", "events")},
                ),
            )
        ),
    )


def _caused(found: replay.Restatement, part: ReportPart) -> ReportPart:
    return with_causes(found, part) if isinstance(part, Table) and part.name == "figures" else part


def _two_dates(desk: ReadersDesk, request: Request, deal: str, earlier: dt.date, later: dt.date) -> Shown:
    """Return what differs between the statements of two distributions, both as known at one point."""
    known = request.number("known_through") or desk.head(deal)
    with desk.turn():
        both = [desk.laid(deal, day, Known(through=known)) for day in (earlier, later)]
    report = side_by_side_report(*(laid.statement for laid in both))
    form = _compare_form(deal, later, None, None, earlier)
    shown = {"figures": ("figure", "printed_then", "printed_now", "difference")}
    named = {"printed_then": str(earlier), "printed_now": str(later)}
    parts = tuple(called(part, **named) if isinstance(part, Table) else part for part in report.parts)
    body = report_body(attrs.evolve(report, parts=parts), links_of(deal, known, later), also=shown)
    return Shown(
        title=f"{report.title}, known through {known}",
        crumbs=crumbs(deal, later),
        report=report,
        body=joined((tabs(deal, later, known, "Compare"), form, _restated_told(both), body)),
    )


def _restated_told(both: list[Laid]) -> Html:
    """Return why balances need not roll from the one month into the other, where one of them is restated."""
    days = [str(laid.standing.payment_date) for laid in both if laid.standing.restated is not None]
    if not days:
        return Html("")
    said = (
        f"Restated: {' and '.join(days)}. A restated statement shows what would be paid by what is known now; what was "
        "paid to the bonds stays as it was recorded, and the later month begins with it. Balances need not roll from "
        "the one into the other."
    )
    return Html(f'<div class="told warn">{safe(said)}</div>')


def _compare_form(deal: str, day: dt.date, then: int | None, now: int | None, other: dt.date | None = None) -> Html:
    field = '<label>{0}<input name="{0}" inputmode="numeric" pattern="[0-9]*" size="9" value="{1}"></label>'
    return Html(
        f'<form method="get" action="{safe(deal_page(deal, "compare"))}">'
        f'<label>payment date<input type="date" name="payment_date" value="{day}"></label>'
        f'<label>and another<input type="date" name="other" value="{other or ""}"></label>'
        f"{field.format('then', '' if then is None else then)}{field.format('now', '' if now is None else now)}"
        "<button>Compare</button></form>"
        '<p class="note">One date: between two sequences, or without them as it was closed and as known now. '
        "Another date: two months, as known now.</p>"
    )


def show_findings(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown:
    """Return what the gate finds of a distribution: what refuses, what must be acknowledged, and notes."""
    known = desk.sequence(deal, day, known_of(request))

    def make() -> Report:
        ready = desk.ledger.readiness(deal, day, known_through=known)
        return findings_report(
            ready.findings,
            deal=deal,
            distribution_date=day,
            known_through=known,
            closes=bool(ready),
            closed=desk.ledger.closing(deal, day, known_through=known),
        )

    report = desk.kept(("findings", deal, day, known), make)
    return Shown(
        title=report.title,
        crumbs=crumbs(deal, day),
        report=report,
        body=joined((tabs(deal, day, known, "Findings"), report_body(report, links_of(deal, known, day)))),
    )


def long_life(title: str, deal: str, months: int, whole: str) -> Shown:
    """Return a page that says that something takes long, and where it is made all the same."""
    said = f"The deal has {months} months, and a statement is made for every one of them: that takes a while."
    body = joined((paragraph(said), Html(f"<p>{linked(whole, 'Make it all the same')}</p>")))
    return Shown(title=title, crumbs=crumbs(deal), body=body)


def show_charts(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown:
    """Return the charts of a deal's months up to a distribution, each with its table."""
    laid = desk.laid(deal, day, known_of(request))
    at = laid.standing
    months = sum(closed <= day for closed in desk.closed(deal))
    if months > LONGEST_LIFE and request.text("whole") != "yes":
        whole = deal_page(deal, "charts", day, known_through=at.known_through, whole="yes")
        return long_life(f"Charts up to {day}", deal, months, whole)

    def make() -> Html:
        with desk.turn():
            known = [chart for chart in charts_of(desk.ledger, laid.statement.report) if chart.is_known]
        first, rest = joined(map(_drawn, known[:1])), joined(map(_drawn, known[1:]))
        return Html(f'{first}<div class="pair">{rest}</div>')

    drawn = desk.kept(("charts", deal, day, at.known_through), make)
    note = "What is not known is a gap, never nought; each chart has its table of exact values."
    return Shown(
        title=f"{deal}: charts up to {day}",
        crumbs=crumbs(deal, day),
        document=lambda form: _charts_told(desk, laid, form),
        body=joined((tabs(deal, day, at.known_through, "Charts"), paragraph(note, "note"), drawn)),
    )


def _drawn(chart: Chart) -> Html:
    shown = tabled(attrs.evolve(chart_table(chart), caption=""))
    named = f'tabindex="0" aria-label="{safe(chart.title)}"'
    picture, said = as_svg(chart, styled=False), " ".join((chart.about, *chart.notes))
    if f">{clean(chart.title)}</text>" not in picture:
        said = f"{chart.title}: {said}"
    # A picture cuts what it says of itself at its own width; a page has room for all of it below.
    drawn = _SAID.sub("", picture, count=1)
    return Html(
        f'<figure {named}>{drawn}<figcaption class="note">{safe(said)}</figcaption>'
        f"<details><summary>Table</summary>{shown}</details></figure>"
    )


_SAID = re.compile(r'<text x="0" y="36" class="soft">[^<]*</text>\n?')


def _charts_told(desk: ReadersDesk, laid: Laid, form: str) -> str:
    from ledger.reports import written

    with desk.turn():
        return written(charts_listed(charts_of(desk.ledger, laid.statement.report)), form)


__all__ = ["LONGEST_LIFE", "long_life", "show_charts", "show_comparison", "show_findings"]
