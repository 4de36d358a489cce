"""Loans for the tests of notes, told by what differs from a level loan of 100,000 at 6% over 360 months."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ledger import (
    Instalment,
    LoanBoarded,
    Note,
    Standing,
    fall_due,
    note_of,
    scheduled_instalments,
    standing_at_boarding,
)
from ledger.deal.notes import NoteConventions, UnstatedCaps
from ledger.notes.index import IndexFigure, IndexHistory

USUAL = NoteConventions()
NO_CAPS = NoteConventions(unstated_caps=UnstatedCaps.NO_CAP)
PLAIN: dict[str, Any] = {
    "event_id": "d/boarded/1",
    "deal": "d",
    "effective_date": "2024-01-01",
    "loan": "1",
    "group": "one",
    "balance": "100000.00",
    "original_balance": "100000.00",
    "note_rate": "0.06",
    "amortization_type": "fixed",
    "first_due_date": "2024-02-01",
    "original_term_months": 360,
}
YEARLY: dict[str, Any] = {
    "amortization_type": "adjustable",
    "index_name": "CMT",
    "margin": "0",
    "first_reset_months": 12,
    "reset_months": 12,
    "rate_rounding_way": "not rounded",
    "look_back_days": 0,
}
"""An adjustable rate that changes once a year, to the index as it is."""


def boarded(**stated: Any) -> LoanBoarded:
    """Return the boarding of a loan, with what is stated in place of the usual."""
    return LoanBoarded(**{**PLAIN, **stated})


def loan(conventions: NoteConventions = USUAL, **stated: Any) -> tuple[Note, Standing]:
    """Return the note of a loan and where it stands when it enters."""
    event = boarded(**stated)
    note = note_of(event, conventions)
    return note, standing_at_boarding(event, note)


def history(*figures: tuple[str, str]) -> IndexHistory:
    """Return an index of figures that were published on the day they are of."""
    return IndexHistory(name="CMT", figures=[IndexFigure(as_of=day, published=day, rate=rate) for day, rate in figures])


def months(
    count: int | None, conventions: NoteConventions = USUAL, index: IndexHistory | None = None, **stated: Any
) -> list[Instalment]:
    """Return the first instalments of a loan, or all of them."""
    return list(scheduled_instalments(*loan(conventions, **stated), count, index=index))


def first(conventions: NoteConventions = USUAL, *, at: dict[str, Any] | None = None, **stated: Any) -> Instalment:
    """Return the first instalment of a loan; ``at`` is what it falls due with: curtailments, draws, an index."""
    note, standing = loan(conventions, **stated)
    return fall_due(note, standing, standing.next_due, **(at or {}))


def seen(*values: object) -> tuple[object, ...]:
    """Return values to be compared with others, whatever kind of number they are."""
    return values


def day(text: str) -> dt.date:
    """Return the date that a text spells."""
    return dt.date.fromisoformat(text)
