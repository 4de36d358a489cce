"""What says a name twice, or names what cannot be meant, is refused; earlier deals are read as they were written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from ledger import (
    BondClass,
    ClassKind,
    ClassRate,
    DealTerms,
    InvalidTerms,
    PayInterest,
    PayPrincipal,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    RateKind,
    RateStep,
    Trigger,
    TriggerKind,
)
from ledger.deal.structure_checks import check_structure
from tests.deals.toy import toy_terms

RATE: dict[str, Any] = {"kind": RateKind.FIXED, "rate": "0.05"}


def toy(**more: Any) -> DealTerms:
    """Terms of the fourth rules with classes A and B, and what more is given."""
    steps = more.pop("waterfall", (PayInterest(classes=("A", "B")), PayPrincipal(classes=("A", "B"))))
    return attrs.evolve(toy_terms(), rules=4, derivatives=(), waterfall=steps, **more)


def with_class(**more: Any) -> DealTerms:
    return toy(classes=(*toy_terms().classes, BondClass(class_id="X", rank=3, **more)))


def senior(**more: Any) -> PaySeniorPrincipal:
    return PaySeniorPrincipal(**{"classes": ("A",), "subordinates": ("B",), **more})


DECLARED = Trigger(trigger_id="t", kind=TriggerKind.DECLARED)
NOTIONAL = {"kind": ClassKind.NOTIONAL, "rate": ClassRate(**RATE)}

REFUSED: dict[str, tuple[Callable[[], DealTerms], str]] = {
    "a class twice in a step": (lambda: toy(waterfall=[PayPrincipal(classes=("A", "A"))]), "waterfall[0].classes"),
    "a group twice": (lambda: toy(waterfall=[senior(groups=("one", "one"))]), "waterfall[0].groups"),
    "a subordinate twice": (lambda: toy(waterfall=[senior(subordinates=("B", "B"))]), "waterfall[0].subordinates"),
    "a senior below itself": (lambda: toy(waterfall=[senior(subordinates=("A", "B"))]), "waterfall[0].subordinates"),
    "a notional subordinate": (
        lambda: attrs.evolve(with_class(**NOTIONAL), waterfall=[senior(subordinates=("X",))]),
        "waterfall[0].subordinates",
    ),
    "principal shared out twice": (lambda: toy(waterfall=[senior(), senior()]), "waterfall[1].groups"),
    "a senior among those below": (
        lambda: toy(waterfall=[senior(), PaySubordinatePrincipal(classes=("A", "B"))]),
        "waterfall[1].classes",
    ),
    "a step that never runs": (
        lambda: toy(triggers=[DECLARED], waterfall=[PayPrincipal(classes=("A",), only_while=("t",), not_while=("t",))]),
        "waterfall[0].not_while",
    ),
    "notional of itself": (lambda: with_class(notional_of=("X",), **NOTIONAL), "BondClass[X].notional_of"),
    "notional of one class twice": (lambda: with_class(notional_of=("A", "A"), **NOTIONAL), "BondClass[X].notional_of"),
    "less the rate of a class that bears none": (
        lambda: with_class(rate=ClassRate(kind=RateKind.NET_WAC, less_rate_of="Cert")),
        "BondClass[X].rate.less_rate_of",
    ),
    "a floor above the ceiling": (
        lambda: with_class(rate=ClassRate(floor="0.06", ceiling="0.05", **RATE)),
        "BondClass[X].rate.floor",
    ),
    "a note above its limit": (
        lambda: with_class(face="10.00", maximum_balance="9.99", rate=ClassRate(**RATE)),
        "BondClass[X].maximum_balance",
    ),
    "a trigger twice": (lambda: toy(triggers=[DECLARED, DECLARED]), "DealTerms.triggers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_contradicts_itself_is_refused_by_its_place(name: str) -> None:
    build, where = REFUSED[name]
    with pytest.raises(InvalidTerms) as caught:
        build()
    found = {fault.field.removeprefix("DealTerms.") for fault in (caught.value, *caught.value.others)}
    assert found == {where.removeprefix("DealTerms.")}


def test_seniors_may_share_in_another_way_while_a_trigger_is_in_force() -> None:
    steps = [senior(not_while=("t",)), senior(only_while=("t",))]
    assert list(check_structure(toy(triggers=[DECLARED], waterfall=steps))) == []


def test_deals_under_earlier_rules_are_read_as_they_were_written() -> None:
    old = attrs.evolve(toy_terms(), rules=3, triggers=[DECLARED, DECLARED])
    assert list(check_structure(old)) == []


def test_rates_by_date_stand_in_their_order() -> None:
    steps = [{"from_date": "2026-01-01", "rate": "0.06"}, {"from_date": "2025-01-01", "rate": "0.07"}]
    with pytest.raises(InvalidTerms, match="order of their dates"):
        ClassRate(steps=[RateStep(**step) for step in steps], **RATE)
