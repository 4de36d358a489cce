"""Losses that are paid back, worked by hand: out of what, how much, and who then bears them."""

from __future__ import annotations

from ledger import (
    PayInterest,
    PayPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    ShiftLevel,
    Source,
    Step,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.claims import amounts, claim, means
from tests.deals.groups import brings, together

A, B = claim("A", 100, 4), claim("B", 50, 2, rank=2, written_down="9")
RESIDUAL = PayResidual(classes=["R"])


def run(*steps: Step, interest: str = "10", principal: str = "20", pool: str = "130") -> WaterfallResult:
    every = (PayInterest(classes=["A", "B"]), *steps, RESIDUAL)
    return run_waterfall(every, [A, B, claim("R", 0, rank=9)], means(interest, principal, pool))


def test_the_excess_pays_what_there_is_and_retires_nothing() -> None:
    """4 of interest are left: B is paid 4 of 9, 5 stay unpaid, and its balance is 50."""
    found = run(PayPrincipal(classes=["A"]), PayUnpaidLosses(classes=["B"]))
    b = found.classes["B"]
    assert [b.losses_paid, b.losses_paid_of_principal, b.losses_unpaid] == [4, 0, 5]
    assert amounts(found, "closing_balance") == {"A": "80.00", "B": "50.00", "R": "0.00"}
    assert b.distribution.value == 6


def test_a_second_step_pays_what_the_first_left_and_the_residual_gets_the_rest() -> None:
    """A cap of 1 in the first, then 3 of the 8 that are owed still."""
    capped, rest = PayUnpaidLosses(classes=["B"], cap="1.00"), PayUnpaidLosses(classes=["B"], share="0.5")
    found = run(PayPrincipal(classes=["A"]), capped, rest)
    assert [step.total_paid.value for step in found.steps[2:4]] == [1, 1.5]
    assert str(found.classes["R"].residual_paid.decimal) == "1.50"


def test_available_funds_pay_out_of_interest_first_and_what_principal_pays_is_lost_again() -> None:
    """9 are owed: 4 out of interest, 5 out of principal; A gets 15, and the bonds of 135 lose 5 more than the pool."""
    found = run(PayUnpaidLosses(classes=["B"], source=Source.AVAILABLE), PayPrincipal(classes=["A"]))
    b = found.classes["B"]
    assert [b.losses_paid, b.losses_paid_of_principal] == [9, 5]
    assert str(found.classes["A"].principal_paid.decimal) == "15.00"
    assert [b.loss, b.losses_unpaid] == [5, 5]


def test_what_a_recovery_writes_up_is_not_paid_as_well() -> None:
    """5 came in on earlier losses and write B up; of the 4 of interest that are left it is paid the 4 still unpaid."""
    every = (PayInterest(classes=["A", "B"]), PayUnpaidLosses(classes=["B"]), PayPrincipal(classes=["A"]), RESIDUAL)
    claims = [A, B, claim("R", 0, rank=9)]
    found = run_waterfall(every, claims, means("12", "20", "135", recoveries="5"))
    b = found.classes["B"]
    assert [b.written_up, b.losses_paid, b.losses_unpaid] == [5, 4, 0]
    assert str(found.classes["R"].residual_paid.decimal) == "2.00"


def shifting(unpaid: str, subordinate: str = "60") -> WaterfallResult:
    """A group of 300 with seniors of 240: of its principal of 30 a fifth is the subordinates'."""
    groups = {"pool": brings("0", "300", scheduled="30")}
    classes = [claim("S", 240), claim("PO", 20, written_down=unpaid), claim("B", subordinate, rank=2)]
    senior = PaySeniorPrincipal(
        classes=["S"], subordinates=["B"], shift=[ShiftLevel(from_date="2020-01-01", share="0")], initial_percent="1"
    )
    back = PayUnpaidLosses(classes=["PO"], subordinates=["B"], source=Source.PRINCIPAL)
    return run_waterfall([senior, back, PaySubordinatePrincipal(classes=["B"])], classes, together(groups))


def test_what_would_be_the_subordinates_principal_is_paid_instead_and_they_lose_it() -> None:
    """6 would be B's: 4.50 go to what PO lost and 1.50 to B, which the bonds above the pool then write down by 4.50."""
    found = shifting("4.5")
    assert found.classes["PO"].losses_paid.value == 4.5
    assert amounts(found, "principal_paid") == {"S": "24.00", "PO": "0.00", "B": "1.50"}


def test_no_more_is_paid_than_the_seniors_leave_and_nothing_once_the_subordinates_are_gone() -> None:
    assert shifting("50").classes["PO"].losses_paid.value == 6
    assert shifting("50", "2").classes["PO"].losses_paid.value == 2
    assert shifting("50", "0").classes["PO"].losses_paid.value == 0
