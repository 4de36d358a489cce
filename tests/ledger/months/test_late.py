"""What late payments bring: the fee inside them, and no more of an advance than was paid of it and is outstanding."""

from __future__ import annotations

from typing import Any

from ledger import CollectionReceived, InstalmentReportedDelinquent, Ledger
from ledger.months.late import _fee_inside
from tests.deals.closing import closed
from tests.deals.noted import DEAL, DUE, NEXT_DUE, PAID, noted


def behind(fee: str) -> Ledger:
    """Return the deal after a month in which the level loan missed its instalment, reported with a fee."""
    ledger = noted()
    report = InstalmentReportedDelinquent(
        event_id="missed", deal=DEAL, effective_date=DUE, loan="level", principal="199.10", interest="1000.00",
        servicing_fee=fee, due_date=DUE,
    )  # fmt: skip
    ledger.post(report).or_raise()
    ledger.post_month(DEAL, DUE).or_raise()
    closed(ledger, DEAL, PAID)
    ledger.distribute(DEAL, PAID).or_raise()
    return ledger


def brought(ledger: Ledger, *payments: tuple[str, str]) -> tuple[int, int, int]:
    """Return principal and interest of the advance that payments repay, and the fee of the month after."""
    given: dict[str, Any] = {"deal": DEAL, "effective_date": "2024-02-20", "loan": "level", "due_date": DUE}
    for number, (principal, interest) in enumerate(payments):
        ledger.post(
            CollectionReceived(
                event_id=f"late/{number}", principal=principal, interest=interest, timing="late, advanced", **given
            )
        ).or_raise()
    said = ledger.build_month(DEAL, NEXT_DUE).said
    back = [amounts for key, amounts in said.items() if key.type == "advance_recovered"]
    fees = [
        amounts.fee for key, amounts in said.items() if (key.type, key.whose) == ("servicing_fee_withheld", "level")
    ]
    return sum(item.principal for item in back), sum(item.interest for item in back), sum(fees)


def test_a_whole_late_payment_repays_the_advance_and_brings_the_fee_that_was_reported() -> None:
    with behind("40.00") as ledger:
        principal, interest, fee = brought(ledger, ("199.10", "1000.00"))
        assert (principal, interest) == (1_991_000, 9_583_300)
        assert fee == 400_000 + 416_300


def test_a_part_repays_no_more_than_came_and_brings_its_part_of_the_fee() -> None:
    with behind("40.00") as ledger:
        assert brought(ledger, ("0.00", "300.00")) == (0, 3_000_000, 120_000)


def test_parts_together_repay_the_advance_once() -> None:
    with behind("40.00") as ledger:
        principal, interest, _ = brought(ledger, ("199.10", "600.00"), ("0.00", "400.00"))
        assert (principal, interest) == (1_991_000, 9_583_300)


def test_a_fee_that_nobody_reported_is_the_part_of_the_interest_that_its_rate_is() -> None:
    assert _fee_inside(10_000_000, 600_000_000, 25_000_000, 100) == 416_700
    assert _fee_inside(10_000_000, 0, 25_000_000, 100) == 0
