"""An instalment and what is left of it; due dates missed; the date that a loan is paid to."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.deal.vocabulary import DelinquencyMethod
from ledger.projections.owing import (
    DUE,
    LATE,
    Counting,
    OwedInstalment,
    OwingMove,
    OwingState,
    due_day,
    missed_before,
    paid_to,
)

MBA, OTS = DelinquencyMethod.MBA, DelinquencyMethod.OTS


def owed(due: int, left: int = 850, **more: int) -> OwedInstalment:
    """Return an instalment of which so many dollars are left."""
    return OwedInstalment("1", "one", due, interest_due=left * 10_000, **more)


def test_what_came_in_beyond_one_side_is_taken_for_the_other() -> None:
    item = OwedInstalment("1", "one", 20240201, principal_due=100, interest_due=500, principal_on_time=150)
    assert (item.principal_left, item.interest_left, item.left) == (0, 450, 450)


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ((100, 700), [(0, 50), (110, 740)]),
        ((210, 1_440), [(0, 50)]),
        ((50, 800), [(50, 0), (110, 690)]),
        ((0, 1_550), [(40, 0), (110, 0)]),
        ((300, 0), [(0, 660), (0, 740)]),
        ((900, 900), []),
    ],
)
def test_an_unnamed_payment_pays_what_it_states_before_the_rest_crosses(
    paid: tuple[int, int], left: list[tuple[int, int]]
) -> None:
    state = OwingState()
    for due, principal, interest in ((20240201, 100, 750), (20240301, 110, 740)):
        state.take(OwingMove(DUE, due, 1, "1", "one", due, principal * 10_000, interest * 10_000))
    assert state.take(OwingMove(LATE, 20240305, 2, "1", "one", 0, paid[0] * 10_000, paid[1] * 10_000))
    found = [(item.principal_left // 10_000, item.interest_left // 10_000) for item in state.owing().opened]
    assert found == left


@pytest.mark.parametrize(
    ("method", "day", "missed"),
    [(MBA, "2024-02-28", 0), (MBA, "2024-02-29", 1), (OTS, "2024-02-29", 0), (OTS, "2024-03-01", 1)],
)
def test_a_due_date_is_missed_when_its_month_has_run_out(method: DelinquencyMethod, day: str, missed: int) -> None:
    found = Counting(method=method).missed([owed(20240201)], dt.date.fromisoformat(day))
    assert found.get("1", 0) == missed


def test_a_due_day_at_the_end_of_the_month_is_that_of_the_note() -> None:
    counting, item, day = Counting(method=MBA), owed(20240229), dt.date(2024, 3, 28)
    assert counting.missed([item], day) == {"1": 1}
    assert counting.missed([item], day, {"1": 31}) == {}
    assert counting.missed([item], dt.date(2024, 3, 30), {"1": 31}) == {"1": 1}


def test_the_last_business_day_comes_before_a_month_that_ends_on_a_sunday() -> None:
    # 31 March 2024 is a Sunday, the 29th a business day of the Federal Reserve.
    by_days, item = Counting(method=MBA, business_days=True), owed(20240301)
    assert by_days.missed([item], dt.date(2024, 3, 29)) == {"1": 1}
    assert Counting(method=MBA).missed([item], dt.date(2024, 3, 29)) == {}


def test_a_tolerance_lets_a_short_payment_pass() -> None:
    item, day = owed(20240201, 10), dt.date(2024, 3, 31)
    assert Counting(method=MBA, tolerance=100_000).missed([item], day) == {}
    assert Counting(method=MBA, tolerance=99_999).missed([item], day) == {"1": 1}


def test_each_due_date_counts_once() -> None:
    items = [owed(20240101), owed(20240201), owed(20240301), owed(20240401)]
    assert Counting(method=MBA).missed(items, dt.date(2024, 3, 31)) == {"1": 3}


def test_a_loan_is_paid_to_the_due_date_before_the_oldest_owed() -> None:
    boarded, through = dt.date(2024, 1, 31), dt.date(2024, 6, 30)
    assert paid_to([owed(20240229)], boarded, through, day=31) == dt.date(2024, 1, 31)
    assert paid_to([], boarded, through, day=31) == dt.date(2024, 6, 30)
    assert paid_to([], boarded, dt.date(2024, 6, 1), day=31) == dt.date(2024, 5, 31)
    assert paid_to([], None, through) is None
    assert paid_to([], dt.date(2024, 9, 1), through) == dt.date(2024, 9, 1)


def test_what_was_missed_before_boarding_is_counted_by_the_note() -> None:
    assert missed_before(dt.date(2023, 11, 30), dt.date(2024, 2, 1), 31) == (20231231, 20240131)
    assert missed_before(dt.date(2024, 2, 1), dt.date(2024, 2, 1)) == ()
    assert missed_before(None, dt.date(2024, 2, 1)) == ()
    assert due_day(None, dt.date(2024, 2, 29), dt.date(2024, 3, 31)) == 31
