"""Terms that contradict themselves are refused with everything that does: the first is raised, the others kept."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ledger import (
    InvalidTerms,
    LossCarveOut,
    LossCause,
    LossTier,
    OvercollateralizationTerms,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    SetAsidePrincipal,
    Stopped,
)
from ledger.deal.contradictions import contradictions
from tests.deals.toy import toy_terms


def test_terms_that_are_sound_contradict_nothing() -> None:
    assert list(contradictions(toy_terms())) == []


def test_every_contradiction_is_told_at_once() -> None:
    steps = (
        PayDerivatives(),
        PayInterest(classes=("A", "Z")),
        PayPrincipal(classes=("B",), groups=("three",), only_while=("none",)),
        PaySubordinatePrincipal(classes=("B",)),
    )
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms(), waterfall=steps)
    fields = [fault.field for fault in (caught.value, *caught.value.others)]
    assert fields == [
        "DealTerms.waterfall[1].classes",
        "DealTerms.waterfall[2].groups",
        "DealTerms.waterfall[2].only_while",
        "DealTerms.waterfall[3].groups",
    ]


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    group = toy_terms().group_ids[0]
    with pytest.raises(InvalidTerms, match=f"did you mean .?{group}"):
        attrs.evolve(toy_terms(), waterfall=(PayDerivatives(), PayInterest(classes=("A",), groups=(f"{group}s",))))


def test_what_is_the_whole_deals_does_not_go_with_targets_of_groups() -> None:
    terms = toy_terms()
    name = terms.group_ids[0]
    target = OvercollateralizationTerms(target="1.00")
    groups = [attrs.evolve(item, overcollateralization=target if item.group_id == name else None)
              for item in terms.groups]  # fmt: skip
    backed = [attrs.evolve(bond, groups=(name,)) if bond.class_id == "A" else bond for bond in terms.classes]
    sound = attrs.evolve(terms, groups=groups, classes=backed, overcollateralization=None)
    with pytest.raises(InvalidTerms, match="one target instead"):
        attrs.evolve(sound, waterfall=(SetAsidePrincipal(), *sound.waterfall))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"modification_losses": [LossTier(classes=["B"])]}, "DealTerms.waterfall[0].bears_losses"),
        ({"rules": 3}, "DealTerms.waterfall[0]"),
        ({"insured": True}, "DealTerms.waterfall[0].bears_losses"),
    ],
)
def test_who_bears_its_own_losses_bears_no_others(more: dict[str, object], field: str) -> None:
    terms = toy_terms()
    insured = bool(more.get("insured"))
    classes = [attrs.evolve(bond, insured=insured if bond.class_id == "B" else bond.insured) for bond in terms.classes]
    groups = [attrs.evolve(group, strip_rate="0.06") for group in terms.groups]
    steps = (PayStrippedPrincipal(classes=["B"], bears_losses=True), *terms.waterfall)
    given: dict[str, Any] = {name: value for name, value in more.items() if name != "insured"}
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(terms, classes=classes, groups=groups, waterfall=steps, **given)
    assert field in {fault.field for fault in (caught.value, *caught.value.others)}


def test_carve_outs_are_told_apart_and_the_funding_account_ends_with_the_deal() -> None:
    twice = [LossCarveOut(cause=LossCause.FRAUD, amount="1.00")] * 2
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms(), loss_carve_outs=twice, funding_account_release_by="2099-01-01")
    fields = [fault.field for fault in (caught.value, *caught.value.others)]
    assert fields == ["DealTerms.loss_carve_outs", "DealTerms.funding_account_release_by"]


@pytest.mark.parametrize(
    ("tiers", "field"),
    [
        ([["A"], ["Z"]], "DealTerms.modification_losses"),
        ([["A"], ["A"]], "DealTerms.modification_losses"),
        ([["A"], []], "LossTier.classes"),
    ],
)
def test_losses_of_modifications_fall_on_classes_of_the_deal_each_once(tiers: list[list[str]], field: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms(), modification_losses=[LossTier(classes=tier) for tier in tiers])
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("more", "field"),
    [({"step_down_stopped_by": ["any"], "stopped": Stopped.LAST_REACHED}, "stopped"),
     ({"step_down_enhancement": "0.2", "step_down_stays": True}, "step_down_stays")],
)  # fmt: skip
def test_targets_that_look_back_are_of_the_fourth_rules(more: dict[str, object], field: str) -> None:
    """What the trigger is called does not matter: one that the deal does not have is told beside it."""
    target = OvercollateralizationTerms(target="1.00", **more)  # type: ignore[arg-type]
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms(), rules=3, overcollateralization=target)
    named = {fault.field for fault in (caught.value, *caught.value.others)}
    assert f"DealTerms.overcollateralization.{field}" in named
