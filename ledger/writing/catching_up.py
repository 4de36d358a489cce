"""Bringing a remembered state of a deal up to what others appended: by the sums of their runs, not by their events.

What a state holds of groups, classes, cash and closings is made of totals, so that the totals of what came since are
added. What it holds of single loans, advances and instalments is let go where they were touched, and read again by the
next batch that needs it. A state whose head the log does not hold is of another log, and of no use.
"""

from __future__ import annotations

from ledger.journal.advance_types import concerns_advances
from ledger.journal.movements import BALANCE_SIGN
from ledger.rules.dues import Dues
from ledger.rules.set_aside import SET_ASIDE_TYPES
from ledger.rules.state import DealState
from ledger.store.database.event_store import Appending
from ledger.store.rows import Head

_TERMS = frozenset({"deal_opened", "terms_amended"})
_LOANS = frozenset({*BALANCE_SIGN, "loan_rate_changed"})
_DUES = frozenset({"scheduled_payment_due", "period_closed"})


def catch_up(reading: Appending, deal_key: int, state: DealState, head: Head) -> bool:
    """Bring a state forward to the head of the log; False, and the state is spoilt, where it must be loaded anew."""
    before = Head(state.sequence, state.hash)
    rows = reading.totals_behind(deal_key, before) if before.sequence else None
    if rows is None or sum(row.events for _, row in rows) != head.sequence - before.sequence:
        return False
    # New terms are few, and everything may rest on them.
    if any(row.type in _TERMS for _, row in rows):
        return False
    state.load_totals(row for _, row in rows)
    state.load_cash(rows)
    closed = [row.distribution for _, row in rows if row.type == "period_closed"]
    state.closed_through = max(state.closed_through, *closed, 0)
    types = {row.type for _, row in rows}
    if types & _DUES:
        state.dues = Dues(months=state.dues.months)
    if not types.isdisjoint(SET_ASIDE_TYPES):
        state.set_aside = None
    if any(concerns_advances(row.type, row.code) for _, row in rows):
        state.loan_advances.clear()
        state.group_advances = None
    if state.loans and types & _LOANS:
        for loan in reading.loans_behind(deal_key, before.sequence):
            state.loans.pop(loan, None)
    state.sequence, state.hash = head
    return True


__all__ = ["catch_up"]
