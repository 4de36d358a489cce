"""What a caller hands in to be posted, held to its type before anything else looks at it.

What is no event, no table or no terms at all is a fault of the program that calls, and raises
:class:`~ledger.errors.InvalidArgument` with what to hand in instead. What an event says is left to the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import ClassKind
from ledger.errors import InvalidArgument
from ledger.events.base import Event
from ledger.events.codec import encode
from ledger.events.deal import ActApproved, BondClassIssued, DealOpened
from ledger.events.registry import BY_CLASS
from ledger.rules.second_person import payload_digest
from ledger.values.envelope import Envelope
from ledger.writing.tables import EventTable

_LONGEST_STEM = 90
"""Characters of an event's id up to which that of its approval begins with it."""


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


def approvals_of(events: Sequence[Event], known: int, note: str) -> list[Event]:
    """Return an approval of each event, given where the log ends; what is no event is refused as where it is posted."""
    found: list[Event] = []
    for place, event in enumerate(events):
        if type(event) not in BY_CLASS:
            raise not_events(event, f"events[{place}]")
        digest = payload_digest(encode(event))
        # An id has 120 characters at most, and that of the event may have as many.
        stem = event.event_id if len(event.event_id) <= _LONGEST_STEM else digest
        found.append(
            ActApproved(
                event_id=f"{stem}/approved/{known}",
                deal=event.deal,
                effective_date=event.effective_date,
                approves=event.event_id,
                payload_sha256=digest,
                note=note,
            )
        )
    return found


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


def as_table(item: object) -> EventTable | list[Event]:
    """Return a pair of an event type and a table as one value; events that stand between tables stay a list."""
    if isinstance(item, list) and all(type(event) in BY_CLASS for event in item):
        return item
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


__all__ = [
    "approvals_of",
    "as_table",
    "check_envelope",
    "check_expected",
    "listed_events",
    "not_events",
    "opening_events",
]
