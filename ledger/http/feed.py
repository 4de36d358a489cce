"""The feed: what stands in a log behind a sequence; whoever keeps a place misses nothing and sees nothing twice.

A sequence is given under the lock of its deal and is there, with all before it, when that lock is let go; so whoever
has read up to a sequence has read everything up to it, however many write at once. A page reads as the log stood at one
moment, and says where it ended then. A reader whose place lies beyond that has read another log, and is told so.
"""

from __future__ import annotations

import time
from threading import BoundedSemaphore

import msgspec

from ledger.http.asking import Problem
from ledger.http.routes import JSON, LINES, Answer, Call, Route, answer_of
from ledger.http.shapes import Feed, Followed, Following, HeadShown
from ledger.store.rows import Head

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of the payloads of a page, unless one event alone has more."""

WAITING = 16
"""Readers who wait at a time; others are answered at once."""

_LOOKS = 0.2
"""Seconds between two looks at the head of a log that somebody waits for."""

_waiting = BoundedSemaphore(WAITING)

HEAD, NEXT = "Indenture-Head", "Indenture-Next"
"""Headers of a page: where the log ended, as SEQUENCE:HASH, and the sequence to go on after."""


def follow_events(call: Call) -> Answer:
    """Return what stands behind a sequence."""
    asked = call.asked(Following)
    head = _head_behind(call, asked)
    if asked.after > head.sequence:
        told = (
            f"the log of {call.deal} ends at {head.sequence}, before {asked.after}: it is not the log that was read so "
            "far; compare the hashes and read it from its beginning"
        )
        raise Problem(409, "beyond_the_log", told)
    found: list[Followed] = []
    size = 0
    coming = call.ledger.events(call.deal, after=asked.after, known_through=head.sequence, limit=asked.limit)
    for item in coming if head.sequence > asked.after else ():
        size += len(item.payload)
        if found and size > MOST_BYTES:
            break
        found.append(Followed.of(item))
    place = HeadShown.of(head)
    after = found[-1].sequence if found else asked.after
    headers = ((HEAD, f"{place.sequence}:{place.hash}"), (NEXT, str(after)))
    if call.accept == LINES:
        content = b"".join(msgspec.json.encode(item) + b"\n" for item in found)
        return Answer(content=content, kind=LINES, headers=headers)
    return answer_of(Feed(deal=call.deal, after=asked.after, next=after, head=place, events=found), headers)


def _head_behind(call: Call, asked: Following) -> Head:
    """Return where the log ends, as soon as something stands behind a sequence or the wait is over.

    Whoever has left waits no longer, so that another may.
    """
    head = call.ledger.head(call.deal)
    if head.sequence != asked.after or not asked.wait or not _waiting.acquire(blocking=False):
        return head
    try:
        until = time.monotonic() + asked.wait
        while head.sequence == asked.after and (left := until - time.monotonic()) > 0 and not call.is_gone():
            time.sleep(min(_LOOKS, left))
            head = call.ledger.head(call.deal)
        return head
    finally:
        _waiting.release()


FOLLOWING = (
    Route(
        method="GET",
        path="/deals/{deal}/events",
        name="followEvents",
        told="Return what stands in the log behind a sequence; wait for something new, if asked.",
        handle=follow_events,
        query=Following,
        answer=Feed,
        gives=(JSON, LINES),
    ),
)
"""The route of the feed."""

__all__ = ["FOLLOWING", "HEAD", "MOST_BYTES", "NEXT", "WAITING"]
