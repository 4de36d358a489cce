"""What ``ledger serve`` answers of statements: the same results as the pages, as JSON, for the tokens of that service.

The service knows nothing of statements; these routes are added to it where this package is installed, as an entry point
of ``indenture.http``. Each result is, byte for byte, what the page of its address gives with ``?format=json``.
"""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Callable
from threading import Lock
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger import Ledger
from ledger.http.asking import Problem
from ledger.http.openapi import openapi
from ledger.http.routes import JSON, LINES, Answer, Call, Route
from ledger.http.service import ROUTES as OWN
from ledger.http.shapes import Known, Nothing
from replay.reports.loans import Listing, by_group_told, listing_json, listing_json_lines
from replay.web.answer import as_sent
from replay.web.desk import ReadersDesk
from replay.web.request import Request
from replay.web.routes import answered

_desks: weakref.WeakKeyDictionary[Ledger, ReadersDesk] = weakref.WeakKeyDictionary()
_lock = Lock()


def _desk(ledger: Ledger) -> ReadersDesk:
    """Return the desk of a ledger; of two logins no result is shared."""
    with _lock:
        found = _desks.get(ledger)
        if found is None:
            found = _desks[ledger] = ReadersDesk(ledger)
        return found


def _shown(call: Call, *path: str, **query: str) -> Answer:
    """Return what stands at an address of the pages, as JSON."""
    given = {**call.fields, **query, "format": "json"}
    request = Request(method="GET", path=("deals", call.deal, *path), query=given, headers={})
    sent = as_sent(answered(_desk(call.ledger), request), "json")
    return Answer(content=sent.content, status=sent.status)


def statement_json(call: Call) -> Answer:
    """Return a statement."""
    return _shown(call, "statements", str(call.date), page="all")


def explain_figure(call: Call) -> Answer:
    """Return the calculation of a figure."""
    return _shown(call, "figures", str(call.date))


def show_account_card(call: Call) -> Answer:
    """Return the card of an account."""
    return _shown(call, "accounts", call.names["account"])


def show_loan_card(call: Call) -> Answer:
    """Return the card of a loan."""
    return _shown(call, "loans", call.names["loan"])


def list_loans(call: Call) -> Answer:
    """Return the loans after a distribution, one by one, with their sums."""
    asked = call.asked(OfLoans)
    book = call.ledger.loans_paid(call.deal, asked.payment_date, known_through=asked.known_through)
    if book.is_by_group:
        raise Problem(409, "by_group", by_group_told(book))
    listing = Listing(book, asked.group or None)
    write = listing_json_lines if call.accept == LINES else listing_json
    return Answer(content="".join(write(listing)).encode(), kind=call.accept)


def list_periods(call: Call) -> Answer:
    """Return every distribution with its closing."""
    return _shown(call)


class AsOfWhen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As known when: as it was closed, now, or through a sequence."""

    as_: Annotated[str, Meta(pattern="^(now|closed|)$", description="closed: as it was closed; now: as known now.")] = (
        msgspec.field(name="as", default="")
    )
    known_through: Known | None = None


class OfFigure(AsOfWhen, frozen=True, kw_only=True):
    """A figure by its name, as known when."""

    figure: Annotated[str, Meta(min_length=1, max_length=500, description="PAGE/LINE/COLUMN, as the statement says.")]


class OfAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between which days, and of whom."""

    first: Annotated[dt.date | None, Meta(description="The first day.")] = msgspec.field(name="from", default=None)
    through: Annotated[dt.date | None, Meta(description="The last day.")] = None
    of: Annotated[str, Meta(max_length=200, description="Of this group, class or fee alone.")] = ""
    known_through: Known | None = None


class OfLoan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After which distribution, as known when."""

    payment_date: Annotated[dt.date | None, Meta(description="The distribution's payment date.")] = None
    known_through: Known | None = None


class OfLoans(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After which distribution, of which group, as known when."""

    payment_date: Annotated[dt.date, Meta(description="The distribution's payment date.")]
    group: Annotated[str, Meta(max_length=120, description="Of this group alone.")] = ""
    known_through: Known | None = None


def _reading(path: str, name: str, told: str, handle: Callable[[Call], Answer], query: type[msgspec.Struct],
             prints: str, gives: tuple[str, ...] = (JSON,), *, bare: bool = False) -> Route:  # fmt: skip
    return Route(method="GET", path=f"/deals/{{deal}}{path}", name=name, told=told, handle=handle, query=query,
                 prints=prints, gives=gives, bare=bare)  # fmt: skip


ROUTES = (
    _reading("/distributions", "listDistributions", "List every distribution, its state and its closing.",
             list_periods, Nothing, "replay periods"),
    _reading("/statements/{date}", "showStatement", "Return the statement of the distribution paid on a date.",
             statement_json, AsOfWhen, "replay statement"),
    _reading("/figures/{date}", "explainFigure", "Return the calculation of a figure, down to its events.",
             explain_figure, OfFigure, "replay explain"),
    _reading("/accounts/{account}", "showAccount", "Return the card of an account between two days.",
             show_account_card, OfAccount, "replay account"),
    _reading("/loans", "listLoans", "Return the loans after a distribution, one by one, with their sums.",
             list_loans, OfLoans, "replay loans", (JSON, LINES), bare=True),
    _reading("/loans/{loan}", "showLoan", "Return everything that is known of one loan, month by month.",
             show_loan_card, OfLoan, "replay loans --loan", bare=True),
)  # fmt: skip
"""What is added to the routes of the service."""


def service_document() -> str:
    """Return the document of the service with these routes, as it is committed."""
    return openapi((*OWN, *ROUTES)).decode()


if __name__ == "__main__":
    print(service_document(), end="")
