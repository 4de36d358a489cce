"""Which page stands at which address."""

from __future__ import annotations

import re

from replay.web import books, deals, events, figures, months, statements, takeaway, tie_out
from replay.web.answer import Answer
from replay.web.desk import Desk
from replay.web.request import Problem, Request, date_of

_SEQUENCE = re.compile(r"[1-9][0-9]{0,17}")


def answered(desk: Desk, request: Request) -> Answer:
    """Return what stands at the address of a request; raises :class:`Problem` where nothing does."""
    match request.path:
        case () | ("deals",):
            return deals.deals(desk)
        case ("search",):
            return deals.search(desk, request)
        case ("deals", deal):
            return deals.deal(desk, request, deal)
        case ("deals", deal, page):
            return _of_deal(desk, request, deal, page)
        case ("deals", deal, page, name):
            return _of_name(desk, request, deal, page, name)
    raise Problem(404, "no_such_page", "there is no such page")


def takes_uploads(path: tuple[str, ...]) -> bool:
    """Say whether something may be sent to a page."""
    return len(path) == 4 and path[0] == "deals" and path[2] == "reconcile"


def _of_deal(desk: Desk, request: Request, deal: str, page: str) -> Answer:
    match page:
        case "events":
            return events.events(desk, request, deal)
        case "compare":
            return months.compare(desk, request, deal)
        case "accounts":
            return books.trial_balance(desk, request, deal)
        case "history":
            return figures.history(desk, request, deal)
        case "verify":
            return deals.verify(desk, request, deal)
        case "loans":
            return books.loan(desk, request, deal, request.text("loan"))
    raise Problem(404, "no_such_page", "there is no such page")


def _of_name(desk: Desk, request: Request, deal: str, page: str, name: str) -> Answer:
    match page:
        case "loans":
            return books.loan(desk, request, deal, name)
        case "accounts":
            return books.account(desk, request, deal, name)
        case "events":
            if not _SEQUENCE.fullmatch(name):
                raise Problem(404, "no_such_event", "an event is named by its sequence in the log")
            return events.event(desk, deal, int(name))
    dated = {
        "statements": statements.statement,
        "figures": figures.figure,
        "findings": months.findings,
        "charts": months.charts,
        "reconcile": tie_out.tie_out,
        "papers": takeaway.papers,
    }
    if page not in dated:
        raise Problem(404, "no_such_page", "there is no such page")
    return dated[page](desk, request, deal, date_of(name, "the payment date"))


__all__ = ["answered", "takes_uploads"]
