"""Lines of the loan book: what adds up, what is left over, and what is not known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs

from ledger import LoanBridge, LoanLine, LoanSums
from ledger.journal.movements import BALANCE_SIGN
from ledger.journal.totals import TotalRow
from ledger.projections.loans import MOVEMENT_OF, movements, pool_closing

ZERO = Decimal("0.00")


def line(loan: str, **more: Any) -> LoanLine:
    """Return a loan of 100.00 in group one of which nothing else is known."""
    known: dict[str, Any] = {item.name: None if "None" in str(item.type) else ZERO for item in attrs.fields(LoanLine)}
    known |= {"loan": loan, "group": "one", "loan_count": 1, "status": "performing", "bucket": "current"}
    return LoanLine(**{**known, "stated_balance": Decimal("100.00"), **more})


def total(kind: str, principal: int, loans: int = 0) -> TotalRow:
    return TotalRow(20240226, kind, "one", "", "", principal, 0, 0, 0, 0, 0, loans, 1)


def test_every_type_that_moves_a_loan_has_a_column() -> None:
    assert set(MOVEMENT_OF) == set(BALANCE_SIGN)


def test_a_roll_forward_foots_or_says_by_how_much_it_does_not() -> None:
    moved = {"scheduled_principal": -10_000, "payoffs": -20_000}
    assert movements(moved, "1", "one", 50_000, 20_000).difference == ZERO
    assert movements(moved, "1", "one", 50_000, 20_100).difference == Decimal("0.01")


def test_a_bridge_closes_or_says_by_how_much_it_does_not() -> None:
    bridge = LoanBridge(
        loan="1", group="one", actual_balance=Decimal(110), principal_not_received=Decimal(10), paid_ahead=Decimal(3),
        not_passed_through=Decimal(4), stated_balance=Decimal(107),
    )  # fmt: skip
    assert bridge.difference == 0
    assert attrs.evolve(bridge, stated_balance=Decimal(106)).difference == -1
    assert attrs.evolve(bridge, actual_balance=None).difference is None


def test_of_what_is_unknown_of_one_loan_no_sum_is_known() -> None:
    sums = LoanSums(["one"])
    sums.add(line("1", actual_balance=Decimal("99.00")))
    sums.add(line("2"))
    found = sums.totals({"one": (3_000_000, 3), "total": (3_000_000, 3)})[0]
    assert (found.loan_count, found.count_by_group) == (2, 1)
    assert (found.amounts["stated_balance"], found.balance_by_group) == (Decimal("200.00"), Decimal("100.00"))
    assert found.amounts["actual_balance"] is None


def test_a_pool_closes_with_what_came_less_what_left() -> None:
    rows = [
        total("pool_balance_brought_forward", 1_000_000, 5),
        total("loan_boarded", 500_000, 2),
        total("scheduled_payment_due", 30_000),
        total("payoff_collected", 200_000, 1),
        total("draw_made", 70_000),
    ]
    assert pool_closing(rows, ["one"]) == {"one": (1_340_000, 6), "total": (1_340_000, 6)}
