"""The pages of one figure: its calculation down to the events, and what it was over the months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

import replay
from ledger.http.asking import Problem
from ledger.reports import Report
from replay.explanations import Explanation
from replay.reports.explanations import explanations_written
from replay.reports.histories import history_report
from replay.web.addresses import deal_page, event_page, figure_page, statement_page
from replay.web.answer import Shown
from replay.web.desk import Laid, ReadersDesk, about_statement, command
from replay.web.markup import (
    Html,
    celled,
    facts,
    headed,
    joined,
    linked,
    links_of,
    paragraph,
    report_body,
    safe,
    wide,
)
from replay.web.months import LONGEST_LIFE, long_life
from replay.web.request import Request
from replay.web.statements import crumbs, known_of
from replay.web.weighed import balance_of, is_weighed

MOST_EVENTS = 200
"""Events that stand under a figure; the other formats have more."""


def show_figure(desk: ReadersDesk, request: Request, deal: str, day: dt.date) -> Shown:
    """Return the calculation of a figure: every step with its numbers, its roundings by name, and its events."""
    name = request.text("figure")
    laid = desk.laid(deal, day, known_of(request))
    key = ("figure", deal, day, laid.standing.known_through, name, request.form)
    return desk.kept_page(key, lambda: _figure_shown(desk, request, laid, name))


def _figure_shown(desk: ReadersDesk, request: Request, laid: Laid, name: str) -> Shown:
    deal, day = laid.standing.deal, laid.standing.payment_date
    found, at = laid.statement, laid.standing
    matches = found.find(name)
    if not matches:
        raise Problem(404, "no_such_figure", f"the statement has no figure {name!r}; follow a link of its pages")

    def explained() -> list[Explanation]:
        return [replay.explain(desk.ledger, found, match) for match in matches[:20]]

    def written() -> Html:
        return joined(part for each in explained() for part in (*_explained(each, deal), _weighed(each, laid)))

    options = ("--payment-date", day, "--known-through", at.known_through)
    about = about_statement(at, command("explain", *options, form=request.form, arguments=(name,)))
    return Shown(
        title=f"{name}",
        crumbs=(
            *crumbs(deal, day),
            (
                f"page {matches[0].page}",
                statement_page(deal, day, page=matches[0].page, known_through=at.known_through),
            ),
        ),
        report=Report(title=name, about=about),
        document=lambda form: explanations_written(explained(), form, about=about),
        body=written() if request.form == "html" else Html(""),
    )


def _weighed(each: Explanation, laid: Laid) -> Html:
    """Return where the events are by which the balances that weigh in a figure came about."""
    at = laid.standing
    if not is_weighed(each.figure):
        return Html("")
    said = "Balances weigh in it: whatever moved them moved it too."
    balance = balance_of(each.figure, laid.statement.figures)
    if balance is None:
        return paragraph(said, "note")
    where = figure_page(at.deal, at.payment_date, balance.path, known_through=at.known_through)
    return Html(f'<p class="note">{safe(said)} {linked(where, f"The events behind {balance.path}")}.</p>')


def _explained(each: Explanation, deal: str) -> Iterator[Html]:
    item, known = each.figure, each.known_through
    yield paragraph(item.printed, "big")
    history = deal_page(deal, "history", figure=item.path)
    yield facts(
        (
            ("figure", safe(item.path)),
            ("exact value", safe(item.exact_text)),
            ("origin", safe(item.origin.value)),
            ("known through", linked(event_page(deal, known), known)),
            ("over the months", linked(history, "its history")),
        )
    )
    yield headed("Roundings")
    if each.roundings:
        yield Html(f"<ul>{joined(Html(f'<li>{safe(line)}</li>') for line in each.roundings)}</ul>")
    else:
        yield paragraph("Nothing is rounded on the way; only the printing cuts digits.", "note")
    if each.steps:
        yield headed("How it is calculated")
        rows = joined(
            Html(
                f"<tr>{celled(safe(step.what), '', f'd{min(step.depth, 24)}')}{celled(safe(step.value), 'value', 'n')}"
                f"{celled(safe(step.rule), 'rule')}{celled(safe(step.source), 'source')}</tr>"
            )
            for step in each.steps
        )
        heads = '<th scope="col">what</th><th scope="col" class="n">value</th><th scope="col">rule</th>'
        inside = Html(f'<thead><tr>{heads}<th scope="col">source</th></tr></thead><tbody class="steps">{rows}</tbody>')
        yield wide("How it is calculated", inside, stacked=True)
    yield headed("Events behind it")
    yield _events(each, deal)


def _events(each: Explanation, deal: str) -> Html:
    rows = joined(
        Html(
            f"<tr>{celled(linked(event_page(deal, item.sequence), item.sequence), 'sequence', 'n')}"
            f"{celled(safe(item.event.effective_date), 'date', 'd')}{celled(safe(item.event.name), 'type')}"
            f"{celled(linked(event_page(deal, item.sequence), item.event.event_id), 'event')}</tr>"
        )
        for item in each.events[:MOST_EVENTS]
    )
    word = "event" if len(each.events) == 1 else "events"
    count = f"{len(each.events):,} {word}{'' if each.complete else ' or more'}"
    more = f"; the first {MOST_EVENTS} are shown, and JSON lists more" if len(each.events) > MOST_EVENTS else ""
    if not rows:
        return paragraph("There are none: it is nothing but noughts, or a term of the deal.", "note")
    heads = '<th scope="col" class="n">sequence</th><th scope="col">date</th><th scope="col">type</th>'
    inside = Html(f'<thead><tr>{heads}<th scope="col">event</th></tr></thead><tbody>{rows}</tbody>')
    return joined((paragraph(f"{count}{more}", "note"), wide("Events behind it", inside, stacked=True)))


def show_history(desk: ReadersDesk, request: Request, deal: str) -> Shown:
    """Return one figure over the months, as known now or as each was closed."""
    name, closed = request.text("figure"), known_of(request).as_closed
    listed = desk.periods(deal)
    if len(listed) > LONGEST_LIFE and request.text("whole") != "yes":
        whole = deal_page(deal, "history", figure=name, as_=request.text("as"), whole="yes")
        return long_life(f"History of {name}", deal, len(listed), whole)

    def make() -> replay.FigureHistory:
        with desk.turn():
            return replay.history(desk.ledger, deal, name, as_closed=closed, known_through=listed.known_through)

    found = desk.kept(("history", deal, name, closed, listed.known_through), make)
    if all(item.figure is None for item in found):
        raise Problem(404, "no_such_figure", f"no statement has a figure {name!r}; follow a link of a statement")
    as_closed = ("--as", "closed") if closed else ()
    made = command("history", "--known-through", found.known_through, *as_closed, form=request.form, arguments=(name,))
    report = attrs.evolve(history_report(found), about=desk.about_log(deal, found.known_through, made))
    other = "now" if closed else "closed"
    switch = linked(deal_page(deal, "history", figure=name, as_=other), f"as {other}")
    return Shown(
        title=report.title,
        crumbs=crumbs(deal),
        report=report,
        body=joined((Html(f'<p class="note">{switch}</p>'), report_body(report, links_of(deal, found.known_through)))),
    )


__all__ = ["show_figure", "show_history"]
