"""No event moves more than its loan, group or class stands at, and no advance comes back twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import (
    AdvanceDeclaredNonrecoverable,
    Dated,
    Event,
    Ledger,
    LoanBoarded,
    LoanRateChanged,
    LoanRepurchased,
    OverpaymentReceived,
    OverpaymentRefunded,
    PoolBalanceBroughtForward,
    ScheduledPaymentDue,
    ServicingFeeDrawn,
    ServicingFeeEarned,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
)
from tests.deals.closing import land
from tests.deals.refusals import (
    DECEMBER,
    PAID,
    Case,
    D,
    advance,
    curtailment,
    late,
    one,
    payoff,
    recovery,
    refuse,
    reversal,
)
from tests.deals.toy import TOY, payment_date, toy_terms

POOL_AMOUNTS = [
    one("payoff of a loan paid off already", payoff(), "loan", "already_paid_off", payoff("first")),
    Case("payoff twice in one batch", [], [payoff("first"), payoff()], (("bad", "loan", "already_paid_off"),)),
    one("repurchase of a loan paid off already", LoanRepurchased(event_id="bad", loan="one-1", balance="0.00", **D),
        "loan", "not_in_pool", payoff("first")),
    one("payoff above the balance", payoff(amount="100000.01"), "amount", "above_balance"),
    one("payoff below the balance", payoff(amount="99999.99"), "amount", "not_the_balance"),
    one("payoff of what a curtailment left, above it", payoff(amount="100000.00"), "amount", "above_balance",
        curtailment("first")),
    one("payoff of a group above its balance", payoff(loan=None, group="one", amount="600000.01"), "amount",
        "above_balance"),
    one("more loans than the group has", payoff(loan=None, group="one", loan_count=7), "loan_count", "above_count"),
    one("curtailment above the balance", curtailment(amount="100000.01"), "amount", "above_balance"),
    one("scheduled principal above the balance",
        ScheduledPaymentDue(event_id="bad", loan="one-1", principal="100000.0001", interest="0", **D),
        "principal", "above_balance"),
    one("note rate of a payoff", payoff(note_rate="0.11"), "note_rate", "not_the_note_rate"),
    one("note rate of a curtailment", curtailment(note_rate="0.1200000001"), "note_rate", "not_the_note_rate"),
    one("note rate before the reset", payoff(), "note_rate", "not_the_note_rate",
        LoanRateChanged(event_id="reset", loan="one-1", note_rate="0.125", **D)),
    one("loan in the pool already",
        LoanBoarded(event_id="bad", loan="one-1", group="one", balance="1.00", note_rate="0.12", **D),
        "loan", "already_boarded"),
    one("more loans than a loan stands for", payoff(loan_count=2), "loan_count", "above_count"),
    one("more loans repurchased than a loan stands for",
        LoanRepurchased(event_id="bad", loan="one-1", balance="100000.00", loan_count=2, **D), "loan_count",
        "above_count"),
    one("more loans than were boarded as one",
        payoff(loan="pair", amount="100.00", loan_count=3), "loan_count", "above_count",
        LoanBoarded(event_id="pair", loan="pair", group="one", balance="100.00", loan_count=2, note_rate="0.12", **D)),
    one("payoff of a loan that its group has paid off already", payoff(), "amount", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
    one("payoff of a loan after the last loan of its group", payoff(), "loan_count", "above_count",
        payoff("first", loan=None, group="one", amount="100000.00", loan_count=6)),
    one("curtailment of a loan whose group has no balance left", curtailment(), "amount", "above_balance",
        payoff("first", loan=None, group="one", amount="599990.01", loan_count=6)),
    one("repurchase of a loan whose group has no balance left",
        LoanRepurchased(event_id="bad", loan="one-1", balance="100000.00", **D), "balance", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
    Case("a group and its loan in one batch", [],
         [payoff("good", loan=None, group="one", amount="500000.01", loan_count=1), payoff()],
         (("bad", "amount", "above_balance"),)),
    one("reversal that would take a group below zero", reversal("board/one-1"), "reverses", "above_balance",
        payoff("first", loan=None, group="one", amount="500000.01", loan_count=1)),
]  # fmt: skip

ADVANCES = [
    one("recovered without an advance", recovery("0.01", "0"), "principal", "above_advances", late()),
    one("recovered beyond what is outstanding", recovery("10.01", "5"), "principal", "above_advances", late(),
        advance()),
    one("interest and principal are advanced as one", recovery("0", "15.01"), "principal", "above_advances", late(),
        advance()),
    one("recovered twice", recovery("10", "5"), "principal", "above_advances", late(), advance(),
        recovery("10", "5", event_id="first")),
    one("recovered before it was made", recovery("1", "0", effective_date=dt.date(2020, 12, 19)), "principal",
        "above_advances", late(effective_date=dt.date(2020, 12, 18)), advance()),
    one("recovered out of nothing that the loan brought in", recovery("10", "5"), "principal", "not_justified",
        advance(), late(loan="one-2")),
    one("recovered beyond what the loan brought in", recovery("10", "5"), "principal", "not_justified", advance(),
        late(amount="14.99")),
    one("recovered from any funds without a declaration", recovery("10", "5", source="any funds"), "principal",
        "above_nonrecoverable", advance()),
    one("recovered from any funds beyond the declaration", recovery("4.01", "0", source="any funds"), "principal",
        "above_nonrecoverable", advance(),
        AdvanceDeclaredNonrecoverable(event_id="declared", loan="one-1", principal="4", interest="0", **D)),
    one("recovered from collections after the declaration", recovery("10", "5"), "principal", "above_advances",
        late(), advance(),
        AdvanceDeclaredNonrecoverable(event_id="declared", loan="one-1", principal="4", interest="0", **D)),
    one("declared beyond what is outstanding",
        AdvanceDeclaredNonrecoverable(event_id="bad", loan="one-1", principal="15.01", interest="0", **D),
        "principal", "above_advances", advance()),
    one("group advances recovered beyond what is outstanding", recovery("10.01", "5", loan=None, group="one"),
        "principal", "above_advances", late(), advance(loan=None, group="one")),
]  # fmt: skip


def test_several_loans_boarded_as_one_leave_as_they_came(toy: Ledger) -> None:
    toy.post(
        LoanBoarded(event_id="pair", loan="pair", group="one", balance="100.00", loan_count=2, note_rate="0.12", **D)
    ).or_raise()
    toy.post(payoff("gone", loan="pair", amount="100.00", loan_count=2)).or_raise()
    refuse(toy, [payoff(loan="pair", amount="0.00", loan_count=1)], (("bad", "loan", "already_paid_off"),))


def test_a_loan_inside_a_group_balance_leaves_once(ledger: Ledger) -> None:
    ledger.open_deal(TOY, toy_terms()).or_raise()
    board = LoanBoarded(event_id="board", loan="in", group="one", balance_in_group="100.00", loan_count=0,
                        note_rate="0.12", **PAID)  # fmt: skip
    forward = PoolBalanceBroughtForward(event_id="bf", group="one", balance="100.00", loan_count=1, **PAID)
    ledger.post_many([forward, board]).or_raise()
    on: Dated = {"deal": TOY, "effective_date": payment_date(1) + dt.timedelta(days=3)}
    refuse(ledger, [payoff(loan="in", amount="100.00", loan_count=2, **on)], (("bad", "loan_count", "above_count"),))
    ledger.post(payoff("gone", loan="in", amount="100.00", **on)).or_raise()


AMOUNTS = [*POOL_AMOUNTS, *ADVANCES]


@pytest.mark.parametrize("case", AMOUNTS, ids=[case.name for case in AMOUNTS])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        land(toy, event)
    refuse(toy, case.batch, case.expected)


def of_group_one(kind: type[Event], event_id: str, amount: str, **more: Any) -> Event:
    """Return an event of loan one-1 in December."""
    return kind(**{"event_id": event_id, "loan": "one-1", "amount": amount, **D, **more})


def applied(event_id: str, principal: str, interest: str, **more: Any) -> Event:
    """Return unapplied funds that became a payment."""
    amounts = {"principal": principal, "interest": interest}
    return UnappliedFundsApplied(**{"event_id": event_id, "loan": "one-1", **amounts, **D, **more})


UNAPPLIED = of_group_one(UnappliedFundsReceived, "in", "10.00")
OVERPAID = of_group_one(OverpaymentReceived, "in", "10.00")
EARNED = of_group_one(ServicingFeeEarned, "in", "10.00")
HELD = [
    one("unapplied funds returned beyond what is held", of_group_one(UnappliedFundsReturned, "bad", "10.01"), "amount",
        "above_held", UNAPPLIED),
    one("unapplied funds applied beyond what is held", applied("bad", "4.00", "6.01"), "principal", "above_held",
        UNAPPLIED),
    one("unapplied funds applied and then returned", of_group_one(UnappliedFundsReturned, "bad", "4.01"), "amount",
        "above_held", UNAPPLIED, applied("part", "1.00", "5.00")),
    one("unapplied funds of the other group", of_group_one(UnappliedFundsReturned, "bad", "0.01", loan="two-1"),
        "amount", "above_held", UNAPPLIED),
    one("an overpayment refunded beyond what is held", of_group_one(OverpaymentRefunded, "bad", "10.01"), "amount",
        "above_held", OVERPAID),
    one("fees drawn beyond what was earned", of_group_one(ServicingFeeDrawn, "bad", "10.01"), "amount", "above_held",
        EARNED),
    one("what was given back already is taken back", reversal("in"), "reverses", "above_held", UNAPPLIED,
        of_group_one(UnappliedFundsReturned, "out", "0.01")),
]  # fmt: skip


@pytest.mark.parametrize("case", HELD, ids=[case.name for case in HELD])
@pytest.mark.parametrize("anew", [False, True], ids=["state kept", "state read anew"])
def test_no_more_is_used_or_given_back_than_is_held(second_toy: Ledger, case: Case, *, anew: bool) -> None:
    # Cash of others in the account must not hide what is missing.
    second_toy.post(curtailment("cash", "500.00")).or_raise()
    for event in case.first:
        land(second_toy, event)
    refuse(Ledger(second_toy._store) if anew else second_toy, case.batch, case.expected)


def test_all_that_is_held_may_be_given_back(second_toy: Ledger) -> None:
    second_toy.post_many([UNAPPLIED, of_group_one(UnappliedFundsReturned, "out", "10.00")]).or_raise()
    second_toy.reverse(TOY, "out", effective_date=DECEMBER, reason="a test").or_raise()
    second_toy.reverse(TOY, "in", effective_date=DECEMBER, reason="a test").or_raise()


def test_what_a_payoff_brings_for_its_own_month_may_be_drawn(second_toy: Ledger) -> None:
    """Interest of a payoff for days of the month in which it is passed through is the servicer's, until it draws it."""
    bringing = payoff("first", interest="12.34")
    second_toy.post_many(
        [bringing, of_group_one(ServicingFeeDrawn, "drawn", "12.34", loan=None, group="one")]
    ).or_raise()
    refuse(second_toy, [of_group_one(ServicingFeeDrawn, "bad", "0.01", loan=None, group="one")],
           (("bad", "amount", "above_held"),))  # fmt: skip
