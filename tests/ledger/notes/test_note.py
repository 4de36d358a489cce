"""When instalments of a note fall due, and how many are left."""

from __future__ import annotations

from tests.ledger.notes.loans import day, loan


def test_due_dates_are_anchored_to_the_notes_day() -> None:
    note, _ = loan(first_due_date="2024-01-31")
    february = note.due_after(day("2024-01-31"))
    assert [february, note.due_after(february)] == [day("2024-02-29"), day("2024-03-31")]
    assert note.due_after(day("2024-03-31"), -1) == february
    assert [note.number(day(text)) for text in ("2024-01-31", "2024-02-29", "2026-01-31")] == [0, 1, 24]


def test_the_first_due_date_after_a_day() -> None:
    note, _ = loan(first_due_date="2024-01-31", maturity_date="2054-12-31")
    asked = ["2020-05-05", "2024-01-31", "2024-02-28", "2024-02-29", "2024-03-30"]
    found = ["2024-01-31", "2024-02-29", "2024-02-29", "2024-03-31", "2024-03-31"]
    assert [str(note.first_due_after(day(text))) for text in asked] == found


def test_every_two_weeks() -> None:
    note, _ = loan(payment_frequency="biweekly", first_due_date="2024-01-12")
    assert note.due_after(day("2024-02-23")) == day("2024-03-08")
    assert note.number(day("2024-03-08")) == 4
    asked = ["2024-01-11", "2024-01-12", "2024-01-25", "2024-01-26"]
    found = ["2024-01-12", "2024-01-26", "2024-01-26", "2024-02-09"]
    assert [str(note.first_due_after(day(text))) for text in asked] == found


def test_the_months_left_to_amortize() -> None:
    note, _ = loan(balloon_months=84)
    asked = ("2024-02-01", "2031-01-01", "2054-01-01", "2060-01-01")
    assert [note.months_left(day(text)) for text in asked] == [360, 277, 1, 1]


def test_what_kind_of_note_it_is() -> None:
    line, _ = loan(credit_limit="100000.00", draw_period_end="2034-01-01")
    rising, _ = loan(
        amortization_type="graduated payment", step="0.075", step_months=12, step_count=5, payment="500.00"
    )
    assert [line.is_line, line.is_biweekly, line.pays_by_steps] == [True, False, False]
    assert [rising.is_line, rising.is_biweekly, rising.pays_by_steps] == [False, False, True]
