"""How a rate adjusts: when, rounded which way, and within which caps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest

from ledger.deal.notes import RateRounding
from ledger.notes.note import Adjustment
from ledger.notes.rates import RateBound, bounded_rate, change_between, in_rate, is_step, reset_rate, rounded_rate
from tests.ledger.notes.loans import NO_CAPS, YEARLY, day, history, loan

EIGHTH = 12_500_000


@pytest.mark.parametrize(
    ("rate", "way", "found"),
    [
        ("0.0686", RateRounding.NEAREST, "0.06875"),
        ("0.068125", RateRounding.NEAREST, "0.06875"),
        ("0.0681249999", RateRounding.NEAREST, "0.0675"),
        ("0.0676", RateRounding.UP, "0.06875"),
        ("0.0675", RateRounding.UP, "0.0675"),
        ("0.0687", RateRounding.DOWN, "0.0675"),
        ("0.0687", RateRounding.NONE, "0.0687"),
        ("-0.0001", RateRounding.NEAREST, "0"),
        ("-0.0001", RateRounding.DOWN, "-0.00125"),
    ],
)
def test_a_rate_is_rounded_to_the_notes_step(rate: str, way: RateRounding, found: str) -> None:
    units = int(Decimal(rate).scaleb(10))
    assert in_rate(rounded_rate(units, EIGHTH, way)) == Decimal(found)
    assert rounded_rate(units, 0, way) == units


@pytest.mark.parametrize(
    ("wanted", "caps", "found"),
    [
        (90, (20, 20, 110, 30), (80, RateBound.PERIODIC_CAP)),
        (70, (20, 20, 110, 30), (70, RateBound.NOTHING)),
        (30, (20, 20, 110, 30), (40, RateBound.PERIODIC_FLOOR)),
        (90, (None, None, 75, None), (75, RateBound.LIFE_CAP)),
        (90, (20, 20, 75, None), (75, RateBound.LIFE_CAP)),
        (10, (None, None, None, 30), (30, RateBound.LIFE_FLOOR)),
        (-10, (None, None, None, None), (0, RateBound.LIFE_FLOOR)),
        (90, (None, None, None, None), (90, RateBound.NOTHING)),
    ],
)
def test_a_rate_is_kept_within_its_caps(wanted: int, caps: Any, found: tuple[int, RateBound]) -> None:
    assert bounded_rate(wanted, 60, caps) == found


def adjustment(first: str, every: int = 12) -> Adjustment:
    note, _ = loan(NO_CAPS, **YEARLY)
    assert note.adjustment is not None
    return attrs.evolve(note.adjustment, first_change=day(first), change_day=day(first).day, every_months=every)


@pytest.mark.parametrize(
    ("first", "every", "after", "until", "found"),
    [
        ("2025-01-01", 12, "2024-11-01", "2024-12-01", None),
        ("2025-01-01", 12, "2024-12-01", "2025-01-01", "2025-01-01"),
        ("2025-01-01", 12, "2025-01-01", "2025-02-01", None),
        ("2025-01-01", 12, "2026-12-01", "2027-01-01", "2027-01-01"),
        # On the fifteenth, for periods that start on the first.
        ("2025-01-15", 6, "2024-12-01", "2025-01-01", None),
        ("2025-01-15", 6, "2025-01-01", "2025-02-01", "2025-01-15"),
        ("2025-01-15", 6, "2025-07-01", "2025-08-01", "2025-07-15"),
        ("2025-01-15", 1, "2025-07-01", "2025-08-01", "2025-07-15"),
        # On the last day of months, shorter ones among them.
        ("2024-08-31", 6, "2025-01-31", "2025-02-28", "2025-02-28"),
    ],
)
def test_a_change_counts_once(first: str, every: int, after: str, until: str, found: str | None) -> None:
    assert change_between(adjustment(first, every), day(after), day(until)) == (None if found is None else day(found))


def test_a_change_in_a_short_month_chains_no_day() -> None:
    stated = {**YEARLY, "first_reset_date": "2023-08-31", "reset_months": 6}
    note, _ = loan(NO_CAPS, **stated, effective_date="2024-01-01", first_due_date="2023-03-31")
    assert note.adjustment is not None
    assert (str(note.adjustment.first_change), note.adjustment.change_day) == ("2024-02-29", 31)
    assert change_between(note.adjustment, day("2024-07-31"), day("2024-08-31")) == day("2024-08-31")


def test_every_change_falls_into_one_period() -> None:
    item, seen = adjustment("2024-01-31", 3), []
    note, _ = loan(first_due_date="2024-01-30")
    due = day("2024-01-30")
    for _ in range(60):
        following = note.due_after(due)
        found = change_between(item, due, following)
        seen += [found] if found is not None else []
        due = following
    assert len(seen) == len(set(seen)) == 20


def test_a_rate_that_is_fixed_is_not_reset() -> None:
    note, _ = loan()
    assert reset_rate(note, 600_000_000, day("2025-01-01"), None) is None


def test_steps_come_so_many_times() -> None:
    note, _ = loan(amortization_type="step", step="0.01", step_months=12, step_count=2)
    assert note.steps is not None
    dates = [note.due_after(note.first_due, count) for count in range(60)]
    assert [count for count, due in enumerate(dates) if is_step(note, note.steps, due)] == [12, 24]
    found = reset_rate(note, 600_000_000, dates[11], None)
    assert found is not None
    assert (found.rate, found.figure, found.change_date) == (Decimal("0.07"), None, dt.date(2025, 1, 1))


def test_the_figure_of_a_reset_is_that_of_its_look_back() -> None:
    note, _ = loan(NO_CAPS, **{**YEARLY, "look_back_days": 30})
    found = reset_rate(note, 600_000_000, day("2025-01-01"), history(("2024-12-01", "0.05"), ("2024-12-03", "0.07")))
    assert found is not None
    assert (found.rate, found.look_back_day) == (Decimal("0.05"), day("2024-12-02"))
