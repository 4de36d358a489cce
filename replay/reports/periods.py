"""The distributions of a deal with their closings, as a report: a line a distribution, then what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import Acknowledgement
from ledger.reports import CellValue, Column, ColumnKind, Prose, Provenance, Report, Table, approved_by, posted_by
from replay.statements.periods import Period, Periods
from replay.statements.restated import listed

_COLUMNS = (
    Column("record_date", kind=ColumnKind.DATE),
    Column("payment_date", kind=ColumnKind.DATE),
    Column("state"),
    Column("closed_at", kind=ColumnKind.COUNT),
    Column("closed_time", heading="closed", kind=ColumnKind.TIME),
    Column("paid_at", kind=ColumnKind.COUNT),
    Column("closed_by"),
    Column("approved_by", kind=ColumnKind.LIST),
    Column("acknowledged", kind=ColumnKind.LIST),
    Column("restated_by"),
    Column("digest"),
)
_ACKNOWLEDGED = (
    Column("payment_date", kind=ColumnKind.DATE),
    Column("code"),
    Column("reason"),
    Column("who"),
)


def periods_report(found: Periods) -> Report:
    """Return every distribution with its dates, its state and its closing, and every finding that was acknowledged."""
    given = tuple(
        (item.payment_date, told.code, told.reason, told.who)
        for item in found
        if item.closing is not None
        for told in item.closing.acknowledgements
    )
    return Report(
        title=f"{found.deal}: {len(found)} distribution{'' if len(found) == 1 else 's'}, known through event "
        f"{found.known_through}",
        provenance=Provenance(deal=found.deal, known_through=found.known_through),
        parts=(
            Table(name="periods", columns=_COLUMNS, rows=tuple(map(_row, found))),
            Table(
                name="acknowledged",
                columns=_ACKNOWLEDGED,
                rows=given,
                caption="Findings acknowledged",
                shown=tuple(column.name for column in _ACKNOWLEDGED) if given else (),
            ),
            *_restated(found),
        ),
    )


def _row(item: Period) -> tuple[CellValue, ...]:
    closing = item.closing
    envelope = None if closing is None else closing.recorded.envelope
    by = (
        ("", ())
        if closing is None or envelope is None
        else (posted_by(envelope), approved_by(envelope, closing.seconds))
    )
    return (
        *(item.record_date, item.payment_date, item.state.value, item.closed_at, item.closed_time, item.paid_at),
        *by,
        tuple(_answered(told) for told in (() if closing is None else closing.acknowledgements)),
        listed(item.restated_by) if item.restated_by else "",
        item.digest,
    )


def _answered(told: Acknowledgement) -> str:
    return f"{told.code} ({told.who or 'nobody named'})"


def _restated(found: Periods) -> Iterator[Prose]:
    """Yield how to see what is different now, where anything is."""
    if any(item.restated_by for item in found):
        line = (
            "What a restated distribution was closed on, and what is different now: replay diff URL DEAL --payment-date"
        )
        yield Prose(lines=(f"{line} DATE",))


__all__ = ["periods_report"]
