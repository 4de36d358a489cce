"""The month's cash: every place gives on what it gets, and ends are what the statement says was paid."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger import DistributionReport, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from ledger.samples.told import TOLD
from replay.charts.cash_flow import FUNDS, INTEREST, PRINCIPAL, cash_flow
from replay.charts.chart import Chart
from tests.deals.hostile import HOSTILE, hostile_ledger
from tests.deals.toy import payment_date


def come(chart: Chart, name: str) -> Fraction:
    return sum((stream.amount for stream in chart.streams if stream.target == name), Fraction(0))


def gone(chart: Chart, name: str) -> Fraction:
    return sum((stream.amount for stream in chart.streams if stream.source == name), Fraction(0))


def conserved(report: DistributionReport) -> Chart:
    """Hold a month's flow to its report."""
    chart = cash_flow(report)
    assert all(stream.amount > 0 for stream in chart.streams)
    for place in (PRINCIPAL, INTEREST, FUNDS):
        assert come(chart, place) == gone(chart, place)
    assert come(chart, "Roundings") + gone(chart, "Roundings") < 1
    for name, item in report.classes.items():
        paid = sum(come(chart, f"Class {name}, {what}") for what in ("interest", "principal", "residual"))
        assert paid == item.distribution.value
    placed = [name for layer in chart.layers for name in layer]
    assert sorted(set(placed)) == sorted({x for stream in chart.streams for x in (stream.source, stream.target)})
    return chart


def test_the_real_month_is_conserved(real_ledger: Ledger) -> None:
    report = real_ledger.distribution(DEAL, PAID)
    chart = conserved(report)
    assert come(chart, FUNDS) == (report.account.interest_funds + report.account.principal_funds).value
    assert come(chart, "Class Cert, residual") == report.classes["Cert"].result.residual_paid.value


@pytest.mark.parametrize("sample", TOLD, ids=lambda sample: sample.DEAL)
def test_every_sample_is_conserved(sample: object, ledger: Ledger) -> None:
    sample.post(ledger)  # type: ignore[attr-defined]
    for day in sample.payment_dates:  # type: ignore[attr-defined]
        conserved(ledger.distribution(sample.DEAL, day))  # type: ignore[attr-defined]


def test_months_are_conserved_before_anything_is_paid() -> None:
    with hostile_ledger() as ledger:
        for ordinal in (1, 2, 3):
            conserved(ledger.distribution(HOSTILE, payment_date(ordinal)))
