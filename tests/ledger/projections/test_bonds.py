"""What classes accrue, and how a cap, a call and their own day counts bear on it, month after month.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import (
    AccrualRule,
    ClassKind,
    ClassRate,
    DayCount,
    IndexRateSet,
    Ledger,
    LoanRepurchased,
    PayBasisRisk,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
    ReplayGap,
)
from tests.deals.trust import CUT_OFF, DEAL, PLAIN, POOL, RESIDUAL, Trust, before, bond, closing, deal, paid_on, shown


def test_what_the_cap_takes_is_carried_with_interest_and_paid_from_excess(ledger: Ledger) -> None:
    """A of 800,000 floats at 5% + 2%, capped at the available funds rate; B of 150,000 pays 4%: 500.

    January: interest 5,000 on 1,000,000 is a net rate of 6%. A accrues 4,000 instead of 4,666.67: 666.67 short. The
    excess of 5,000 - 4,500 = 500 is paid towards it; 166.67 is carried. A is paid 4,500 in all, the residual nothing.

    February: interest 7,000 is 8.4%, the cap does not bind and A accrues 4,666.67. The 166.67 earn 7%/12, 0.97. Excess
    7,000 - 5,166.67 = 1,833.33 pays the 167.64, and 1,665.69 is left for the residual.
    """
    floating = ClassRate(kind=RateKind.FLOATING, index="INDEX", margin="0.02", available_funds_cap=True)
    classes = [bond("A", "800000", floating, 1), bond("B", "150000", "0.04", 2), RESIDUAL]
    steps = (*PLAIN[:2], PayBasisRisk(classes=["A"]), PLAIN[2])
    trust = Trust(ledger, deal(classes, steps))

    def index(month: int) -> IndexRateSet:
        return IndexRateSet(
            event_id=f"{month}/index", deal=DEAL, effective_date=before(month, 1), index="INDEX", rate="0.05"
        )

    january = trust.month(1, "5000.00", "0.00", index(1))
    assert shown(january.classes["A"].accrual.accrued) == "4,000.00"
    assert shown(january.classes["A"].result.basis_risk_unpaid) == "166.67"
    assert trust.paid(1, "A") == ("4,500.00", "0.00")
    assert trust.paid(1, "R") == ("0.00", "0.00")
    assert trust.shortfall(paid_on(1), "A", "basis risk") == "166.67"
    trust.month(2, "7000.00", "0.00", index(2))
    assert trust.paid(2, "A") == ("4,834.31", "0.00")
    assert trust.paid(2, "R") == ("1,665.69", "0.00")
    assert trust.shortfall(paid_on(2), "A", "basis risk") == "0.00"


def test_a_clean_up_call_retires_every_class(ledger: Ledger) -> None:
    """A 700,000 and B 250,000 stand on 1,000,000; in February all 1,000,000 are bought with 6,000 of accrued interest.

    A gets 700,000 and 3,500, B 250,000 and 1,875 (9%). The residual gets 50,000 of principal and 625 of interest.
    """
    classes = [bond("A", "700000", "0.06", 1), bond("B", "250000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, clean_up_call_percent="1"))
    trust.month(1, "6000.00", "0.00")
    call = LoanRepurchased(
        event_id="2/call",
        deal=DEAL,
        effective_date=before(2),
        group="pool",
        balance=POOL,
        accrued_interest="6000.00",
        loan_count=10,
        reason="clean-up call",
    )
    february = trust.month(2, "0.00", "0.00", call)
    assert closing(february) == {"A": "0.00", "B": "0.00"}
    assert trust.paid(2, "A") == ("3,500.00", "700,000.00")
    assert trust.paid(2, "B") == ("1,875.00", "250,000.00")
    assert trust.paid(2, "R") == ("50,625.00", "0.00")
    assert february.collateral.total.closing_balance.value == 0


def test_notional_net_wac_and_actual_360_classes_accrue_each_their_own_way(ledger: Ledger) -> None:
    """February 2021, interest 10,000 on 1,000,000: a net rate of 12%.

    F of 360,000 floats at 6% actual/360 from 25 January to 24 February, 31 days: 360,000 x 6% x 31/360 = 1,860.
    N of 100,000 pays the net rate on 30/360: 1,000. IO pays 1% on the 460,000 of F and N: 383.33. M of 300,000 pays 7%
    fixed: 1,750. The residual gets 10,000 - 4,993.33 = 5,006.67. None of 1,000 of principal goes to IO: F closes at
    359,000.
    """
    floating = ClassRate(kind=RateKind.FLOATING, index="INDEX", margin="0.01")
    classes = [
        bond("F", "360000", floating, 1, day_count=DayCount.ACTUAL_360, accrual=AccrualRule.PAYMENT_TO_PAYMENT),
        bond("N", "100000", ClassRate(kind=RateKind.NET_WAC), 1),
        bond("M", "300000", "0.07", 2),
        bond("IO", "0.00", "0.01", 1, kind=ClassKind.NOTIONAL, notional_of=["F", "N"]),
        RESIDUAL,
    ]
    steps = [
        PayInterest(classes=["F", "N", "IO", "M"]),
        PayPrincipal(classes=["F", "N", "M"]),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal(classes, steps))

    def index(day: dt.date) -> IndexRateSet:
        return IndexRateSet(event_id=f"index/{day}", deal=DEAL, effective_date=day, index="INDEX", rate="0.05")

    trust.month(1, "10000.00", "0.00", index(CUT_OFF))
    february = trust.month(2, "10000.00", "1000.00", index(paid_on(1)))
    paid = {name: trust.paid(2, name)[0] for name in ("F", "N", "IO", "M", "R")}
    assert paid == {"F": "1,860.00", "N": "1,000.00", "IO": "383.33", "M": "1,750.00", "R": "5,006.67"}
    assert closing(february) == {"F": "359,000.00", "N": "100,000.00", "M": "300,000.00"}


def test_a_rate_that_is_not_reported_is_asked_for_with_the_days_that_it_may_be_dated(ledger: Ledger) -> None:
    reported = bond("A", "800000", ClassRate(kind=RateKind.REPORTED), 1)
    Trust(ledger, deal([reported, RESIDUAL], (*PLAIN[2:],)))
    with pytest.raises(ReplayGap, match=f"dated in the accrual period of the class, {before(1, 1)} to "):
        ledger.distribution(DEAL, paid_on(1))
