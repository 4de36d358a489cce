"""What the gate learns of months before and after: what was missed, who had left, what is paid ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from ledger import (
    CollectionReceived,
    DelinquencyReported,
    Event,
    EventReversed,
    LoanStatusChanged,
    PaymentReturned,
    PostingRefused,
)
from ledger.deal.vocabulary import DelinquencyDay, DelinquencyMethod
from tests.ledger.readiness.small import DEAL, DUE, codes, fee_of_group, loans_month, missed, month_of_loans, terms

SILENT = "delinquency_not_reported"
NEXT = DUE.replace(month=2)
FIRST = [*month_of_loans(unpaid=["L1"]), missed("L1")]


def stamp(event_id: str, on: dt.date = NEXT, **more: Any) -> dict[str, Any]:
    """Return the stamp of an event of the first loan."""
    return {"event_id": event_id, "deal": DEAL, "effective_date": on, "loan": "L1", **more}


def status(bucket: str, on: dt.date = NEXT) -> LoanStatusChanged:
    """Return what is said of the first loan."""
    return LoanStatusChanged(status="performing", bucket=bucket, **stamp(f"status/{on}", on))


def found(*beside: Event, first: list[Event] = FIRST, **calendar: Any) -> bool:
    """Say whether it is found in the second month, with these events in it, that a delinquency is not reported."""
    given = terms()
    given = attrs.evolve(given, calendar=attrs.evolve(given.calendar, **calendar))
    return SILENT in codes(loans_month(first, [*month_of_loans(NEXT), *beside], given=given))


def test_a_loan_that_missed_the_instalment_before_is_said_to_be_behind() -> None:
    assert found()
    assert found(status("current"))
    assert not found(status("1 payment"))


def test_a_loan_that_paid_late_since_need_not_be() -> None:
    parts: dict[str, Any] = {"principal": "100.00", "interest": "500.00", "due_date": DUE}
    late = CollectionReceived(timing="late", **parts, **stamp("late", DUE.replace(day=20)))
    void = EventReversed(
        event_id="void", deal=DEAL, effective_date=late.effective_date, reverses="late", reason="returned"
    )
    assert not found(late)
    assert found(late, void)


def test_a_part_that_is_unpaid_leaves_a_loan_current() -> None:
    def of(paid: str, unpaid: str) -> list[Event]:
        part = CollectionReceived(principal="100.00", interest=paid, **stamp("part", DUE))
        report = attrs.evolve(missed("L1", interest=unpaid), principal="0.00")
        return [*month_of_loans(unpaid=["L1"]), part, report]

    assert not found(first=of("400.00", "100.00"))
    assert not found(first=of("0.00", "500.00"))


def test_groups_may_report_their_delinquency_as_a_whole() -> None:
    whole = DelinquencyReported(
        event_id="whole",
        deal=DEAL,
        effective_date=NEXT,
        group="pool",
        category="delinquent",
        bucket="1 payment",
        balance="100000.00",
        loan_count=1,
    )
    assert not found(whole)


@pytest.mark.parametrize(
    ("method", "day", "expected"),
    [
        (DelinquencyMethod.MBA, DelinquencyDay.PREPAYMENT_PERIOD_END, True),
        (DelinquencyMethod.OTS, DelinquencyDay.PREPAYMENT_PERIOD_END, False),
        (DelinquencyMethod.OTS, DelinquencyDay.REMITTANCE_CUT_OFF, True),
    ],
)
def test_whole_due_dates_are_counted_by_the_method_of_the_terms(
    method: DelinquencyMethod, day: DelinquencyDay, expected: bool
) -> None:
    assert found(delinquency_method=method, delinquency_day=day) is expected


def test_what_is_paid_ahead_is_held_until_its_instalment() -> None:
    parts: dict[str, Any] = {"principal": "100.00", "interest": "500.00", "due_date": NEXT}
    ahead = CollectionReceived(**parts, **stamp("ahead", DUE.replace(day=5)))
    returned = PaymentReturned(**parts, **stamp("returned", DUE.replace(day=8)))
    month = [*month_of_loans(), fee_of_group("208.33")]
    ready = loans_month([*month, ahead])
    [item] = ready.findings
    assert (item.code, item.loans, [int(value) for name, value in item.figures if name == "held"]) == (
        "paid_ahead_held",
        ("L1",),
        [600],
    )
    assert codes(loans_month([*month, ahead, returned])) == set()
    with pytest.raises(PostingRefused, match="above_paid"):
        loans_month([*month, returned])
    second = month_of_loans(NEXT, unpaid=["L1"])
    assert "paid_ahead_held" not in codes(loans_month([*month, ahead], second))


def test_what_another_loan_paid_ahead_covers_no_return() -> None:
    parts: dict[str, Any] = {"principal": "100.00", "interest": "500.00", "due_date": NEXT}
    ahead = CollectionReceived(**parts, **stamp("ahead", DUE.replace(day=5)))
    other = PaymentReturned(**parts, **stamp("returned", DUE.replace(day=8), loan="L2"))
    with pytest.raises(PostingRefused, match="above_paid"):
        loans_month([*month_of_loans(), fee_of_group("208.33"), ahead, other])
