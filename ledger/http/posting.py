"""The routes that write: events, reversals, corrections, restatements, approvals, built months, closings, payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import attrs
import msgspec

from ledger.errors import InvalidEvent, Violation
from ledger.events import codec
from ledger.events.base import Event
from ledger.http.bodies import of_other_deals, one_event
from ledger.http.problems import refused
from ledger.http.routes import ARROW, JSON, LINES, Answer, Call, Route, Unfit, answer_of
from ledger.http.shapes import (
    ApprovedWith,
    ClosingAsked,
    CorrectionAsked,
    Documented,
    Empty,
    Posted,
    PostedEvents,
    Proposed,
    ReceiptShown,
    ReversalAsked,
)
from ledger.store.database.access import Access
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue
from ledger.writing.receipts import Receipt, Refusal

REPEATED = "Indenture-Repeated"
"""The header that says how many events of a batch stood there already; the answer itself is the first one's."""


def _outcome(outcome: Receipt | Refusal) -> Answer:
    if not outcome.accepted:
        return refused(outcome)
    return answer_of(ReceiptShown.of(outcome), ((REPEATED, str(outcome.repeated)),))


def _posted(call: Call, events: Iterable[Event]) -> Answer:
    asked = call.asked(Posted)
    outcome = call.ledger.post_many(
        events,
        envelope=call.envelope(asked.document, asked.document_sha256),
        expected_sequence=asked.expected_sequence,
        dry_run=asked.dry_run,
    )
    return _outcome(outcome)


def post_events(call: Call) -> Answer:
    """Post events of a deal, or the rows of a table."""
    if not call.tables:
        return _posted(call, call.events)
    asked = call.asked(PostedEvents)
    outcome = call.ledger.post_table(
        call.deal,
        call.tables,
        envelope=call.envelope(asked.document, asked.document_sha256),
        expected_sequence=asked.expected_sequence,
        dry_run=asked.dry_run,
    )
    return _outcome(outcome)


def restate(call: Call) -> Answer:
    """Post events into the closed months that they belong to."""
    return _posted(call, [attrs.evolve(event, restates=True) for event in call.events])


def reverse(call: Call) -> Answer:
    """Void an event."""
    said, asked = call.told(ReversalAsked), call.asked(Documented)
    outcome = call.ledger.reverse(
        call.deal,
        said.event_id,
        effective_date=_day(call, said.event_id, said.effective_date),
        reason=said.reason,
        restates=said.restates,
        envelope=call.envelope(asked.document, asked.document_sha256),
    )
    return _outcome(outcome)


def correct(call: Call) -> Answer:
    """Void an event and post what takes its place."""
    said, asked = call.told(CorrectionAsked), call.asked(Documented)
    replacement = one_event(said.replacement, "replacement")
    elsewhere = of_other_deals((replacement,), call.deal)
    if elsewhere:
        raise Unfit(elsewhere)
    outcome = call.ledger.correct(
        said.event_id,
        replacement,
        effective_date=_day(call, said.event_id, said.effective_date),
        reason=said.reason,
        envelope=call.envelope(asked.document, asked.document_sha256),
    )
    return _outcome(outcome)


def _day(call: Call, event_id: str, given: dt.date | None) -> dt.date:
    """Return the day of a correction: the one given, or that of the event that it voids."""
    try:
        identifier(event_id)
    except BadValue as fault:
        raise InvalidEvent([Violation("body", "event_id", fault.code, str(fault))]) from None
    if given is not None:
        return given
    found = next(call.ledger.events(call.deal, event_ids=[event_id]), None)
    if found is None:
        told = f"{call.deal} has no event of this id; the feed lists them"
        raise Unfit([Violation(event_id, "event_id", "unknown_event", told)])
    return found.event.effective_date


def approve(call: Call) -> Answer:
    """Approve events that somebody else is to post."""
    asked = call.asked(ApprovedWith)
    outcome = call.ledger.approve(
        call.events,
        note=asked.note,
        envelope=call.envelope(asked.document, asked.document_sha256),
        expected_sequence=asked.expected_sequence,
        dry_run=asked.dry_run,
    )
    return _outcome(outcome)


def post_month(call: Call) -> Answer:
    """Post the month that the notes of the loans say."""
    asked = call.asked(Posted)
    outcome = call.ledger.post_month(
        call.deal,
        call.date,
        envelope=call.envelope(asked.document, asked.document_sha256),
        expected_sequence=asked.expected_sequence,
        dry_run=asked.dry_run,
    )
    return _outcome(outcome)


def close(call: Call) -> Answer:
    """Close a distribution."""
    asked = call.asked(Posted)
    outcome = call.ledger.close_period(
        call.deal,
        call.date,
        acknowledge=call.told(ClosingAsked).acknowledge,
        envelope=call.envelope(asked.document, asked.document_sha256),
        expected_sequence=asked.expected_sequence,
        dry_run=asked.dry_run,
    )
    return _outcome(outcome)


def propose(call: Call) -> Answer:
    """Return the closing that would be posted, for somebody else to approve."""
    said = call.told(ClosingAsked)
    who = call.actor if said.acknowledge else ""
    closing = call.ledger.proposed_closing(call.deal, call.date, acknowledge=said.acknowledge, who=who)
    fields = msgspec.json.decode(codec.encode(closing), type=dict[str, object])
    return answer_of(Proposed(events=[fields]))


def distribute(call: Call) -> Answer:
    """Pay a distribution."""
    asked = call.asked(Documented)
    envelope = call.envelope(asked.document, asked.document_sha256)
    return _outcome(call.ledger.distribute(call.deal, call.date, envelope=envelope))


def _writing(
    path: str,
    name: str,
    told: str,
    handle: Callable[[Call], Answer],
    *,
    query: type[msgspec.Struct] = Posted,
    body: type[msgspec.Struct] | None = None,
    takes: tuple[str, ...] = (),
    answer: type[msgspec.Struct] = ReceiptShown,
) -> Route:
    return Route(
        method="POST",
        path=f"/deals/{{deal}}/{path}",
        name=name,
        told=told,
        handle=handle,
        access=Access.SERVICER,
        query=query,
        body=body,
        takes=takes,
        answer=answer,
    )


WRITING = (
    _writing(
        "events",
        "postEvents",
        "Post events: all of them land, in order, or none does. Posted again they change nothing.",
        post_events,
        query=PostedEvents,
        takes=(JSON, LINES, ARROW),
    ),
    _writing("reversals", "reverse", "Void an event; it stays in the log, and counts no more.", reverse,
             query=Documented, body=ReversalAsked),
    _writing("corrections", "correct", "Void an event and post the one that takes its place, both or neither.",
             correct, query=Documented, body=CorrectionAsked),
    _writing("restatements", "restate", "Post events into the closed months that they belong to.", restate,
             takes=(JSON, LINES)),
    _writing("approvals", "approve", "Approve events that somebody else is to post, exactly as they are.", approve,
             query=ApprovedWith, takes=(JSON, LINES)),
    _writing("months/{date}", "postMonth", "Post the month of a due date, built from the notes of the loans.",
             post_month, body=Empty),
    _writing("closings/{date}", "close", "Close the distribution that is paid on a date.", close, body=ClosingAsked),
    _writing("proposals/{date}", "proposeClosing", "Return the closing of a distribution for somebody else to approve.",
             propose, query=Documented, body=ClosingAsked, answer=Proposed),
    _writing("payments/{date}", "distribute", "Record what a closed distribution pays to its bonds.", distribute,
             query=Documented, body=Empty),
)  # fmt: skip
"""Every route that writes."""

__all__ = ["REPEATED", "WRITING"]
