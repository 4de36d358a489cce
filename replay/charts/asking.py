"""A chart by its name, for whoever asks in Python."""

from __future__ import annotations

from ledger import InvalidArgument, Ledger
from replay.charts import charts_of
from replay.charts.chart import Chart
from replay.statements.statement import Statement


def chart(ledger: Ledger, statement: Statement, name: str) -> Chart:
    """Return one chart of a statement by its name, as known when the statement is.

    A chart shows itself in a notebook, and its table is ``to_polars()``. Raises
    :class:`~ledger.errors.InvalidArgument` for a name that no chart of the deal has, with the names that there are.
    """
    found = {each.name: each for each in charts_of(ledger, statement.report)}
    if name not in found:
        raise InvalidArgument("name", "unknown_chart", f"there is no chart {name!r}; there is {', '.join(found)}")
    return found[name]


__all__ = ["chart"]
