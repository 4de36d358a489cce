"""What changed in a statement between two points of knowledge, as a report."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from ledger.reports import (
    DEALS_CURRENCY,
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Provenance,
    Report,
    ReportPart,
    Spelling,
    Table,
)
from replay.restatements import Restatement

_FIGURE = (
    Column("figure"),
    Column("printed_then", heading="then", kind=ColumnKind.FIGURE, empty="(none)"),
    Column("printed_now", heading="now", kind=ColumnKind.FIGURE, empty="(none)"),
    Column("exact_then", kind=ColumnKind.NUMBER),
    Column("exact_now", kind=ColumnKind.NUMBER),
    Column("difference", kind=ColumnKind.NUMBER),
)
_FIGURES = (*_FIGURE, Column("events", kind=ColumnKind.LIST), Column("sequences", heading="events", aside=True))
_FLAT = (*_FIGURE, Column("events"))
_PAYMENTS = (
    Column("class"),
    Column("of"),
    Column("computed_then", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
    Column("computed_now", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
    Column("recorded", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
    Column("difference", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
)
_EVENTS = (
    Column("sequence", heading="event", kind=ColumnKind.COUNT),
    Column("event_id", heading="id"),
    Column("type"),
    Column("effective_date", heading="date", kind=ColumnKind.DATE),
    Column("recorded_at", kind=ColumnKind.TIME),
    Column("voids"),
    Column("replaced_by"),
    Column("reason"),
    Column("what", heading="what it puts right", aside=True),
)


def restatement_report(found: Restatement) -> Report:
    """Return the figures that differ, the events behind them, and the payments that were computed otherwise."""
    then, now = found.then.report, found.now.report
    payments = Table.of(_PAYMENTS, found.payment_rows(), name="payments", shown=())
    parts: list[ReportPart] = [
        Fact("known_then", found.known_then),
        Fact("known_now", found.known_now),
        Fact("digest_then", then.digest),
        Fact("digest_now", now.digest),
        _figures(found),
        payments,
        _events(found),
    ]
    if found and found.payments:
        # A reader is told the events first; a document has the payments first.
        caption = "Bond payments stay as they were recorded; difference is recorded less computed now"
        shown = tuple(column.name for column in _PAYMENTS)
        parts.append(attrs.evolve(payments, name="", caption=caption, shown=shown))
    return Report(
        title=f"{found.deal}, distribution of {found.distribution_date}: known through event {found.known_then} "
        f"and through event {found.known_now}",
        summary=(_counted(found),),
        provenance=Provenance(
            deal=found.deal,
            distribution_date=found.distribution_date,
            record_date=now.distribution.record_date,
        ),
        parts=tuple(parts),
        flat=Table.of(_FLAT, found.rows()),
    )


def _counted(found: Restatement) -> str:
    if not found:
        return "No figure differs."
    unseen = sum(not item.is_printed for item in found)
    hidden = f", {unseen} of them only beyond the digits that are printed" if unseen else ""
    return f"{len(found)} figures differ{hidden}."


def _figures(found: Restatement) -> Table:
    rows: list[dict[str, CellValue]] = [
        {
            **row,
            "events": tuple(cause.event_id for cause in item.causes),
            "sequences": _sequences([cause.sequence for cause in item.causes]),
        }
        for row, item in zip(found.rows(), found.figures, strict=True)
    ]
    shown = ("figure", "printed_then", "printed_now", "difference", "sequences") if found else ()
    return Table.of(_FIGURES, rows, name="figures", shown=shown)


def _events(found: Restatement) -> Table:
    rows: list[tuple[CellValue, ...]] = []
    for cause in found.causes:
        event = cause.recorded.event
        said = f"{'corrects' if cause.replaced_by else 'reverses'} {cause.voids}" if cause.voids else ""
        rows.append(
            (
                cause.sequence,
                cause.event_id,
                event.name,
                event.effective_date,
                cause.recorded.recorded_at,
                cause.voids,
                cause.replaced_by,
                cause.reason,
                ": ".join(part for part in (said, cause.reason) if part),
            )
        )
    shown = ("sequence", "effective_date", "type", "event_id", "what") if found else ()
    return Table(name="events", columns=_EVENTS, rows=tuple(rows), caption="Events behind them", shown=shown)


def _sequences(numbers: Sequence[int], most: int = 6) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
