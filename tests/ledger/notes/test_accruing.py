"""What bears interest, and for how long: daily simple interest, every two weeks, and lines of credit, by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger.deal.notes import BiweeklyInterest, CurtailmentEffect, LineInterest, NoteConventions, OddDays, YearBasis
from ledger.notes.accruing import Movement, accrued_parts, at_once, bearing, odd_part, part_of_period, units_moved
from ledger.notes.instalment import fall_due
from tests.ledger.notes.loans import day, first, loan, seen

LINE: dict[str, Any] = {
    "credit_limit": "20000",
    "draw_period_end": "2034-01-01",
    "note_rate": "0.073",
    "balance": "10000",
}
"""At 7.3% a thousand dollars bear twenty cents a day."""

SIMPLE: dict[str, Any] = {"interest_method": "daily simple interest", "note_rate": "0.073", "balance": "10000"}


def test_daily_simple_interest_is_by_the_days() -> None:
    found = first(**SIMPLE, payment="100.00")
    assert seen(found.interest, found.principal) == (62, 38)
    leap = first(
        NoteConventions(simple_interest_days=YearBasis.ACTUAL_365_NO_LEAP_DAY), **SIMPLE, effective_date="2024-02-01"
    )
    assert leap.interest == 56


def test_unpaid_interest_is_carried_without_interest_and_paid_first() -> None:
    note, standing = loan(**SIMPLE, payment="50.00")
    january = fall_due(note, standing, standing.next_due)
    assert seen(january.interest, january.principal, january.unpaid_interest) == (50, 0, 12)
    february = fall_due(note, january.after, january.after.next_due)
    assert seen(february.accrued, february.interest, february.unpaid_interest) == (58, 50, 20)


def test_daily_simple_interest_since_it_was_paid() -> None:
    note, standing = loan(**SIMPLE, payment="100.00")
    found = fall_due(note, attrs.evolve(standing, interest_from=day("2024-01-21")), day("2024-02-01"))
    assert seen(found.interest, found.principal, found.after.interest_from) == (22, 78, None)


@pytest.mark.parametrize(
    ("way", "interest"), [(BiweeklyInterest.TWENTY_SIXTH, "230.77"), (BiweeklyInterest.FOURTEEN_DAYS, "230.14")]
)
def test_every_two_weeks(way: BiweeklyInterest, interest: str) -> None:
    found = first(NoteConventions(biweekly_interest=way), payment_frequency="biweekly")
    assert (str(found.interest), found.payment) == (interest, Decimal("299.78"))


@pytest.mark.parametrize("way", LineInterest)
def test_a_draw_bears_interest_from_its_day(way: LineInterest) -> None:
    """15 days of 10,000 and 16 of 15,000; the average of 12,580.65 gives the same to the cent."""
    draws = [Movement(on="2024-01-16", amount="5000")]
    found = first(NoteConventions(line_interest=way), at={"draws": draws}, **LINE)
    assert seen(found.interest, found.principal, found.drawn, found.closing) == (78, 0, 5_000, 15_000)


@pytest.mark.parametrize(("counts", "interest"), [(True, 46), (False, 47)])
def test_whether_a_payment_on_a_line_counts_on_its_day(counts: bool, interest: int) -> None:
    conventions = NoteConventions(line_payment_counts_on_its_day=counts, line_interest=LineInterest.BY_THE_DAY)
    found = first(conventions, at={"curtailments": [Movement(on="2024-01-16", amount="5000")]}, **LINE)
    assert seen(found.interest, found.closing) == (interest, 5_000)


def test_an_average_daily_balance_is_rounded_to_the_cent() -> None:
    note, _ = loan(**LINE)
    draws = [Movement(on="2024-01-16", amount="5000")]
    found = accrued_parts(note, 100_000_000, day("2024-01-01"), day("2024-02-01"), (), draws)
    assert found == Fraction(125_806_500 * 31, 365)


def test_a_line_amortizes_after_its_draws() -> None:
    note, standing = loan(**{**LINE, "draw_period_end": "2024-02-15"}, original_term_months=62)
    february = fall_due(note, standing, standing.next_due)
    march = fall_due(note, february.after, february.after.next_due)
    assert seen(february.principal, march.payment) == (0, Decimal("196.72"))
    assert march.principal == march.payment - march.interest


def test_odd_days_are_before_the_first_period() -> None:
    note, _ = loan(NoteConventions(odd_days=OddDays.FIRST_INSTALMENT), origination_date="2023-12-16")
    assert odd_part(note, day("2024-01-01"), day("2024-02-01")) == Fraction(15, 360)
    assert odd_part(note, day("2024-02-01"), day("2024-03-01")) == 0


def test_what_a_payment_is_recast_on() -> None:
    note, _ = loan(NoteConventions(curtailments=CurtailmentEffect.PERIOD_START))
    line, _ = loan(**LINE)
    assert (bearing(note, 100, 30), at_once(note), at_once(line)) == (70, True, False)
    assert (bearing(loan()[0], 100, 30), at_once(loan()[0])) == (100, False)
    assert part_of_period(note, day("2024-02-01"), day("2024-03-01")) == Fraction(1, 12)
    assert units_moved([Movement(on="2024-01-16", amount="5"), Movement(on="2024-01-17", amount="0.0001")]) == 50_001
