"""Waterfalls worked by hand: each case says its arithmetic, and the engine must agree."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger import (
    ZERO,
    BuildOvercollateralization,
    Claim,
    CoverLosses,
    Exact,
    Means,
    PayBasisRisk,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    ReimburseInsurer,
    Sharing,
    Source,
    Step,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.claims import amounts, claim, means


def run(steps: list[Step], claims: list[Claim], given: Means) -> WaterfallResult:
    result = run_waterfall(steps, claims, given)
    paid = sum((item.distribution.value for item in result.classes.values()), Fraction(0))
    insured = sum((c.insurer_interest.value + c.insurer_principal.value for c in result.classes.values()), Fraction(0))
    reimbursed = sum((s.total_paid.value for s in result.steps if isinstance(s.step, ReimburseInsurer)), Fraction(0))
    whole = given.interest_funds.value + given.principal_funds.value
    assert paid - insured + reimbursed + result.derivatives_paid.value + result.left_over.value == whole
    return result


SEQUENTIAL: list[Step] = [PayInterest(classes=["A", "B"]), PayPrincipal(classes=["A", "B"]), PayResidual(classes=["R"])]


def test_sequential_principal_retires_the_senior_class_first() -> None:
    """150 of principal on A 100 and B 200: A gets 100, B 50. Interest 10 covers 4 + 5; 1 is left for the residual."""
    result = run(SEQUENTIAL, [claim("A", 100, 4), claim("B", 200, 5), claim("R", 0)], means(10, 150, 150))
    assert amounts(result, "principal_paid") == {"A": "100.00", "B": "50.00", "R": "0.00"}
    assert amounts(result, "closing_balance") == {"A": "0.00", "B": "150.00", "R": "0.00"}
    assert amounts(result, "residual_paid")["R"] == "1.00"


def test_interest_that_does_not_suffice_is_paid_in_order_and_carried() -> None:
    """6 of interest on 4 + 5: A gets 4, B 2; 3 is unpaid. Arrears of 1 carried in make it 4."""
    claims = [claim("A", 100, 4), claim("B", 200, 5, interest_arrears="1"), claim("R", 0)]
    result = run(SEQUENTIAL, claims, means(6, 0, 300))
    assert amounts(result, "interest_paid") == {"A": "4.00", "B": "2.00", "R": "0.00"}
    assert amounts(result, "interest_shortfall")["B"] == "4.00"


def test_interest_pro_rata_on_what_is_due() -> None:
    """6 on claims of 4 and 8: a half of each, 2 and 4."""
    steps: list[Step] = [PayInterest(classes=["A", "B"], sharing=Sharing.PRO_RATA_CLAIM)]
    result = run(steps, [claim("A", 100, 4), claim("B", 200, 8)], means(6, 0, 300))
    assert amounts(result, "interest_paid") == {"A": "2.00", "B": "4.00"}


def test_principal_pro_rata_on_face_stays_unrounded_and_the_balance_is_rounded() -> None:
    """100 on faces 470 : 25 is 94.9494... and 5.0505...; balances close at 905.05 and 44.95."""
    steps: list[Step] = [PayPrincipal(classes=["A", "B"], sharing=Sharing.PRO_RATA_FACE)]
    claims = [claim("A", 1000, face="470"), claim("B", 50, face="25")]
    result = run(steps, claims, means(0, 100, 950))
    assert result.classes["A"].principal_paid == Fraction(100 * 470, 495)
    assert amounts(result, "closing_balance") == {"A": "905.05", "B": "44.95"}


def test_what_a_class_cannot_take_goes_to_the_others() -> None:
    """90 pro rata on face 1 : 1 with A at 20 only: A gets 20, B the other 70."""
    steps: list[Step] = [PayPrincipal(classes=["A", "B"], sharing=Sharing.PRO_RATA_FACE)]
    result = run(steps, [claim("A", 20, face="100"), claim("B", 100, face="100")], means(0, 90, 30))
    assert amounts(result, "principal_paid") == {"A": "20.00", "B": "70.00"}


BUILDING: list[Step] = [
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    BuildOvercollateralization(classes=["A", "B"]),
    PayResidual(classes=["R"]),
]


def test_excess_interest_builds_overcollateralization() -> None:
    """Pool 300 against bonds 300, target 10: the whole excess of 12 - 9 = 3 is paid as extra principal to A."""
    claims = [claim("A", 110, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(BUILDING, claims, means(12, 10, 300, oc_target="10"))
    assert str(result.excess.decimal) == "3.00"
    assert amounts(result, "extra_principal") == {"A": "3.00", "B": "0.00", "R": "0.00"}
    assert str(result.overcollateralization.decimal) == "3.00"
    assert amounts(result, "residual_paid")["R"] == "0.00"


def test_only_the_gap_is_built_and_the_rest_is_residual() -> None:
    """Pool 300 against bonds 292 after principal, target 10: the gap is 2 of an excess of 3; 1 is residual."""
    claims = [claim("A", 102, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(BUILDING, claims, means(12, 10, 300, oc_target="10"))
    assert amounts(result, "extra_principal")["A"] == "2.00"
    assert amounts(result, "residual_paid")["R"] == "1.00"
    assert str(result.overcollateralization.decimal) == "10.00"


def test_overcollateralization_above_its_target_is_released() -> None:
    """Pool 290, bonds 285 before and 275 after 10 of principal: 15 against a target of 10, so 5 are released."""
    claims = [claim("A", 85, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(BUILDING, claims, means(9, 10, 290, oc_target="10"))
    assert str(result.released.decimal) == "5.00"
    assert amounts(result, "principal_paid")["A"] == "5.00"
    assert amounts(result, "residual_paid")["R"] == "5.00"
    assert str(result.overcollateralization.decimal) == "10.00"


@pytest.mark.parametrize(("rules", "paid", "rest"), [(2, "2.00", "28.00"), (3, "12.00", "18.00")])
def test_principal_that_no_bond_is_owed_pays_what_classes_are_owed_first(rules: int, paid: str, rest: str) -> None:
    """100 of principal retires A of 72; 5 of interest pay 3. Of 12 that a cap took 2 are there in interest, and of the
    28 that no bond is owed 10 are paid before the residual has its 18; it is no release, and no excess. Loans of 5 are
    left, no more than the target."""
    steps: list[Step] = [
        PayInterest(classes=["A"]),
        PayPrincipal(classes=["A"]),
        PayBasisRisk(classes=["A"]),
        PayResidual(classes=["R"]),
    ]
    claims = [claim("A", 72, 3, basis_risk="12"), claim("R", 0)]
    result = run(steps, claims, means(5, 100, 5, oc_target=Exact(50), rules=rules))
    assert amounts(result, "basis_risk_paid")["A"] == paid
    assert amounts(result, "residual_paid")["R"] == rest
    assert str(result.excess.decimal) == "2.00"
    assert not result.released


def test_interest_that_is_short_comes_out_of_principal_that_no_bond_is_owed() -> None:
    """1 of interest against 3, and 100 of principal for A of 99: 2 are paid, 1 of them out of what is beyond A."""
    steps: list[Step] = [PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), PayResidual(classes=["R"])]
    result = run(steps, [claim("A", 99, 3), claim("R", 0)], means(1, 100, 0))
    assert amounts(result, "interest_paid")["A"] == "2.00"
    assert amounts(result, "closing_balance")["A"] == "0.00"
    assert amounts(result, "residual_paid")["R"] == "0.00"


def test_no_more_is_released_than_the_principal_of_the_month() -> None:
    """30 above target, but only 10 of principal came in: 10 are released and none is paid as principal."""
    claims = [claim("A", 60, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(BUILDING, claims, means(9, 10, 300, oc_target="10"))
    assert str(result.released.decimal) == "10.00"
    assert amounts(result, "principal_paid")["A"] == "0.00"


def test_a_trigger_in_force_forbids_the_release() -> None:
    """As before, with a trigger in force: all 10 of principal go to the bonds."""
    claims = [claim("A", 60, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(BUILDING, claims, means(9, 10, 300, oc_target="10", may_release=False))
    assert not result.released
    assert amounts(result, "principal_paid")["A"] == "10.00"


def test_losses_beyond_enhancement_fall_on_the_most_junior_class() -> None:
    """Pool 270 against bonds 300 with 30 lost: B, ranked below A, loses 20 of its 20 and A the other 10."""
    claims = [claim("A", 280, rank=1), claim("B", 20, rank=2)]
    steps: list[Step] = [PayPrincipal(classes=["A", "B"])]
    result = run(steps, claims, means(0, 0, 270, loss_to_allocate="30"))
    assert amounts(result, "loss") == {"A": "10.00", "B": "20.00"}
    assert amounts(result, "closing_balance") == {"A": "270.00", "B": "0.00"}


def test_classes_of_one_rank_share_a_loss_by_balance() -> None:
    """10 lost on B1 30 and B2 10: 7.50 and 2.50."""
    claims = [claim("A", 100, rank=1), claim("B1", 30, rank=2), claim("B2", 10, rank=2)]
    steps: list[Step] = [PayPrincipal(classes=["A", "B1", "B2"])]
    result = run(steps, claims, means(0, 0, 130, loss_to_allocate="10"))
    assert amounts(result, "loss") == {"A": "0.00", "B1": "7.50", "B2": "2.50"}


def test_a_rounding_residue_is_not_a_loss() -> None:
    """0.01 over three classes of 100: each falls to 99.99666..., together to 299.99; one gives way, none loses."""
    steps: list[Step] = [PayPrincipal(classes=["A", "B", "C"], sharing=Sharing.PRO_RATA_FACE)]
    claims = [claim(name, "100.00") for name in "ABC"]
    result = run(steps, claims, means(0, "0.01", "299.99"))
    assert amounts(result, "loss") == {"A": "0.00", "B": "0.00", "C": "0.00"}
    assert sorted(amounts(result, "closing_balance").values()) == ["100.00", "100.00", "99.99"]


def test_excess_covers_losses_before_any_class_is_written_down() -> None:
    """8 lost, 5 of excess: 5 are paid as principal, 3 are written down on B."""
    steps: list[Step] = [
        PayInterest(classes=["A", "B"]),
        PayPrincipal(classes=["A", "B"]),
        CoverLosses(classes=["A", "B"]),
        PayResidual(classes=["R"]),
    ]
    claims = [claim("A", 100, 4, rank=1), claim("B", 50, 1, rank=2), claim("R", 0, rank=3)]
    given = means(10, 0, 142, losses_this_period="8", loss_to_allocate="8")
    result = run(steps, claims, given)
    assert amounts(result, "extra_principal")["A"] == "5.00"
    assert amounts(result, "loss") == {"A": "0.00", "B": "3.00", "R": "0.00"}
    assert str(result.overcollateralization.decimal) == "0.00"


def test_a_recovery_writes_a_class_up_and_is_paid_as_principal() -> None:
    """B lost 20 earlier; 6 come back. B is written up by 6 and the 6 of cash retire A: bonds stay at the pool's 170."""
    claims = [claim("A", 100, rank=1), claim("B", 70, rank=2, written_down="20")]
    steps: list[Step] = [PayPrincipal(classes=["A", "B"])]
    result = run(steps, claims, means(0, 6, 170, recoveries="6"))
    assert amounts(result, "written_up") == {"A": "0.00", "B": "6.00"}
    assert amounts(result, "closing_balance") == {"A": "94.00", "B": "76.00"}


def test_basis_risk_is_paid_from_excess_and_the_rest_is_carried() -> None:
    """Shortfalls of 2 and 3, excess of 4: A gets 2, B 2, and 1 is carried forward."""
    steps: list[Step] = [
        PayInterest(classes=["A", "B"]),
        PayPrincipal(classes=["A", "B"]),
        PayBasisRisk(classes=["A", "B"]),
        PayResidual(classes=["R"]),
    ]
    claims = [claim("A", 100, 4, basis_risk="2"), claim("B", 200, 5, basis_risk="3"), claim("R", 0)]
    result = run(steps, claims, means(13, 0, 300))
    assert amounts(result, "basis_risk_paid") == {"A": "2.00", "B": "2.00", "R": "0.00"}
    assert amounts(result, "basis_risk_unpaid")["B"] == "1.00"


def test_derivatives_come_first() -> None:
    """3 owed under a contract leave 7 of interest for the classes' 9: B is 2 short."""
    steps: list[Step] = [PayDerivatives(), *SEQUENTIAL]
    claims = [claim("A", 100, 4), claim("B", 200, 5), claim("R", 0)]
    result = run(steps, claims, means(10, 0, 300, derivatives_due="3"))
    assert str(result.derivatives_paid.decimal) == "3.00"
    assert amounts(result, "interest_shortfall")["B"] == "2.00"


def test_the_insurer_pays_what_an_insured_class_is_short_of() -> None:
    """A is owed 4 and gets 3, and bears 10 of losses: the insurer pays 1 and 10, and A loses nothing."""
    claims = [claim("A", 100, 4, insured=True)]
    steps: list[Step] = [PayInterest(classes=["A"]), PayPrincipal(classes=["A"])]
    result = run(steps, claims, means(3, 0, 90, loss_to_allocate="10"))
    item = result.classes["A"]
    assert (str(item.insurer_interest.decimal), str(item.insurer_principal.decimal)) == ("1.00", "10.00")
    assert str(item.closing_balance.decimal) == "90.00"
    assert not item.loss
    assert not item.interest_shortfall.value


def test_the_insurer_is_repaid_later() -> None:
    """11 paid for A earlier: 5 of excess go back to the insurer, not to A and not to the residual."""
    steps: list[Step] = [
        PayInterest(classes=["A"]),
        PayPrincipal(classes=["A"]),
        ReimburseInsurer(classes=["A"], source=Source.INTEREST),
        PayResidual(classes=["R"]),
    ]
    claims = [claim("A", 90, 4, insured=True, insurer_arrears="11"), claim("R", 0)]
    result = run(steps, claims, means(9, 0, 90))
    repaid = next(step for step in result.steps if isinstance(step.step, ReimburseInsurer))
    assert str(repaid.total_paid.decimal) == "5.00"
    assert str(result.classes["A"].distribution.decimal) == "4.00"
    assert not result.classes["R"].residual_paid


def test_a_clean_up_call_retires_everything_and_leaves_the_rest_to_the_residual() -> None:
    """All loans bought at 320 against bonds of 300: A 100, B 200, residual 20 and the excess interest of 1."""
    result = run(SEQUENTIAL, [claim("A", 100, 4), claim("B", 200, 5), claim("R", 0)], means(10, 320, 0))
    assert amounts(result, "closing_balance") == {"A": "0.00", "B": "0.00", "R": "0.00"}
    assert amounts(result, "residual_paid")["R"] == "21.00"


def test_fees_beyond_collections_pay_nobody_less_than_nothing() -> None:
    """Interest funds of -2 (fees above collections) pay no interest and take nothing from anyone."""
    result = run_waterfall(SEQUENTIAL, [claim("A", 100, 4), claim("B", 200, 5), claim("R", 0)], means(-2, 0, 300))
    assert amounts(result, "interest_paid") == {"A": "0.00", "B": "0.00", "R": "0.00"}
    assert amounts(result, "interest_shortfall") == {"A": "4.00", "B": "5.00", "R": "0.00"}
    assert amounts(result, "residual_paid")["R"] == "0.00"


def test_a_locked_out_class_waits() -> None:
    """B takes no principal in the first 12 months of the deal, and its turn comes in month 13."""
    steps: list[Step] = [PayPrincipal(classes=["B"], lockout_months=12), PayPrincipal(classes=["A"])]
    claims = [claim("A", 100), claim("B", 50)]
    early = run(steps, claims, means(0, 10, 140, ordinal=12))
    late = run(steps, claims, means(0, 10, 140, ordinal=13))
    assert amounts(early, "principal_paid") == {"A": "10.00", "B": "0.00"}
    assert amounts(late, "principal_paid") == {"A": "0.00", "B": "10.00"}


def test_every_step_says_what_it_had_and_what_it_left() -> None:
    """The steps of the first case, as an auditor reads them: 10, then 150, then what is left of both."""
    result = run(SEQUENTIAL, [claim("A", 100, 4), claim("B", 200, 5), claim("R", 0)], means(10, 150, 150))
    told = [(step.step.step, str(step.available.decimal), str(step.total_paid.decimal), str(step.left.decimal))
            for step in result.steps]  # fmt: skip
    assert told == [
        ("pay_interest", "10.00", "9.00", "1.00"),
        ("pay_principal", "150.00", "150.00", "0.00"),
        ("pay_residual", "1.00", "1.00", "0.00"),
    ]
    assert result.classes["R"].claim.balance == ZERO
