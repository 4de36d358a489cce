"""Who stands behind a batch, in words: what the database knows, and what was only stated, each called what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from ledger.reports.report import Column, ColumnKind, Fact, Prose, Provenance, Report, Table

NOBODY = "nobody named"


class Enveloped(Protocol):
    """What a report needs to know of an envelope; see :class:`ledger.RecordedEnvelope`."""

    @property
    def first_sequence(self) -> int:
        """The first event of the batch."""

    @property
    def through_sequence(self) -> int:
        """The last event of the batch."""

    @property
    def login(self) -> str:
        """Who was connected, in the database's own word."""

    @property
    def actor(self) -> str:
        """Who posted, as stated."""

    @property
    def approver(self) -> str:
        """Who approved, as stated."""

    @property
    def document(self) -> str:
        """The name of the source document."""

    @property
    def document_sha256(self) -> str:
        """Its SHA-256."""


class Approving(Protocol):
    """What a report needs to know of a second person; see :class:`ledger.Second`."""

    @property
    def login(self) -> str:
        """Who was connected, in the database's own word."""

    @property
    def name(self) -> str:
        """Who approved, as stated."""

    @property
    def approval(self) -> str:
        """The id of the event that approves; empty where the envelope names who did."""


def person_told(login: str, stated: str) -> str:
    """Return a person with the word that names it: the database's login, what was stated, or both."""
    parts = (f"login {login} (by the database)" if login else "", f"stated: {stated}" if stated else "")
    return ", ".join(filter(None, parts)) or NOBODY


def posted_by(envelope: Enveloped | None) -> str:
    """Return who posted a batch."""
    return NOBODY if envelope is None else person_told(envelope.login, envelope.actor)


def approved_by(envelope: Enveloped | None, seconds: Iterable[Approving] = ()) -> tuple[str, ...]:
    """Return who approved an event: the approver that its envelope states, and those who approved it by an event."""
    stated = [person_told("", envelope.approver)] if envelope is not None and envelope.approver else []
    return (*stated, *map(_by_event, (item for item in seconds if item.approval)))


def _by_event(second: Approving) -> str:
    stated = "" if second.name == second.login else second.name
    return f"{person_told(second.login, stated)} in {second.approval}"


def people_told(envelope: Enveloped | None, seconds: Iterable[Approving] = ()) -> str:
    """Return who posted an event, who approved it, and from which document, as one line."""
    approved = approved_by(envelope, seconds)
    document = "" if envelope is None else document_told(envelope)
    told = (
        f"posted by {posted_by(envelope)}",
        f"approved by {' and '.join(approved)}" if approved else "",
        f"from {document}" if document else "",
    )
    return "; ".join(filter(None, told))


def document_told(envelope: Enveloped) -> str:
    """Return the source document with the beginning of its SHA-256; nothing where none was named."""
    digest = f" (SHA-256 {envelope.document_sha256[:16]}...)" if envelope.document_sha256 else ""
    return f"{envelope.document}{digest}" if envelope.document else ""


_BATCHES = (
    Column("first_sequence", heading="from", kind=ColumnKind.COUNT),
    Column("through_sequence", heading="to", kind=ColumnKind.COUNT),
    Column("posted_by"),
    Column("approved_by", kind=ColumnKind.LIST, empty="-"),
    Column("document", empty="-"),
    Column("document_sha256"),
    Column("login"),
    Column("actor"),
    Column("approver"),
)
_SHOWN = ("first_sequence", "through_sequence", "posted_by", "approved_by", "document")


def batches_report(
    deal: str,
    envelopes: Iterable[Enveloped],
    document: tuple[str, str] | None = None,
    seconds: Mapping[int, Iterable[Approving]] | None = None,
) -> Report:
    """Return the batches of a deal with who posted them, who approved them, and from what.

    ``seconds`` are those who approved events by events of their own, by the sequence of what they approved.

    With ``document``, a name and a SHA-256, these are batches that were made from a document of that name or of those
    bytes, and the report says of each whether it is the same document.
    """
    held = list(envelopes)
    rows = tuple(
        (
            *(item.first_sequence, item.through_sequence, posted_by(item), _approvers(item, seconds or {})),
            *(item.document, item.document_sha256, item.login, item.actor, item.approver),
        )
        for item in held
    )
    compared = () if document is None else (Prose(lines=tuple(_compared(held, *document))),)
    facts = () if document is None else (Fact("document_sha256", document[1]),)
    return Report(
        title=f"{deal}: {_batches(len(rows))} posted with a word of who posted, who approved, or from what",
        provenance=Provenance(deal=deal),
        parts=(*facts, Table(name="batches", columns=_BATCHES, rows=rows, shown=_SHOWN if rows else ()), *compared),
    )


def _approvers(item: Enveloped, seconds: Mapping[int, Iterable[Approving]]) -> tuple[str, ...]:
    """Return who approved a batch, each once."""
    within = (at for at in sorted(seconds) if item.first_sequence <= at <= item.through_sequence)
    return tuple(dict.fromkeys(approved_by(item, [second for at in within for second in seconds[at]])))


def _batches(number: int) -> str:
    return f"{number} {'batch' if number == 1 else 'batches'}"


def _compared(held: list[Enveloped], name: str, digest: str) -> Iterator[str]:
    if not held:
        yield f"no batch was posted from {name}, or from a document of its bytes"
    for item in held:
        where = f"events {item.first_sequence} to {item.through_sequence}"
        if item.document_sha256 == digest:
            called = "" if item.document == name else f", under the name {item.document}"
            yield f"{where} were posted from this document, byte for byte{called}"
        elif item.document_sha256:
            yield f"{where} were posted from another {name}, with the SHA-256 {item.document_sha256}"
        else:
            yield f"{where} were posted from a {name} whose bytes nobody recorded"


_TOKENS = (
    Column("name"),
    Column("actor"),
    Column("servicer", heading="servicer of"),
    Column("auditor", heading="auditor of"),
    Column("url", heading="asked by"),
)


def tokens_report(tokens: Iterable[tuple[str, str, tuple[str, ...], tuple[str, ...], str]]) -> Report:
    """Return the tokens of a service: name, actor, the deals it serves and only reads, and the login's address."""
    return Report(title="Tokens", parts=(Table(name="tokens", columns=_TOKENS, rows=tuple(tokens)),))


__all__ = [
    "approved_by",
    "batches_report",
    "document_told",
    "people_told",
    "person_told",
    "posted_by",
    "tokens_report",
]
