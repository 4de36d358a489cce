"""The pages of the books: the trial balance of a day, and one account between two days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

import replay
from ledger import CHART
from ledger.http.asking import Problem
from ledger.reports import CellValue
from replay.reports.account_books import account_report
from replay.reports.books import trial_balance_report
from replay.web.addresses import deal_page
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk, command
from replay.web.markup import Html, joined, links_of, report_body, safe
from replay.web.request import Request
from replay.web.statements import crumbs


def show_trial_balance(desk: ReadersDesk, request: Request, deal: str) -> Shown:
    """Return every account on its side on a business date."""
    day = request.date("date") or desk.last_payment_date(deal)
    known = request.number("known_through")
    found = replay.books(desk.ledger, deal, day, known_through=known)
    made = command("books", "--known-through", found.known_through, "--record-date", day, "--trial-balance",
                   form=request.form)  # fmt: skip
    about = desk.about_day(deal, day, found.known_through, made)
    report = attrs.evolve(trial_balance_report(found), about=about)
    links = links_of(deal, found.known_through)

    def card(_: str, row: Mapping[str, CellValue]) -> str:
        name = str(row["account"])
        of = str(row["key"] or "")
        where = deal_page(deal, "accounts", name, through=day, of=of, known_through=found.known_through)
        return where if name in CHART else ""

    links["title"] = card
    form = Html(
        f'<form method="get" action="{safe(deal_page(deal, "accounts"))}">{_keeping(known)}<label>business date'
        f'<input type="date" name="date" value="{day}"></label><button>Show</button></form>'
    )
    return Shown(
        title=report.title, crumbs=crumbs(deal), report=report, body=joined((form, report_body(report, links)))
    )


def _keeping(known: int | None) -> Html:
    """Return what keeps a form at the point of knowledge that its page was asked for."""
    return Html("") if known is None else Html(f'<input type="hidden" name="known_through" value="{known}">')


def show_account(desk: ReadersDesk, request: Request, deal: str, name: str) -> Shown:
    """Return the card of one account: opening balance, every movement with its event, closing."""
    if name not in CHART:
        raise Problem(404, "no_such_account", f"{name!r} is no account; the trial balance lists them")
    last = request.date("through") or desk.last_payment_date(deal)
    first = request.date("from") or last.replace(day=1)
    if first > last:
        raise Problem(400, "dates", "the first day comes after the last")
    if (last - first) > dt.timedelta(days=400):
        raise Problem(400, "dates", "a card is of 400 days at most; ask for fewer at a time")
    key, known = request.text("of") or None, request.number("known_through")
    found = replay.account_card(desk.ledger, deal, name, first, last, key=key, known_through=known)
    options = ("--known-through", found.known_through, "--from", first, "--through", last)
    made = command("account", *options, *(("--of", key) if key else ()), form=request.form, arguments=(name,))
    about = desk.about_day(deal, last, found.known_through, made)
    report = attrs.evolve(account_report(found), about=about)
    form = Html(
        f'<form method="get" action="{safe(deal_page(deal, "accounts", name))}">{_keeping(known)}'
        f'<label>from<input type="date" name="from" value="{first}"></label>'
        f'<label>through<input type="date" name="through" value="{last}"></label>'
        f'<label>of<input name="of" value="{safe(key or "")}" size="14"></label><button>Show</button></form>'
    )
    body = joined((form, report_body(report, links_of(deal, found.known_through))))
    above = (*crumbs(deal), ("trial balance", deal_page(deal, "accounts", date=last)))
    return Shown(title=report.title, crumbs=above, report=report, body=body)


__all__ = ["show_account", "show_trial_balance"]
