"""The speeds of earlier months: their operands are put together late, and must give the value that was given early."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from ledger import DistributionReport, Exact, Ledger, MonthSpeed, total, window
from ledger.projections.prepayments import average_rate
from ledger.simulation import Life, LifePlan, post_life
from ledger.values.exact import ratio, ratio_later, survival

PLAN = LifePlan(
    seed=3,
    loans=25,
    months=12,
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


def test_a_survival_is_the_product_of_what_is_left_in_lowest_terms() -> None:
    rates = [Exact(Fraction(1, k + 1)) for k in range(1, 400)]
    found = survival(rates)
    assert found.value == Fraction(1, 400)
    assert [factor.value for factor in found.inputs] == [1 - rate.value for rate in rates]
    assert survival([]).value == 1
    assert survival([Exact(1), Exact(0)]).value == 0
    assert survival([Exact(Fraction(3, 2))]).value == Fraction(-1, 2)


def test_a_month_in_which_more_left_than_stood_leaves_nothing() -> None:
    most, half = Exact(Fraction(3, 2)), Exact(Fraction(1, 2))
    assert average_rate([most]) is most
    assert average_rate([half, most, half]).value == average_rate([most, most, half]).value == 1
    assert average_rate([Exact(Fraction(3, 4)), Exact(0)]).value == Fraction(1, 2)


def test_months_are_a_sequence_whose_speeds_are_worked_out_once(report: DistributionReport) -> None:
    for history in report.prepayments.history.values():
        assert len(history) == len(list(history)) == PLAN.months
        assert history[0] is history[0] is history[-len(history)]
        assert history[-3:] == tuple(history)[-3:]
        assert history == tuple(history)
        assert history != tuple(history)[1:]
        assert window(history, None) == tuple(history)
        assert window(history, PLAN.months + 1) is None
        with pytest.raises(IndexError):
            history[len(history)]


@pytest.mark.parametrize("seed", range(5))
def test_a_total_of_fractions_is_their_sum(seed: int) -> None:
    chance = random.Random(seed)
    values = [Fraction(chance.randint(-(10**9), 10**9), chance.choice([1, 3, 7, 100, 10**4])) for _ in range(200)]
    assert total(Exact(value) for value in values).value == sum(values)
