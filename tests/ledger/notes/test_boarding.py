"""A note is read from what the boarding says of it, and what it does not say is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger.deal.notes import BoardedPayment, InterestMethod, NoteConventions, OddDays, UnstatedCaps
from ledger.errors import InvalidArgument
from ledger.notes.boarding import missing, note_of
from tests.ledger.notes.loans import NO_CAPS, USUAL, YEARLY, boarded, day, loan, seen

FULL = {**YEARLY, "cap_up": "0.02", "cap_down": "0.02", "max_rate": "0.12", "min_rate": "0"}


@pytest.mark.parametrize(
    ("stated", "lacking"),
    [
        ({}, ()),
        ({"amortization_type": None}, ("amortization_type",)),
        ({"amortization_type": "other"}, ("amortization_type",)),
        ({"first_due_date": None}, ("first_due_date",)),
        ({"first_due_date": None, "maturity_date": "2054-01-01"}, ()),
        ({"original_term_months": None}, ("maturity_date",)),
        ({"original_term_months": None, "remaining_term_months": 12}, ()),
        ({"balloon_months": 84}, ()),
        ({"balloon_months": 360}, ("remaining_amortization_months",)),
        ({"balloon_months": 360, "payment": "599.55"}, ()),
        ({"balloon_months": 84, "original_term_months": 84, "remaining_amortization_months": "360"}, ()),
        (FULL, ()),
        ({**FULL, "margin": None}, ("margin",)),
        ({**FULL, "margin": "0"}, ()),
        ({**FULL, "index_name": None, "reset_months": 0}, ("index_name", "reset_months")),
        ({**FULL, "first_reset_months": None}, ("next_reset_date",)),
        ({**FULL, "first_reset_months": None, "next_reset_date": "2025-01-01"}, ()),
        (
            {**FULL, "first_reset_months": None, "next_reset_date": "2025-01-01", "first_cap_up": "0.05"},
            ("first_reset_date",),
        ),
        (YEARLY, ("cap_up", "cap_down", "max_rate", "min_rate")),
        ({**FULL, "balloon_months": 360, "payment": "599.55"}, ("remaining_amortization_months",)),
        ({**FULL, "negative_amortization_limit": "1.1"}, ("payment",)),
        ({"amortization_type": "step"}, ("step", "step_count", "step_months")),
        ({"amortization_type": "graduated payment", "step": "0", "step_months": 12, "step_count": 5}, ("payment",)),
        ({"credit_limit": "100000"}, ("draw_period_end",)),
        ({"payment_frequency": "biweekly"}, ()),
        ({"payment_frequency": "biweekly", "interest_only_months": 12}, ("payment_frequency",)),
    ],
)
def test_what_a_note_lacks_is_named(stated: dict[str, Any], lacking: tuple[str, ...]) -> None:
    event = boarded(**stated)
    assert missing(event, USUAL) == lacking
    if lacking:
        with pytest.raises(InvalidArgument, match=lacking[0]):
            note_of(event, USUAL)
    else:
        note_of(event, USUAL)


def test_what_is_lacking_depends_on_the_terms() -> None:
    assert missing(boarded(**YEARLY), NoteConventions(unstated_caps=UnstatedCaps.NO_CAP)) == ()
    odd = NoteConventions(odd_days=OddDays.FIRST_INSTALMENT)
    assert missing(boarded(), odd) == ("origination_date",)
    limited = NoteConventions(negative_amortization_limit=Decimal("1.1"))
    assert missing(boarded(), limited) == ()
    assert missing(boarded(**FULL), limited) == ("payment",)


@pytest.mark.parametrize(
    ("stated", "until"),
    [
        ({}, ("2024-02-01", "2054-01-01", "2054-01-01")),
        ({"first_due_date": None, "maturity_date": "2054-01-01"}, ("2024-02-01", "2054-01-01", "2054-01-01")),
        ({"balloon_months": 84}, ("2024-02-01", "2031-01-01", "2054-01-01")),
        ({"balloon_date": "2031-01-01"}, ("2024-02-01", "2031-01-01", "2054-01-01")),
        (
            {"original_term_months": 84, "remaining_amortization_months": "359.2"},
            ("2024-02-01", "2031-01-01", "2054-01-01"),
        ),
        (
            {"original_term_months": None, "remaining_term_months": 100, "effective_date": "2025-07-01"},
            ("2024-02-01", "2033-11-01", "2033-11-01"),
        ),
    ],
)
def test_when_it_ends(stated: dict[str, Any], until: tuple[str, str, str]) -> None:
    note, _ = loan(**stated)
    assert (str(note.first_due), str(note.last_due), str(note.amortizes_until)) == until
    assert note.balloon is (until[1] != until[2])


def test_a_first_month_that_is_short_hides_no_due_day() -> None:
    note, _ = loan(first_due_date="2024-02-29", maturity_date="2054-01-31")
    assert note.due_day == 31
    assert loan(first_due_date="2024-02-29", maturity_date="2054-01-29")[0].due_day == 29


@pytest.mark.parametrize(
    ("stated", "change"),
    [
        ({}, "2025-01-01"),
        ({"effective_date": "2024-12-31"}, "2025-01-01"),
        # What the tape says of the rate on the day of an adjustment is after it.
        ({"effective_date": "2025-01-01"}, "2026-01-01"),
        ({"effective_date": "2027-06-10"}, "2028-01-01"),
        ({"first_reset_date": "2024-06-15", "effective_date": "2026-06-14"}, "2026-06-15"),
        ({"next_reset_date": "2024-09-01", "effective_date": "2024-03-01"}, "2024-09-01"),
    ],
)
def test_the_next_adjustment_of_a_loan_in_mid_life(stated: dict[str, Any], change: str) -> None:
    note, _ = loan(NO_CAPS, **{**YEARLY, **stated})
    assert note.adjustment is not None
    assert str(note.adjustment.first_change) == change


def test_what_the_terms_say_of_a_rate_that_does_not_say_it() -> None:
    note, _ = loan(**{**FULL, "look_back_days": None, "rate_rounding_way": None, "first_cap_down": "0.05"})
    found = note.adjustment
    assert found is not None
    assert (found.step, found.way.value, found.look_back_days) == (Decimal("0.00125"), "nearest", 45)
    assert (found.first_cap_up, found.first_cap_down) == (Decimal("0.02"), Decimal("0.05"))


def test_where_a_loan_stands_in_mid_life() -> None:
    _, standing = loan(balance="90000.00", deferred_balance="5000.00", payment="599.55", effective_date="2026-03-01")
    assert seen(standing.balance, standing.payment, standing.next_due) == (85_000, Decimal("599.55"), day("2026-04-01"))
    level = NoteConventions(boarded_payment=BoardedPayment.LEVEL_PAYMENT)
    _, standing = loan(level, balance="98772.00", payment="650.00", effective_date="2025-01-01")
    assert standing.payment == Decimal("599.55")


def test_a_loan_of_a_group_balance_stands_at_its_part() -> None:
    assert loan(balance="0", loan_count=0, balance_in_group="100000.00")[1].balance == 100_000


def test_a_loan_can_state_its_own_method() -> None:
    assert loan(interest_method="actual/360")[0].interest is InterestMethod.ACTUAL_360
    assert loan(NoteConventions(interest_method=InterestMethod.ACTUAL_365))[0].interest is InterestMethod.ACTUAL_365
