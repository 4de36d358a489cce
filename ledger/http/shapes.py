"""What is asked and answered, as types: the document of the service is made of them, and requests are held to them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ledger.reading.recorded import RecordedEvent
from ledger.store.rows import Head
from ledger.values.dates import date_number, microseconds
from ledger.writing.receipts import Receipt

MOST_AT_ONCE = 10_000
"""Events of a page of the feed at most."""

LONGEST_WAIT = 30
"""Seconds that a reader of the feed may wait for something new."""

_LAST = 2**53 - 1
"""The largest whole number that every reader of JSON reads as it is."""

Ended = Annotated[int, Meta(ge=0, le=_LAST, description="Post only if the deal's log ends at this sequence.")]
Known = Annotated[int, Meta(ge=1, le=_LAST, description="As known through this sequence (default: now).")]
Name = Annotated[str, Meta(min_length=1, max_length=120)]


class _Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Nothing(_Query, frozen=True, kw_only=True):
    """Nothing more is asked."""


class AsKnown(_Query, frozen=True, kw_only=True):
    """As known when."""

    known_through: Known | None = None


class Documented(_Query, frozen=True, kw_only=True):
    """The document that a batch was made from."""

    document: Annotated[str, Meta(max_length=200, description="The name of the document that this was made from.")] = ""
    document_sha256: Annotated[str, Meta(max_length=64, description="Its SHA-256, in hexadecimal digits.")] = ""


class Posted(Documented, frozen=True, kw_only=True):
    """How a batch is posted."""

    dry_run: Annotated[bool, Meta(description="Decide everything, write nothing.")] = False
    expected_sequence: Ended | None = None


class PostedEvents(Posted, frozen=True, kw_only=True):
    """How events are posted."""

    type: Annotated[str, Meta(max_length=120, description="The event type of the rows of an Arrow stream.")] = ""


class ApprovedWith(Posted, frozen=True, kw_only=True):
    """How events are approved."""

    note: Annotated[str, Meta(max_length=1_000, description="Why, or after what, they are approved.")] = ""


class Following(_Query, frozen=True, kw_only=True):
    """From where on the log is read."""

    after: Annotated[int, Meta(ge=0, le=_LAST, description="The last sequence that the reader has.")] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_AT_ONCE, description="Events at most.")] = 1_000
    wait: Annotated[
        int, Meta(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an event where there is none yet.")
    ] = 0


class OnADay(AsKnown, frozen=True, kw_only=True):
    """On which business date, as known when."""

    date: Annotated[dt.date, Meta(description="The business date.")]


class ReversalAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that is to count no more."""

    event_id: Name
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    effective_date: Annotated[
        dt.date | None, Meta(description="From when on (default: the date of the event, as if it had never been).")
    ] = None
    restates: Annotated[bool, Meta(description="It may change a closed month, which is then restated.")] = False


class CorrectionAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that is to count no more, and the one that takes its place."""

    event_id: Name
    replacement: Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/components/schemas/Event"})]
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    effective_date: dt.date | None = None


class ClosingAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is acknowledged with a closing: the codes of findings, each with the reason."""

    acknowledge: dict[str, str] = {}


class Empty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object that says nothing."""


class HeadShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where a log ends: the sequence of its last event, and the hash of it all."""

    sequence: int
    hash: str

    @classmethod
    def of(cls, head: Head) -> HeadShown:
        """Return the place that a head is."""
        return cls(sequence=head.sequence, hash=bytes(head.hash).hex())


class Greeting(msgspec.Struct, frozen=True, kw_only=True):
    """What answers here, and by whom it is asked."""

    service: str
    release: str
    document: str
    actor: str


class DealShown(msgspec.Struct, frozen=True, kw_only=True):
    """A deal, what the caller may do with it, and where its log ends."""

    deal: str
    access: str
    head: HeadShown


class Deals(msgspec.Struct, frozen=True, kw_only=True):
    """The deals that the caller may see."""

    deals: list[DealShown]


class ReceiptShown(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's acknowledgement: these events are stored, for good; the same body again is answered the same."""

    deal: str
    events: int
    first_sequence: int
    sequence: int
    head_hash: Annotated[str | None, Meta(description="None where nothing was written: the moment is hashed too.")]
    recorded_at: dt.datetime | None
    dry_run: bool

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptShown:
        """Return a receipt as it is answered."""
        written = receipt.recorded_at is not None or not receipt.event_ids
        return cls(
            deal=receipt.deal,
            events=len(receipt.event_ids),
            first_sequence=receipt.first_sequence,
            sequence=receipt.sequence,
            head_hash=receipt.head_hash if written else None,
            recorded_at=receipt.recorded_at,
            dry_run=not written,
        )


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """Events as they would be posted, for somebody else to approve."""

    events: list[dict[str, Any]]


class BalanceShown(msgspec.Struct, frozen=True, kw_only=True):
    """The balance of one account under one key (a group, a class, a fee), in the deal's money."""

    account: str
    title: str
    kind: str
    key: str
    balance: str
    origin: str


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    """The balance of every account on a business date."""

    deal: str
    date: dt.date
    known_through: int
    balances: list[BalanceShown]


class SealedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of the batch that an event was posted in; its digest is chained with the first event of it."""

    first_sequence: int
    through_sequence: int
    login: str
    actor: str
    approver: str
    document: str
    document_sha256: str
    digest: str


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the feed gives it: ``hash`` is the SHA-256 of the hash before, ``link`` and ``payload``."""

    sequence: int
    recorded_at: dt.datetime
    distribution_date: dt.date | None
    payload: Annotated[str, Meta(description="The event, in the bytes that are hashed: canonical JSON, as text.")]
    link: Annotated[str, Meta(description="What is hashed between the hash before and the payload.")]
    hash: str
    envelope: SealedIn | None

    @classmethod
    def of(cls, item: RecordedEvent) -> Followed:
        """Return an event as it is followed."""
        number = 0 if item.distribution_date is None else date_number(item.distribution_date)
        link = f"{item.sequence}|{microseconds(item.recorded_at)}|{number}|"
        sealed = item.envelope
        if sealed is not None and sealed.first_sequence == item.sequence:
            link = f"2|{sealed.digest}|{link}"
        fields = {} if sealed is None else {name: getattr(sealed, name) for name in SealedIn.__struct_fields__}
        return cls(
            sequence=item.sequence,
            recorded_at=item.recorded_at,
            distribution_date=item.distribution_date,
            payload=item.payload,
            link=link,
            hash=item.hash,
            envelope=SealedIn(**fields) if fields else None,
        )


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a log behind a sequence, and where the log ended when it was read."""

    deal: str
    after: int
    next: Annotated[int, Meta(description="The sequence to go on after.")]
    head: HeadShown
    events: list[Followed]


class ViolationShown(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that one event breaks, as the Python API says it."""

    event_id: str
    field: str
    code: str
    message: str


class ProblemShown(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was refused: problem details (RFC 9457), with a code for programs and every violation."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    violations: list[ViolationShown] = []
    violation_count: int = 0


__all__ = [
    "LONGEST_WAIT",
    "MOST_AT_ONCE",
    "ApprovedWith",
    "AsKnown",
    "BalanceShown",
    "Balances",
    "ClosingAsked",
    "CorrectionAsked",
    "DealShown",
    "Deals",
    "Documented",
    "Empty",
    "Feed",
    "Followed",
    "Following",
    "Greeting",
    "HeadShown",
    "Known",
    "Nothing",
    "OnADay",
    "Posted",
    "PostedEvents",
    "ProblemShown",
    "Proposed",
    "ReceiptShown",
    "ReversalAsked",
    "SealedIn",
    "ViolationShown",
]
