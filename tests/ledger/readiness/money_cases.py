"""Planted cases of cash, fees, advances and losses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    BondInterestPaid,
    BondPrincipalPaid,
    CollectionAccountWithdrawn,
    CollectionReceived,
    CompensatingInterestPaid,
    Dated,
    Event,
    FeeCharged,
    InsuranceProceedsReceived,
    OverpaymentReceived,
    OverpaymentRefunded,
    PaymentReturned,
    ServicingFeeEarned,
    ServicingFeeWithheld,
    SubsequentRecoveryReceived,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
)
from ledger.values.currency import DOLLARS
from ledger.values.dates import add_months
from tests.ledger.readiness.cases import Case, Make, Named, nothing
from tests.ledger.readiness.instalment_cases import UNPAID, first, missed, second
from tests.ledger.readiness.scene import CENT, DEAL, Scene

FUNDS = frozenset({"funds_unlike_cash"})
TWICE = frozenset({"posted_twice"})
BEYOND = frozenset({"servicing_fee_beyond_rate"})


def compensating(scene: Scene) -> CompensatingInterestPaid:
    return next(event for event in scene.events if isinstance(event, CompensatingInterestPaid))


def in_two_parts(scene: Scene) -> list[Event]:
    held = compensating(scene)
    on: dict[str, Any] = {"deal": DEAL, "effective_date": held.effective_date, "group": held.group}
    parts = (CENT, held.amount - CENT)
    return [
        *scene.voided(held),
        *(CompensatingInterestPaid(event_id=f"planted/part/{k}", amount=part, **on) for k, part in enumerate(parts)),
    ]


def compensated_twice(scene: Scene) -> list[Event]:
    held = compensating(scene)
    on: dict[str, Any] = {"deal": DEAL, "effective_date": held.effective_date, "group": held.group}
    return [CompensatingInterestPaid(event_id="planted/again", amount=held.amount, **on)]


def fee_of_last_month(scene: Scene) -> ServicingFeeWithheld:
    return next(
        event
        for event in scene.earlier("servicing_fee_withheld")
        if isinstance(event, ServicingFeeWithheld) and event.loan == scene.plain[0]
    )


def restated_up(scene: Scene) -> list[Event]:
    return scene.voided(fee_of_last_month(scene), restates=True)


def restated_down(scene: Scene) -> list[Event]:
    """An advance that was drawn last month was not, and a fee was taken in its place: that cash the trust had paid."""
    taken = next(
        event
        for event in scene.earlier("advance_recovered")
        if isinstance(event, AdvanceRecovered) and event.source == "late collections"
    )
    stamp = scene.at(scene.plain[0], "fee", taken.effective_date)
    return [*scene.voided(taken, restates=True), ServicingFeeWithheld(amount="50.00", restates=True, **stamp)]


def restated_even(scene: Scene) -> list[Event]:
    held = fee_of_last_month(scene)
    stamp = scene.at(scene.plain[0], "fee", held.effective_date)
    return [
        *scene.voided(held, restates=True),
        ServicingFeeWithheld(amount=held.amount, restates=True, **stamp),
    ]


def paid_again(off: str) -> Make:
    """Class A's interest of the month before is voided, and paid with something off."""

    def make(scene: Scene) -> list[Event]:
        held = scene.interest_paid["A"]
        again = attrs.evolve(held, event_id="planted/interest/A", amount=held.amount + Decimal(off), computed="")
        return [*scene.voided(held), again]

    return make


def interest_paid(off: str) -> Make:
    def make(scene: Scene) -> list[Event]:
        result = scene.report.classes["A"].result
        interest, principal = (
            item.rounded("paid", DOLLARS.unit).decimal for item in (result.all_interest, result.all_principal)
        )
        on: Dated = {"deal": DEAL, "effective_date": scene.paid_on}
        return [
            BondInterestPaid(event_id="planted/interest", class_id="A", amount=interest + Decimal(off), **on),
            BondPrincipalPaid(event_id="planted/principal", class_id="A", amount=principal, **on),
        ]

    return make


def recovery_of(scene: Scene, loan: str) -> AdvanceRecovered:
    return next(
        event
        for event in scene.events
        if isinstance(event, AdvanceRecovered) and event.loan == loan and event.source == "late collections"
    )


def curer(scene: Scene) -> list[str]:
    return [scene.curers[0]]


def not_drawn(scene: Scene) -> list[Event]:
    return scene.voided(recovery_of(scene, scene.curers[0]))


def drawn_again(scene: Scene) -> list[Event]:
    return scene.instead(recovery_of(scene, scene.curers[0]))


def posted_as_late(scene: Scene) -> list[Event]:
    """The late payment of an advanced instalment goes to the trust, and its advance stays."""
    loan = scene.curers[0]
    advanced = next(event for event in scene.late[loan] if event.timing == "late, advanced")
    return [*not_drawn(scene), *scene.instead(advanced, timing="late")]


def posted_gross(scene: Scene) -> list[Event]:
    """The fee inside a late payment, which nobody advanced, is posted as advanced with the rest."""
    loan = scene.curers[0]
    fee, advanced = sorted(scene.late[loan], key=lambda event: event.interest)
    return [*scene.voided(fee), *scene.instead(advanced, interest=advanced.interest + fee.interest)]


def late(timing: str) -> Make:
    def make(scene: Scene) -> list[Event]:
        stamp = scene.at(scene.plain[0], "late", scene.prior.replace(day=20))
        return [CollectionReceived(principal="0.00", interest="500.00", timing=timing, **stamp)]

    return make


def unapplied(*, sender: Named = first, returned: bool = False, applied: bool = False) -> Make:
    """Money for the first plain loan; where it is applied, it takes the place of what was collected."""

    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        held = scene.paid[loan]
        amount = held.principal + held.interest
        found: list[Event] = [UnappliedFundsReceived(amount=amount, **scene.at(sender(scene)[0], "unapplied"))]
        if applied:
            parts: dict[str, Any] = {"principal": held.principal, "interest": held.interest, "due_date": scene.due}
            found.extend([*scene.voided(held), UnappliedFundsApplied(**parts, **scene.at(loan, "applied"))])
        if returned:
            found.append(UnappliedFundsReturned(amount=amount, **scene.at(loan, "returned")))
        return found

    return make


def overpaid(*, sender: Named = first, refunded: str = "") -> Make:
    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        found: list[Event] = [OverpaymentReceived(amount="100.00", **scene.at(sender(scene)[0], "overpaid"))]
        if refunded:
            found.append(OverpaymentRefunded(amount=refunded, **scene.at(loan, "refunded")))
        return found

    return make


def next_due(scene: Scene) -> dt.date:
    """Return the day on which the instalments of the following distribution fall due."""
    return (scene.due + dt.timedelta(days=40)).replace(day=1)


def paid_ahead(*, returned: bool = False) -> Make:
    """The first plain loan pays the next instalment now; ``returned``: and the bank takes it back."""

    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        parts: dict[str, Any] = {"principal": "100.00", "interest": "500.00", "due_date": next_due(scene)}
        at = scene.at(loan, "ahead", scene.due + dt.timedelta(days=3))
        found: list[Event] = [CollectionReceived(**parts, **at)]
        if returned:
            found.append(PaymentReturned(**parts, **scene.at(loan, "back", scene.due + dt.timedelta(days=5))))
        return found

    return make


def insured(
    which: Named = first, *, times: int = 1, apart: int = 0, more: str = "0.00", reversed_again: bool = False
) -> Make:
    """An insurer pays a hundred dollars of interest, as often, so many days apart, each so much more."""

    def make(scene: Scene) -> list[Event]:
        day = scene.prior.replace(day=10)
        found: list[Event] = [
            InsuranceProceedsReceived(
                interest=100 + k * Decimal(more),
                **scene.at(which(scene)[0], f"insured/{k}", day + dt.timedelta(days=k * apart)),
            )
            for k in range(times)
        ]
        return [*found, *scene.voided(found[-1])] if reversed_again else found

    return make


def again(event: Event) -> list[Event]:
    """Return an event once more, under another id."""
    return [attrs.evolve(event, event_id=f"{event.event_id}/again")]


def withdrawn(*, reversed_again: bool = False) -> Make:
    def make(scene: Scene) -> list[Event]:
        stamp: dict[str, Any] = {"event_id": "planted/withdrawn", "deal": DEAL, "effective_date": scene.remitted}
        taken = CollectionAccountWithdrawn(group="fixed", purpose="deposits in error", amount="90.00", **stamp)
        return [taken, *scene.voided(taken)] if reversed_again else [taken]

    return make


def departed(scene: Scene) -> list[str]:
    return [scene.left_before[0]]


def overpaid_after_leaving(scene: Scene) -> list[Event]:
    return [OverpaymentReceived(amount="100.00", **scene.at(scene.left_before[0], "overpaid"))]


def earned(more: str) -> Make:
    """The servicer earns all that the month has to pay out, and ``more``; none of it is drawn."""

    def make(scene: Scene) -> list[Event]:
        funds = scene.report.funds.rounded("funds", DOLLARS.unit).decimal
        stamp: dict[str, Any] = {
            "event_id": "planted/earned",
            "deal": DEAL,
            "effective_date": scene.remitted,
            "group": "fixed",
        }
        return [ServicingFeeEarned(amount=funds + Decimal(more), **stamp)]

    return make


def trustee_fee(off: str) -> Make:
    def make(scene: Scene) -> list[Event]:
        line = next(line for line in scene.report.fees if line.fee.fee_id == "trustee")
        return [
            FeeCharged(
                event_id=f"planted/trustee/{group}",
                deal=DEAL,
                effective_date=scene.paid_on,
                fee_id="trustee",
                group=group,
                amount=amount.rounded("fee", DOLLARS.unit).decimal + Decimal(off),
            )
            for group, amount in line.due.items()
        ]

    return make


def premiums(scene: Scene) -> list[Event]:
    return [event for event in scene.events if isinstance(event, FeeCharged)]


def advanced(amount: str, which: Callable[[Scene], list[str]] = missed) -> Make:
    def make(scene: Scene) -> list[Event]:
        stamp = scene.at(which(scene)[0], "advance", scene.remitted)
        return [AdvanceMade(principal="0.00", interest=amount, **stamp)]

    return make


def advanced_twice(scene: Scene) -> list[Event]:
    loan = scene.behind[0]
    held = scene.of(AdvanceMade)[loan]
    return [AdvanceMade(principal=held.principal, interest=held.interest, **scene.at(loan, "advance", scene.remitted))]


def fee_paid_late(scene: Scene) -> CollectionReceived:
    """Return a late payment that repays no advance, of a loan that missed one instalment."""
    return next(event for event in scene.late[scene.curers[0]] if event.timing == "late")


def named(due_date: str | None) -> Make:
    """A late payment names another instalment; None: that to which the loan was boarded as paid."""

    def make(scene: Scene) -> list[Event]:
        held = fee_paid_late(scene)
        paid_to = scene.board[scene.curers[0]].paid_to_date
        assert paid_to is not None
        return scene.instead(held, due_date=paid_to if due_date is None else dt.date.fromisoformat(due_date))

    return make


def first_due(scene: Scene) -> list[Event]:
    """The instalment after the one that was the last to be paid before the boarding."""
    paid_to = scene.board[scene.curers[0]].paid_to_date
    assert paid_to is not None
    return scene.instead(fee_paid_late(scene), due_date=add_months(paid_to, 1))


def stopped(scene: Scene) -> list[str]:
    """Return a loan whose advances were declared nonrecoverable before, and that owes this month."""
    declared = {event.loan for event in scene.ever("advance_declared_nonrecoverable")}
    return [loan for loan in scene.missed if loan in declared and loan not in scene.late][:1]


def declared_now(scene: Scene) -> list[Event]:
    """A certificate of this month says nothing against what was advanced before it."""
    loan = scene.behind[0]
    held = scene.of(AdvanceMade)[loan]
    parts: dict[str, Any] = {"principal": held.principal, "interest": held.interest}
    return [AdvanceDeclaredNonrecoverable(**parts, **scene.at(loan, "declared", scene.remitted))]


def lost(scene: Scene) -> str:
    """Return a loan that was liquidated in an earlier month, with a loss."""
    return str(next(event.loan for event in scene.ever("loan_liquidated") if event.realized_loss > 100))


def recovered(scene: Scene, more: str) -> list[Event]:
    loan = lost(scene)
    loss = next(event.realized_loss for event in scene.ever("loan_liquidated") if event.loan == loan)
    recoveries = (*scene.ever("subsequent_recovery_received"), *scene.events)
    before = sum(
        (event.amount for event in recoveries if isinstance(event, SubsequentRecoveryReceived) and event.loan == loan),
        Decimal(0),
    )
    stamp = scene.at(loan, "recovered", scene.prior.replace(day=20))
    return [SubsequentRecoveryReceived(amount=loss - before + Decimal(more), **stamp)]


def recovered_on_a_loan_that_pays(scene: Scene) -> list[Event]:
    stamp = scene.at(scene.plain[0], "recovered", scene.prior.replace(day=20))
    return [SubsequentRecoveryReceived(amount="100.00", **stamp)]


CASH = [
    Case("funds_unlike_cash", "compensating interest that was never paid",
         lambda scene: scene.voided(compensating(scene)), besides=frozenset({"compensating_interest_unlike_owed"})),
    Case("funds_below_zero", "more is earned than came in", earned("0.10"), besides=BEYOND),
    Case("funds_below_zero", "all that came in is earned", earned("0.00"), near=True, besides=BEYOND),
    Case("posted_twice", "a premium of a group", lambda scene: again(premiums(scene)[0]),
         figures=lambda _: {"posted again": 1}),
    Case("posted_twice", "an insurer's payment", insured(times=2), loans=first),
    Case("posted_twice", "three times", insured(times=3), loans=first, figures=lambda _: {"posted again": 2}),
    Case("posted_twice", "a report of delinquency", lambda scene: again(scene.missed[scene.behind[0]]), loans=missed,
         besides=UNPAID | BEYOND | {"delinquency_unlike_derived", "advance_above_delinquency"}),
    Case("posted_twice", "a late payment", lambda scene: again(fee_paid_late(scene)), loans=curer,
         besides=frozenset({"late_payment_never_missed"})),
    Case("posted_twice", "on another day", insured(times=2, apart=1), near=True),
    Case("posted_twice", "of another amount", insured(times=2, more="0.01"), near=True),
    Case("posted_twice", "and reversed", insured(times=2, reversed_again=True), near=True),
    Case("withdrawal_made", "deposits in error", withdrawn(), groups=["fixed"], figures=lambda _: {"withdrawn": 90}),
    Case("withdrawal_made", "and reversed", withdrawn(reversed_again=True), near=True),
    Case("cash_of_departed_loan", "an insurer's payment", insured(departed), loans=departed,
         figures=lambda _: {"cash": 100}),
    Case("cash_of_departed_loan", "of a loan that stays", insured(), near=True),
    Case("cash_of_departed_loan", "owed back", overpaid_after_leaving, near=True,
         besides=frozenset({"overpayments_held"})),
    Case("cash_of_departed_loan", "recovered of a loss", lambda scene: recovered(scene, "-1.00"), near=True),
    Case("paid_ahead_held", "the next instalment", paid_ahead(), loans=first, figures=lambda _: {"held": 600}),
    Case("paid_ahead_held", "taken back by the bank", paid_ahead(returned=True), near=True),
    Case("funds_unlike_cash", "a cent within the roundings",
         lambda scene: scene.instead(compensating(scene), amount=compensating(scene).amount + CENT), near=True,
         besides=frozenset({"compensating_interest_unlike_owed"})),
    Case("compensating_interest_unlike_owed", "paid twice", compensated_twice, besides=FUNDS | TWICE, groups=["fixed"]),
    Case("compensating_interest_unlike_owed", "a cent short",
         lambda scene: scene.instead(compensating(scene), amount=compensating(scene).amount - CENT)),
    Case("compensating_interest_unlike_owed", "paid in two parts", in_two_parts, near=True),
    Case("closed_month_restated", "a fee of a paid month is voided", restated_up,
         besides=frozenset({"restated_cash_held"})),
    Case("closed_month_restated", "a fee of a paid month is posted anew", restated_even, near=True),
    Case("earlier_payment_unlike_computed", "a dollar less", paid_again("-1.00"), classes=["A"],
         besides=frozenset({"restated_cash_held"})),
    Case("earlier_payment_unlike_computed", "the same once more", paid_again("0.00"), near=True),
    Case("restated_cash_held", "a fee of a paid month is voided", restated_up,
         besides=frozenset({"closed_month_restated"}),
         figures=lambda scene: {"held": Fraction(fee_of_last_month(scene).amount)}),
    Case("restated_cash_held", "a fee of a paid month is posted anew", restated_even, near=True),
    Case("restated_cash_missing", "a fee of a paid month is posted", restated_down,
         besides=frozenset({"late_collections_held", "closed_month_restated"}), figures=lambda _: {"missing": 50}),
    Case("restated_cash_missing", "a fee of a paid month is posted anew", restated_even, near=True),
    Case("paid_before_closed", "a class", interest_paid("0.00"), classes=["A"]),
    Case("payments_unlike_computed", "a dollar too much", interest_paid("1.00"), classes=["A"],
         besides=frozenset({"paid_before_closed"})),
    Case("payments_unlike_computed", "half a cent", interest_paid("0.00"), near=True,
         besides=frozenset({"paid_before_closed"})),
    Case("late_collections_held", "an advance that was not drawn", not_drawn),
    Case("late_collections_held", "drawn on another event", drawn_again, near=True),
    Case("unapplied_funds_held", "less than an instalment", unapplied(), loans=first),
    Case("unapplied_funds_held", "given back", unapplied(returned=True), near=True),
    Case("overpayments_held", "a hundred dollars", overpaid(), loans=first, figures=lambda _: {"held": 100}),
    Case("overpayments_held", "given back", overpaid(refunded="100.00"), near=True),
    Case("held_below_zero", "applied of what another loan sent", unapplied(sender=second, applied=True), loans=first),
    Case("held_below_zero", "what another loan overpaid is given back", overpaid(sender=second, refunded="100.00"),
         loans=first),
    Case("held_below_zero", "applied as it was received", unapplied(applied=True), near=True),
    Case("fee_unlike_terms", "a dollar in each group", trustee_fee("1.00")),
    Case("fee_unlike_terms", "as the terms give it", trustee_fee("0.00"), near=True),
    Case("posted_fee_missing", "the insurance premium", lambda scene: scene.voided(*premiums(scene))),
    Case("posted_fee_missing", "of one group", lambda scene: scene.voided(premiums(scene)[0]), near=True),
]  # fmt: skip

ADVANCES = [
    Case("advance_without_delinquency", "on a loan that paid", advanced("100.00", first), loans=first, besides=UNPAID),
    Case("advance_without_delinquency", "of what is delinquent", nothing, near=True),
    Case("advance_above_delinquency", "twice", advanced_twice, loans=missed, besides=UNPAID | TWICE),
    Case("advance_above_delinquency", "of the fee as well",
         lambda scene: advanced(str(scene.missed[scene.behind[0]].servicing_fee))(scene), loans=missed,
         besides=UNPAID),
    Case("advance_above_delinquency", "a cent", advanced("0.01"), near=True, besides=UNPAID),
    Case("advance_unlike_delinquency", "an advance that was never made",
         lambda scene: scene.voided(scene.of(AdvanceMade)[scene.behind[0]])),
    Case("advance_unlike_delinquency", "an advance made anew",
         lambda scene: scene.instead(scene.of(AdvanceMade)[scene.behind[0]]), near=True),
    Case("advance_after_nonrecoverable", "a month after the certificate", advanced("10.00", stopped), loans=stopped,
         besides=UNPAID),
    Case("advance_after_nonrecoverable", "a certificate of this month", declared_now, near=True),
    Case("recovery_without_liquidation", "of a loan that pays", recovered_on_a_loan_that_pays, loans=first),
    Case("recovery_without_liquidation", "of a loan that is gone", lambda scene: recovered(scene, "-1.00"), near=True),
    Case("recovery_above_loss", "by a dollar", lambda scene: recovered(scene, "1.00"),
         loans=lambda scene: [lost(scene)], figures=lambda _: {"above the loss": 1}),
    Case("recovery_above_loss", "all of the loss", lambda scene: recovered(scene, "0.00"), near=True),
]  # fmt: skip

ARREARS = [
    Case("late_payment_never_missed", "of a loan that missed nothing", late("late"), loans=first),
    Case("late_payment_never_missed", "as if it had been advanced", late("late, advanced"), loans=first,
         besides=frozenset({"late_payment_beyond_advance"})),
    Case("late_payment_never_missed", "of a loan that missed it", nothing, near=True),
    Case("advance_not_repaid", "posted as if it had not been advanced", posted_as_late, loans=curer),
    Case("advance_not_repaid", "not drawn yet", not_drawn, near=True, besides=frozenset({"late_collections_held"})),
    Case("late_payment_before_boarding", "that was paid when the loan came in", named(None), loans=curer),
    Case("late_payment_before_boarding", "of 1999", named("1999-01-01"), loans=curer),
    Case("late_payment_before_boarding", "the first one that was not", first_due, near=True),
    Case("late_payment_beyond_advance", "with the fee inside it", posted_gross, loans=curer),
    Case("late_payment_beyond_advance", "and its fee by itself", nothing, near=True),
]  # fmt: skip
