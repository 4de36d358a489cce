"""What a caller hands in to be posted, held to its type before anything else looks at it.

What is no event, no table or no terms at all is a fault of the program that calls, and raises
:class:`~ledger.errors.InvalidArgument` with what to hand in instead. What an event says is left to the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from ledger.deal.terms import ClassKind, DealTerms
from ledger.errors import InvalidArgument
from ledger.events.base import Event
from ledger.events.deal import BondClassIssued, DealOpened
from ledger.values.envelope import Envelope
from ledger.writing.tables import EventTable


def opening_events(deal: str, terms: DealTerms, effective_date: dt.date | None) -> list[Event]:
    """Return the events that open a deal on its terms and issue its classes, dated the closing date unless told."""
    _check_terms(terms)
    on = effective_date or terms.closing_date
    opened = DealOpened(event_id=f"{deal}/opened", deal=deal, effective_date=on, terms=terms)
    issued = (
        BondClassIssued(
            event_id=f"{deal}/issued/{bond.class_id}",
            deal=deal,
            effective_date=on,
            class_id=bond.class_id,
            face=bond.face,
        )
        for bond in terms.classes
        if bond.kind is ClassKind.PRINCIPAL
    )
    return [opened, *issued]


def _check_terms(terms: object) -> None:
    if not isinstance(terms, DealTerms):
        message = f"must be DealTerms, not {type(terms).__name__}; terms_from_json reads them"
        raise InvalidArgument("terms", "not_terms", message)


def listed_events(events: object) -> list[Event]:
    """Return the events of a batch as a list, whatever they come in; what it holds is not looked at."""
    if isinstance(events, Event):
        raise InvalidArgument("events", "not_a_list", "this is one event; give a list of events, or call post")
    if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable):
        raise not_events(events, "events")
    return list(events)


def as_table(item: object) -> EventTable:
    """Return a pair of an event type and a table as one value."""
    if isinstance(item, tuple) and len(item) == 2:
        return EventTable(*item)
    message = f"must be pairs of an event type and a table, in a list, not {type(item).__name__}"
    raise InvalidArgument("tables", "not_a_table", message)


def not_events(value: object, name: str) -> InvalidArgument:
    """Return the error of what was handed in where events are posted."""
    message = (
        f"{type(value).__name__} is no event; build one of an event class (LoanBoarded, ...), or read it with "
        "from_json or from_fields"
    )
    return InvalidArgument(name, "not_an_event", message)


def check_expected(expected_sequence: object) -> None:
    """Refuse what is no sequence."""
    whole = isinstance(expected_sequence, int) and not isinstance(expected_sequence, bool)
    if expected_sequence is not None and not whole:
        message = f"must be a whole number (Ledger.head gives it) or None, not {expected_sequence!r}"
        raise InvalidArgument("expected_sequence", "not_a_sequence", message)


def check_envelope(envelope: object) -> None:
    """Refuse what is no envelope."""
    if envelope is not None and not isinstance(envelope, Envelope):
        message = f"must be Envelope(actor=..., document=...) or None, not {type(envelope).__name__}"
        raise InvalidArgument("envelope", "not_an_envelope", message)


__all__ = ["as_table", "check_envelope", "check_expected", "listed_events", "not_events", "opening_events"]
