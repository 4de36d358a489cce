"""The pages of a ledger and of a deal: which deals there are, their distributions, their heads, and search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

import attrs

from ledger import CHART, REGISTRY, LedgerError
from ledger.http.asking import Problem
from ledger.reports import CellValue, Column, ColumnKind, Fact, Report, Table
from replay.reports.periods import periods_report
from replay.reports.verifications import verification_report
from replay.web.addresses import address_of, deal_page, event_page, figure_page, statement_page
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk, command
from replay.web.markup import (
    Html,
    called,
    facts,
    headed,
    joined,
    linked,
    links_of,
    paragraph,
    report_body,
    safe,
    tabled,
    used,
)
from replay.web.request import Request
from replay.web.statements import crumbs

MOST_DEALS = 200
"""Deals of which a page says where they stand; the others are only named."""

MOST_VERIFIED = 200_000
"""Events of a log that is verified here; a longer one is verified by the command, which has more processors."""

_DEALS = (
    Column("deal"),
    Column("title"),
    Column("last_sequence", kind=ColumnKind.COUNT),
    Column("head"),
    Column("last_closed", kind=ColumnKind.DATE),
)


def show_deals(desk: ReadersDesk) -> Shown:
    """Return the deals of the ledger with their heads and the last distribution that each closed."""
    names = desk.deals()
    rows = tuple(_deal_row(desk, name) for name in names[:MOST_DEALS])
    listed = Table(name="deals", columns=_DEALS, rows=rows)
    links = {
        "deal": lambda name, _: deal_page(name),
        "last_closed": lambda day, row: statement_page(str(row["deal"]), day),
    }
    rest = joined(Html(f"<li>{linked(deal_page(name), name)}</li>") for name in names[MOST_DEALS:])
    body = tabled(listed, links) if rows else paragraph("The ledger holds no deal yet; open one with `ledger open`.")
    return Shown(
        title="Deals",
        report=Report(title="Deals", parts=(listed,)),
        body=joined((body, Html(f"<ul>{rest}</ul>") if rest else Html(""))),
    )


def _deal_row(desk: ReadersDesk, name: str) -> tuple[CellValue, ...]:
    head = desk.ledger.head(name)

    def make() -> tuple[CellValue, ...]:
        closed = desk.closed(name)
        day = max(closed) if closed else None
        title = desk.ledger.terms(name, known_through=head.sequence).title
        return (name, title, head.sequence, str(head), day)

    return desk.kept(("deal", name, head.sequence), make)


def show_deal(desk: ReadersDesk, request: Request, name: str) -> Shown:
    """Return the timeline of a deal: every distribution, its state, where and by whom it was closed."""
    found = desk.periods(name)
    made = command("periods", "--known-through", found.known_through, form=request.form)
    report = attrs.evolve(periods_report(found), about=desk.about_log(name, found.known_through, made))
    terms = desk.ledger.terms(name)
    day = desk.last_payment_date(name)
    pages = joined(
        linked(where, text)
        for text, where in (
            ("Last statement" if desk.closed(name) else "Findings", desk.page_of_day(name, day)),
            ("Events", deal_page(name, "events")),
            ("Trial balance", deal_page(name, "accounts")),
            ("Compare", deal_page(name, "compare")),
            ("Verify", deal_page(name, "verify")),
        )
    )
    links = {**links_of(name), "payment_date": lambda text, _: desk.page_of_day(name, dt.date.fromisoformat(text))}
    listed = next(part for part in report.parts if isinstance(part, Table) and part.name == "periods")
    given = next(part for part in report.parts if isinstance(part, Table) and part.name == "acknowledged")
    shown = ("payment_date", "record_date", "state", "closed_at", "closed_time", "paid_at", "closed_by", "approved_by",
             "acknowledged", "restated_by")  # fmt: skip
    return Shown(
        title=terms.title or name,
        crumbs=(("Deals", "/"),),
        report=report,
        body=joined(
            (
                paragraph(" · ".join(filter(None, (name, terms.description))), "lead"),
                Html(f'<nav class="tabs" aria-label="This deal">{pages}</nav>'),
                _on_a_date(name, day),
                headed("Distributions"),
                tabled(called(listed, **_PERIOD_HEADINGS), links, used(listed, shown)),
                *((tabled(given, links_of(name)),) if given.rows else ()),
                _look_up(name),
            )
        ),
    )


_PERIOD_HEADINGS = {"closed_at": "closed by event", "closed_time": "closed", "paid_at": "paid by event"}
"""What the sequences of a closing and a payment are called beside its time."""


def _on_a_date(name: str, day: dt.date) -> Html:
    return Html(
        f'<form method="get" action="{safe(deal_page(name, "statements"))}"><label>Statement on any date'
        f'<input type="date" name="date" required value="{day}"></label><label>as known'
        '<select name="as"><option value="now">now</option><option value="closed">when it was closed</option></select>'
        "</label><button>Show</button></form>"
    )


def _look_up(name: str) -> Html:
    return Html(
        f'{headed("Look up")}<form method="get" action="{safe(deal_page(name, "loans"))}"><label>loan'
        '<input name="loan" required maxlength="200"></label><button>Its card</button></form>'
        f'<form method="get" action="{safe(deal_page(name, "events"))}"><label>event id'
        '<input name="event_id" required maxlength="200"></label><button>The event</button></form>'
    )


def show_verification(desk: ReadersDesk, request: Request, name: str) -> Shown:
    """Return where the log of a deal ends, and, where that was asked for, whether every event and closing is sound."""
    head = desk.ledger.head(name)
    above = facts(
        (
            ("events", safe(f"{head.sequence:,}")),
            ("head", Html(f'<span class="hash">{safe(head)}</span>')),
            ("last event", linked(event_page(name, head.sequence), head.sequence)),
        )
    )
    note = paragraph(
        "The head proves every event up to it. Keep it where whoever keeps the ledger cannot change it; events cut off "
        "at the end, or rewritten and hashed anew, show only against a head kept elsewhere.",
        "note",
    )
    if request.text("run") != "yes":
        stated: tuple[CellValue, ...] = (name, head.sequence, str(head), head.hash.hex())
        report = Report(
            title=f"{name}: {head}",
            parts=tuple(Fact(*each) for each in zip(_HEAD, stated, strict=True)),
            flat=_head_table(stated),
        )
        run = Html(f"<p>{linked(deal_page(name, 'verify', run='yes'), 'Verify every event and closing now')}</p>")
        return Shown(title=f"{name}: verification", crumbs=crumbs(name), report=report, body=joined((above, note, run)))
    if head.sequence > MOST_VERIFIED:
        raise Problem(
            409,
            "too_long",
            f"the log has {head.sequence:,} events, and up to {MOST_VERIFIED:,} are verified here; run `replay verify "
            f"URL {name}` on the machine, which uses all its processors",
        )
    report = desk.kept(("verified", name, str(head)), lambda: _verified(desk, name))
    body = joined((above, headed(report.title), report_body(report, links_of(name)), note))
    return Shown(title=f"{name}: verification", crumbs=crumbs(name), report=report, body=body)


_HEAD = ("deal", "known_through", "head", "head_hash")


def _head_table(stated: tuple[CellValue, ...]) -> Table:
    return Table(name="head", columns=tuple(map(Column, _HEAD)), rows=(stated,))


def _verified(desk: ReadersDesk, name: str) -> Report:
    from replay.evidence.verify import verify as verify_deal

    with desk.turn():
        return verification_report(verify_deal(desk.ledger, name))


_HITS = (Column("deal"), Column("kind"), Column("name"), Column("address"))
_LINES = 40
_SEARCHED = 20


def show_search(desk: ReadersDesk, request: Request) -> Shown:
    """Return the deals, events, loans, accounts, findings and lines of the last statements that a text names."""
    sought = request.text("q")[:200]
    hits: list[tuple[CellValue, ...]] = []
    # No database takes a zero byte in what it is asked for, and nothing has one in its name.
    if sought and "\0" not in sought:
        names = desk.deals()
        hits += list(islice(_deals_called(desk, names, sought.lower()), _LINES))
        for name in names[:_SEARCHED]:
            hits.extend(_in_deal(desk, name, sought))
    listed = Table(name="hits", columns=_HITS, rows=tuple(hits[: 5 * _LINES]), shown=("deal", "kind", "name"))
    links = {"name": lambda _, row: str(row["address"]), "deal": lambda name, _: deal_page(name)}
    none = joined((paragraph(f"Nothing is called {sought!r}.") if sought else Html(""), paragraph(_SOUGHT, "note")))
    return Shown(
        title=f"Search: {sought}" if sought else "Search",
        crumbs=(("Deals", address_of()),),
        report=Report(title="Search", parts=(listed,)),
        body=tabled(listed, links) if hits else none,
    )


_SOUGHT = (
    f"Looked for are names and titles of deals; and, in the first {_SEARCHED} deals, events by their sequence, their "
    "whole id or their type, loans by their whole number, accounts, codes of findings of the last and the open month, "
    "and lines of the last statement."
)


def _deals_called(desk: ReadersDesk, names: list[str], words: str) -> Iterator[tuple[CellValue, ...]]:
    for place, name in enumerate(names):
        title = str(_deal_row(desk, name)[1]) if place < MOST_DEALS else ""
        if words in name.lower() or words in title.lower():
            yield (name, "deal", title or name, deal_page(name))


def _of_the_books(desk: ReadersDesk, deal: str, words: str, day: dt.date) -> Iterator[tuple[CellValue, ...]]:
    """Yield the accounts and types of events that are called so, and such findings of the last and the open month."""
    named = words.replace(" ", "_")
    for name, account in CHART.items():
        if named in name or words in account.title.lower():
            yield (deal, "account", account.title, deal_page(deal, "accounts", name))
    if named in REGISTRY:
        yield (deal, "events of the type", named, deal_page(deal, "events", type=named))
    # Codes have an underscore; the gate, which takes a while, is asked for what can be one.
    if "_" not in words:
        return
    for month in sorted({day, desk.periods(deal).periods[-1].payment_date}):
        for code in sorted({item.code for item in desk.findings(deal, month) if named in item.code}):
            yield (deal, f"finding of {month}", code, deal_page(deal, "findings", month))


def _in_deal(desk: ReadersDesk, name: str, sought: str) -> list[tuple[CellValue, ...]]:
    hits: list[tuple[CellValue, ...]] = []
    head = desk.head(name)
    if sought.isascii() and sought.isdigit() and len(sought) < 18 and 1 <= int(sought) <= head:
        hits.append((name, "event", f"event {int(sought)}", event_page(name, int(sought))))
    for item in desk.ledger.events(name, event_ids=(sought,), limit=1):
        hits.append((name, "event", f"{item.sequence} {sought}", event_page(name, item.sequence)))
    if any(True for _ in desk.ledger.events(name, loan=sought, limit=1)):
        hits.append((name, "loan", sought, deal_page(name, "loans", sought)))
        hits.append((name, "events of the loan", sought, deal_page(name, "events", loan=sought)))
    try:
        known = desk.head(name)
        day = desk.last_payment_date(name)
        hits += list(islice(_of_the_books(desk, name, sought.lower(), day), _LINES))
        from replay.statements.asking import Known

        found = desk.laid(name, day, Known(through=known)).statement
    except LedgerError:  # Its first month is not whole yet, so that there is no statement to search.
        return hits
    words = sought.lower()
    for path in (item.path for item in found.figures if words in item.path.lower()):
        if len(hits) < _LINES:
            hits.append((name, f"figure of {day}", path, figure_page(name, day, path, known_through=known)))
    return hits


__all__ = ["MOST_VERIFIED", "show_deal", "show_deals", "show_search", "show_verification"]
