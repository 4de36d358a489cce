"""Classes of a loan group are backed by its loans and what is set aside to buy it more, and capped by its rate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest

from ledger import (
    CollectionReceived,
    Dated,
    DistributionReport,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    PoolBalanceBroughtForward,
    PrefundingDeposited,
    ScheduledPaymentDue,
)
from tests.ledger.projections.test_shortfalls_by_group import DEAL, ISSUED, PAID, terms


def reported(given: Any, pools: dict[str, str], more: list[Any], interest: str = "5000.00") -> DistributionReport:
    """The first month of the deal with these pools, on each of which this interest is due and paid."""
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 1)}
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, given).or_raise()
        for group, balance in pools.items():
            ledger.post_many(
                [
                    PoolBalanceBroughtForward(
                        event_id=f"pool/{group}",
                        deal=DEAL,
                        effective_date=ISSUED,
                        group=group,
                        balance=balance,
                        loan_count=9,
                    ),
                    ScheduledPaymentDue(
                        event_id=f"due/{group}", group=group, principal="0.00", interest=interest, **on
                    ),
                    CollectionReceived(event_id=f"in/{group}", group=group, principal="0.00", interest=interest, **on),
                ]
            ).or_raise()
        for event in more:
            ledger.post(event).or_raise()
        return ledger.distribution(DEAL, PAID)


def test_a_loss_falls_on_the_classes_of_its_group_whatever_another_has_still_to_buy() -> None:
    """Group two has 700,000 of loans and 300,000 to buy more; group one loses 350,000 of 1,000,000.

    B bears 300,000; the 50,000 left are 1-A's, whose pool of 650,000 lies 150,000 below it; 2-A is covered.
    """
    whole = terms()
    given = attrs.evolve(
        whole,
        prefunding=Decimal("300000.00"),
        groups=(LoanGroup(group_id="one"), LoanGroup(group_id="two", prefunding="300000.00")),
    )
    lost = LoanLiquidated(
        event_id="lost",
        deal=DEAL,
        effective_date=dt.date(2020, 12, 11),
        group="one",
        balance="350000.00",
        net_proceeds="0.00",
        realized_loss="350000.00",
    )
    aside = PrefundingDeposited(event_id="aside", deal=DEAL, effective_date=ISSUED, amount="300000.00")
    report = reported(given, {"one": "1000000.00", "two": "700000.00"}, [aside, lost])
    assert {name: str(item.loss.decimal) for name, item in report.classes.items()} == {
        "1-A": "50000.00",
        "2-A": "0.00",
        "B": "300000.00",
    }


@pytest.mark.parametrize(("interest", "rate"), [("5000.00", "0.055"), ("100.00", "0")])
def test_a_cap_of_a_group_is_reduced_as_the_deal_s_is_and_never_below_nothing(interest: str, rate: str) -> None:
    """6% less the reduction of 0.5%, of the group as of the deal; 0.12% less 0.5% is nothing, and no class owes any."""
    whole = terms()
    for groups in ((), ("one",)):
        capped = attrs.evolve(
            whole.classes[0], rate=attrs.evolve(whole.classes[0].rate, available_funds_cap=True, groups=groups)
        )
        given = attrs.evolve(whole, classes=(capped, *whole.classes[1:]), available_funds_reduction=Decimal("0.005"))
        found = reported(given, {"one": "1000000.00", "two": "1000000.00"}, [], interest).classes["1-A"].accrual
        assert found.rate == Decimal(rate)
        assert found.accrued.value >= 0
