"""Draws stay within their limits, modifications within the terms and within what there is to modify."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import (
    AdditionalLoansPurchased,
    AdvanceMade,
    AdvanceRecovered,
    ClassBalanceIncreased,
    DeferredPrincipalCollected,
    DrawMade,
    Event,
    EventReversed,
    InterestCapitalized,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    PrincipalDeferred,
    PrincipalForgiven,
    Refusal,
)
from tests.deals.lines import DEAL, STAYS, lines_deal, month, on
from tests.evidence.soundness import assert_sound

DAY = "2024-01-29"
Case = tuple[Event, str, str]


def refused(ledger: Ledger, event: Event) -> list[tuple[str, str]]:
    """Return the field and the rule of each violation."""
    told = ledger.post(event)
    assert isinstance(told, Refusal)
    assert {item.event_id for item in told.violations} == {event.event_id}
    return [(item.field, item.code) for item in told.violations]


def draw(amount: str, **more: Any) -> DrawMade:
    return DrawMade(event_id="e", amount=amount, **on(DAY, **({"loan": "1"} | more)))


def deferred(amount: str, written_off: str, event_id: str = "e") -> PrincipalDeferred:
    return PrincipalDeferred(event_id=event_id, amount=amount, written_off=written_off, **on(DAY, loan="2"))


LOSS_NOW: list[Case] = [
    (draw("600.01"), "amount", "above_credit_limit"),
    (draw("2000.01", loan="2"), "amount", "above_credit_limit"),
    (draw("2000.01", loan=None, group="one"), "amount", "above_credit_limit"),
    (
        ClassBalanceIncreased(event_id="e", class_id="A", amount="60000.01", **on(DAY)),
        "amount",
        "above_maximum_balance",
    ),
    (ClassBalanceIncreased(event_id="e", class_id="B", amount="1.00", **on(DAY)), "class_id", "no_funding_note"),
    (deferred("100.00", "0.00"), "written_off", "not_the_terms"),
    (deferred("149900.01", "149900.01"), "written_off", "above_balance"),
    (InterestCapitalized(event_id="e", amount="50.01", **on(DAY, loan="2")), "amount", "above_arrears"),
    (InterestCapitalized(event_id="e", amount="0.01", **on(DAY, loan="1")), "amount", "above_arrears"),
    (DeferredPrincipalCollected(event_id="e", principal="1.00", **on(DAY, loan="2")), "principal", "not_the_terms"),
    (DeferredPrincipalCollected(event_id="e", recovery="0.01", **on(DAY, loan="2")), "recovery", "above_deferred"),
    (DeferredPrincipalCollected(event_id="e", recovery="0.01", **on(DAY, group="one")), "recovery", "above_deferred"),
    (PrincipalForgiven(event_id="e", deferred="0.01", **on(DAY, loan="2")), "deferred", "above_deferred"),
    (AdditionalLoansPurchased(event_id="e", amount="0.01", **on(DAY, group="one")), "amount", "above_deposited"),
]


@pytest.mark.parametrize("case", LOSS_NOW, ids=lambda case: f"{case[0].name}-{case[1]}-{case[2]}")
def test_what_goes_too_far_is_refused_by_event_field_and_rule(case: Case) -> None:
    event, field, code = case
    with lines_deal(groups=(LoanGroup(group_id="one", credit_limit="301800.00"),)) as ledger:
        ledger.post_many(month(2, interest={"2": "1450.00"})).or_raise()
        assert refused(ledger, event) == [(field, code)]


@pytest.mark.parametrize("event", [
    draw("150.00"), draw("200.00", loan="2"),
    ClassBalanceIncreased(event_id="e", class_id="A", amount="60000.00", **on(DAY)),
    deferred("149900.00", "149900.00"),
    InterestCapitalized(event_id="e", amount="50.00", **on(DAY, loan="2")),
    InterestCapitalized(event_id="e", amount="70.00", expenses="20.00", **on(DAY, loan="2")),
], ids=lambda event: f"{event.name}-{event.amount}")  # fmt: skip
def test_what_just_fits_is_taken(event: Event) -> None:
    with lines_deal() as ledger:
        ledger.post_many(month(2, interest={"2": "1450.00"})).or_raise()
        ledger.post(event).or_raise()
        assert_sound(ledger, DEAL)


def test_where_deferred_principal_stays_nothing_is_written_off_and_no_more_deferred_than_bears_interest() -> None:
    sold: dict[str, Any] = {"balance": "149900.00", "net_proceeds": "0.00", "realized_loss": "149900.00"}
    with lines_deal(forbearance=STAYS) as ledger:
        ledger.post_many(month(2)).or_raise()
        for event, field, code in (
            (deferred("1.00", "1.00"), "written_off", "not_the_terms"),
            (deferred("149900.01", "0.00"), "amount", "above_balance"),
        ):
            assert refused(ledger, event) == [(field, code)]
        ledger.post(deferred("100000.00", "0.00", "first")).or_raise()
        came = DeferredPrincipalCollected(event_id="e", recovery="1.00", **on(DAY, loan="2"))
        gone = LoanLiquidated(event_id="e", deferred="100000.01", **sold, **on(DAY, loan="2"))
        assert refused(ledger, deferred("49900.01", "0.00")) == [("amount", "above_balance")]
        assert refused(ledger, came) == [("recovery", "not_the_terms")]
        assert refused(ledger, gone) == [("deferred", "above_deferred")]


def test_a_deferral_that_was_collected_on_is_not_reversed_first() -> None:
    with lines_deal() as ledger:
        ledger.post_many(month(2, [deferred("500.00", "500.00", "given")])).or_raise()
        ledger.post(DeferredPrincipalCollected(event_id="came", recovery="300.00", **on(DAY, loan="2"))).or_raise()
        void = EventReversed(event_id="void", reverses="given", reason="typing error", **on(DAY))
        assert refused(ledger, void) == [("reverses", "above_held")]
        ledger.post(EventReversed(event_id="void/came", reverses="came", reason="typing error", **on(DAY))).or_raise()
        ledger.post(void).or_raise()
        assert_sound(ledger, DEAL)


def test_principal_repays_advances_of_arrears_as_far_as_these_became_principal() -> None:
    with lines_deal() as ledger:
        made = AdvanceMade(event_id="adv", principal="0.00", interest="50.00", **on(DAY, loan="2"))
        ledger.post_many([*month(2, interest={"2": "1450.00"}), made]).or_raise()
        back: dict[str, Any] = {"principal": "0.00", "source": "capitalized arrears"}
        ledger.post(InterestCapitalized(event_id="cap", amount="40.00", **on(DAY, loan="2"))).or_raise()
        over = AdvanceRecovered(event_id="e", interest="40.01", **back, **on(DAY, loan="2"))
        assert refused(ledger, over) == [("principal", "above_capitalized")]
        ledger.post(AdvanceRecovered(event_id="e", interest="40.00", **back, **on(DAY, loan="2"))).or_raise()


@pytest.mark.parametrize("event", [
    draw("1.00"), deferred("1.00", "1.00"), PrincipalForgiven(event_id="e", amount="1.00", **on(DAY, loan="2")),
], ids=lambda event: event.name)  # fmt: skip
def test_they_need_the_fourth_rules(event: Event) -> None:
    with lines_deal(rules=3) as ledger:
        assert refused(ledger, event) == [("$type", "needs_rules")]
