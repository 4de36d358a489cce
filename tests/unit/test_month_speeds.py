"""The speeds of earlier months: their operands are put together late, and must give the value that was given early."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from fractions import Fraction

import pytest

from ledger import DistributionReport, Exact, Ledger, MonthSpeed
from ledger.exact import product, ratio, ratio_later
from ledger.simulation import Life, LifePlan, post_life

PLAN = LifePlan(
    seed=3,
    loans=25,
    months=18,
    name="speeds",
    late_rate=80_000,
    foreclosure_rate=500_000,
    reo_rate=500_000,
    liquidation_rate=500_000,
    prepayment_rate=60_000,
    callable_at=0,
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> DistributionReport:
    with Ledger.create(tmp_path_factory.mktemp("speeds") / "speeds.db") as ledger:
        post_life(ledger, PLAN)
        return ledger.distribution(PLAN.deal, [month.payment_date for month in Life(PLAN).months()][-1])


def ratios(month: MonthSpeed) -> Iterator[Exact]:
    """Yield the ratios of a month, without the names that they go by."""
    for value in (month.mortality, month.default_rate, month.severity):
        if value is not None:
            yield value.inputs[0] if value.op == "named" else value


def test_every_speed_is_the_ratio_of_its_operands(report: DistributionReport) -> None:
    found = [value for history in report.prepayments.history.values() for month in history for value in ratios(month)]
    assert len(found) > 3 * 2 * (PLAN.months - 1)
    assert sum(1 for value in found if value.value) > 20
    for value in found:
        part, whole = value.inputs
        again = ratio(part, whole)
        assert (value.value, value.op, value.label, value.origin) == (again.value, again.op, again.label, again.origin)


def test_every_speed_leads_to_the_totals_of_its_month(report: DistributionReport) -> None:
    for group, history in report.prepayments.history.items():
        for month in history[:-1]:
            for leaf in month.mortality.leaves():
                if leaf.selector is not None:
                    assert leaf.selector.group == (None if group == "total" else group)
                    assert leaf.selector.first == leaf.selector.last


def test_a_report_travels_to_another_process(report: DistributionReport) -> None:
    """Operands that nobody has asked for yet travel as well."""
    arrived: DistributionReport = pickle.loads(pickle.dumps(report))
    assert arrived == report
    month = arrived.prepayments.history["total"][0]
    assert [leaf.value for leaf in month.mortality.leaves()]


def test_operands_are_asked_for_once_and_only_when_needed() -> None:
    asked = []

    def operands() -> tuple[Exact, Exact]:
        asked.append(1)
        return Exact(1), Exact(4)

    share = ratio_later(1, 4, operands)
    assert (share.value, asked) == (Fraction(1, 4), [])
    assert [item.value for item in share.inputs] == [1, 4]
    assert share.inputs is share.inputs
    assert asked == [1]
    nothing = ratio_later(1, 0, operands)
    assert (nothing.value, nothing.op) == (Fraction(0), "quotient of nothing")


def test_a_product_is_in_lowest_terms() -> None:
    values = [Fraction(k, k + 1) for k in range(1, 400)]
    found = product(Exact(value) for value in values)
    assert found.value == Fraction(1, 400)
    assert product([]).value == 1
    assert product([Exact(Fraction(-1, 2)), Exact(0)]).value == 0
