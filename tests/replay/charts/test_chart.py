"""A chart as data: days, values, and what is known of it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from replay.charts.chart import Chart, ChartKind, Point, Series, Unit

FIRST, SECOND = dt.date(2024, 1, 25), dt.date(2024, 2, 26)


def lines(*series: Series) -> Chart:
    return Chart(name="x", title="X", about="Of x.", kind=ChartKind.LINES, unit=Unit.DOLLARS, series=series)


def test_days_are_those_of_every_series_in_order() -> None:
    chart = lines(Series("a", (Point(SECOND, Fraction(1)),)), Series("b", (Point(FIRST, None), Point(SECOND, None))))
    assert chart.days == (FIRST, SECOND)
    assert list(chart.values()) == [1]


def test_what_is_not_known_is_empty_and_never_nought() -> None:
    assert Point(FIRST, None).exact_text == ""
    assert Point(FIRST, Fraction(0)).exact_text == "0.00"
    assert not lines(Series("a", (Point(FIRST, None),))).is_known
    assert lines(Series("a", (Point(FIRST, Fraction(0)),))).is_known
