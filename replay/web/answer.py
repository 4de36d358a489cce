"""What a page answers with: a page of HTML whose report other formats write, bytes to take away, or another address."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ledger.http.asking import Problem
from ledger.reports import WRITERS, About, Report, written
from replay.web.addresses import address_of
from replay.web.markup import Html, joined, linked, safe
from replay.web.request import FORMS
from replay.web.style import STYLE_ADDRESS

Crumbs = tuple[tuple[str, str], ...]
"""Names of the pages above one, with their addresses."""


@attrs.frozen(kw_only=True)
class Shown:
    """A page: its title and what stands in it; ``report`` is what the other formats of the address are written of.

    ``document`` writes such a format where it is not one report.
    """

    title: str
    body: Html
    report: Report | None = None
    crumbs: Crumbs = ()
    status: int = 200
    document: Callable[[str], str] | None = None


@attrs.frozen(kw_only=True)
class Sent:
    """Bytes as they are, under the name of a format; ``filename`` is what they are kept as."""

    content: bytes
    kind: str
    filename: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Answer = Shown | Sent


def as_sent(answer: Answer, form: str) -> Sent:
    """Return an answer as bytes in a format; a page without a report has no other than HTML."""
    if isinstance(answer, Sent):
        return answer
    if form == "html":
        return Sent(content=page(answer).encode(), kind=FORMS["html"], status=answer.status)
    if form not in WRITERS or (answer.report is None and answer.document is None):
        raise Problem(406, "no_such_format", "this page is not there in that format")
    if answer.document is not None:
        text = answer.document(form)
    else:
        assert answer.report is not None
        report = answer.report
        text = written(report, form)
        if not text:
            # JSON Lines without a row would be nothing at all: the first line says at least of what there is none.
            of = report.provenance
            about = About(deal=of.deal, payment_date=of.distribution_date, known_through=of.known_through)
            text = written(attrs.evolve(report, about=about), form)
    return Sent(content=text.encode(), kind=FORMS[form], status=answer.status)


def page(shown: Shown) -> Html:
    """Return a whole page."""
    above = joined(Html(f"<li>{linked(where, name)}</li>") for name, where in shown.crumbs)
    crumbs = f'<nav class="crumbs" aria-label="Where you are"><ol>{above}</ol></nav>' if shown.crumbs else ""
    return Html(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{safe(shown.title)} - Indenture</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="/{STYLE_ADDRESS}"></head><body>'
        '<a class="skip" href="#main">To the page</a>'
        f'<header class="bar">{linked("/", "Indenture", mark="home")}<span class="soft">read only</span>'
        f'<form action="{address_of("search")}" method="get" role="search">'
        '<input type="search" name="q" aria-label="Search" placeholder="Deal, event, loan, account" size="28" '
        'maxlength="200">'
        "<button>Search</button></form></header>"
        f'<main id="main">{crumbs}<h1>{safe(shown.title)}</h1>{shown.body}</main>{_footer(shown)}</body></html>\n'
    )


def _footer(shown: Shown) -> Html:
    if shown.report is None or shown.report.about is None:
        return Html("")
    said = shown.report.about.said()
    listed = joined(
        Html(f"<dt>{safe(name.replace('_', ' '))}</dt><dd>{safe(value)}</dd>")
        for name, value in said.items()
        if name != "version"
    )
    made = '<p class="note">The address of the ledger and the deal go behind the options of the command.</p>'
    more = made if said.get("made_by") and said.get("deal") else ""
    return Html(f'<footer><h3>Where this comes from</h3><dl class="from">{listed}</dl>{more}</footer>')


__all__ = ["Answer", "Crumbs", "Sent", "Shown", "as_sent", "page"]
