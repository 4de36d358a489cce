"""Plain notes reckoned in whole numbers give to the last unit what the one loan gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger import LoanBoarded, Note, NoteConventions, fall_due, note_of, standing_at_boarding
from ledger.deal.notes import InterestMethod, InterestPrecision
from ledger.events import codec
from ledger.months.shapes import SPELT, Shapes, TapeLoan, boarded_payment, plain_due, tape_loan
from ledger.notes.boarding import missing
from ledger.store.rows import Boarding
from ledger.values.dates import add_months
from ledger.values.money import Rounding, rate_to_units, to_units
from tests.deals.noted import adjustable, loan

CONVENTIONS = st.builds(
    NoteConventions,
    interest_method=st.sampled_from([item for item in InterestMethod if item is not InterestMethod.DAILY_SIMPLE]),
    interest_precision=st.sampled_from(InterestPrecision),
    rounding=st.sampled_from(Rounding),
)


@st.composite
def boardings(draw: st.DrawFn) -> LoanBoarded:
    """Draw a loan of the bulk: level, interest-only, balloon or adjustable, due on any day of the month."""
    first = dt.date(2024, draw(st.integers(1, 12)), 1)
    due = add_months(first, 1, draw(st.sampled_from([1, 15, 28, 29, 30, 31])))
    term = draw(st.integers(1, 360))
    fields: dict[str, Any] = {
        "balance": Decimal(draw(st.integers(1, 10**9))).scaleb(-2),
        "note_rate": Decimal(draw(st.integers(0, 2_000))).scaleb(-4),
        "first_due_date": due,
        "maturity_date": add_months(due, term - 1, due.day),
        "original_term_months": term,
        "remaining_term_months": None,
        "payment": draw(st.none() | st.integers(1, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))),
    }
    kind = draw(st.sampled_from(["level", "interest-only", "balloon", "adjustable"]))
    if kind == "interest-only":
        fields["interest_only_months"] = draw(st.integers(1, term))
    elif kind == "balloon":
        fields["balloon_months"] = draw(st.integers(1, term))
    elif kind == "adjustable":
        fields |= {"first_reset_date": add_months(due, draw(st.integers(0, 12)), due.day), "reset_months": 6}
    made = adjustable(kind, **fields) if kind == "adjustable" else loan(kind, **fields)
    return attrs.evolve(made, effective_date=first)


def on_tape(shapes: Shapes, boarded: LoanBoarded) -> TapeLoan:
    """Return a loan as it is read of its stored boarding."""
    payload = codec.encode(boarded).decode()
    rates = rate_to_units(boarded.note_rate), rate_to_units(boarded.servicing_rate)
    row = Boarding(boarded.event_id, boarded.loan, boarded.group, *rates, None, payload, 0, 1)
    (spelt,) = codec.raw_glances([payload], "loan_boarded", SPELT)
    return tape_loan(shapes, row, spelt)


def month_of(note: Note, place: int) -> tuple[dt.date, dt.date]:
    """Return a due period of a calendar month in which an instalment of a note falls due."""
    due = note.due_after(note.first_due, place)
    return due.replace(day=1), add_months(due, 0, 31)


@given(boardings(), CONVENTIONS, st.integers(0, 12), st.integers(0, 10**11), st.integers(0, 2 * 10**9))
def test_they_give_what_a_single_loan_gives(
    boarded: LoanBoarded, conventions: NoteConventions, place: int, balance: int, rate: int
) -> None:
    assume(not missing(boarded, conventions))
    note = note_of(boarded, conventions)
    standing = standing_at_boarding(boarded, note)
    first, last = month_of(note, place)
    shapes = Shapes({boarded.group: conventions}, first, last)
    of_tape = on_tape(shapes, boarded)
    shape = of_tape.shape
    assert shape.plain
    payment = boarded_payment(of_tape)
    assert payment == to_units(standing.payment)
    (at,) = shape.dues
    alone = fall_due(
        note,
        attrs.evolve(standing, balance=Decimal(balance).scaleb(-4), rate=Decimal(rate).scaleb(-10), next_due=at.due),
        at.due,
        resets=False,
    )
    principal, interest, balloon, now = plain_due(shape, at, balance, rate, payment)
    assert (principal, interest, balloon) == tuple(
        to_units(item) for item in (alone.principal, alone.interest, alone.balloon)
    )
    if at.changes:
        assert alone.payment_change is not None
        assert now == to_units(alone.payment_change.payment)


def test_notes_that_say_the_same_but_for_their_amounts_have_one_shape() -> None:
    shapes = Shapes({"fixed": NoteConventions(), "arm": NoteConventions()}, dt.date(2024, 1, 2), dt.date(2024, 2, 1))
    pool = loan("1"), loan("2", balance="100000.00", note_rate="0.05"), loan("3", interest_only_months=9)
    first, second, other = (on_tape(shapes, item).shape for item in pool)
    assert first is second
    assert other is not first
    assert other.dues[0].interest_only


def test_what_a_rate_becomes_makes_no_shape_but_whether_it_is_said_does() -> None:
    shapes = Shapes({"fixed": NoteConventions(), "arm": NoteConventions()}, dt.date(2024, 2, 2), dt.date(2024, 3, 1))
    pool = adjustable("1"), adjustable("2", margin="0.03", cap_up="0.01", max_rate="0.12"), adjustable("3", margin=None)
    first, second, other = (on_tape(shapes, item) for item in pool)
    assert first.shape is second.shape
    assert first.shape.resets
    # What a rate is set to is read of each loan by itself.
    assert first.payload != second.payload
    assert other.shape.missing == ("margin",)


def test_of_a_loan_whose_shape_says_all_no_boarding_is_kept() -> None:
    shapes = Shapes({"fixed": NoteConventions()}, dt.date(2024, 1, 2), dt.date(2024, 2, 1))
    plain, simple = loan("1"), loan("2", interest_method="daily simple interest")
    assert on_tape(shapes, plain).payload is None
    assert on_tape(shapes, simple).payload == codec.encode(simple).decode()


@pytest.mark.parametrize(
    "more", [{"payment_frequency": "biweekly"}, {"interest_method": "daily simple interest"}, {"payment_cap": "0.075"}]
)
def test_what_is_reckoned_by_more_than_its_calendar_is_left_to_the_single_loan(more: dict[str, Any]) -> None:
    shapes = Shapes({"fixed": NoteConventions(), "arm": NoteConventions()}, dt.date(2024, 1, 2), dt.date(2024, 2, 1))
    made = adjustable("x", **more) if "payment_cap" in more else loan("x", **more)
    assert not on_tape(shapes, made).shape.plain


def test_a_note_that_says_too_little_has_a_shape_that_says_what_it_lacks() -> None:
    shapes = Shapes({"fixed": NoteConventions()}, dt.date(2024, 1, 2), dt.date(2024, 2, 1))
    shape = on_tape(shapes, loan("x", amortization_type=None)).shape
    assert (shape.note, shape.missing) == (None, ("amortization_type",))
