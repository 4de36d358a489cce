"""What loans owe is told instalment by instalment, on any date, however much of it is known already."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import (
    CollectionReceived,
    Event,
    EventReversed,
    InterestCapitalized,
    Ledger,
    LoanBoarded,
    PaymentReturned,
    PayoffCollected,
    PrincipalDeferred,
    ReliefActShortfallReported,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
)
from ledger.deal.schedule import schedule
from ledger.projections.owing import Owing
from ledger.reading.owing import HeldOwing, OwedOn, owed_on, owing_after
from tests.deals.pair import APRIL, DEAL, FEBRUARY, MARCH, MAY, due, first, month, on, pair_deal, pair_terms, settle

NEVER = 2**62


def asked(ledger: Ledger, day: dt.date | str, held: HeldOwing | None = None) -> OwedOn:
    """Return what loans owe on a day."""
    day = dt.date.fromisoformat(day) if isinstance(day, str) else day
    calendar = schedule(ledger.terms(DEAL))
    with ledger._store.reading() as reading:
        key = reading.deal_key(DEAL)
        return owed_on(reading, key, calendar, known=NEVER, on=day, held=held)


def after(ledger: Ledger, day: dt.date, held: HeldOwing | None = None) -> Owing:
    """Return what is owed after a distribution."""
    number, calendar = int(f"{day:%Y%m%d}"), schedule(ledger.terms(DEAL))
    with ledger._store.reading() as reading:
        key = reading.deal_key(DEAL)
        return owing_after(reading, key, calendar, known=NEVER, number=number, held=held)[0]


def left(ledger: Ledger, day: dt.date | str) -> list[tuple[str, int, int, int]]:
    """Return the instalments owed on a day: loan, due date, principal and interest left, in cents."""
    return [
        (item.loan, item.due, item.principal_left // 100, item.interest_left // 100)
        for item in asked(ledger, day).opened
        if item.is_owed(0)
    ]


def paid_to(ledger: Ledger, day: dt.date | str) -> dict[str, dt.date | None]:
    """Return the due dates that loans are paid to."""
    found = ledger.owed(DEAL, day)
    assert found == asked(ledger, day)
    return dict(found.paid_to)


def late(number: int, day: str, *, named: bool = True, share: str = "") -> Event:
    """Return the late payment of loan 2's instalment of a month, or of a share of it."""
    which: dict[str, Any] = {"due_date": first(number)} if named else {}
    interest = share or "750.00"
    principal = "0.00" if share else "100.00"
    return CollectionReceived(
        event_id=f"late/{number}/{day}", principal=principal, interest=interest, timing="late", **which,
        **on(day, loan="2"),
    )  # fmt: skip


@pytest.fixture
def behind(ledger: Ledger) -> Ledger:
    """Loan 2 misses February and March, which are closed."""
    pair_deal(ledger)
    ledger.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many([*month(3, ["1"]), due(3, "2")]).or_raise()
    settle(ledger, MARCH)
    return ledger


FEB, MAR = ("2", 20240201, 10000, 75000), ("2", 20240301, 10000, 75000)


def test_a_loan_owes_what_it_missed(behind: Ledger) -> None:
    assert left(behind, "2024-01-31") == []
    assert left(behind, "2024-02-01") == [FEB]
    assert left(behind, "2024-02-29") == [FEB]
    assert left(behind, "2024-03-20") == [FEB, MAR]
    assert left(behind, "2030-03-20") == [FEB, MAR]


@pytest.mark.parametrize("named", [False, True])
def test_a_late_payment_is_of_its_instalment_and_of_the_oldest_where_it_names_none(
    behind: Ledger, *, named: bool
) -> None:
    behind.post_many([*month(4), late(2, "2024-04-04", named=named)]).or_raise()
    assert left(behind, "2024-04-03") == [FEB, MAR]
    assert left(behind, "2024-04-04") == [MAR]


def test_a_part_of_an_instalment_leaves_the_rest(behind: Ledger) -> None:
    behind.post(late(3, "2024-04-04", share="700.00")).or_raise()
    assert left(behind, "2024-04-04") == [FEB, ("2", 20240301, 10000, 5000)]
    item = asked(behind, "2024-04-04").opened[1]
    assert (item.principal_due, item.interest_due, item.interest_late) == (1_000_000, 7_500_000, 7_000_000)
    assert (item.left, item.is_owed(1_500_000), item.is_owed(1_499_900)) == (1_500_000, False, True)


def test_what_unapplied_funds_pay_stands_beside_what_came_in_late(behind: Ledger) -> None:
    funds = UnappliedFundsReceived(event_id="u", amount="850.00", **on("2024-04-02", loan="2"))
    part: dict[str, Any] = {"principal": "100.00", "interest": "600.00", "timing": "late", "due_date": first(2)}
    behind.post_many([funds, UnappliedFundsApplied(event_id="a", **part, **on("2024-04-03", loan="2"))]).or_raise()
    item = asked(behind, "2024-04-03").opened[0]
    assert (item.principal_applied, item.interest_applied, item.left) == (1_000_000, 6_000_000, 1_500_000)


def test_relief_and_capitalised_interest_are_not_owed(ledger: Ledger) -> None:
    pair_deal(ledger, pair_terms(rules=4))
    relief = ReliefActShortfallReported(event_id="r", interest="50.00", **on(first(2), loan="2"))
    ledger.post_many([*month(2, ["1"]), due(2, "2"), relief]).or_raise()
    settle(ledger, FEBRUARY)
    assert left(ledger, "2024-02-28") == [("2", 20240201, 10000, 70000)]
    ledger.post_many([*month(3, ["1"]), due(3, "2")]).or_raise()
    ledger.post(InterestCapitalized(event_id="c", amount="900.00", **on("2024-03-01", loan="2"))).or_raise()
    # February has no interest left, so its principal is owed with the balance; of March 550.00 is left.
    assert left(ledger, "2024-03-02") == [("2", 20240301, 10000, 55000)]
    ledger.post(PrincipalDeferred(event_id="d", amount="100.00", written_off="100.00", **on("2024-03-15", loan="2")))
    assert left(ledger, "2024-03-20") == [("2", 20240301, 0, 55000)]


def test_a_loan_that_left_owes_nothing(behind: Ledger) -> None:
    paid = PayoffCollected(event_id="p", amount="149800.00", note_rate="0.06", **on("2024-03-20", loan="2"))
    behind.post(paid).or_raise()
    assert left(behind, "2024-03-19") == [FEB, MAR]
    assert left(behind, "2024-03-20") == []
    assert after(behind, APRIL) == Owing()


def test_a_returned_payment_is_owed_again_with_all_that_is_known_of_it(behind: Ledger) -> None:
    behind.post_many(month(4)).or_raise()
    back: dict[str, Any] = {"principal": "100.00", "interest": "749.50", "due_date": first(3)}
    behind.post(PaymentReturned(event_id="b", **back, **on("2024-04-04", loan="1"))).or_raise()
    for held in (None, HeldOwing(20240226, after(behind, FEBRUARY)), HeldOwing(20240325, after(behind, MARCH))):
        item = asked(behind, "2024-04-04", held).opened[0]
        assert (item.loan, item.due, item.left) == ("1", 20240301, 8_495_000)
        assert (item.interest_due, item.interest_on_time, item.interest_returned) == (7_495_000,) * 3


def test_a_reversal_leaves_what_there_would_be_without_it(behind: Ledger) -> None:
    behind.post_many(month(4)).or_raise()
    before = after(behind, MAY)
    behind.post(late(2, "2024-04-04")).or_raise()
    behind.post(EventReversed(event_id="x", reverses="late/2/2024-04-04", reason="a", **on("2024-04-20"))).or_raise()
    behind.post(EventReversed(event_id="y", reverses="paid/2/1", reason="b", **on("2024-04-02"))).or_raise()
    now = after(behind, MAY)
    assert [item for item in now.opened if item.loan == "2"] == list(before.opened)
    assert [(item.due, item.left) for item in now.opened if item.loan == "1"] == [(20240201, 8_500_000)]
    for day in (FEBRUARY, MARCH):
        assert after(behind, MAY, HeldOwing(int(f"{day:%Y%m%d}"), after(behind, day))) == now


def test_what_is_taken_back_of_a_payment_that_names_nothing_is_told_from_the_whole_life(behind: Ledger) -> None:
    behind.post_many([*month(4), late(2, "2024-04-04", named=False)]).or_raise()
    settle(behind, APRIL)
    held = HeldOwing(20240425, after(behind, APRIL))
    assert [item.due for item in held.owing.opened] == [20240301]
    behind.post_many(month(5)).or_raise()
    reversal = EventReversed(event_id="x", reverses="late/2/2024-04-04", reason="a", **on("2024-05-02"))
    behind.post(reversal).or_raise()
    assert [item.due for item in after(behind, MAY, held).opened] == [20240201, 20240301]
    assert after(behind, MAY, held) == after(behind, MAY)


def test_a_loan_is_paid_to_the_due_date_before_the_oldest_that_it_owes(behind: Ledger) -> None:
    assert paid_to(behind, "2024-04-20") == {"1": None, "2": dt.date(2024, 1, 1)}


def test_a_loan_that_owes_nothing_is_paid_to_its_last_due_date(ledger: Ledger) -> None:
    pair_deal(ledger)
    ledger.post(boarded("3", "2023-12-31")).or_raise()
    ledger.post_many([*month(2), *month(3)]).or_raise()
    assert paid_to(ledger, "2024-02-20")["3"] == dt.date(2024, 1, 31)
    assert paid_to(ledger, "2024-03-20")["3"] == dt.date(2024, 2, 29)


def boarded(loan: str, paid: str | None, payment: str | None = None) -> Event:
    """Return the boarding of a loan that is paid to a date."""
    tape: dict[str, Any] = {"balance_in_group": "1000.00", "loan_count": 0, "note_rate": "0.06"}
    return LoanBoarded(
        event_id=f"board/{loan}", loan=loan, group="one", paid_to_date=paid, payment=payment, **tape,
        **on("2024-01-01"),
    )  # fmt: skip


@pytest.mark.parametrize("payment", [None, "500.00"])
def test_a_loan_boarded_behind_owes_months_of_which_the_amount_is_not_known(
    ledger: Ledger, payment: str | None
) -> None:
    pair_deal(ledger)
    ledger.post(boarded("3", "2023-11-01", payment)).or_raise()
    opened = asked(ledger, "2024-01-15").opened
    assert [(item.due, item.is_known, item.left) for item in opened] == [
        (20231201, False, 5_000_000 if payment else 0),
        (20240101, False, 5_000_000 if payment else 0),
    ]
    assert paid_to(ledger, "2024-01-15")["3"] == dt.date(2023, 11, 1)
    ledger.post_many([*month(2), due(2, "3", "5.00", "10.00")]).or_raise()
    part: dict[str, Any] = {"principal": "20.00", "interest": "480.00", "timing": "late"}
    ledger.post(CollectionReceived(event_id="l", **part, **on("2024-02-10", loan="3"))).or_raise()
    assert [item.due for item in asked(ledger, "2024-02-10").opened] == [20240101, 20240201]
    assert paid_to(ledger, "2024-02-10")["3"] == dt.date(2023, 12, 1)


def test_an_instalment_paid_before_the_loan_was_boarded_is_not_owed(ledger: Ledger) -> None:
    pair_deal(ledger)
    ledger.post(boarded("3", "2024-03-01")).or_raise()
    ledger.post_many([*month(2), due(2, "3", "5.00", "10.00")]).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many([*month(3), due(3, "3", "5.00", "10.00")]).or_raise()
    settle(ledger, MARCH)
    ledger.post_many([*month(4), due(4, "3", "5.00", "10.00")]).or_raise()
    assert [item.due for item in asked(ledger, "2024-04-20").opened] == [20240401]
    assert paid_to(ledger, "2024-03-20")["3"] == dt.date(2024, 3, 1)


def test_a_fraction_of_a_cent_is_never_owed(ledger: Ledger) -> None:
    pair_deal(ledger)
    events = [due(2, "1", "749.9967"), *month(2, ["2"])]
    paid = CollectionReceived(event_id="c", principal="100.00", interest="749.99", **on(first(2), loan="1"))
    ledger.post_many([*events, paid]).or_raise()
    assert asked(ledger, "2024-02-20").opened == ()


def test_a_loan_that_was_never_boarded_owes_nothing(behind: Ledger) -> None:
    tape: dict[str, Any] = {"balance_in_group": "1000.00", "loan_count": 0, "note_rate": "0.06"}
    late_comer = LoanBoarded(
        event_id="board/3", loan="3", group="one", paid_to_date="2024-02-01", **tape, **on("2024-04-01")
    )
    behind.post_many([late_comer, *month(4)]).or_raise()
    settle(behind, APRIL)
    held = HeldOwing(20240425, after(behind, APRIL))
    assert [item.due for item in held.owing.opened if item.loan == "3"] == [20240301, 20240401]
    behind.post(EventReversed(event_id="x", reverses="board/3", reason="twice", **on("2024-05-01"))).or_raise()
    for known in (held, None):
        assert {item.loan for item in after(behind, MAY, known).opened} == {"2"}
