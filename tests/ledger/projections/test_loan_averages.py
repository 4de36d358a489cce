"""Averages of loans by balance: what a loan does not carry weighs nothing."""

from __future__ import annotations

from decimal import Decimal

from ledger import AverageSums
from ledger.journal.totals import TotalRow
from ledger.projections.loan_averages import FROM_INTEREST
from tests.ledger.projections.test_loans import line


def test_loans_without_a_measure_are_left_out_with_their_balance() -> None:
    sums = AverageSums(["one"])
    sums.add(line("1", note_rate=Decimal("0.06"), remaining_term=Decimal(100)))
    sums.add(line("2", note_rate=Decimal("0.08"), stated_balance=Decimal("300.00")))
    sums.add(line("3", note_rate=Decimal("0.99"), stated_balance=Decimal("0.00")))
    found = {item.measure: (item.value, item.balance) for item in sums.averages([], 20240226, 1) if item.group == "one"}
    assert found["note_rate"] == (Decimal("0.0750000000"), Decimal("400.00"))
    assert found["remaining_term"] == (Decimal("100.0000000000"), Decimal("100.00"))
    assert found["seasoning"] == (None, Decimal(0))


def test_a_thirds_average_is_rounded_half_up_to_ten_decimals() -> None:
    sums = AverageSums(["one"])
    for loan, rate in (("1", "0.01"), ("2", "0.01"), ("3", "0.03")):
        sums.add(line(loan, note_rate=Decimal(rate)))
    assert sums.averages([], 20240226, 1)[0].value == Decimal("0.0166666667")


def test_the_coupon_is_a_year_of_the_interest_of_the_distribution_over_its_opening_balance() -> None:
    rows = [
        TotalRow(0, "loan_boarded", "one", "", "", 12_000_000, 0, 0, 0, 0, 0, 1, 1),
        TotalRow(20240226, "scheduled_payment_due", "one", "", "", 5_000, 60_000, 0, 0, 0, 0, 0, 1),
    ]
    monthly, quarterly = (
        {item.measure: item for item in AverageSums(["one"]).averages(rows, 20240226, apart)}[FROM_INTEREST]
        for apart in (1, 3)
    )
    assert (monthly.value, monthly.balance) == (Decimal("0.0600000000"), Decimal("1200.00"))
    assert quarterly.value == Decimal("0.0200000000")
