"""Loans are weighed alike as events and as columns."""

from __future__ import annotations

from decimal import Decimal

from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.weighing import weighed
from tests.ledger.tapes.test_boarded import columns, loan


def test_columns_weigh_what_their_events_weigh() -> None:
    found = BoardedLoans("d")
    found.add(columns("a", "b"))
    found.append(loan("c"))
    by_columns, by_events = weighed(found, "group"), weighed(list(found), "group")
    assert by_columns == by_events
    assert by_columns["g"].average("note_rate") == Decimal("0.05000000")
    assert by_columns["g"].average("seasoning_months") is None
