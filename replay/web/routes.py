"""Which page stands at which address."""

from __future__ import annotations

import re

from ledger import ReplayGap
from ledger.http.asking import Problem
from replay.web import books, deals, events, figures, loan_card, months, statements, takeaway, tie_out
from replay.web.answer import Answer
from replay.web.desk import ReadersDesk
from replay.web.request import Request, date_of

_SEQUENCE = re.compile(r"[1-9][0-9]{0,17}")

_POINTS = ("as", "known_through", "then", "now")
"""What names a point of knowledge, or two."""

_OF_A_STATEMENT = ("as", "known_through")
_TAKEN = {
    **dict.fromkeys(("statements", "figures", "findings", "charts", "reconcile", "papers"), _OF_A_STATEMENT),
    **dict.fromkeys(("accounts", "loans"), ("known_through",)),
    "compare": ("then", "now", "known_through"),
    "history": ("as",),
}
"""What of it a page takes; every other page is of what is known now."""


def answered(desk: ReadersDesk, request: Request) -> Answer:
    """Return what stands at the address of a request; raises :class:`Problem` where nothing does."""
    _check_points(request)
    match request.path:
        case () | ("deals",):
            return deals.show_deals(desk)
        case ("search",):
            return deals.show_search(desk, request)
        case ("deals", deal):
            return deals.show_deal(desk, request, deal)
        case ("deals", deal, page):
            return _of_deal(desk, request, deal, page)
        case ("deals", deal, page, name):
            return _of_name(desk, request, deal, page, name)
    raise Problem(404, "no_such_page", "there is no such page")


def _check_points(request: Request) -> None:
    """Refuse a point of knowledge that a page does not take: what is known now would be read as what was then."""
    taken = _TAKEN.get(request.path[2], ()) if len(request.path) > 2 else ()
    for name in _POINTS:
        if request.text(name) and name not in taken:
            instead = f"give {' or '.join(taken)}" if taken else "what is known now is shown"
            raise Problem(400, "point_of_knowledge", f"{name} is not taken here; {instead}")


def takes_uploads(path: tuple[str, ...]) -> bool:
    """Say whether something may be sent to a page."""
    return len(path) == 4 and path[0] == "deals" and path[2] == "reconcile"


def _of_deal(desk: ReadersDesk, request: Request, deal: str, page: str) -> Answer:
    match page:
        case "events":
            return events.show_events(desk, request, deal)
        case "compare":
            return months.show_comparison(desk, request, deal)
        case "accounts":
            return books.show_trial_balance(desk, request, deal)
        case "history":
            return figures.show_history(desk, request, deal)
        case "statements":
            return statements.show_dated(desk, request, deal)
        case "verify":
            return deals.show_verification(desk, request, deal)
        case "loans":
            return loan_card.show_loan(desk, request, deal, request.text("loan"))
    raise Problem(404, "no_such_page", "there is no such page")


def _of_name(desk: ReadersDesk, request: Request, deal: str, page: str, name: str) -> Answer:
    match page:
        case "loans":
            return loan_card.show_loan(desk, request, deal, name)
        case "accounts":
            return books.show_account(desk, request, deal, name)
        case "events":
            if not _SEQUENCE.fullmatch(name):
                raise Problem(404, "no_such_event", "an event is named by its sequence in the log")
            return events.show_event(desk, deal, int(name))
    dated = {
        "statements": statements.show_statement,
        "figures": figures.show_figure,
        "findings": months.show_findings,
        "charts": months.show_charts,
        "reconcile": tie_out.show_tie_out,
        "papers": takeaway.show_papers,
    }
    if page not in dated:
        raise Problem(404, "no_such_page", "there is no such page")
    day = date_of(name, "the payment date")
    try:
        return dated[page](desk, request, deal, day)
    except ReplayGap as fault:
        # What is missing of a month before the first one here was never meant to be posted.
        entered = desk.entered(deal)
        if entered is not None and day < entered:
            said = f"the deal entered with the distribution of {entered}; there is no statement of {day}: {fault}"
            raise Problem(409, "before_entry", said) from fault
        raise


__all__ = ["answered", "takes_uploads"]
