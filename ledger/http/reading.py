"""The routes that read what the ledger itself knows: deals, heads, terms, findings, months and balances."""

from __future__ import annotations

import attrs

from ledger import __version__
from ledger.deal.schedule import Distribution
from ledger.events.codec import terms_to_json
from ledger.http.routes import Answer, Call, Route, answer_of
from ledger.http.shapes import AsKnown, Balances, BalanceShown, Deals, DealShown, Greeting, HeadShown, Nothing, OnADay
from ledger.reading.as_of import AsOf
from ledger.reports import About, Report, written
from ledger.reports.findings import findings_report
from ledger.reports.months import month_report
from ledger.store.rows import Head


def greet(call: Call) -> Answer:
    """Say what answers here."""
    said = Greeting(service="indenture", release=__version__, document="/openapi.json", actor=call.actor)
    return answer_of(said)


def list_deals(call: Call) -> Answer:
    """List the deals that the caller may see."""
    found: list[DealShown] = []
    for deal in call.ledger.deals():
        access = call.access_to(deal)
        if access is not None:
            found.append(DealShown(deal=deal, access=access.value, head=HeadShown.of(call.ledger.head(deal))))
    return answer_of(Deals(deals=found))


def show_head(call: Call) -> Answer:
    """Say where the log of a deal ends."""
    access = call.access_to(call.deal)
    head: Head = call.ledger.head(call.deal)
    return answer_of(DealShown(deal=call.deal, access="" if access is None else access.value, head=HeadShown.of(head)))


def show_terms(call: Call) -> Answer:
    """Return the terms of a deal."""
    terms = call.ledger.terms(call.deal, known_through=call.asked(AsKnown).known_through)
    return Answer(content=terms_to_json(terms).encode() + b"\n")


def check(call: Call) -> Answer:
    """Say what stands between a distribution and its closing."""
    known = call.asked(AsKnown).known_through
    ready = call.ledger.readiness(call.deal, call.date, known_through=known)
    report = findings_report(
        ready.findings,
        deal=ready.deal,
        distribution_date=ready.distribution.payment_date,
        known_through=ready.known_through,
        closes=bool(ready),
        closed=call.ledger.closing(call.deal, call.date, known_through=ready.known_through),
    )
    return _result(call, report, ready.known_through, ready.distribution)


def show_month(call: Call) -> Answer:
    """Return the month of a due date, built from the notes; nothing is posted."""
    proposal = call.ledger.build_month(call.deal, call.date, known_through=call.asked(AsKnown).known_through)
    return _result(call, month_report(proposal), proposal.known_through)


def _result(call: Call, report: Report, known_through: int, at: Distribution | None = None) -> Answer:
    """Return a result as the command prints it, with what it says of itself."""
    about = About(
        deal=call.deal,
        record_date=None if at is None else at.record_date,
        payment_date=None if at is None else at.payment_date,
        known_through=known_through,
        head=str(call.ledger.head(call.deal, known_through=known_through)),
        release=__version__,
    )
    return Answer(content=written(attrs.evolve(report, about=about), "json").encode())


def show_balances(call: Call) -> Answer:
    """Return the balance of every account on a business date."""
    asked = call.asked(OnADay)
    books = call.ledger.books(call.deal, AsOf(record_date=asked.date, known_through=asked.known_through))
    listed = [BalanceShown(**row) for row in books.rows()]
    return answer_of(Balances(deal=call.deal, date=books.date, known_through=books.known_through, balances=listed))


READING = (
    Route(method="GET", path="/", name="greet", told="Say what answers here.", handle=greet, access=None,
          query=Nothing, answer=Greeting),
    Route(method="GET", path="/deals", name="listDeals", told="List the deals that the caller may see.",
          handle=list_deals, access=None, answer=Deals),
    Route(method="GET", path="/deals/{deal}", name="showDeal", told="Say where the log of a deal ends.",
          handle=show_head, answer=DealShown),
    Route(method="GET", path="/deals/{deal}/terms", name="showTerms", told="Return the terms of a deal.",
          handle=show_terms, query=AsKnown),
    Route(method="GET", path="/deals/{deal}/findings/{date}", name="check",
          told="Say what stands between a distribution and its closing.", handle=check, query=AsKnown,
          prints="ledger check"),
    Route(method="GET", path="/deals/{deal}/months/{date}", name="showMonth",
          told="Return the month of a due date, built from the notes of the loans; nothing is posted.",
          handle=show_month, query=AsKnown, prints="ledger month"),
    Route(method="GET", path="/deals/{deal}/balances", name="showBalances",
          told="Return the balance of every account on a business date.", handle=show_balances, query=OnADay,
          answer=Balances),
)  # fmt: skip
"""Every route that reads, but the feed."""

__all__ = ["READING"]
