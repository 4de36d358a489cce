"""The table beside a chart, as a report: one row for each point, or for each stream of a flow, exact."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger import Exact
from ledger.reports import DEALS_CURRENCY, CellValue, Column, ColumnKind, Fact, Provenance, Report, Table
from replay.charts.chart import Chart, ChartKind, Unit

_POINTS = {
    unit: (
        Column("date", kind=ColumnKind.DATE),
        Column("series"),
        Column("value", kind=ColumnKind.MONEY if unit is Unit.DOLLARS else ColumnKind.NUMBER),
        Column("unit"),
        Column("origin"),
    )
    for unit in Unit
}
_STREAMS = (
    Column("from"),
    Column("to"),
    Column("amount", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY),
)
_LISTED = (Column("name"), Column("title"), Column("kind"), Column("known"))


def chart_table(chart: Chart) -> Table:
    """Return the points or streams of a chart; a value that is not known is empty."""
    if chart.kind is ChartKind.FLOW:
        rows = [
            {"from": stream.source, "to": stream.target, "amount": str(Exact(stream.amount).decimal)}
            for stream in chart.streams
        ]
        return Table.of(_STREAMS, rows, name="streams", caption=chart.title)
    points: list[dict[str, CellValue]] = [
        {
            "date": point.day,
            "series": series.name,
            "value": point.exact_text,
            "unit": chart.unit_told,
            "origin": point.origin,
        }
        for series in chart.series
        for point in series.points
    ]
    return Table.of(_POINTS[chart.unit], points, name="points", caption=chart.title)


def chart_report(chart: Chart, provenance: Provenance) -> Report:
    """Return a chart as a report: what it is, what there is to know about it, and its table."""
    facts = (
        Fact("chart", chart.name),
        Fact("title", chart.title),
        Fact("shows", chart.about),
        Fact("kind", chart.kind.value),
        Fact("unit", chart.unit_told),
        Fact("notes", chart.notes),
    )
    table = attrs.evolve(chart_table(chart), caption="")
    return Report(title=chart.title, summary=(chart.about, *chart.notes), provenance=provenance, parts=(*facts, table))


def charts_listed(charts: Iterable[Chart]) -> Report:
    """Return the charts that there are by name, as a report."""
    rows = tuple((chart.name, chart.title, chart.kind.value, "yes" if chart.is_known else "no") for chart in charts)
    return Report(title="Charts", parts=(Table(name="charts", columns=_LISTED, rows=rows),))


__all__ = ["chart_report", "chart_table", "charts_listed"]
