"""The page of one loan's card: where it stands, how it went, and its months and events without empty columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import attrs

from ledger import InvalidArgument, LoanCard
from ledger.http.asking import Problem
from ledger.reports import CellValue, Column, Report, Table, spelt
from replay.reports.loans import card_report
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk
from replay.web.markup import Html, Linked, joined, links_of, paragraph, report_body, tabled
from replay.web.request import Request
from replay.web.statements import crumbs

_GONE = (
    ("payoffs", "paid off"),
    ("repurchases", "repurchased"),
    ("liquidations", "liquidated"),
    ("insurance_principal", "paid off"),
    ("scheduled_principal", "paid off"),
    ("curtailments", "paid off"),
)
"""By what a loan can have left, the first that took of its balance last."""

_KEPT = ("distribution", "opening_balance", "closing_balance", "event_id", "sequence", "month", "outstanding")
"""Columns that stand whatever they hold."""


def show_loan(desk: ReadersDesk, request: Request, deal: str, name: str) -> Shown:
    """Return the card of one loan: its note, its months event by event, its advances."""
    if not name:
        raise Problem(400, "no_loan", "name a loan")
    day = request.date("payment_date") or desk.last_payment_date(deal)
    known = request.number("known_through")
    try:
        card = desk.ledger.loan_card(deal, name, day, known_through=known)
    except InvalidArgument as fault:
        if fault.code != "unknown_loan":
            raise
        raise Problem(404, fault.code, str(fault)) from fault
    report = card_report(card)
    went = left_by(card)
    said = f"As of the distribution of {day}." if went is None else f"As of the distribution of {day}: {went}."
    links = links_of(deal, card.known_through)
    links.pop("loan")
    links.pop("loans")
    dated = ("distribution", "distribution_date", "payment_date")
    links.update(dict.fromkeys(dated, lambda text, _: desk.page_of_day(deal, dt.date.fromisoformat(text))))
    body = joined((paragraph(said, "note"), _parts(report, links, went)))
    return Shown(title=report.title, crumbs=crumbs(deal, day), report=report, body=body)


def left_by(card: LoanCard) -> str | None:
    """Return how a loan left the pool, such as ``paid off``; None where it is in it."""
    if card.line.loan_count:
        return None
    for month in reversed(card.months):
        for name, word in _GONE:
            if getattr(month.balance, name):
                return word
    return "gone"


def _parts(report: Report, links: Mapping[str, Linked], went: str | None) -> Html:
    made: list[Html] = []
    for part in report.parts:
        if isinstance(part, Table) and part.name == "stands":
            made.append(tabled(_stands(part, went)))
        elif isinstance(part, Table) and part.rows:
            made.append(tabled(part, links, _told(part)))
        else:
            made.append(report_body(attrs.evolve(report, summary=(), parts=(part,)), links))
    return joined(made)


def _told(shown: Table) -> tuple[str, ...]:
    """Return the columns in which anything but noughts stands, so that a table is no wider than what it says."""
    told = []
    for place, column in shown.read():
        held = (row[place] for row in shown.rows)
        if column.name in _KEPT or any(_says(value) for value in held):
            told.append(column.name)
    return tuple(told)


def _says(value: CellValue) -> bool:
    return bool(value) if isinstance(value, Decimal) else value not in (None, "", ())


def _stands(shown: Table, went: str | None) -> Table:
    """Return where a loan stands as one value below the other; one that left is in no status and no bucket."""
    rows: list[tuple[CellValue, ...]] = []
    for place, column in shown.read():
        value = shown.rows[0][place]
        if went is not None and column.name in ("status", "bucket"):
            value = went if column.name == "status" else None
        if value not in (None, ""):
            rows.append((column.heading, spelt(value, column)))
    return attrs.evolve(shown, columns=(Column("now", heading=""), Column("value")), rows=tuple(rows),
                        shown=("now", "value"))  # fmt: skip


__all__ = ["left_by", "show_loan"]
