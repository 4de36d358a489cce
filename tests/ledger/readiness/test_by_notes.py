"""Instalments that are no twelfths of a year and no level payment are held to their notes: silent where they agree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest

from ledger import CurtailmentCollected, DrawMade, IndexPublished, Ledger, PayoffCollected, ScheduledPaymentDue
from ledger.deal.notes import CurtailmentEffect, NoteConventions
from ledger.deal.schedule import schedule
from tests.deals.closing import closed
from tests.deals.noted import CMT, DEAL, DUE, NEXT_DUE, NEXT_PAID, PAID, adjustable, loan, noted, terms

POOL = (
    loan("level"),
    loan("simple", interest_method="daily simple interest"),
    loan("days", interest_method="actual/365"),
    loan("weeks", payment_frequency="biweekly", first_due_date="2024-01-05"),
    loan("line", credit_limit="400000.00", draw_period_end="2024-03-01"),
    loan("deferred", deferred_balance="20000.00"),
    loan("months", interest_only_months=2, payment="1000.00"),
    adjustable("option", payment="800.00", payment_reset_months=1, payment_cap="0.075",
               negative_amortization_limit="1.10", next_reset_date="2024-02-01"),
)  # fmt: skip
CODES = {
    "two_instalments", "due_far_from_due_date", "interest_near_note", "interest_unlike_note", "interest_beyond_rate",
    "principal_unlike_note",
}  # fmt: skip


def told(ledger: Ledger, paid: dt.date) -> dict[str, tuple[str, ...]]:
    """Return what the gate says of instalments against notes, by code."""
    return {item.code: item.loans for item in ledger.readiness(DEAL, paid).findings if item.code in CODES}


def test_months_that_follow_from_the_notes_are_closed_without_a_word() -> None:
    conventions = NoteConventions(curtailments=CurtailmentEffect.BY_THE_DAY)
    with noted(POOL, notes=conventions) as ledger:
        calendar = schedule(terms())
        moved = [
            DrawMade(event_id="draw", deal=DEAL, effective_date="2024-01-20", loan="line", amount="5000.00",
                     funded_by="seller"),
            CurtailmentCollected(event_id="ahead", deal=DEAL, effective_date="2024-01-20", loan="level",
                                 amount="90000.00"),
        ]  # fmt: skip
        ledger.post_many(moved).or_raise()
        for place in range(5):
            at = calendar.at(place)
            day = at.due_period[0]
            figure = IndexPublished(event_id=f"cmt/{day}", deal=DEAL, effective_date=day, as_of=day, index=CMT,
                                    rate=Decimal("0.0481") + place * Decimal("0.003"))  # fmt: skip
            ledger.post(figure).or_raise()
            ledger.post_month(DEAL, at.due_period[1]).or_raise()
            assert told(ledger, at.payment_date) == {}, at.payment_date
            closed(ledger, DEAL, at.payment_date)
            ledger.distribute(DEAL, at.payment_date).or_raise()


@pytest.mark.parametrize(
    ("name", "principal", "interest", "code"),
    [
        # 200,000.00 x 6% x 31/365 = 1,019.18; its payment is not known.
        ("days", "180.00", "1000.00", "interest_unlike_note"),
        ("days", "180.00", "1015.00", "interest_near_note"),
        ("days", "180.00", "1019.18", None),
        ("simple", "0.00", "1010.00", "interest_near_note"),
        ("simple", "0.00", "2100.00", "interest_unlike_note"),
        ("option", "200.00", "600.00", "interest_unlike_note"),
    ],
)
def test_what_is_not_as_the_note_says_is_found(name: str, principal: str, interest: str, code: str | None) -> None:
    due = ScheduledPaymentDue(
        event_id="due", deal=DEAL, effective_date=DUE, loan=name, principal=principal, interest=interest
    )
    with noted([item for item in POOL if item.loan == name]) as ledger:
        ledger.post(due).or_raise()
        assert [*told(ledger, PAID)] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("days", "more"),
    [
        (("2024-01-05", "2024-01-20"), {}),
        (("2024-01-05", "2024-01-19"), {"payment_frequency": None, "first_due_date": DUE}),
    ],
)
def test_only_the_due_dates_of_the_note_are_several_instalments(days: tuple[str, ...], more: dict[str, Any]) -> None:
    weeks = next(item for item in POOL if item.loan == "weeks")
    dues = [
        ScheduledPaymentDue(
            event_id=f"due/{k}", deal=DEAL, effective_date=day, loan="weeks", principal="0.00", interest=f"461.5{k}"
        )
        for k, day in enumerate(days)
    ]
    with noted([attrs.evolve(weeks, **more)]) as ledger:
        ledger.post_many(dues).or_raise()
        assert told(ledger, PAID)["two_instalments"] == ("weeks",)


def test_what_a_loan_of_this_month_began_with_is_counted_though_it_was_paid_off() -> None:
    new = attrs.evolve(loan("new"), event_id="new", effective_date=dt.date(2024, 2, 15), first_due_date="2024-03-01")
    payoff = PayoffCollected(
        event_id="payoff", deal=DEAL, effective_date="2024-02-20", loan="new", amount="150000.00", note_rate="0.06"
    )
    ahead = CurtailmentCollected(
        event_id="ahead", deal=DEAL, effective_date="2024-02-19", loan="new", amount="50000.00"
    )
    with noted([loan("level")]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
        ledger.post_many([new, ahead, payoff]).or_raise()
        ledger.post_month(DEAL, NEXT_DUE).or_raise()
        assert told(ledger, NEXT_PAID) == {}
