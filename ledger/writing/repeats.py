"""Telling repeated events from new ones, and from those that use an id again for something else.

An event that stands in the log already, or earlier in its batch, is not posted again: a batch can be handed in as often
as its sender is unsure. The same id with another payload is refused, and the refusal names what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ledger.errors import IntegrityFault, Violation
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.deal import DealOpened, TermsAmended
from ledger.store.rows import StoredRow

_SHOWN = 10
"""Differences that a message names before it counts the others."""


class SortedOut(NamedTuple):
    """The events of a batch by what is to be done with them.

    ``fresh`` are new, by id and in order, with their ``payloads``; ``repeats`` stand in the log already.
    """

    fresh: dict[str, Event]
    payloads: dict[str, bytes]
    repeats: list[StoredRow]
    violations: list[Violation]


def sort_out_repeats(events: Iterable[Event], known: Mapping[str, StoredRow]) -> SortedOut:
    """Tell repeated events from new ones; one that repeats an id with another payload is a violation.

    ``known`` holds what the log holds under the ids of the events.
    """
    found = SortedOut({}, {}, [], [])
    fresh, payloads, repeats, violations = found
    for event in events:
        payload, event_id = codec.encode(event), event.event_id
        if event_id not in known and event_id not in payloads:
            if isinstance(event, DealOpened | TermsAmended):
                violations.extend(_unreadable(event, payload))
            fresh[event_id] = event
            payloads[event_id] = payload
            continue
        stored = known.get(event_id)
        held = payloads[event_id].decode() if stored is None else stored.payload
        # An older schema version may have written the same event otherwise.
        if held.encode() != payload and codec.encode(codec.decode(held)) != payload:
            where = "earlier in this batch" if stored is None else "in the ledger"
            message = f"this event_id was used with another payload: {_differences(held, event, where)}"
            violations.append(Violation(event_id, "event_id", "different_payload", message))
        elif stored is not None:
            repeats.append(stored)
    return found


def _unreadable(event: DealOpened | TermsAmended, payload: bytes) -> Iterator[Violation]:
    """Refuse terms that could be written and never be read again: the log keeps what it holds."""
    try:
        codec.decode(payload)
    except IntegrityFault as fault:
        message = f"these terms could not be read again, so they are not written: {fault.__cause__}"
        yield Violation(event.event_id, "terms", "malformed_terms", message)


def _differences(held: str, event: Event, where: str) -> str:
    """Say how an event differs from the payload that its id was used with."""
    found = list(_differing("", codec.as_fields(held), codec.as_fields(codec.encode(event)), where))
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join(found[:_SHOWN] + more)


def _differing(path: str, held: Any, given: Any, where: str) -> Iterator[str]:
    """Say what differs, down to the single terms."""
    if held == given:
        return
    if isinstance(held, dict) and isinstance(given, dict):
        for name in sorted(held.keys() | given.keys()):
            yield from _differing(f"{path}.{name}" if path else name, held.get(name), given.get(name), where)
    elif isinstance(held, list) and isinstance(given, list):
        if len(held) != len(given):
            yield f"{path} has {len(held)} entries {where}, {len(given)} here"
            return
        for index, (one, other) in enumerate(zip(held, given, strict=True)):
            yield from _differing(f"{path}[{index}]", one, other, where)
    else:
        yield f"{path} is {held!r} {where}, {given!r} here"


__all__ = ["SortedOut", "sort_out_repeats"]
