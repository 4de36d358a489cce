"""Instalments of a month by the notes: what is left of a loan, rates within the month, interest that is added."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs

from ledger import (
    CurtailmentCollected,
    Ledger,
    LoanBoarded,
    LoanLiquidated,
    MonthProposal,
    PayoffCollected,
)
from ledger.deal.notes import CurtailmentEffect, CurtailmentPayment, NoteConventions
from tests.deals.closing import closed
from tests.deals.noted import DEAL, DUE, NEXT_DUE, PAID, adjustable, loan, noted, terms


def dues(proposal: MonthProposal, name: str) -> list[tuple[int, Decimal, Decimal]]:
    """Return the instalments of a loan: date, principal and interest."""
    return [
        (key.day, Decimal(amounts.principal).scaleb(-4), Decimal(amounts.interest).scaleb(-4))
        for key, amounts in proposal.said.items()
        if key.type == "scheduled_payment_due" and key.whose == name
    ]


def said(proposal: MonthProposal, kind: str) -> dict[str, Any]:
    """Return what is said of a type, by loan."""
    return {key.whose: amounts for key, amounts in proposal.said.items() if key.type == kind}


def built_twice(ledger: Ledger) -> MonthProposal:
    """Return the month as it stands once it was posted, and was posted again."""
    ledger.post_month(DEAL, DUE).or_raise()
    proposal = ledger.build_month(DEAL, DUE)
    assert proposal.is_posted, proposal.differences
    return proposal


def test_a_loan_that_came_within_the_month_owes_its_first_instalment_and_keeps_owing_it() -> None:
    late = attrs.evolve(loan("late"), event_id="late", effective_date=dt.date(2024, 2, 15), first_due_date=NEXT_DUE)
    with noted([loan("1"), late]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
        before = ledger.build_month(DEAL, NEXT_DUE)
        ledger.post_month(DEAL, NEXT_DUE).or_raise()
        ahead = CurtailmentCollected(
            event_id="ahead", deal=DEAL, effective_date="2024-02-20", loan="late", amount="1000.00"
        )
        # The level payment of 359 months is 1,200.30.
        assert dues(before, "late") == [(20240301, Decimal("200.30"), Decimal("1000.00"))]
        assert ledger.build_month(DEAL, NEXT_DUE).is_posted
        ledger.post(ahead).or_raise()
        assert dues(ledger.build_month(DEAL, NEXT_DUE), "late") == dues(before, "late")


def test_instalments_of_two_weeks_are_advanced_together_and_bear_their_part_of_the_fee() -> None:
    biweekly = loan("1", payment_frequency="biweekly", first_due_date="2024-01-12", servicing_rate="0.0026")
    with noted([biweekly, loan("2")]) as ledger:
        proposal = built_twice(ledger)
        assert [day for day, _, _ in dues(proposal, "1")] == [20240112, 20240126]
        # 200,000.00 x 0.26% / 26 = 20.00, and 199,861.99 x 0.26% / 26 = 19.99
        assert said(proposal, "servicing_fee_withheld")["1"].fee == 399_900
        for key, own in list(proposal.said.items()):
            if key.type == "collection_received" and key.whose == "1":
                event_id = f"noted/month/2024-02-26/paid:{key.day}/1"
                ledger.reverse(DEAL, event_id, effective_date=PAID, reason="bounced").or_raise()
                assert own.interest > 0
        again = built_twice(ledger)
        owed = sum(interest for _, _, interest in dues(again, "1"))
        advanced = said(again, "advance_made")["1"]
        assert Decimal(advanced.interest).scaleb(-4) == owed - Decimal("39.99")


def test_a_rate_that_changes_within_the_month_counts_from_the_next_instalment_of_it() -> None:
    quarterly = attrs.evolve(terms().calendar, first_payment_date="2024-04-25", months_between_payments=3)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, attrs.evolve(terms(), calendar=quarterly)).or_raise()
        with noted() as other:
            figure = next(item.event for item in other.events(DEAL, types=["index_published"]))
        ledger.post_many([adjustable("1"), figure]).or_raise()
        due = dt.date(2024, 4, 1)
        ledger.post_month(DEAL, due).or_raise()
        proposal = ledger.build_month(DEAL, due)
        assert proposal.is_posted
        found = dues(proposal, "1")
        assert [day for day, _, _ in found] == [20240201, 20240301, 20240401]
        (reset,) = proposal.resets
        assert (reset.on, reset.rate) == (dt.date(2024, 3, 1), Decimal("0.075"))
        balance = Decimal("200000.00") - found[0][1] - found[1][1]
        assert found[2][2] == (balance * Decimal("0.075") / 12).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def optional() -> LoanBoarded:
    """Return a loan that pays 600.00 a month of its interest of 1,000.00."""
    return adjustable(
        "1", payment="600.00", payment_reset_months=12, payment_cap="0.075", negative_amortization_limit="1.10",
        next_reset_date="2025-02-01", first_reset_date=None,
    )  # fmt: skip


def test_interest_that_the_payment_leaves_is_added_to_the_balance() -> None:
    with noted([optional()]) as ledger:
        proposal = built_twice(ledger)
        assert dues(proposal, "1") == [(20240201, Decimal(0), Decimal("1000.00"))]
        assert said(proposal, "interest_capitalized")["1"].principal == 4_000_000
        assert said(proposal, "collection_received")["1"].interest == 6_000_000
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
        # 200,400 x 6% / 12
        assert dues(ledger.build_month(DEAL, NEXT_DUE), "1") == [(20240301, Decimal(0), Decimal("1002.00"))]


def test_what_somebody_paid_off_with_added_interest_stays_added() -> None:
    with noted([optional(), loan("2")]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        payoff = PayoffCollected(
            event_id="payoff", deal=DEAL, effective_date="2024-01-20", loan="1", amount="200400.00", note_rate="0.06"
        )
        ledger.post(payoff).or_raise()
        assert said(built_twice(ledger), "interest_capitalized")["1"].principal == 4_000_000


def test_a_payoff_is_of_what_the_instalment_left_whatever_the_payment_is_recast_to() -> None:
    recast = NoteConventions(curtailments=CurtailmentEffect.PERIOD_START, curtailment_payment=CurtailmentPayment.RECAST)
    with noted([loan("1"), loan("2")], notes=recast) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        ahead = CurtailmentCollected(
            event_id="ahead", deal=DEAL, effective_date="2024-01-10", loan="1", amount="50000.00"
        )
        # 200,000.00 less 199.10 of the instalment, which the new payment makes 149.33, and 50,000.00
        payoff = PayoffCollected(
            event_id="payoff", deal=DEAL, effective_date="2024-01-20", loan="1", amount="149800.90", note_rate="0.06"
        )
        ledger.post_many([ahead, payoff]).or_raise()
        assert dues(built_twice(ledger), "1") == [(20240201, Decimal("199.10"), Decimal("750.00"))]


def test_a_sale_after_the_month_is_of_what_the_instalment_left() -> None:
    sold: dict[str, Any] = {"deal": DEAL, "effective_date": "2024-01-20", "loan": "1", "net_proceeds": "150000.00"}
    with noted([loan("1"), loan("2")]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        whole = LoanLiquidated(event_id="whole", balance="200000.00", realized_loss="50000.00", **sold)
        assert not ledger.post(whole)
        rest = LoanLiquidated(event_id="rest", balance="199800.90", realized_loss="49800.90", **sold)
        ledger.post(rest).or_raise()
        assert dues(built_twice(ledger), "1") == [(20240201, Decimal("199.10"), Decimal("1000.00"))]
