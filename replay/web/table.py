"""The pages: at which address each stands, what it is asked for, and what makes it.

What is asked for is told once, here: an address is held to it, and the document of the pages is made of it.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ledger.http.asking import Problem
from replay.web import books, deals, events, figures, loan_card, months, statements, takeaway, tie_out
from replay.web.answer import Answer
from replay.web.desk import ReadersDesk
from replay.web.request import Request, date_of, sequence_named

POINTS = ("as", "known_through", "then", "now")
"""What names a point of knowledge, or two."""

_OF_A_STATEMENT = ("as", "known_through")


@attrs.frozen(kw_only=True)
class PageRoute:
    """A page: its address, whose segments in braces are names; what it is asked for; and what shows it.

    ``show`` is given the desk, the request, and the names of the address in their order. ``prints`` is the command that
    prints the same, where there is one. A page without ``data`` is there as HTML alone. ``uploads`` says that a
    published statement may be sent to it, ``papers`` that it gives files too, ``leads`` that it leads to another page.
    """

    path: str
    name: str
    told: str
    show: Callable[..., Answer]
    asked: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    prints: str = ""
    data: bool = True
    uploads: bool = False
    papers: bool = False
    leads: bool = False

    @property
    def pattern(self) -> tuple[str, ...]:
        """The segments of its address."""
        return tuple(self.path.split("/")[1:]) if self.path != "/" else ()

    @property
    def points(self) -> tuple[str, ...]:
        """The points of knowledge that it takes."""
        return tuple(name for name in self.asked if name in POINTS)

    def names_in(self, path: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return what stands in a path for the names of its address, in their order; None for another page's."""
        if len(path) != len(self.pattern):
            return None
        pairs = tuple(zip(self.pattern, path, strict=True))
        if any(wanted != given for wanted, given in pairs if not wanted.startswith("{")):
            return None
        return tuple(given for wanted, given in pairs if wanted.startswith("{"))


def _show_deals(desk: ReadersDesk, _: Request) -> Answer:
    return deals.show_deals(desk)


def _show_loan_named(desk: ReadersDesk, request: Request, deal: str) -> Answer:
    return loan_card.show_loan(desk, request, deal, request.text("loan"))


def _show_event(desk: ReadersDesk, _: Request, deal: str, sequence: str) -> Answer:
    return events.show_event(desk, deal, sequence_named(sequence))


def _dated(show: Callable[..., Answer]) -> Callable[..., Answer]:
    def shown(desk: ReadersDesk, request: Request, deal: str, day: str) -> Answer:
        return show(desk, request, deal, date_of(day, "the payment date"))

    return shown


PAGES = (
    PageRoute(path="/", name="listDeals", told="The deals, with their heads.", show=_show_deals),
    PageRoute(path="/search", name="search", told="What is called so: deals, events, loans, accounts, findings, lines.",
              show=deals.show_search, asked=("q",)),
    PageRoute(path="/deals/{deal}", name="showDeal", told="The distributions of a deal, with their states.",
              show=deals.show_deal, prints="replay periods"),
    PageRoute(path="/deals/{deal}/statements", name="findStatement", told="Lead to the statement of a calendar date.",
              show=statements.show_dated, asked=("date", *_OF_A_STATEMENT), needs=("date",), leads=True),
    PageRoute(path="/deals/{deal}/statements/{day}", name="showStatement", told="A statement, page by page.",
              show=_dated(statements.show_statement), asked=("page", *_OF_A_STATEMENT), prints="replay statement"),
    PageRoute(path="/deals/{deal}/figures/{day}", name="explainFigure", told="The calculation of a figure.",
              show=_dated(figures.show_figure), asked=("figure", *_OF_A_STATEMENT), needs=("figure",),
              prints="replay explain"),
    PageRoute(path="/deals/{deal}/history", name="showHistory", told="A figure over the months.",
              show=figures.show_history, asked=("figure", "as", "whole"), needs=("figure",), prints="replay history"),
    PageRoute(path="/deals/{deal}/compare", name="compare", told="What is different between two points, or two months.",
              show=months.show_comparison, asked=("payment_date", "other", "then", "now", "known_through"),
              prints="replay diff"),
    PageRoute(path="/deals/{deal}/findings/{day}", name="showFindings", told="What the gate finds.",
              show=_dated(months.show_findings), asked=_OF_A_STATEMENT, prints="ledger check"),
    PageRoute(path="/deals/{deal}/charts/{day}", name="showCharts", told="The months as charts, each with its table.",
              show=_dated(months.show_charts), asked=("whole", *_OF_A_STATEMENT), prints="replay chart"),
    PageRoute(path="/deals/{deal}/reconcile/{day}", name="tieOut", told="Where a published statement breaks.",
              show=_dated(tie_out.show_tie_out), asked=_OF_A_STATEMENT, prints="replay reconcile", uploads=True),
    PageRoute(path="/deals/{deal}/papers/{day}", name="takeAway", told="The statement as a file.",
              show=_dated(takeaway.show_papers), asked=("paper", *_OF_A_STATEMENT), data=False, papers=True),
    PageRoute(path="/deals/{deal}/events", name="listEvents", told="The log, a hundred events at a time.",
              show=events.show_events, asked=("after", *events.FILTERS)),
    PageRoute(path="/deals/{deal}/events/{sequence}", name="showEvent", told="An event, with what stands around it.",
              show=_show_event),
    PageRoute(path="/deals/{deal}/accounts", name="showTrialBalance", told="Every account on a date.",
              show=books.show_trial_balance, asked=("date", "known_through"), prints="replay books"),
    PageRoute(path="/deals/{deal}/accounts/{account}", name="showAccount", told="An account between two days.",
              show=books.show_account, asked=("from", "through", "of", "known_through"), prints="replay account"),
    PageRoute(path="/deals/{deal}/loans", name="findLoan", told="The card of a loan, by its name in a form.",
              show=_show_loan_named, asked=("loan", "payment_date", "known_through"), needs=("loan",),
              prints="replay loans"),
    PageRoute(path="/deals/{deal}/loans/{loan}", name="showLoan", told="The card of a loan, month by month.",
              show=loan_card.show_loan, asked=("payment_date", "known_through"), prints="replay loans"),
    PageRoute(path="/deals/{deal}/verify", name="verify", told="Where the log ends, and whether it is sound.",
              show=deals.show_verification, asked=("run",)),
)  # fmt: skip
"""Every page; the first of them is reached at ``/deals`` too."""


def page_at(path: tuple[str, ...]) -> tuple[PageRoute, tuple[str, ...]]:
    """Return the page that stands at a path, with the names in it; raises :class:`Problem` where none does."""
    for page in PAGES:
        names = page.names_in(() if path == ("deals",) else path)
        if names is not None:
            return page, names
    raise Problem(404, "no_such_page", "there is no such page")


__all__ = ["PAGES", "POINTS", "PageRoute", "page_at"]
