"""Refusals of the toy deal: the events that break a rule, and how a refusal is held to what is expected of it.

A case is the events that come first (and land), the batch that must not, and every violation expected of it as
(event id, field, code).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    Event,
    EventCorrected,
    EventReversed,
    LateEvents,
    Ledger,
    PayoffCollected,
    Refusal,
)
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month

DECEMBER = dt.date(2020, 12, 20)
"""Inside the first prepayment period."""

D: Dated = {"deal": TOY, "effective_date": DECEMBER}
PAID: Dated = {"deal": TOY, "effective_date": payment_date(1)}
Expected = tuple[tuple[str, str, str], ...]


class Case(NamedTuple):
    """One refusal: its name, what lands first, what must not land, and the violations in order."""

    name: str
    first: Sequence[Event]
    batch: Sequence[Event]
    expected: Expected


def payoff(
    event_id: str = "bad", loan: str | None = "one-1", amount: str = "100000.00", **more: Any
) -> PayoffCollected:
    """Return the payoff of a loan of the toy deal."""
    return PayoffCollected(**{"event_id": event_id, "loan": loan, "amount": amount, "note_rate": "0.12", **D, **more})


def curtailment(event_id: str = "bad", amount: str = "10.00", **more: Any) -> CurtailmentCollected:
    """Return a payment ahead of schedule."""
    return CurtailmentCollected(**{"event_id": event_id, "loan": "one-1", "amount": amount, **D, **more})


def reversal(of: str, event_id: str = "bad", **more: Any) -> EventReversed:
    """Return the reversal of an event."""
    return EventReversed(**{"event_id": event_id, "reverses": of, "reason": "test", **D, **more})


def correction(of: str, by: str, event_id: str = "bad", **more: Any) -> EventCorrected:
    """Return the correction of an event."""
    return EventCorrected(**{"event_id": event_id, "corrects": of, "replaced_by": by, "reason": "test", **D, **more})


def advance(event_id: str = "advanced", **more: Any) -> AdvanceMade:
    """Return an advance of 10 principal, 5 interest and 3 of servicing costs on a loan."""
    amounts = {"principal": "10.00", "interest": "5.00", "servicing_advance": "3.00"}
    return AdvanceMade(**{"event_id": event_id, "loan": "one-1", **amounts, **D, **more})


def recovery(principal: str, interest: str, servicing: str = "0.00", **more: Any) -> AdvanceRecovered:
    """Return the recovery of an advance."""
    amounts = {"principal": principal, "interest": interest, "servicing_advance": servicing}
    return AdvanceRecovered(**{"event_id": "bad", "loan": "one-1", **amounts, **D, **more})


def late(event_id: str = "late", amount: str = "20.00", **more: Any) -> CollectionReceived:
    """Return a late collection, which an advance may be recovered out of."""
    amounts = {"principal": amount, "interest": "0.00", "timing": "late, advanced"}
    return CollectionReceived(**{"event_id": event_id, "loan": "one-1", **amounts, **D, **more})


def one(name: str, event: Event, field: str, code: str, *first: Event) -> Case:
    """Return the case of a single event that breaks a single rule."""
    return Case(name, first, [event], ((event.event_id, field, code),))


def state_of(ledger: Ledger) -> list[tuple[str, int, bytes]]:
    """Return every deal with the end of its log."""
    return [(deal, *ledger.head(deal)) for deal in ledger.deals()]


def refuse(ledger: Ledger, batch: Sequence[Event], expected: Expected, **options: Any) -> Refusal:
    """Post what must be refused, and check the violations and that nothing changed."""
    before = state_of(ledger)
    outcome = ledger.post_many(batch, **options)
    assert isinstance(outcome, Refusal), "the batch was accepted"
    assert tuple((v.event_id, v.field, v.code) for v in outcome.violations) == expected
    assert all(len(v.message) > 15 for v in outcome.violations), "a message is a full sentence"
    assert not outcome
    assert state_of(ledger) == before
    return outcome


def closed(ledger: Ledger, late_events: LateEvents = LateEvents.REFUSE) -> Ledger:
    """Return the ledger with the first month of the toy deal closed and paid."""
    toy_deal(ledger, late_events=late_events)
    toy_month(ledger, 1)
    return ledger
