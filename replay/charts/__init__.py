"""Charts of a deal's months: as data with a table beside each, and as SVG.

:func:`charts_of` gives every chart of a statement; :func:`replay.charts.svg.as_svg` draws one, and
:func:`replay.charts.tables.chart_report` is its table. The same modules serve papers and web pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger import DistributionReport, Ledger
    from replay.charts.chart import Chart


def charts_of(
    ledger: Ledger, report: DistributionReport, progress: Callable[[int, int], None] | None = None
) -> tuple[Chart, ...]:
    """Return every chart of a distribution, as known when its report is: cash, those over months, and how loans moved.

    It costs a report for every month of the deal in the ledger, some twentieth of a second each; ``progress`` is told
    how many are read, and of how many.
    """
    import attrs

    from replay.charts.cash_flow import cash_flow
    from replay.charts.migration import status_migration
    from replay.charts.months import months_of_deal
    from replay.charts.over_time import charts_over_time

    over_time = charts_over_time(months_of_deal(ledger, report, progress))
    found = (cash_flow(report), *over_time, status_migration(ledger, report))
    return tuple(attrs.evolve(chart, currency=report.terms.currency) for chart in found)


__all__ = ["charts_of"]
