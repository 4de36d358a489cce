"""Waterfalls in whole cents: what is left over, capped or shared goes to whom the steps say."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest

from ledger import (
    BuildOvercollateralization,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Sharing,
    Source,
    Step,
    run_waterfall,
)
from tests.deals.claims import amounts, claim, dollars, means


@pytest.mark.parametrize(("rules", "residual"), [(2, Fraction(5, 1000)), (3, 0)])
def test_interest_is_paid_in_whole_cents_and_no_residual_before_it(rules: int, residual: Fraction) -> None:
    """10.005 over three claims of 5: 10.00 is payable, 3.34 + 3.33 + 3.33; the half cent is left, for nobody.

    What is carried is whole cents: 1.66, 1.67 and 1.67.
    """
    steps: list[Step] = [
        PayInterest(classes=["A", "B", "C"], sharing=Sharing.PRO_RATA_CLAIM),
        PayResidual(classes=["R"]),
    ]
    claims = [*(claim(name, "100", "5.00") for name in "ABC"), claim("R", "0")]
    result = run_waterfall(steps, claims, means("10.005", "0", "300", rules=rules))
    assert sorted(amounts(result, "interest_paid").values()) == ["0.00", "3.33", "3.33", "3.34"]
    assert sorted(amounts(result, "interest_shortfall").values()) == ["0.00", "1.66", "1.67", "1.67"]
    assert result.classes["R"].residual_paid == residual
    assert result.left_over == Fraction(5, 1000) - residual


def test_a_second_interest_step_pays_only_what_the_first_could_not() -> None:
    """A is owed 5: 3 of interest funds, then 2 of principal funds; 8 of 10 are left to retire it."""
    steps: list[Step] = [
        PayInterest(classes=["A"]),
        PayInterest(classes=["A"], source=Source.PRINCIPAL),
        PayPrincipal(classes=["A"]),
    ]
    result = run_waterfall(steps, [claim("A", "100", "5.00")], means("3", "10", "90"))
    assert amounts(result, "interest_paid") == {"A": "5.00"}
    assert amounts(result, "principal_paid") == {"A": "8.00"}
    assert amounts(result, "loss") == {"A": "0.00"}


def test_a_notional_class_pro_rata_on_balance_still_gets_its_interest() -> None:
    """A has a balance and claims 4, IO has none and claims 3; of 6, A gets 4 and IO the other 2."""
    steps: list[Step] = [PayInterest(classes=["A", "IO"], sharing=Sharing.PRO_RATA_BALANCE)]
    result = run_waterfall(steps, [claim("A", "100", "4.00"), claim("IO", "0", "3.00")], means("6", "0", "100"))
    assert amounts(result, "interest_paid") == {"A": "4.00", "IO": "2.00"}


def test_extra_principal_stops_at_the_class_balances() -> None:
    """OC target 50, pool 20 after principal of 5, A at 10: only 5 are left to pay, though the gap is 35 and more."""
    steps: list[Step] = [
        PayPrincipal(classes=["A"]),
        BuildOvercollateralization(classes=["A"]),
        PayResidual(classes=["R"]),
    ]
    result = run_waterfall(
        steps, [claim("A", "10"), claim("R", "0")], attrs.evolve(means("30", "5", "20"), oc_target=dollars("50"))
    )
    assert amounts(result, "extra_principal") == {"A": "5.00", "R": "0.00"}
    assert amounts(result, "closing_balance")["A"] == "0.00"
    assert amounts(result, "residual_paid")["R"] == "25.00"


def test_classes_of_one_rank_are_written_up_pro_rata_on_what_they_lost() -> None:
    """8 come back; B1 lost 30 and B2 10: 6 and 2. C, ranked below, gets nothing before they are whole."""
    claims = [
        claim("B1", "70", rank=2, written_down="30"),
        claim("B2", "90", rank=2, written_down="10"),
        claim("C", "0", rank=3, written_down="50"),
    ]
    result = run_waterfall([], claims, means("0", "0", "168", recoveries="8"))
    assert amounts(result, "written_up") == {"B1": "6.00", "B2": "2.00", "C": "0.00"}


def test_less_than_a_cent_above_the_pool_is_not_a_loss() -> None:
    """Bonds of 100.00 stand 0.0049 above a pool of 99.9951, and 5 were lost long ago: nobody is written down."""
    steps: list[Step] = [PayPrincipal(classes=["A"])]
    result = run_waterfall(steps, [claim("A", "100.00")], means("0", "0", "99.9951", loss_to_allocate="5"))
    assert amounts(result, "loss") == {"A": "0.00"}


def test_a_step_that_names_a_class_without_a_claim_is_an_error() -> None:
    """Z claims nothing and is named nowhere but in the step."""
    with pytest.raises(ValueError, match="names class 'Z'"):
        run_waterfall([PayInterest(classes=["Z"])], [claim("A", "100")], means("0", "0", "100"))
