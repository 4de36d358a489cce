"""When a payment changes, and why."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.deal.notes import NoteConventions, UnstatedCaps
from ledger.notes.payments import (
    PaymentReason,
    as_dollars,
    changed_payment,
    is_interest_only,
    kept_within_limit,
    level_units,
    reason_to_change,
    recast_on_curtailment,
)
from tests.ledger.notes.loans import NO_CAPS, YEARLY, day, loan

SIX = 600_000_000
BALANCE = 1_000_000_000


@pytest.mark.parametrize(
    ("stated", "reasons"),
    [
        ({}, {}),
        ({"interest_only_months": 3}, {3: PaymentReason.INTEREST_ONLY_ENDED}),
        (YEARLY, {12: PaymentReason.RATE, 24: PaymentReason.RATE}),
        ({**YEARLY, "payment_reset_months": 10}, {10: PaymentReason.PERIOD, 20: PaymentReason.PERIOD}),
        ({**YEARLY, "recast_months": 24}, {12: PaymentReason.RATE, 24: PaymentReason.RECAST}),
        ({"credit_limit": "100000", "draw_period_end": "2024-05-15"}, {4: PaymentReason.DRAWS_ENDED}),
        (
            {
                "amortization_type": "graduated payment",
                "step": "0.05",
                "step_months": 6,
                "step_count": 2,
                "payment": "1",
            },
            {6: PaymentReason.GRADUATED, 12: PaymentReason.GRADUATED},
        ),
        (
            {"amortization_type": "step", "step": "0.05", "step_months": 6, "step_count": 1},
            {6: PaymentReason.RATE},
        ),
    ],
)
def test_the_calendar_says_when_a_payment_changes(stated: dict[str, Any], reasons: dict[int, PaymentReason]) -> None:
    note, _ = loan(NO_CAPS, **stated)
    dates = [note.due_after(note.first_due, count) for count in range(28)]
    found = {count: reason for count, due in enumerate(dates) if (reason := reason_to_change(note, due)) is not None}
    assert found == reasons


def test_a_payment_follows_its_rate_after_so_many_months() -> None:
    late = NoteConventions(unstated_caps=UnstatedCaps.NO_CAP, payment_lag_months=3)
    note, _ = loan(late, **YEARLY)
    dates = [note.due_after(note.first_due, count) for count in range(28)]
    assert [count for count, due in enumerate(dates) if reason_to_change(note, due)] == [14, 26]


def test_interest_alone_falls_due_in_its_months() -> None:
    note, _ = loan(interest_only_months=2)
    assert [is_interest_only(note, day(text)) for text in ("2024-02-01", "2024-03-01", "2024-04-01")] == [
        True,
        True,
        False,
    ]


def test_a_level_payment_every_two_weeks_is_half_of_a_months() -> None:
    note, _ = loan(payment_frequency="biweekly")
    assert as_dollars(level_units(note, note.first_due, BALANCE, SIX)) == as_dollars(2_997_800)


def test_a_cap_of_nothing_lets_a_payment_fall_and_not_rise() -> None:
    note, _ = loan(NO_CAPS, **YEARLY, payment_cap="0")
    due = note.due_after(note.first_due, 12)
    risen = changed_payment(note, due, BALANCE, 2 * SIX, 5_995_500)
    fallen = changed_payment(note, due, BALANCE, SIX // 2, 5_995_500)
    assert risen is not None
    assert fallen is not None
    assert (risen.payment, risen.before) == (as_dollars(5_995_500), as_dollars(5_995_500))
    assert fallen.payment == fallen.level < risen.payment


def test_the_limit_itself_may_be_reached() -> None:
    note, standing = loan(NO_CAPS, **YEARLY, payment="400", negative_amortization_limit="1.001")
    given = (note, note.first_due, BALANCE, SIX, 4_000_000, 5_000_000)
    assert kept_within_limit(*given, standing.original_balance) is None
    beyond = kept_within_limit(*given[:4], 3_999_900, 5_000_000, standing.original_balance)
    assert beyond is not None
    assert beyond.reason is PaymentReason.NEGATIVE_LIMIT


def test_a_curtailment_is_a_reason_of_its_own() -> None:
    note, _ = loan()
    found = recast_on_curtailment(note, note.first_due, BALANCE // 2, SIX, 5_995_500)
    assert (found.reason, found.payment, found.months) == (PaymentReason.CURTAILMENT, as_dollars(2_997_800), 360)
