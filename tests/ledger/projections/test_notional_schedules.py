"""A class that accrues on a schedule of balances, and losses of a special hazard beyond their carve-out, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from ledger import (
    BalanceSchedule,
    BondClass,
    ClassKind,
    Dated,
    Deal,
    DealTerms,
    Ledger,
    LoanLiquidated,
    LossCarveOut,
    LossCause,
    PlannedBalance,
    PoolBalanceBroughtForward,
    fixed_rate,
    pay_interest,
    pay_principal,
    pay_residual,
)

DEAL, FEB, MAR = "scheduled", date(2024, 2, 26), date(2024, 3, 25)


def terms(**more: Any) -> DealTerms:
    """Return A of 900,000 and B of 100,000 at 6%, and a strip of 1% on 500,000, from March on 300,000."""
    deal = (
        Deal("Scheduled", cut_off="2024-01-01", closing="2024-01-15", first_payment=FEB, final_payment="2054-01-25")
        .group("one")
        .senior("A", face="900000.00", coupon="0.06")
        .subordinate("B", face="100000.00", coupon="0.06")
        .interest_only("X", of=(), coupon=fixed_rate("0.01"))
        .residual("R")
        .then(pay_interest("A", "X", "B"), pay_principal("A", "B"), pay_residual("R"))
    )
    points = [PlannedBalance(from_date=FEB, balance="500000.00"), PlannedBalance(from_date=MAR, balance="300000.00")]
    plain = deal.terms(schedules=[BalanceSchedule(schedule_id="strip", points=points)])

    def scheduled(bond: BondClass) -> BondClass:
        return attrs.evolve(bond, notional_schedule="strip") if bond.kind is ClassKind.NOTIONAL else bond

    given: dict[str, Any] = {"classes": [scheduled(bond) for bond in plain.classes], **more}
    return attrs.evolve(plain, **given)


def opened(ledger: Ledger, of: DealTerms) -> None:
    ledger.open_deal(DEAL, of).or_raise()
    pool = PoolBalanceBroughtForward(
        event_id="pool", deal=DEAL, effective_date="2024-01-01", group="one", balance="1000000.00", loan_count=9
    )
    ledger.post(pool).or_raise()


def test_a_strip_accrues_on_the_balance_that_its_schedule_has_for_the_month() -> None:
    """500,000 x 1% / 12 = 416.67; 300,000 x 1% / 12 = 250.00."""
    with Ledger.create("sqlite://") as ledger:
        opened(ledger, terms())
        found = [ledger.distribution(DEAL, day).classes["X"].accrual for day in (FEB, MAR)]
        assert [str(item.accrued.decimal) for item in found] == ["416.67", "250.00"]
        assert [str(item.notional_balance.decimal) for item in found] == ["500000.00", "300000.00"]


def test_losses_of_a_special_hazard_beyond_the_carve_out_are_borne_by_all() -> None:
    """Of 40,000.00 lost, 30,000.00 are B's by rank; the other 10,000.00 A and B bear 9 : 1."""
    carved = terms(loss_carve_outs=[LossCarveOut(cause=LossCause.SPECIAL_HAZARD, amount="30000.00")])
    on: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 31)}
    with Ledger.create("sqlite://") as ledger:
        opened(ledger, carved)
        lost = LoanLiquidated(
            event_id="flood", group="one", balance="40000.00", net_proceeds="0.00", realized_loss="40000.00",
            loan_count=1, cause=LossCause.SPECIAL_HAZARD, **on,
        )  # fmt: skip
        ledger.post(lost).or_raise()
        found = {name: str(item.loss.decimal) for name, item in ledger.distribution(DEAL, FEB).classes.items()}
    assert (found["A"], found["B"]) == ("9000.00", "31000.00")
