"""A chart is asked for by its name, shows itself, and is given away as its table."""

from __future__ import annotations

import polars as pl
import pytest

import replay
from ledger import InvalidArgument, Ledger
from replay.charts.chart import Chart
from replay.charts.tables import chart_table


def test_a_chart_is_the_one_that_was_named(real_ledger: Ledger, real_statement: replay.Statement) -> None:
    assert replay.chart(real_ledger, real_statement, "psa").name == "psa"
    with pytest.raises(InvalidArgument, match="there is no chart 'psi'; there is cash-flow, "):
        replay.chart(real_ledger, real_statement, "psi")


def test_it_shows_itself_and_is_given_away_typed(real_charts: dict[str, Chart]) -> None:
    flow, psa = real_charts["cash-flow"], real_charts["psa"]
    assert flow._repr_html_().startswith("<svg")
    assert repr(psa).startswith("<Chart psa: PSA, 1 series, ")
    assert psa.to_polars().schema["date"] == pl.Date
    assert isinstance(psa.to_polars().schema["value"], pl.Decimal)
    assert [row["amount"] for row in flow.rows()] == [str(row[-1]) for row in chart_table(flow).rows]
