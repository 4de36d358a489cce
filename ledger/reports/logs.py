"""The deals of a ledger and the events of their logs, as reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ledger.reports.documents import json_line, shown_json
from ledger.reports.report import Column, ColumnKind, Report, Table

_DEALS = (Column("deal"), Column("sequence", kind=ColumnKind.COUNT), Column("head"))


def deals_report(heads: Iterable[tuple[str, int, str]]) -> Report:
    """Return the deals of a ledger from their names, their last sequences and the hashes of these events."""
    return Report(title="The deals of the ledger", parts=(Table(name="deals", columns=_DEALS, rows=tuple(heads)),))


def event_line(payload: str) -> str:
    """Return an event's canonical JSON as a line; posted again it is the same event."""
    return shown_json(payload)


def stamped_line(
    payload: str, *, sequence: int, recorded_at: dt.datetime, distribution: dt.date | None, digest: str
) -> str:
    """Return an event's canonical JSON in an object with what the ledger stamped on it; ``digest`` is its hash."""
    stamps = json_line(
        {
            "sequence": sequence,
            "recorded_at": recorded_at.isoformat(),
            "distribution": str(distribution) if distribution else None,
            "hash": digest,
        }
    )
    return f'{stamps[:-1]},"event":{shown_json(payload)}}}'
