"""Steps within bounds, worked by hand: caps, shares, kinds of principal, groups, and triggers that idle a step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import (
    InvalidTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PrincipalKind,
    Sharing,
    Step,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.claims import amounts, claim, dollars, means
from tests.deals.groups import brings, together

TWO = [claim("A", 100, 4), claim("B", 200, 8)]


def principal(result: WaterfallResult) -> dict[str, str]:
    return amounts(result, "principal_paid")


def test_a_cap_is_the_most_that_a_step_pays_in_a_month() -> None:
    """30 of principal: at most 10 to A, what is left to B."""
    steps: list[Step] = [PayPrincipal(classes=["A"], cap="10.00"), PayPrincipal(classes=["B"])]
    assert principal(run_waterfall(steps, TWO, means(0, 30, 270))) == {"A": "10.00", "B": "20.00"}


def test_a_share_is_of_what_is_available() -> None:
    """A third of 30 cannot be written exactly; 40% of it is 12, and 18 are left for B."""
    steps: list[Step] = [PayPrincipal(classes=["A"], share=Decimal("0.4")), PayPrincipal(classes=["B"])]
    assert principal(run_waterfall(steps, TWO, means(0, 30, 270))) == {"A": "12.00", "B": "18.00"}


def test_a_step_pays_some_kinds_of_principal() -> None:
    """Half of 20 scheduled goes to A; the other 10, and 7 prepaid, to B."""
    groups = {"pool": brings("0", "300", scheduled="20", payoffs="5", curtailments="2")}
    steps: list[Step] = [
        PayPrincipal(classes=["A"], kinds=[PrincipalKind.SCHEDULED], share=Decimal("0.5")),
        PayPrincipal(classes=["B"]),
    ]
    assert principal(run_waterfall(steps, TWO, together(groups))) == {"A": "10.00", "B": "17.00"}


def test_a_trigger_idles_a_step_and_the_result_says_why() -> None:
    """Pro rata while the deal performs; sequential while the trigger is in force. 30 on 100 : 200."""
    steps: list[Step] = [
        PayPrincipal(classes=["A", "B"], sharing=Sharing.PRO_RATA_BALANCE, not_while=["loss"]),
        PayPrincipal(classes=["A", "B"], only_while=["loss"]),
    ]
    well = run_waterfall(steps, TWO, means(0, 30, 270))
    assert principal(well) == {"A": "10.00", "B": "20.00"}
    assert [step.idle for step in well.steps] == ["", "loss is not in force"]
    badly = run_waterfall(steps, TWO, means(0, 30, 270, in_force=frozenset({"loss"})))
    assert principal(badly) == {"A": "30.00", "B": "0.00"}
    assert [step.idle for step in badly.steps] == ["loss is in force", ""]


def test_excess_of_one_group_can_be_directed_to_another() -> None:
    """Group one has 3 for a claim of 4, group two 12 for 8: two's excess pays the 1 that one lacks; 3 are residual."""
    steps: list[Step] = [
        PayInterest(classes=["A"], groups=["one"]),
        PayInterest(classes=["B"], groups=["two"]),
        PayInterest(classes=["A"], groups=["two"]),
        PayInterest(classes=["B"], groups=["one"]),
        PayResidual(classes=["R"]),
    ]
    groups = {"one": brings("3", "100"), "two": brings("12", "200")}
    result = run_waterfall(steps, [*TWO, claim("R", 0)], together(groups))
    assert amounts(result, "interest_paid") == {"A": "4.00", "B": "8.00", "R": "0.00"}
    assert amounts(result, "residual_paid")["R"] == "3.00"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cap": "-1.00"}, "must not be negative"),
        ({"share": Decimal("1.5")}, "not a fraction from 0 to 1"),
        ({"kinds": ["rent"]}, "none of"),
    ],
)
def test_bounds_that_mean_nothing_are_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidTerms, match=said):
        PayPrincipal(classes=["A"], **more)  # type: ignore[arg-type]


def test_what_is_released_of_two_groups_is_of_each_by_its_principal() -> None:
    """Bonds of 300 fall by 40 to 260 under a pool of 280: 12 above the target of 8 are released, 3 and 9 of 10 and 30.

    Class A is owed 8 of interest: its group has 3, and 3 released; what group two is released is not its.
    """
    groups = {"one": brings("3", "110", payoffs="10"), "two": brings("5", "210", payoffs="30")}
    steps: list[Step] = [
        PayInterest(classes=["A"], groups=["one"]),
        PayPrincipal(classes=["A"], groups=["one"]),
        PayPrincipal(classes=["B"], groups=["two"]),
        PayResidual(classes=["R"]),
    ]
    claims = [claim("A", 100, 8), claim("B", 200, 0), claim("R", 0)]
    result = run_waterfall(steps, claims, together(groups, oc_target=dollars("8")))
    assert result.released == 12
    assert principal(result) == {"A": "7.00", "B": "21.00", "R": "0.00"}
    assert amounts(result, "interest_paid")["A"] == "6.00"
    assert amounts(result, "residual_paid")["R"] == "14.00"
