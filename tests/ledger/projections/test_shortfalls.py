"""What the servicer owes towards prepayment interest shortfalls is never less than nothing."""

from __future__ import annotations

from fractions import Fraction

from ledger import EventReversed, Ledger, ServicingFeeWithheld
from tests.deals.toy import TOY, due_date, month_events, payment_date, toy_month


def test_a_fee_given_back_for_an_earlier_month_leaves_no_negative_compensating_interest(toy: Ledger) -> None:
    toy_month(toy, 1)
    toy.post_many(event for event in month_events(2) if not isinstance(event, ServicingFeeWithheld)).or_raise()
    back = EventReversed(
        event_id="back", deal=TOY, effective_date=due_date(2), reverses="1/servicing/one", reason="charged twice"
    )
    toy.post(back).or_raise()
    report = toy.distribution(TOY, payment_date(2))
    assert report.servicing.total_fee["one"].value == -300
    assert all(value.value == 0 for value in report.shortfalls.compensating.values())
    assert report.account.interest_funds.value == 9_990 + 300 - Fraction("99.90")  # the trustee takes its fee
