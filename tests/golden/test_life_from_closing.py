"""The deal from its closing day: seven months, nothing brought forward, and September as it was published."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest

import replay
from ledger import DistributionReport, Ledger, PeriodClosed
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.life import months as life
from replay.evidence.verify import verify
from tests.golden.test_impac_september_2002 import by_place, published

RECORD_DATE = dt.date(2002, 8, 30)
TARGET = 5_000_000
CENT = Fraction(1, 100)


@pytest.fixture(scope="module")
def lived() -> Iterator[Ledger]:
    """The life, posted once; tests only read it."""
    with Ledger.create("sqlite://") as ledger:
        life.post(ledger)
        yield ledger


@pytest.fixture(scope="module")
def statement(lived: Ledger) -> replay.Statement:
    """The statement of September."""
    return replay.statement(lived, life.DEAL, RECORD_DATE)


@pytest.fixture(scope="module")
def reports(lived: Ledger) -> list[DistributionReport]:
    """The report of every distribution, the first of March."""
    paid = [day for day, _ in life.distributions()]
    return [replay.statement(lived, life.DEAL, day.replace(day=1) - dt.timedelta(days=1)).report for day in paid]


def test_september_prints_every_published_figure(statement: replay.Statement) -> None:
    assert by_place(statement.rows()) == by_place(published())


def test_where_the_figures_of_september_come_from(statement: replay.Statement) -> None:
    """None is brought forward; what one event of the log states counts as reported, wherever it came from."""
    origins = Counter(figure.origin.value for figure in statement)
    assert origins == {"derived": 613, "reported": 631, "deal term": 46}


def test_nothing_is_brought_forward(lived: Ledger) -> None:
    names = {recorded.event.name for recorded in lived.events(life.DEAL)}
    assert not {name for name in names if name.endswith("brought_forward")}


def test_seven_distributions_are_closed_without_acknowledging_anything(lived: Ledger) -> None:
    closings = [recorded.event for recorded in lived.events(life.DEAL, types=["period_closed"])]
    assert len(closings) == 7
    assert all(isinstance(event, PeriodClosed) and not event.acknowledgements for event in closings)


def test_every_waterfall_foots(reports: list[DistributionReport]) -> None:
    """What came in is paid out; bonds and overcollateralization are the pool and what is to buy loans for it."""
    for report in reports:
        result = report.waterfall
        paid = sum(item.distribution.value for item in result.classes.values())
        assert paid + result.derivatives_paid.value + result.left_over.value == (
            report.account.interest_funds.value + report.account.principal_funds.value
        )
        backing = report.collateral.total.closing_balance.value + report.prefunding.closing.value
        assert backing - result.closing_bonds.value == result.overcollateralization.value
        assert abs(report.funds.value - report.cash_for_classes.value) < report.roundings


def test_overcollateralization_stands_at_its_target_from_the_first_month_on(reports: list[DistributionReport]) -> None:
    """454,423,915.76 and 45,576,084.00 less 495,000,000.00 are 0.24 short; March makes that up out of excess."""
    assert [report.waterfall.overcollateralization.value for report in reports] == [TARGET] * 7
    assert [str(report.waterfall.extra_principal.decimal) for report in reports] == ["0.24"] + ["0.00"] * 6
    assert [report.waterfall.released.value for report in reports] == [0] * 7


def test_what_was_never_spent_is_principal_of_the_bonds_and_no_prepayment(reports: list[DistributionReport]) -> None:
    may = reports[2]
    line = may.account.principal["additional"]
    assert {group: str(amount.decimal) for group, amount in line.items()} == {"adjustable": "4050.18", "fixed": "0.00"}
    assert str(may.prefunding.closing.decimal) == "0.00"
    collateral = may.collateral.total
    prepaid = -collateral.prepayments.value - collateral.repurchases.value
    assert may.prepayments.current["total"].total.value == prepaid
    principal = sum(item.principal_paid.value for item in may.waterfall.classes.values())
    assert principal - prepaid + collateral.scheduled_principal.value == Fraction("4050.18")


def test_to_date_columns_are_what_the_months_add_up_to(reports: list[DistributionReport]) -> None:
    for name in ("A", "B", "Cert"):
        interest = principal = scheduled = Fraction(0)
        for report in reports:
            item = report.classes[name]
            interest += item.result.all_interest.value
            principal += item.result.all_principal.value
            scheduled += item.to_date.scheduled_now.value
            assert item.to_date.interest.value == interest
            assert item.to_date.principal.value == principal
            assert item.to_date.scheduled_principal.value == scheduled


def test_subsequent_loans_leave_overcollateralization_where_it_was(reports: list[DistributionReport]) -> None:
    added = [str(report.collateral.groups["adjustable"].added_balance.decimal) for report in reports]
    assert added == ["39308279.46", "6263754.36", "0.00", "0.00", "0.00", "0.00", "0.00"]
    closing = [str(report.prefunding.closing.decimal) for report in reports]
    assert closing == ["6267804.54", "4050.18", "0.00", "0.00", "0.00", "0.00", "0.00"]


def test_no_average_is_blank_in_any_month(reports: list[DistributionReport]) -> None:
    for report in reports:
        for months in report.prepayments.history.values():
            assert all(month.seasoning is not None for month in months)


def test_september_is_the_real_month() -> None:
    assert [event.event_id for event in life.september()] == [event.event_id for event in real.month()]


def test_every_closing_replays_to_what_it_fixed(lived: Ledger) -> None:
    verified = verify(lived, life.DEAL)
    assert verified.ok
    assert verified.periods == 7
