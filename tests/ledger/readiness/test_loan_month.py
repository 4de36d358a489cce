"""What the events of a month come to, loan by loan: reversals are taken off, and nothing rests on their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.readiness.loan_month import DUES, FEES, PAYMENTS, TAKE_IN, LoanMonth, LoanMonths, Routine
from ledger.store.rows import MonthRow


def row(kind: str, **more: Any) -> MonthRow:
    given: dict[str, Any] = {
        "loan": "L1",
        "type": kind,
        "code": "",
        "group": "one",
        "effective_date": 20210101,
        **dict.fromkeys(("principal", "interest", "fee", "loss", "other", "loans", "note_rate"), 0),
        "voids": None,
        **more,
    }
    return MonthRow(**given)


def of(rows: Sequence[MonthRow], since: int = 0) -> LoanMonth:
    """Return the month of a loan, its rows taken in by what they are."""
    loans = LoanMonths()

    def columns(routine: Routine) -> list[tuple[Any, ...]]:
        names = {"loan_group": "group", "reverses": "voids"}
        return [
            tuple(getattr(item, names.get(name, name)) for name in routine.columns)
            for item in rows
            if item.type in routine.types
        ]

    loans.take_dues(columns(DUES))
    loans.take_payments(columns(PAYMENTS))
    loans.take_fees(columns(FEES), since)
    loans.take(item for item in rows if item.type in TAKE_IN)
    return loans["L1"]


def test_a_reversed_instalment_is_none() -> None:
    due = row("scheduled_payment_due", principal=100, interest=200)
    void = row("scheduled_payment_due", principal=-100, interest=-200, voids="due")
    for rows in ([due, void], [void, due]):
        held = of(rows)
        assert (held.dues, held.due_principal, held.due_interest) == (0, 0, 0)


def test_a_payment_counts_once_it_is_on_time_and_apart_where_it_is_late() -> None:
    held = of(
        [
            row("collection_received", code="on time", principal=100, interest=200),
            row("unapplied_funds_applied", code="on time", principal=10, interest=20),
            row("payment_returned", code="on time", principal=1, interest=2),
            row("collection_received", code="late, advanced", principal=5),
            row("unapplied_funds_applied", code="late", principal=7),
            row("payment_returned", code="late", principal=3),
        ]
    )
    assert (held.received_principal, held.received_interest, held.late) == (109, 218, 9)


def test_fees_of_a_closed_month_are_kept_apart() -> None:
    rows = [
        row("servicing_fee_withheld", fee=-30, effective_date=20201224, voids="fee"),
        row("servicing_fee_earned", fee=20, effective_date=20201224),
        row("servicing_fee_withheld", fee=25, effective_date=20210122),
    ]
    held = of(rows, 20201225)
    assert (held.fee, held.fee_before) == (25, -10)


def test_a_reversal_takes_away_a_payment_ahead_of_its_amount() -> None:
    rows = [
        row("curtailment_collected", principal=500, effective_date=20201210),
        row("curtailment_collected", principal=500, effective_date=20201211),
        row("curtailment_collected", principal=-500, effective_date=20210105, voids="ahead"),
    ]
    assert len(of(rows).curtailed) == 1


def test_a_loan_that_nothing_was_posted_on_shares_its_nothing() -> None:
    one, other = LoanMonth("one"), LoanMonth("two")
    one.dues += 1
    assert (one.dues, other.dues, LoanMonth.dues) == (1, 0, 0)
