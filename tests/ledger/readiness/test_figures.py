"""The figures that a closing fixes, in short, are those of the report."""

from __future__ import annotations

from decimal import Decimal

from ledger.readiness.figures import closing_figures
from tests.ledger.readiness.small import due, paid, small_month


def test_figures_are_those_of_the_report() -> None:
    report = small_month([due(), paid()]).report
    assert report is not None
    figures = closing_figures(report)
    assert figures.digest == report.digest
    assert dict(figures.funds)["funds"] == dict(figures.funds)["cash for the classes"] == Decimal(11_000)
    assert dict(figures.pool) == {
        "opening balance": (Decimal(1_000_000),) * 2,
        "scheduled principal": (Decimal(-1_000),) * 2,
        "closing balance": (Decimal(999_000),) * 2,
    }
    assert dict(figures.loans)["closing count"] == (10, 10)
    assert dict(figures.classes)["A"] == tuple(map(Decimal, (1_000_000, 5_000, 1_000, 0, 999_000)))
    assert dict(figures.classes)["R"][1] == 5_000
