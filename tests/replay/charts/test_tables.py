"""The table beside a chart: exact, with what is unknown empty, and where each value comes from."""

from __future__ import annotations

import json

from ledger.reports import Provenance, written
from replay.charts.chart import Chart
from replay.charts.tables import chart_report, chart_table, charts_listed


def test_a_point_is_a_row_with_its_exact_value_and_origin(real_charts: dict[str, Chart]) -> None:
    table = chart_table(real_charts["balances"])
    assert [tuple(map(str, row)) for row in table.rows] == [
        ("2002-08-26", "Whole pool", "468190938.13", "dollars", "brought forward"),
        ("2002-09-25", "Whole pool", "458896788.57", "dollars", "derived"),
    ]


def test_what_is_unknown_is_an_empty_cell(real_charts: dict[str, Chart]) -> None:
    first = written(chart_report(real_charts["psa-by-group"], Provenance()), "csv").splitlines()
    assert first[8] == "2002-03-25,Fixed,,fraction,"


def test_a_flow_is_its_streams(real_charts: dict[str, Chart]) -> None:
    told = written(chart_report(real_charts["cash-flow"], Provenance(deal="d")), "csv")
    assert 'Available funds,"Class A, interest",780640.49\n' in told


def test_charts_are_listed_by_name(real_charts: dict[str, Chart]) -> None:
    told = written(charts_listed(real_charts.values()), "csv").splitlines()
    assert len(told) == 1 + len(real_charts)
    assert 'severity,"Loss severity, three-month average",lines,no' in told


def test_a_reader_is_told_once_what_a_chart_shows_and_what_is_to_know_about_it(real_charts: dict[str, Chart]) -> None:
    chart = real_charts["status-migration"]
    told = written(chart_report(chart, Provenance()), "text")
    assert told.count(chart.title) == 1
    assert all(told.count(said) == 1 for said in (chart.about, *chart.notes))
    assert json.loads(written(chart_report(chart, Provenance()), "json"))["notes"] == list(chart.notes)


def test_money_is_read_with_its_thousands_apart(real_charts: dict[str, Chart]) -> None:
    shown = {name: written(chart_report(real_charts[name], Provenance()), "text") for name in ("balances", "cash-flow")}
    assert "458,896,788.57" in shown["balances"]
    assert "8,764,931.08" in shown["cash-flow"]
    assert "780640.49" in written(chart_report(real_charts["cash-flow"], Provenance()), "csv")
