"""Which page stands at which address."""

from __future__ import annotations

import re

from ledger import ReplayGap
from ledger.http.asking import Problem
from ledger.reports import visible
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

_ASKED: dict[tuple[str, int], tuple[str, ...]] = {
    ("", 0): (),
    ("search", 1): ("q",),
    ("", 2): (),
    ("statements", 3): ("date", *_OF_A_STATEMENT),
    ("statements", 4): ("page", *_OF_A_STATEMENT),
    ("figures", 4): ("figure", *_OF_A_STATEMENT),
    ("findings", 4): _OF_A_STATEMENT,
    ("charts", 4): ("whole", *_OF_A_STATEMENT),
    ("reconcile", 4): _OF_A_STATEMENT,
    ("papers", 4): ("paper", *_OF_A_STATEMENT),
    ("accounts", 3): ("date", "known_through"),
    ("accounts", 4): ("from", "through", "of", "known_through"),
    ("loans", 3): ("loan", "payment_date", "known_through"),
    ("loans", 4): ("payment_date", "known_through"),
    ("compare", 3): ("payment_date", "other", "then", "now", "known_through"),
    ("history", 3): ("figure", "as", "whole"),
    ("events", 3): ("after", *events.FILTERS),
    ("events", 4): (),
    ("verify", 3): ("run",),
}
"""What each page is asked for, by its name and the segments of its address; any may be asked for its format too."""


def answered(desk: ReadersDesk, request: Request) -> Answer:
    """Return what stands at the address of a request; raises :class:`Problem` where nothing does."""
    _check_text(request)
    _check_points(request)
    _check_names(request)
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


def _check_text(request: Request) -> None:
    """Refuse what no database holds as text, and so nothing here is called."""
    if any("\0" in item for item in request.path):
        raise Problem(404, "no_such_page", "there is no such page")
    named = [name for name, value in request.query.items() if "\0" in value]
    # A search says of it what it says of every other text that nothing is called.
    if named and request.path != ("search",):
        raise Problem(400, "not_text", f"{visible(named[0])} holds a zero byte, which no text has")


def _check_points(request: Request) -> None:
    """Refuse a point of knowledge that a page does not take: what is known now would be read as what was then."""
    taken = _TAKEN.get(request.path[2], ()) if len(request.path) > 2 else ()
    for name in _POINTS:
        if request.text(name) and name not in taken:
            instead = f"give {' or '.join(taken)}" if taken else "what is known now is shown"
            raise Problem(400, "point_of_knowledge", f"{name} is not taken here; {instead}")


def _check_names(request: Request) -> None:
    """Refuse what a page is not asked for: a name that is misspelt would be taken for one that was not given."""
    size = len(request.path)
    page = request.path[2] if size > 2 else request.path[0] if request.path == ("search",) else ""
    taken = _ASKED.get((page, size))
    if taken is None:  # There is no such page, which is said of it.
        return
    for name, value in request.query.items():
        if value.strip() and name not in (*taken, "format"):
            told = ", ".join((*taken, "format"))
            raise Problem(400, "unknown_field", f"this page is asked for {told}, and not for {visible(name[:80])!r}")


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
