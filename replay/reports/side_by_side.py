"""Two statements side by side: every figure that stands otherwise in the one than in the other, as a report."""

from __future__ import annotations

from ledger import Exact
from ledger.reports import CellValue, Column, ColumnKind, Fact, Provenance, Report, Spelling, Table
from replay.statements.figures import Figure
from replay.statements.statement import Statement

_COLUMNS = (
    Column("figure"),
    Column("printed_then", heading="then", kind=ColumnKind.FIGURE, empty="(none)"),
    Column("printed_now", heading="now", kind=ColumnKind.FIGURE, empty="(none)"),
    Column("exact_then", kind=ColumnKind.NUMBER),
    Column("exact_now", kind=ColumnKind.NUMBER),
    Column("difference", kind=ColumnKind.NUMBER, spelling=Spelling.GROUPED),
)


def side_by_side_report(then: Statement, now: Statement) -> Report:
    """Return the figures that differ between the statements of two distributions, each as known where it was read."""
    listed = _by_path(then), _by_path(now)
    rows = tuple(
        _row(path, listed[0].get(path), listed[1].get(path))
        for path in dict.fromkeys((*listed[1], *listed[0]))
        if _said(listed[0].get(path)) != _said(listed[1].get(path))
    )
    days = then.report.distribution.payment_date, now.report.distribution.payment_date
    count = "No figure differs." if not rows else f"{len(rows):,} figure{'s differ' if len(rows) > 1 else ' differs'}."
    return Report(
        title=f"{now.deal}: the distributions of {days[0]} and of {days[1]}",
        provenance=Provenance(deal=now.deal),
        summary=(count,),
        parts=(
            Fact("payment_date_then", days[0]),
            Fact("payment_date_now", days[1]),
            Fact("known_then", then.report.known_through),
            Fact("known_now", now.report.known_through),
            Fact("digest_then", then.report.digest),
            Fact("digest_now", now.report.digest),
            Table(name="figures", columns=_COLUMNS, rows=rows),
        ),
    )


def _by_path(statement: Statement) -> dict[str, Figure]:
    return {figure.path: figure for figure in statement.figures}


def _said(figure: Figure | None) -> tuple[str, str] | None:
    return None if figure is None else (figure.printed, figure.exact_text)


def _row(path: str, then: Figure | None, now: Figure | None) -> tuple[CellValue, ...]:
    values = [None if item is None or not isinstance(item.value, Exact) else item.value for item in (then, now)]
    before, after = values
    return (
        path,
        None if then is None else then.printed,
        None if now is None else now.printed,
        None if before is None else before.decimal,
        None if after is None else after.decimal,
        None if before is None or after is None else (after - before).decimal,
    )


__all__ = ["side_by_side_report"]
