"""What terms may say and hardly mean is a warning, and only that."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ledger import (
    BondClass,
    BuildOvercollateralization,
    ClassKind,
    ClassRate,
    DealTerms,
    LoanGroup,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    PrincipalKind,
    Source,
)
from ledger.deal.doubts import doubts
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.told import SEQUOIA_2013_7
from tests.deals.toy import toy_terms

INTEREST, REST = PayInterest(classes=["A", "B"]), PayResidual(classes=["Cert"])
PRINCIPAL = PayPrincipal(classes=["A", "B"])


def codes(terms: DealTerms) -> list[str]:
    return [item.code for item in doubts(terms)]


def toy(*steps: Any, **more: Any) -> DealTerms:
    given: dict[str, Any] = {"derivatives": (), **({"waterfall": steps} if steps else {}), **more}
    return attrs.evolve(toy_terms(), **given)


@pytest.mark.parametrize("terms", [toy_terms(), september_2002.terms(), SEQUOIA_2013_7.terms()], ids=["toy", "1", "2"])
def test_a_deal_that_pays_everybody_has_no_warning(terms: DealTerms) -> None:
    assert codes(terms) == []


def test_a_class_that_no_step_pays() -> None:
    assert codes(toy(INTEREST, PRINCIPAL)) == ["class_never_paid"]
    left_out = toy(PayInterest(classes=["A"]), PRINCIPAL, REST)
    assert codes(left_out) == ["interest_never_paid"]
    assert "class B" in doubts(left_out)[0].message
    assert codes(toy(INTEREST, PayPrincipal(classes=["A"]), REST)) == ["principal_never_paid"]


def test_losses_that_no_class_bears() -> None:
    only = (BondClass(class_id="A", kind=ClassKind.RESIDUAL), BondClass(class_id="B", kind=ClassKind.RESIDUAL))
    assert codes(toy(REST_OF_ALL, classes=only)) == ["class_never_paid", "losses_borne_by_nobody"]
    alike = tuple(attrs.evolve(bond, rank=1) for bond in toy_terms().classes)
    assert codes(toy(classes=alike, overcollateralization=None, waterfall=(INTEREST, PRINCIPAL, REST))) == [
        "losses_borne_alike"
    ]


REST_OF_ALL = PayResidual(classes=["A"])


def test_principal_that_no_step_can_use_up() -> None:
    interest_only = toy(INTEREST, PayPrincipal(classes=["A", "B"], groups=["one"]))
    assert codes(interest_only) == ["class_never_paid", "principal_left_over"]
    assert "group two" in doubts(interest_only)[1].message
    kinds = PayPrincipal(classes=["A", "B"], kinds=[PrincipalKind.SCHEDULED])
    found = doubts(toy(INTEREST, kinds, PayResidual(classes=["Cert"], source=Source.INTEREST)))
    assert [item.code for item in found] == ["principal_left_over"] * 2
    assert "payoffs" in found[0].message
    assert "scheduled" not in found[0].message
    senior = PaySeniorPrincipal(classes=["A"], subordinates=["B"])
    assert "principal_left_over" in codes(toy(INTEREST, senior))
    assert codes(toy(waterfall=()))[-1] == "no_waterfall"


def test_a_group_that_backs_nobody() -> None:
    groups = (*toy_terms().groups, LoanGroup(group_id="three"))
    backed = tuple(attrs.evolve(bond, groups=("one", "two")) for bond in toy_terms().classes)
    assert codes(toy(groups=groups, classes=backed)) == ["group_backs_nobody"]


def test_a_class_without_interest_needs_no_step_for_it() -> None:
    classes = tuple(attrs.evolve(b, rate=ClassRate()) if b.class_id == "B" else b for b in toy_terms().classes)
    assert codes(toy(PayInterest(classes=["A"]), PRINCIPAL, REST, classes=classes)) == []


def test_draws_and_loans_bought_bring_nothing_in_that_could_be_left_over() -> None:
    kinds = [kind for kind in PrincipalKind if kind not in (PrincipalKind.DRAWS, PrincipalKind.ADDITIONS)]
    by_kind = PayPrincipal(classes=["A", "B"], kinds=kinds)
    assert "principal_left_over" not in codes(
        toy(INTEREST, by_kind, PayResidual(classes=["Cert"], source=Source.INTEREST))
    )


def test_a_senior_percentage_that_faces_cannot_give_is_named() -> None:
    """Both groups stand above the same subordinates, and their pools at issue are not said."""
    groups = [LoanGroup(group_id="fixed"), LoanGroup(group_id="adjustable", number=2)]
    own = PaySeniorPrincipal(classes=["A"], subordinates=["B"], groups=["fixed"])
    found = toy(INTEREST, own, PaySubordinatePrincipal(classes=["B"]), REST, groups=groups, fees=())
    assert "initial_percent_unknown" in codes(found)
    stated = attrs.evolve(own, initial_percent="0.9")
    assert "initial_percent_unknown" not in codes(attrs.evolve(found, waterfall=(stated, REST)))
    known = [attrs.evolve(group, original_balance="100.00") for group in groups]
    assert "initial_percent_unknown" not in codes(attrs.evolve(found, groups=known))


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (PayPrincipal(classes=["A"], cap="0.00"), "step_never_pays"),
        (PayPrincipal(classes=["A"], share="0"), "step_never_pays"),
        (BuildOvercollateralization(classes=["A"]), "step_never_pays"),
        (PayResidual(classes=["Cert", "B"], source=Source.INTEREST), "residual_of_one"),
        (REST, "step_after_residual"),
    ],
)
def test_a_step_that_does_nothing_as_it_is_written_is_named(step: Any, code: str) -> None:
    assert codes(toy(INTEREST, step, PRINCIPAL, REST, overcollateralization=None)) == [code]


def test_what_is_left_of_interest_alone_leaves_principal_for_later_steps() -> None:
    first = PayResidual(classes=["Cert"], source=Source.INTEREST)
    assert codes(toy(INTEREST, first, PRINCIPAL, REST)) == []
