"""The charts over months: the thirty-eight of the published statement, each ending on the figure that it prints."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

import replay
from replay.charts.chart import Chart, Point
from replay.charts.over_time import named_for, six_month_averages

EXTRA = {"cash-flow", "class-balances", "overcollateralization", "sixty-and-ninety-days", "status", "status-migration"}

ENDS = {
    "balances": "8/Principal Balance: Current",
    "coupon": "9/Weighted Average Coupon Current",
    "amortization-term": "9/Weighted Avg Remaining Amortization Term Current",
    "prepayments": "15/Current: Total Prepayment Amount",
    "cpr": "16/CPR",
    "psa": "16/PSA",
    "average-cpr": "16/Avg CPR Since Cut-off",
    "average-psa": "16/Avg PSA Since Cut-off Approximation",
    "severity": "20/3 Months Avg Loss Severity Approximation",
    "cdr": "20/CDR",
    "sda": "20/SDA",
    "average-cdr": "20/Avg CDR Since Cut-off",
    "average-sda": "20/Avg SDA Since Cut-off Approximation",
}
"""The figure of the statement that each chart of groups and of the pool ends on."""

BEHIND = {
    "one-or-two-payments": (("DELINQUENT", ("1 payment", "2 payments")),),
    "three-or-more-payments": (("DELINQUENT", ("3+ payments",)),),
    "foreclosure": (("FORECLOSURE", ("total",)),),
    "bankruptcy-and-reo": (("BANKRUPTCY", ("total",)), ("REO", ("total",))),
}
PAGES = {"": 11, "-fixed": 12, "-adjustable": 13}


def value(statement: replay.Statement, path: str) -> Fraction | None:
    """Return the exact value of a figure, or None where the statement prints none."""
    found = statement.find(path)
    if not found:
        return None
    [figure] = found
    assert not isinstance(figure.value, str)
    return figure.value.value


def test_the_published_statement_has_thirty_eight(real_charts: dict[str, Chart]) -> None:
    assert len(set(real_charts) - EXTRA) == 38
    assert set(real_charts) >= EXTRA


@pytest.mark.parametrize("name", ENDS)
def test_a_chart_ends_on_the_figure_that_the_statement_prints(
    name: str, real_charts: dict[str, Chart], real_statement: replay.Statement
) -> None:
    [whole] = real_charts[name].series
    assert whole.points[-1].value == value(real_statement, f"{ENDS[name]}/total")
    for series in real_charts[f"{name}-by-group"].series:
        assert series.points[-1].value == value(real_statement, f"{ENDS[name]}/{series.name.lower()}")


@pytest.mark.parametrize("whose", PAGES)
@pytest.mark.parametrize("name", BEHIND)
def test_what_is_behind_ends_on_the_shares_that_the_statement_prints(
    name: str, whose: str, real_charts: dict[str, Chart], real_statement: replay.Statement
) -> None:
    shares = [
        value(real_statement, f"{PAGES[whose]}/{row}/% Balance/{column}") or Fraction(0)
        for row, columns in BEHIND[name]
        for column in columns
    ]
    averaged, month = real_charts[f"{name}{whose}"].series
    assert month.points[-1].value == sum(shares)
    # Of one month that is known, the average is that month.
    assert averaged.points[-1].value == sum(shares)


def test_classes_and_the_target_end_where_the_statement_does(
    real_charts: dict[str, Chart], real_statement: replay.Statement
) -> None:
    for series in real_charts["class-balances"].series:
        name = series.name.removeprefix("Class ")
        path = f"2/current period/{name}/current principal balance"
        assert series.points[-1].value == value(real_statement, path)
    actual, target = real_charts["overcollateralization"].series
    assert target.is_limit
    page = "7/Current Periods"
    assert actual.points[-1].value == value(real_statement, f"{page} Overcollateralization Amt/total")
    assert target.points[-1].value == value(real_statement, f"{page} Required Overcollateralization Amt/total")


def test_a_multiple_of_a_curve_at_age_nought_is_not_known(real_charts: dict[str, Chart]) -> None:
    fixed = next(series for series in real_charts["psa-by-group"].series if series.name == "Fixed")
    assert [point.value is None for point in fixed.points] == [True, True, False, False, False, False, False]


def test_a_severity_without_a_liquidation_is_not_nought(real_charts: dict[str, Chart]) -> None:
    assert not real_charts["severity"].is_known


def test_an_average_is_of_the_months_known_among_the_last_six() -> None:
    days = [dt.date(2024, month, 25) for month in range(1, 10)]
    given = [Fraction(n) if n not in (2, 3) else None for n in range(9)]
    found = list(six_month_averages([Point(day, value) for day, value in zip(days, given, strict=True)]))
    tenths = [None if point.value is None else point.value * 30 for point in found]
    assert tenths == [0, 15, None, None, 50, 75, 120, 165, 180]


def test_a_name_is_of_small_letters_and_hyphens() -> None:
    assert [named_for(text) for text in ("Group 1", "A/B  c", "<x>", "=")] == ["group-1", "a-b-c", "x", "x"]
