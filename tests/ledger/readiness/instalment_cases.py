"""Planted cases of instalments, of what is paid of them, and of what the notes say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ledger import (
    CollectionReceived,
    CurtailmentCollected,
    Event,
    InstalmentReportedDelinquent,
    OverpaymentReceived,
    PayoffCollected,
    ReliefActShortfallReported,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)
from tests.ledger.readiness.cases import Case
from tests.ledger.readiness.scene import DEAL, Scene

FRACTION = Decimal("0.0050")


def first(scene: Scene) -> list[str]:
    """Return the plain loan that most cases are planted on."""
    return [scene.plain[0]]


def second(scene: Scene) -> list[str]:
    """Return another plain loan."""
    return [scene.plain[1]]


def missed(scene: Scene) -> list[str]:
    """Return a loan that missed the instalment."""
    return [scene.behind[0]]


def on_group(scene: Scene, event_id: str, group: str = "fixed") -> dict[str, Any]:
    """Return the stamp of an event that names a group and no loan."""
    return {"event_id": f"planted/{event_id}", "deal": DEAL, "effective_date": scene.due, "group": group}


def no_due(scene: Scene) -> list[Event]:
    loan = scene.plain[0]
    return scene.voided(scene.dues[loan], scene.paid[loan])


def second_due(scene: Scene, **changes: Any) -> list[Event]:
    held = scene.dues[scene.plain[0]]
    stamp = scene.at(scene.plain[0], "due", changes.get("on"))
    return [ScheduledPaymentDue(principal="0.00", interest=held.interest, **stamp)]


def dated(days_before: int) -> Any:
    def make(scene: Scene) -> list[Event]:
        on = scene.due - dt.timedelta(days=days_before)
        return scene.instead(scene.dues[scene.plain[0]], effective_date=on)

    return make


def collected(more: str) -> Any:
    def make(scene: Scene) -> list[Event]:
        held = scene.paid[scene.plain[0]]
        return scene.instead(held, interest=held.interest + Decimal(more))

    return make


def reported(more: str) -> Any:
    def make(scene: Scene) -> list[Event]:
        held = scene.missed[scene.behind[0]]
        return scene.instead(held, interest=held.interest + Decimal(more))

    return make


def relieved(more: str) -> Any:
    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        interest = scene.dues[loan].interest + Decimal(more)
        return [
            *scene.instead(scene.paid[loan], interest=Decimal("0.00")),
            ReliefActShortfallReported(interest=interest, **scene.at(loan, "relief")),
        ]

    return make


def as_overpayment(scene: Scene) -> list[Event]:
    held = scene.paid[scene.plain[0]]
    amount = held.principal + held.interest
    return [*no_due(scene), OverpaymentReceived(amount=amount, **scene.at(scene.plain[0], "overpaid"))]


def both(*, loan: int = 0, principal: str = "0", interest: str = "0") -> Any:
    return lambda scene: scene.both(scene.plain[loan], principal=principal, interest=interest)


def two_fractions(scene: Scene) -> list[Event]:
    return [
        event
        for loan in scene.plain[:2]
        for event in scene.instead(scene.dues[loan], interest=scene.dues[loan].interest + FRACTION)
    ]


def fraction(scene: Scene) -> list[Event]:
    held = scene.dues[scene.plain[0]]
    return scene.instead(held, interest=held.interest + FRACTION)


def less_a_fraction(scene: Scene) -> list[Event]:
    held = scene.dues[scene.plain[0]]
    return scene.instead(held, interest=held.interest - FRACTION)


def three_months(scene: Scene) -> list[Event]:
    loan = scene.plain[0]
    return scene.both(loan, interest=str(2 * scene.dues[loan].interest))


def misplaced_point(scene: Scene) -> list[Event]:
    return scene.instead(scene.dues[scene.plain[0]], interest=Decimal("9400000.00"))


def due_of_a_loan_that_left(scene: Scene) -> list[Event]:
    stamp = scene.at(scene.left_before[0], "due")
    return [
        ScheduledPaymentDue(principal="0.00", interest="500.00", **stamp),
        CollectionReceived(principal="0.00", interest="500.00", **scene.at(scene.left_before[0], "paid")),
    ]


def paid_by_a_loan_that_left(scene: Scene) -> list[Event]:
    return [CollectionReceived(principal="0.00", interest="500.00", **scene.at(scene.left_before[0], "paid"))]


def paid_twice(scene: Scene) -> list[Event]:
    held = scene.paid[scene.plain[0]]
    return [
        CollectionReceived(
            principal=held.principal, interest=held.interest, due_date=scene.due, **scene.at(scene.plain[0], "again")
        )
    ]


def closed_payment_voided(scene: Scene) -> list[Event]:
    """A payment of a closed month is voided in this one, where its loan then lacks it."""
    loan = scene.plain[0]
    held = next(
        event
        for event in scene.earlier("collection_received")
        if isinstance(event, CollectionReceived) and event.loan == loan
    )
    return scene.voided(held)


def dues_of_the_group(scene: Scene) -> list[Event]:
    return [
        ScheduledPaymentDue(principal="0.00", interest="100.00", **on_group(scene, "due")),
        CollectionReceived(principal="0.00", interest="100.00", **on_group(scene, "paid")),
    ]


def delinquency_of_the_group(scene: Scene) -> list[Event]:
    held = scene.missed[scene.behind[0]]
    whole: dict[str, Any] = {
        "principal": held.principal,
        "interest": held.interest,
        "servicing_fee": held.servicing_fee,
    }
    group = scene.board[scene.behind[0]].group
    return [*scene.voided(held), InstalmentReportedDelinquent(**whole, **on_group(scene, "late", group))]


def curtailment_of_the_group(scene: Scene) -> list[Event]:
    stamp = on_group(scene, "ahead") | {"effective_date": scene.prior}
    return [CurtailmentCollected(amount="10.00", **stamp)]


def fee(more: str) -> Any:
    def make(scene: Scene) -> list[Event]:
        held = scene.of(ServicingFeeWithheld)[scene.plain[0]]
        return scene.instead(held, amount=held.amount + Decimal(more))

    return make


def fee_twice(scene: Scene) -> list[Event]:
    held = scene.of(ServicingFeeWithheld)[scene.plain[0]]
    return [ServicingFeeWithheld(amount=held.amount, **scene.at(scene.plain[0], "fee", scene.remitted))]


def fee_of_a_closed_month(scene: Scene) -> list[Event]:
    """What is put right of a closed month is no fee of this one."""
    held = next(
        event
        for event in scene.earlier("servicing_fee_withheld")
        if isinstance(event, ServicingFeeWithheld) and event.loan == scene.plain[0]
    )
    return scene.instead(held, amount=held.amount - Decimal("5.00"))


def without_principal(scene: Scene) -> list[Event]:
    loan = scene.plain[0]
    return scene.both(loan, principal=str(-scene.dues[loan].principal))


def paid_off(scene: Scene) -> list[Event]:
    assert any(event.principal == 0 for loan, event in scene.dues.items() if loan in scene.of(PayoffCollected))
    return []


def liquidated(scene: Scene) -> list[Event]:
    gone = [getattr(event, "loan", "") for event in scene.events if event.name == "loan_liquidated"]
    assert gone
    assert not scene.dues.keys() & set(gone)
    return []


UNPAID = frozenset({"advance_unlike_delinquency"})

INSTALMENTS = [
    Case("instalment_missing", "never posted", no_due, loans=first,
         figures=lambda scene: {"loans": 1, "balance": scene.opening(scene.plain[0])}),
    Case("instalment_missing", "a loan that is liquidated owes none", liquidated, near=True),
    Case("instalment_missing", "an instalment of nothing",
         lambda scene: [*no_due(scene), ScheduledPaymentDue(
             principal="0.00", interest="0.00", **scene.at(scene.plain[0], "due"))],
         near=True, besides=frozenset({"interest_unlike_note", "principal_unlike_note"})),
    Case("posted_without_loan", "an instalment and its payment", dues_of_the_group, groups=["fixed"]),
    Case("posted_without_loan", "a delinquency", delinquency_of_the_group,
         besides=frozenset({"due_unaccounted", "servicing_fee_unlike_rate"})),
    Case("posted_without_loan", "a payment ahead", curtailment_of_the_group, near=True),
    Case("two_instalments", "on another day of the month",
         lambda scene: second_due(scene, on=scene.due - dt.timedelta(days=1)), loans=first,
         besides=frozenset({"due_unaccounted"}) | UNPAID),
    Case("two_instalments", "put right", lambda scene: scene.instead(scene.dues[scene.plain[0]]), near=True),
    Case("due_far_from_due_date", "four weeks early", dated(28), loans=first),
    Case("due_far_from_due_date", "a week early", dated(7), near=True),
    Case("due_unaccounted", "a payment that was never posted",
         lambda scene: scene.voided(scene.paid[scene.plain[0]]), loans=first, besides=UNPAID,
         figures=lambda scene: {"amount": sum(
             (scene.dues[scene.plain[0]].principal, scene.dues[scene.plain[0]].interest))}),
    Case("due_unaccounted", "a delinquency that was never reported",
         lambda scene: scene.voided(scene.missed[scene.behind[0]]), loans=missed,
         besides=UNPAID | {"servicing_fee_unlike_rate"}),
    Case("due_unaccounted", "paid in part", collected("-100.00"), loans=first, besides=UNPAID),
    Case("due_unaccounted", "a cent short", collected("-0.01"), loans=first, besides=UNPAID),
    Case("due_unaccounted", "a payment of a closed month that is voided in this one", closed_payment_voided,
         loans=first, besides=UNPAID),
    Case("due_unaccounted", "a fraction of a cent short", fraction, near=True,
         besides=UNPAID | {"accrual_of_a_fraction"}),
    Case("collection_without_due", "whose instalment is voided",
         lambda scene: scene.voided(scene.dues[scene.plain[0]]), loans=first,
         besides=UNPAID | {"instalment_missing"}),
    Case("collection_without_due", "on a loan that has left", paid_by_a_loan_that_left,
         loans=lambda scene: [scene.left_before[0]], besides=UNPAID),
    Case("collection_without_due", "held as an overpayment", as_overpayment, near=True,
         besides=frozenset({"instalment_missing", "overpayments_held"})),
    Case("collection_above_due", "a hundred dollars", collected("100.00"), loans=first, besides=UNPAID,
         figures=lambda _: {"amount": 100}),
    Case("collection_above_due", "a cent", collected("0.01"), loans=first, besides=UNPAID),
    Case("collection_above_due", "the same instalment again", paid_twice, loans=first, besides=UNPAID),
    Case("collection_above_due", "a fraction of a cent", less_a_fraction, near=True,
         besides=frozenset({"accrual_of_a_fraction"})),
    Case("delinquency_unlike_derived", "a dollar too much", reported("1.00"), loans=missed),
    Case("delinquency_unlike_derived", "a cent too little", reported("-0.01"), loans=missed),
    Case("delinquency_unlike_derived", "a fraction of a cent", reported("0.0050"), near=True),
    Case("relief_above_interest", "by a cent", relieved("0.01"), loans=first,
         besides=UNPAID | {"collection_above_due"}),
    Case("relief_above_interest", "all of it", relieved("0.00"), near=True),
    Case("accrual_of_a_fraction", "half a cent", fraction, groups=["fixed"], besides=UNPAID),
    Case("accrual_of_a_fraction", "two halves of a cent", two_fractions, near=True, besides=UNPAID),
]  # fmt: skip

NOTES = [
    Case("interest_near_note", "two cents", both(interest="0.02", principal="-0.02"), loans=first),
    Case("interest_near_note", "a cent", both(interest="0.01"), near=True),
    Case("interest_unlike_note", "a twentieth more",
         lambda scene: scene.both(
             scene.plain[0], interest=str((scene.dues[scene.plain[0]].interest / 20).quantize(Decimal("0.01")))),
         loans=first, besides=frozenset({"principal_unlike_note"})),
    Case("interest_unlike_note", "three months at once", three_months, loans=first,
         besides=frozenset({"principal_unlike_note"})),
    Case("interest_unlike_note", "a dollar", both(interest="1.00", principal="-1.00"), near=True,
         besides=frozenset({"interest_near_note"})),
    Case("interest_beyond_rate", "a misplaced point", misplaced_point, loans=first,
         besides=frozenset({"due_unaccounted", "principal_unlike_note"}) | UNPAID),
    Case("interest_beyond_rate", "on a loan that has left", due_of_a_loan_that_left,
         loans=lambda scene: [scene.left_before[0]]),
    Case("interest_beyond_rate", "three months at once", three_months, near=True,
         besides=frozenset({"interest_unlike_note", "principal_unlike_note"})),
    Case("principal_unlike_note", "two cents", both(principal="0.02"), loans=first),
    Case("principal_unlike_note", "none", without_principal, loans=first),
    Case("principal_unlike_note", "a cent", both(principal="0.01"), near=True),
    Case("principal_unlike_note", "none on a loan that is paid off", paid_off, near=True),
    Case("servicing_fee_beyond_rate", "a hundred dollars more", fee("100.00"), loans=first),
    Case("servicing_fee_beyond_rate", "twice", fee_twice, loans=first, besides=frozenset({"posted_twice"})),
    Case("servicing_fee_beyond_rate", "a dollar more", fee("1.00"), near=True,
         besides=frozenset({"servicing_fee_unlike_rate"})),
    Case("servicing_fee_unlike_rate", "a dollar more", fee("1.00"), loans=first),
    Case("servicing_fee_unlike_rate", "a dollar less", fee("-1.00"), loans=first),
    Case("servicing_fee_unlike_rate", "never withheld",
         lambda scene: scene.voided(scene.of(ServicingFeeWithheld)[scene.plain[0]]), loans=first),
    Case("servicing_fee_unlike_rate", "a fraction of a cent", fee("0.01"), near=True),
    Case("servicing_fee_unlike_rate", "one of a closed month, put right", fee_of_a_closed_month, near=True),
]  # fmt: skip
