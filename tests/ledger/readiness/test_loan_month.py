"""What the events of a month come to, loan by loan: reversals are taken off, and nothing rests on their order."""

from __future__ import annotations

from typing import Any

from ledger.readiness.loan_month import TAKE_IN, gather
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


def test_a_reversed_instalment_is_none() -> None:
    due = row("scheduled_payment_due", principal=100, interest=200)
    void = row("scheduled_payment_due", principal=-100, interest=-200, voids="due")
    for rows in ([due, void], [void, due]):
        held = gather(rows)["L1"]
        assert (held.dues, held.due_principal, held.due_interest) == (0, 0, 0)


def test_a_payment_counts_once_it_is_on_time_and_apart_where_it_is_late() -> None:
    held = gather(
        [
            row("collection_received", code="on time", principal=100, interest=200),
            row("unapplied_funds_applied", principal=10, interest=20),
            row("payment_returned", principal=1, interest=2),
            row("collection_received", code="late, advanced", principal=5),
        ]
    )["L1"]
    assert (held.received_principal, held.received_interest, held.late) == (109, 218, 5)


def test_fees_of_a_closed_month_are_kept_apart() -> None:
    rows = [
        row("servicing_fee_withheld", fee=-30, effective_date=20201224, voids="fee"),
        row("servicing_fee_withheld", fee=20, effective_date=20201224),
        row("servicing_fee_withheld", fee=25, effective_date=20210122),
    ]
    held = gather(rows, 20201225)["L1"]
    assert (held.fee, held.fee_before) == (25, -10)


def test_a_reversal_takes_away_a_payment_ahead_of_its_amount() -> None:
    rows = [
        row("curtailment_collected", principal=500, effective_date=20201210),
        row("curtailment_collected", principal=500, effective_date=20201211),
        row("curtailment_collected", principal=-500, effective_date=20210105, voids="ahead"),
    ]
    assert len(gather(rows)["L1"].curtailed) == 1


def test_other_types_are_passed_over() -> None:
    assert gather([row("loan_status_changed")]) == {}
    assert "loan_status_changed" not in TAKE_IN
