"""Daily simple interest from the day of one payment to that of the next, held to cents worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from ledger import CollectionReceived, CurtailmentCollected, Event, InstalmentReportedDelinquent, Ledger
from tests.deals.closing import closed
from tests.deals.noted import DEAL, DUE, NEXT_DUE, PAID, loan, noted

SIMPLE = loan("1", interest_method="daily simple interest", payment="1199.10")


def due(ledger: Ledger, day: Any) -> tuple[Decimal, Decimal]:
    """Post the month and return principal and interest of the loan's instalment."""
    ledger.post_month(DEAL, day).or_raise()
    proposal = ledger.build_month(DEAL, day)
    assert proposal.is_posted, proposal.differences
    (found,) = (item for key, item in proposal.said.items() if key.type == "scheduled_payment_due")
    return Decimal(found.principal).scaleb(-4), Decimal(found.interest).scaleb(-4)


def paid(day: str, principal: str, interest: str, **more: Any) -> CollectionReceived:
    """Return a payment of the instalment of February."""
    given: dict[str, Any] = {"event_id": f"paid/{day}", "effective_date": day, "due_date": DUE} | more
    return CollectionReceived(deal=DEAL, loan="1", principal=principal, interest=interest, **given)


@pytest.mark.parametrize(
    ("exceptions", "first", "second"),
    [
        # 200,000.00 x 6% x 31/365 = 1,019.18; 199,820.08 x 6% x 29/365 = 952.57
        ([], ("179.92", "1019.18"), ("246.53", "952.57")),
        # Ten days late: x 41/365 = 1,347.95, of which 148.85 is carried; then 19 days, 624.66, and 148.85
        ([paid("2024-02-11", "0.00", "1199.10")], ("0.00", "1199.10"), ("425.59", "773.51")),
        # The day on which it came in counts, not that of the cash
        (
            [paid("2024-02-14", "0.00", "1199.10", received_date="2024-02-11")],
            ("0.00", "1199.10"),
            ("425.59", "773.51"),
        ),
        # A week early: x 24/365 = 789.04; then 199,589.94 x 6% x 36/365 = 1,181.13
        ([paid("2024-01-25", "410.06", "789.04")], ("410.06", "789.04"), ("17.97", "1181.13")),
        # In two parts, the second a week early: 25 days of 200,000.00 less 5 of 71.23 = 821.86
        (
            [paid("2024-01-21", "71.23", "657.53"), paid("2024-01-26", "306.01", "164.33")],
            ("377.24", "821.86"),
            ("50.59", "1148.51"),
        ),
        # Paid ahead on 11 January: 10 days of 200,000.00 and 21 of 190,000.00 = 984.66; 189,785.56 x 29/365 = 904.73
        (
            [CurtailmentCollected(event_id="x", deal=DEAL, effective_date="2024-01-11", loan="1", amount="10000.00")],
            ("214.44", "984.66"),
            ("294.37", "904.73"),
        ),
    ],
)
def test_interest_runs_from_payment_to_payment(
    exceptions: list[Event], first: tuple[str, str], second: tuple[str, str]
) -> None:
    with noted([SIMPLE]) as ledger:
        if exceptions:
            ledger.post_many(exceptions).or_raise()
        assert due(ledger, DUE) == tuple(map(Decimal, first))
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
        assert due(ledger, NEXT_DUE) == tuple(map(Decimal, second))


def test_what_is_paid_late_lets_the_interest_of_its_principal_fall_due_with_the_next() -> None:
    missed = InstalmentReportedDelinquent(
        event_id="missed", deal=DEAL, effective_date=DUE, loan="1", principal="179.92", interest="1019.18", due_date=DUE
    )
    with noted([SIMPLE]) as ledger:
        ledger.post(missed).or_raise()
        due(ledger, DUE)
        closed(ledger, DEAL, PAID)
        ledger.distribute(DEAL, PAID).or_raise()
        ledger.post(paid("2024-03-10", "179.92", "1019.18", timing="late, advanced")).or_raise()
        # 952.567, and 179.92 x 6% x 38/365 = 1.124
        assert due(ledger, NEXT_DUE) == (Decimal("245.41"), Decimal("953.69"))


def test_a_loan_that_came_paid_to_a_day_of_its_own_bears_interest_from_that_day() -> None:
    # 200,000.00 x 6% x 22/365 from 10 January
    with noted([attrs.evolve(SIMPLE, paid_to_date="2024-01-10")]) as ledger:
        assert due(ledger, DUE) == (Decimal("475.81"), Decimal("723.29"))
