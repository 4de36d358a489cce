"""How the past is put right: never by change, always by one more event.

A reversal posts the negative of every component of the event it names, under that event's own keys, so that totals
net without anyone subtracting. A correction is a reversal that also names the event which takes the other's place.
"""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs import field

from ledger.events.base import Event, is_identifier, is_text


@attrs.frozen(kw_only=True)
class EventReversed(Event):
    """An earlier event is void. Its own date is required: the reversal counts from there, never from "today"."""

    name: ClassVar[str] = "event_reversed"

    reverses: str = field(validator=is_identifier)
    reason: str = field(validator=is_text)


@attrs.frozen(kw_only=True)
class EventCorrected(Event):
    """An earlier event is void and ``replaced_by`` takes its place, posted in the same batch."""

    name: ClassVar[str] = "event_corrected"

    corrects: str = field(validator=is_identifier)
    replaced_by: str = field(validator=is_identifier)
    reason: str = field(validator=is_text)


def voided_by(event: Event) -> str | None:
    """Return the id of the event that a reversal or a correction voids; None for every other event."""
    if isinstance(event, EventReversed):
        return event.reverses
    return event.corrects if isinstance(event, EventCorrected) else None
