"""Where a statement stands: of which distribution it is, as known through what, and whether that is final.

Everything here follows from the log up to the sequence that the statement knows, so that it says the same for ever.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import attrs

from ledger import Glanced, Ledger
from replay.statements.asking import Source, ledger_of
from replay.statements.restated import Restated, restated
from replay.statements.statement import Statement


class PeriodState(StrEnum):
    """How far a distribution is: still open, closed, paid to the bonds, or restated since it was closed."""

    OPEN = "open"
    CLOSED = "closed"
    PAID = "paid"
    RESTATED = "restated"


def state_of(*, closed: bool, paid: bool, is_restated: bool) -> PeriodState:
    """Return the state by what is known; what is restated says so, whether it is paid or not."""
    if not closed:
        return PeriodState.OPEN
    if is_restated:
        return PeriodState.RESTATED
    return PeriodState.PAID if paid else PeriodState.CLOSED


@attrs.frozen(kw_only=True, repr=False)
class Standing(Glanced):
    """Of which distribution a statement is, as known through which event, its digest and its state.

    ``head`` is ``SEQUENCE:HASH`` of the last event that is known; ``closed_at`` and ``paid_at`` are sequences, None
    where there is none yet.
    """

    deal: str
    record_date: dt.date
    payment_date: dt.date
    known_through: int
    head: str
    digest: str
    state: PeriodState
    closed_at: int | None
    paid_at: int | None
    restated: Restated | None


def head_known(source: Source, deal: str, known_through: int) -> str:
    """Return ``SEQUENCE:HASH`` of the event at a sequence, as ``replay head`` printed it when the log ended there."""
    with ledger_of(source) as ledger:
        return str(ledger.head(deal, known_through=known_through))


def standing(source: Source, found: Statement) -> Standing:
    """Return where a statement stands, as known when the statement is."""
    with ledger_of(source) as ledger:
        return _standing(ledger, found)


def _standing(ledger: Ledger, found: Statement) -> Standing:
    at, known = found.report.distribution, found.report.known_through
    closing = ledger.closing(found.deal, at.payment_date, known_through=known)
    changed = None if closing is None else restated(ledger, found)
    paid = None if closing is None else closing.paid_at
    return Standing(
        deal=found.deal,
        record_date=at.record_date,
        payment_date=at.payment_date,
        known_through=known,
        head=head_known(ledger, found.deal, known),
        digest=found.report.digest,
        state=state_of(closed=closing is not None, paid=paid is not None, is_restated=changed is not None),
        closed_at=None if closing is None else closing.sequence,
        paid_at=paid,
        restated=changed,
    )


__all__ = ["PeriodState", "Standing", "head_known", "standing", "state_of"]
