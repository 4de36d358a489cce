"""The bank takes back no more of an instalment than its loan paid of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from ledger import BondInterestPaid, CollectionReceived, Event, Ledger, PaymentReturned, Refusal, UnappliedFundsApplied
from tests.deals.closing import closed
from tests.deals.pair import DEAL, FEBRUARY, PRINCIPAL, due, fee, first, month, on, paid, pair_deal, settle
from tests.evidence.soundness import assert_sound


@pytest.fixture
def pair(ledger: Ledger) -> Ledger:
    return pair_deal(ledger)


def back(event_id: str, number: int = 2, day: str = "2024-02-05", **changes: Any) -> Event:
    """Return what the bank took back of loan 2's payment of a month."""
    amounts = {"principal": "100.00", "interest": "750.00", "due_date": first(number)}
    return PaymentReturned(**{"event_id": event_id, **amounts, **on(day, loan="2"), **changes})


def codes(outcome: Any) -> list[tuple[str, str]]:
    """Return what was refused of which field."""
    assert isinstance(outcome, Refusal)
    return [(item.field, item.code) for item in outcome.violations]


def test_nothing_is_taken_back_of_what_was_not_paid(pair: Ledger) -> None:
    pair.post_many([*month(2, ["1"]), due(2, "2"), fee(2, "2")]).or_raise()
    assert codes(pair.post(back("back"))) == [("principal", "above_paid"), ("interest", "above_paid")]
    pair.post(paid(2, "2")).or_raise()
    assert codes(pair.post(back("more", interest="750.01"))) == [("interest", "above_paid")]
    assert codes(pair.post(back("other", number=3))) == [("principal", "above_paid"), ("interest", "above_paid")]
    pair.post(back("back")).or_raise()
    assert_sound(pair, DEAL)


@pytest.mark.parametrize("together", [False, True])
def test_it_is_not_taken_back_twice(pair: Ledger, *, together: bool) -> None:
    pair.post_many(month(2)).or_raise()
    if together:
        assert ("principal", "above_paid") in codes(pair.post_many([back("one"), back("two")]))
    pair.post(back("one")).or_raise()
    assert ("principal", "above_paid") in codes(Ledger(pair._store).post(back("two")))
    pair.reverse(DEAL, "one", reason="not so", effective_date=dt.date(2024, 2, 6)).or_raise()
    pair.post(back("three")).or_raise()


def test_a_payment_of_a_month_that_is_paid_out_may_come_back_once(pair: Ledger) -> None:
    pair.post_many(month(2)).or_raise()
    settle(pair, FEBRUARY)
    pair.post_many([*month(3), back("one", day="2024-03-05")]).or_raise()
    assert ("interest", "above_paid") in codes(pair.post(back("two", day="2024-03-06")))


def test_what_comes_in_the_same_batch_counts(pair: Ledger) -> None:
    pair.post_many([due(2, "2"), paid(2, "2"), back("one")]).or_raise()


def test_what_comes_as_a_table_counts(pair: Ledger) -> None:
    """Sixty payments of 10.00 are encoded by columns; of their 600.00 no more goes back."""
    rows = 60
    payments = {
        "event_id": [f"part/{k}" for k in range(rows)],
        "effective_date": [first(2)] * rows,
        "loan": ["2"] * rows,
        "principal": ["0.00"] * rows,
        "interest": ["10.00"] * rows,
    }

    def returned(amount: str) -> dict[str, list[Any]]:
        return {
            "event_id": [f"back/{amount}"],
            "effective_date": ["2024-02-05"],
            "loan": ["2"],
            "principal": ["0.00"],
            "interest": [amount],
            "due_date": [first(2)],
        }

    pair.post(due(2, "2")).or_raise()
    tables = [("collection_received", payments), ("payment_returned", returned("600.01"))]
    assert codes(pair.post_table(DEAL, tables)) == [("interest", "above_paid")]
    pair.post_table(DEAL, [tables[0], ("payment_returned", returned("600.00"))]).or_raise()


def test_late_payments_are_taken_back_as_late(pair: Ledger) -> None:
    pair.post_many([*month(2, ["1"]), due(2, "2"), fee(2, "2")]).or_raise()
    settle(pair, FEBRUARY)
    late = CollectionReceived(
        event_id="late", principal="100.00", interest="750.00", timing="late", due_date=first(2),
        **on("2024-03-05", loan="2"),
    )  # fmt: skip
    pair.post_many([*month(3), late]).or_raise()
    assert ("interest", "above_paid") in codes(pair.post(back("on time", day="2024-03-06")))
    pair.post(back("one", day="2024-03-06", timing="late")).or_raise()
    assert ("interest", "above_paid") in codes(pair.post(back("two", day="2024-03-07", timing="late")))


def test_unapplied_funds_for_an_earlier_instalment_say_that_they_are_late(pair: Ledger) -> None:
    applied = {"principal": "100.00", "interest": "750.00", "due_date": first(2), **on("2024-03-05", loan="2")}
    event = UnappliedFundsApplied(event_id="applied", **applied)
    assert ("timing", "late_instalment") in codes(pair.post(event))


def test_a_payment_says_of_itself_what_it_is_before_it_was_rounded(pair: Ledger) -> None:
    pair.post_many(month(2)).or_raise()
    closed(pair, DEAL, FEBRUARY)
    payment = BondInterestPaid(event_id="A", class_id="A", amount="1041.67", computed="104167/100", **on(FEBRUARY))
    other = attrs.evolve(payment, computed="99999999999/100")
    assert codes(pair.post(other)) == [("computed", "unlike_amount")]


def test_a_payment_ahead_is_taken_back_after_the_month_that_it_came_in_was_closed(pair: Ledger) -> None:
    """It belongs to the month of its instalment, which is open; and so does what takes it back, for a verifier too."""
    ahead = CollectionReceived(
        event_id="ahead", principal=PRINCIPAL, interest="749.50", due_date=first(3), **on("2024-02-10", loan="2")
    )
    pair.post_many([*month(2), ahead]).or_raise()
    settle(pair, FEBRUARY)
    pair.reverse(DEAL, "ahead", reason="another split", effective_date=dt.date(2024, 2, 10)).or_raise()
    assert_sound(pair, DEAL)
