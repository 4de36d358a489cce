"""What a month says of a pool: shares of what payoffs cost, compensating interest, and the days of its cash."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger import DOLLARS, CompensatingInterestPaid, PayoffCollected
from ledger.deal.schedule import schedule
from ledger.months.building import days_of
from tests.deals.noted import DEAL, DUE, PAID, loan, noted, terms


def payoff(name: str, day: str) -> PayoffCollected:
    """Return the payoff of a loan of 200,000 at 6%."""
    given: dict[str, Any] = {"deal": DEAL, "note_rate": "0.06", "servicing_rate": "0.0025", "amount": "200000.00"}
    return PayoffCollected(event_id=f"payoff/{name}", effective_date=day, loan=name, **given)


def test_cash_is_taken_to_move_when_all_of_it_is_in() -> None:
    at = schedule(terms()).at(0)
    assert days_of(at, DOLLARS).fee == days_of(at, DOLLARS).advance == 20240215


def test_what_payoffs_of_a_group_leave_unpaid_is_shared_to_the_cent() -> None:
    with noted([loan(name) for name in ("1", "2", "3", "4")]) as ledger:
        ledger.post_many([payoff("1", "2024-01-11"), payoff("2", "2024-01-12"), payoff("3", "2024-01-14")]).or_raise()
        said = ledger.build_month(DEAL, DUE).said
        came = {key.whose: amounts.interest for key, amounts in said.items() if key.type == "collection_received"}
        # 1,000.00 less 200,000 x 6% x (31 - 11, 12, 14) / 360
        assert came == {"1": 3_333_300, "2": 3_666_700, "3": 4_333_300, "4": 10_000_000}
        left = sum(10_000_000 - came[name] for name in ("1", "2", "3"))
        assert left == 18_666_700


def test_the_servicer_makes_up_no_more_than_its_fees_nor_what_others_posted() -> None:
    with noted([loan("1"), loan("2")]) as ledger:
        ledger.post(payoff("1", "2024-01-11")).or_raise()

        def owed() -> list[Decimal]:
            said = ledger.build_month(DEAL, DUE).said
            return [Decimal(amounts.interest).scaleb(-4) for key, amounts in said.items()
                    if key.type == "compensating_interest_paid"]  # fmt: skip

        # 41.67 of fee a loan, which is less than the 666.67 that the payoff left unpaid.
        assert owed() == [Decimal("83.34")]
        part = CompensatingInterestPaid(
            event_id="part", deal=DEAL, effective_date="2024-02-15", group="fixed", amount="40.00"
        )
        ledger.post(part).or_raise()
        assert owed() == [Decimal("43.34")]
        ledger.post_month(DEAL, DUE).or_raise()
        codes = {item.code for item in ledger.readiness(DEAL, PAID).findings}
        assert "compensating_interest_unlike_owed" not in codes
