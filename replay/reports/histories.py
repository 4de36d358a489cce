"""One figure over the months, as a report."""

from __future__ import annotations

from ledger.reports import Column, ColumnKind, Fact, Provenance, Report, Table
from replay.histories import FigureHistory

_COLUMNS = (
    Column("record_date"),
    Column("payment_date"),
    Column("state"),
    Column("known_through", kind=ColumnKind.NUMBER),
    Column("figure"),
    Column("value", kind=ColumnKind.NUMBER),
    Column("printed", kind=ColumnKind.FIGURE),
    Column("origin"),
)


def history_report(found: FigureHistory) -> Report:
    """Return what the statement of every month prints at one place."""
    when = "as each was closed" if found.as_closed else f"known through event {found.known_through}"
    shown = ("record_date", "payment_date", "state", "figure", "printed", "origin")
    return Report(
        title=f"{found.deal}: {found.path}, {len(found)} month{'' if len(found) == 1 else 's'}, {when}",
        provenance=Provenance(deal=found.deal, known_through=found.known_through),
        parts=(
            Fact("path", found.path),
            Fact("as_closed", "yes" if found.as_closed else "no"),
            Table.of(_COLUMNS, found.rows(), name="months", shown=shown),
        ),
    )


__all__ = ["history_report"]
