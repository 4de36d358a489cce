"""Loans for the tests of notes, told by what differs from a level loan of 100,000 at 6% over 360 months."""

from __future__ import annotations

from typing import Any

from ledger import LoanBoarded
from ledger.deal.notes import NoteConventions
from ledger.notes.boarding import note_of, standing_at_boarding
from ledger.notes.note import Note, Standing

USUAL = NoteConventions()
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


def boarded(**stated: Any) -> LoanBoarded:
    """Return the boarding of a loan, with what is stated in place of the usual."""
    return LoanBoarded(**{**PLAIN, **stated})


def loan(conventions: NoteConventions = USUAL, **stated: Any) -> tuple[Note, Standing]:
    """Return the note of a loan and where it stands when it enters."""
    event = boarded(**stated)
    note = note_of(event, conventions)
    return note, standing_at_boarding(event, note)
