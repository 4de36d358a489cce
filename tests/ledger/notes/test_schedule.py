"""The laws of a schedule, whatever the loan; and the interest of a payoff by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.deal.notes import NoteConventions, PayoffInterest
from ledger.errors import InvalidArgument
from ledger.notes.payments import PaymentReason
from ledger.notes.schedule import payoff_interest, scheduled_instalments
from ledger.values.money import rate_to_units
from tests.ledger.notes import drawn
from tests.ledger.notes.loans import day, loan

FROM = dt.date(2024, 2, 1)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_laws_of_a_schedule(data: st.DataObject) -> None:
    note, standing = data.draw(drawn.loans(FROM, 1))
    found = list(scheduled_instalments(note, standing, 800, index=data.draw(drawn.histories())))
    # Balances are never negative, follow one another, and end at nothing.
    assert all(item.closing >= 0 and item.principal >= 0 and item.negative_amortization >= 0 for item in found)
    assert [item.opening for item in found] == [standing.balance, *(item.closing for item in found[:-1])]
    assert found[-1].is_last
    assert found[-1].closing == 0
    assert not any(item.is_last for item in found[:-1])
    # What is paid of principal is what was owed at first, and what was added.
    added = sum(item.negative_amortization for item in found)
    assert sum(item.principal for item in found) == standing.balance + added
    # Interest accrues once, and is paid, added to the balance or carried.
    unpaid = [standing.unpaid_interest, *(item.unpaid_interest for item in found)]
    for item, (before, after) in zip(found, pairwise(unpaid), strict=True):
        owed = item.accrued + item.odd_interest + before
        assert item.interest == owed - after - item.negative_amortization
        assert item.closing == item.opening - item.principal + item.negative_amortization
        assert item.is_last or item.due - item.odd_interest <= max(item.payment, item.accrued)
    assert [item.due_date for item in found] == [note.due_after(FROM, count) for count in range(len(found))]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_caps_hold(data: st.DataObject) -> None:
    note, standing = data.draw(drawn.loans(FROM, 1, ("adjustable", "option")))
    index = data.draw(drawn.histories())
    terms, rate = note.adjustment, rate_to_units(standing.rate)
    assert terms is not None
    for item in scheduled_instalments(note, standing, 60, index=index):
        reset, change = item.reset, item.payment_change
        if reset is not None:
            is_first = reset.change_date == terms.first_date
            up = terms.first_cap_up if is_first else terms.cap_up
            highest = Decimal("1e9") if terms.max_rate is None else terms.max_rate
            lowest = terms.min_rate or Decimal(0)
            # A floor above a cap wins: what a rate falls to at most is said last.
            assert lowest <= reset.rate <= max(highest, lowest)
            assert up is None or reset.rate <= max(reset.before + up, lowest)
            assert rate_to_units(reset.before) == rate
        rate = rate_to_units(item.rate)
        if change is not None and note.payment_cap is not None and change.reason is PaymentReason.PERIOD:
            # The cap limits a rise, to the cent, and never a fall.
            assert change.payment <= max(change.level, change.before)
            assert change.payment <= change.before * (1 + note.payment_cap) + Decimal("0.01")
            assert change.payment == change.level or change.level > change.before
        limit = note.negative_amortization_limit
        if limit is not None and item.negative_amortization and standing.original_balance is not None:
            assert item.closing <= standing.original_balance * limit


def test_every_two_weeks_ends_years_earlier() -> None:
    monthly = list(scheduled_instalments(*loan()))
    biweekly = list(scheduled_instalments(*loan(payment_frequency="biweekly")))
    assert len(monthly) == 360
    assert 24 * 26 < len(biweekly) < 25 * 26
    assert sum(item.principal for item in biweekly) == 100_000


def test_so_many_months_and_no_more() -> None:
    assert len(list(scheduled_instalments(*loan(), 7))) == 7


@pytest.mark.parametrize(
    ("way", "counts", "interest"),
    [
        # From 1 January to 16 March 2024: two months and fifteen days, or 75 days of either kind.
        (PayoffInterest.MONTHS_360_DAYS_365, False, "1246.58"),
        (PayoffInterest.MONTHS_360_DAYS_365, True, "1263.01"),
        (PayoffInterest.THIRTY_360, False, "1250.00"),
        (PayoffInterest.ACTUAL_365, False, "1232.88"),
    ],
)
def test_the_interest_of_a_payoff(way: PayoffInterest, counts: bool, interest: str) -> None:
    note, standing = loan(NoteConventions(payoff_interest=way, payoff_day_counts=counts))
    assert payoff_interest(note, standing, day("2024-03-16")) == Decimal(interest)


def test_a_payoff_on_the_due_date_owes_whole_months() -> None:
    note, standing = loan(first_due_date="2024-01-31", effective_date="2024-01-31")
    assert payoff_interest(note, standing, day("2024-02-29")) == 500
    assert payoff_interest(note, standing, day("2024-01-31")) == 0
    with pytest.raises(InvalidArgument, match="interest of loan 1 is paid to 2024-01-31"):
        payoff_interest(note, standing, day("2024-01-30"))


def test_a_payoff_pays_what_was_carried() -> None:
    note, standing = loan(interest_method="daily simple interest", balance="10000", note_rate="0.073", payment="50.00")
    after = next(scheduled_instalments(note, standing)).after
    assert payoff_interest(note, after, day("2024-02-11")) == 12 + 20


@given(st.integers(0, 40), st.integers(0, 360))
def test_a_payoff_by_thirty_days_is_what_the_schedule_accrues(months: int, days: int) -> None:
    """Whole months of a payoff are those of the schedule, whatever is left of the year."""
    note, standing = loan(interest_only_months=60)
    due = note.due_after(standing.next_due, months - 1)
    found = payoff_interest(note, standing, due)
    assert found == 500 * months
    assert payoff_interest(note, standing, due + dt.timedelta(days)) >= found
