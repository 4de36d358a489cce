"""What stands at the address of a request, once it is known to ask for nothing that the page there is not asked for."""

from __future__ import annotations

import datetime as dt

from ledger import ReplayGap
from ledger.http.asking import Problem
from ledger.reports import visible
from replay.web.answer import Answer
from replay.web.desk import ReadersDesk
from replay.web.request import Request
from replay.web.table import POINTS, PageRoute, page_at

ANY = ("format",)
"""What every page may be asked for."""


YES = ("run", "whole")
"""What is asked for by saying yes; anything else would be taken for nothing."""


def answered(desk: ReadersDesk, request: Request) -> Answer:
    """Return what stands at the address of a request; raises :class:`Problem` where nothing does."""
    _check_text(request)
    page, names = page_at(request.path)
    _check_points(request, page)
    _check_names(request, page)
    try:
        return page.show(desk, request, *names)
    except ReplayGap as fault:
        _check_entered(desk, page, names, fault)
        raise


def takes_uploads(path: tuple[str, ...]) -> bool:
    """Say whether something may be sent to a page."""
    try:
        return page_at(path)[0].uploads
    except Problem:
        return False


def _check_text(request: Request) -> None:
    """Refuse what no database holds as text, and so nothing here is called."""
    if any("\0" in item for item in request.path):
        raise Problem(404, "no_such_page", "there is no such page")
    named = [name for name, value in request.query.items() if "\0" in value]
    # A search says of it what it says of every other text that nothing is called.
    if named and request.path != ("search",):
        raise Problem(400, "not_text", f"{visible(named[0])} holds a zero byte, which no text has")


def _check_points(request: Request, page: PageRoute) -> None:
    """Refuse a point of knowledge that a page does not take: what is known now would be read as what was then."""
    for name in POINTS:
        if request.text(name) and name not in page.points:
            instead = f"give {' or '.join(page.points)}" if page.points else "what is known now is shown"
            raise Problem(400, "point_of_knowledge", f"{name} is not taken here; {instead}")


def _check_names(request: Request, page: PageRoute) -> None:
    """Refuse what a page is not asked for: a name that is misspelt would be taken for one that was not given."""
    taken = (*page.asked, *ANY)
    for name, value in request.query.items():
        if value.strip() and name not in taken:
            told = f"this page is asked for {', '.join(taken)}, and not for {visible(name[:80])!r}"
            raise Problem(400, "unknown_field", told)
    for name in YES:
        if request.text(name) not in ("", "yes"):
            raise Problem(400, "not_yes", f"{name}=yes is what can be given")


def _check_entered(desk: ReadersDesk, page: PageRoute, names: tuple[str, ...], fault: ReplayGap) -> None:
    """Say of a month before the first one here that what is missing of it was never meant to be posted."""
    if not page.path.endswith("{day}"):
        return
    entered, day = desk.entered(names[0]), dt.date.fromisoformat(names[1])
    if entered is not None and day < entered:
        said = f"the deal entered with the distribution of {entered}; there is no statement of {day}: {fault}"
        raise Problem(409, "before_entry", said) from fault


__all__ = ["ANY", "YES", "answered", "takes_uploads"]
