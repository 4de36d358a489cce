"""A deal of loans that say what their notes say: level, interest alone, balloon and adjustable ones, in two groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    DayCount,
    DealTerms,
    Event,
    IndexPublished,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
)
from tests.deals.copies import begun

DEAL = "noted"
ISSUED = dt.date(2024, 1, 1)
DUE, PAID = dt.date(2024, 2, 1), dt.date(2024, 2, 26)
NEXT_DUE, NEXT_PAID = dt.date(2024, 3, 1), dt.date(2024, 3, 25)
CMT = "CMT-1Y"


def terms(**more: Any) -> DealTerms:
    """Return the terms: class A of 800,000 at 4%, R takes the rest; due on the 1st, paid on the 25th."""
    return DealTerms(
        title="Noted Trust",
        cut_off_date=ISSUED,
        closing_date=ISSUED,
        calendar=CalendarTerms(first_payment_date=PAID, final_payment_date="2054-01-26"),
        groups=(LoanGroup(group_id="fixed"), LoanGroup(group_id="arm", number=2, adjustable=True)),
        classes=(
            BondClass(
                class_id="A",
                face="800000.00",
                rate=ClassRate(kind=RateKind.FIXED, rate="0.04"),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
        ),
        waterfall=(PayInterest(classes=("A",)), PayPrincipal(classes=("A",)), PayResidual(classes=("R",))),
        **more,
    )


def loan(name: str, group: str = "fixed", **more: Any) -> LoanBoarded:
    """Return a level loan of 200,000 at 6% over thirty years, its first instalment due on 1 February 2024."""
    given: dict[str, Any] = {
        "balance": "200000.00",
        "note_rate": "0.06",
        "servicing_rate": "0.0025",
        "original_balance": "200000.00",
        "original_term_months": 360,
        "remaining_term_months": 360,
        "seasoning_months": "0",
        "paid_to_date": "2024-01-01",
        "first_due_date": DUE,
        "maturity_date": "2054-01-01",
        "amortization_type": "fixed",
        "loan_to_value": "0.8",
    }
    given |= more
    return LoanBoarded(event_id=f"board/{name}", deal=DEAL, effective_date=ISSUED, loan=name, group=group, **given)


def adjustable(name: str, **more: Any) -> LoanBoarded:
    """Return a loan that adjusts each year from 1 March 2024 on, to the index and 2.75%, by 2% at most."""
    given: dict[str, Any] = {
        "amortization_type": "adjustable",
        "index_name": CMT,
        "margin": "0.0275",
        "reset_months": 12,
        "first_reset_date": "2024-03-01",
        "cap_up": "0.02",
        "cap_down": "0.02",
        "max_rate": "0.11",
        "min_rate": "0.0275",
        "look_back_days": 45,
    }
    return loan(name, "arm", **(given | more))


POOL = (
    loan("level"),
    loan("interest-only", interest_only_months=60),
    loan("balloon", balloon_months=84),
    loan("short", balance="100000.00", original_balance="100000.00", original_term_months=180,
         remaining_term_months=180, maturity_date="2039-01-01"),
    adjustable("arm"),
)  # fmt: skip


def noted(pool: Iterable[LoanBoarded] = POOL, **more: Any) -> Ledger:
    """Open the deal in memory with these loans and a figure of the index."""
    ledger, known, boarded = Ledger.create("sqlite://"), terms(**more), tuple(pool)
    figure = IndexPublished(
        event_id="cmt/2024-01-12", deal=DEAL, effective_date="2024-01-12", as_of="2024-01-11", index=CMT, rate="0.0481"
    )

    def post(made: Ledger) -> None:
        made.open_deal(DEAL, known).or_raise()
        made.post_many([*boarded, figure]).or_raise()

    begun(ledger, ("noted", known, boarded), post)
    return ledger


def amount(event: Event, *names: str) -> Decimal:
    """Return the sum of some amounts of an event."""
    return sum((getattr(event, name) for name in names), Decimal(0))
