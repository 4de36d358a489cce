"""The deals of a ledger and the events of their logs, as reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from ledger.reports.documents import JsonValue, json_line, shown_json
from ledger.reports.people import Approving, Enveloped, approved_by, posted_by
from ledger.reports.report import Column, ColumnKind, Report, Table

_DEALS = (Column("deal"), Column("sequence", kind=ColumnKind.COUNT), Column("head"))

_GRANTS = (Column("role"), Column("access"), Column("deal"), Column("gone"))

_SAMPLES = (Column("name"), Column("figures"), Column("months", kind=ColumnKind.COUNT), Column("title"))


def deals_report(heads: Iterable[tuple[str, int, str]]) -> Report:
    """Return the deals of a ledger from their names, their last sequences and their heads."""
    return Report(title="The deals of the ledger", parts=(Table(name="deals", columns=_DEALS, rows=tuple(heads)),))


def access_report(grants: Iterable[tuple[str, str, str, str]]) -> Report:
    """Return what database roles were granted: role, kind, deal, and whether the role is gone."""
    return Report(title="Who may do what", parts=(Table(name="grants", columns=_GRANTS, rows=tuple(grants)),))


def samples_report(samples: Iterable[tuple[str, str, int, str]]) -> Report:
    """Return the sample deals from their names, where their figures come from, their months and their titles."""
    return Report(title="Sample deals", parts=(Table(name="samples", columns=_SAMPLES, rows=tuple(samples)),))


def event_line(payload: str) -> str:
    """Return an event's canonical JSON as a line; posted again it is the same event."""
    return _on_one_line(payload)


def _on_one_line(payload: str) -> str:
    """Return JSON fit to be shown; a line end, which canonical JSON never holds, is spelt out and ends no line."""
    return shown_json(payload.replace("\n", "\\n"))


def event_lines(payloads: Sequence[str]) -> str:
    """Return the canonical JSON of some events as lines; what is plain goes as it is stored."""
    text = "\n".join(payloads)
    return text if text.isascii() else "\n".join(map(event_line, payloads))


def stamped_line(
    payload: str,
    *,
    sequence: int,
    recorded_at: dt.datetime,
    distribution: dt.date | None,
    digest: str,
    envelope: Enveloped | None = None,
    seconds: Iterable[Approving] = (),
) -> str:
    """Return an event's canonical JSON in an object with what the ledger stamped on it; ``digest`` is its hash.

    What is known of who posted it, who approved it, and from what, stands in it too where anything is; ``posted_by``
    and ``approved_by`` say what is the database's word and what is only stated.
    """
    stamps: dict[str, JsonValue] = {
        "sequence": sequence,
        "recorded_at": recorded_at.isoformat(),
        "distribution": str(distribution) if distribution else None,
        "hash": digest,
    }
    if envelope is not None:
        names = ("login", "actor", "approver", "document", "document_sha256")
        told: dict[str, JsonValue] = {name: word for name in names if (word := getattr(envelope, name))}
        told["posted_by"] = posted_by(envelope)
        approved = approved_by(envelope, seconds)
        stamps["envelope"] = told | ({"approved_by": list(approved)} if approved else {})
    return f'{json_line(stamps)[:-1]},"event":{_on_one_line(payload)}}}'
