"""A deal of one group that reports as a whole: a million dollars, one class and a residual, in round numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    Dated,
    DayCount,
    DealTerms,
    DerivativeContract,
    Event,
    Ledger,
    LoanGroup,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    Readiness,
    ScheduledPaymentDue,
    Step,
)

DEAL = "small"
ISSUED = dt.date(2020, 12, 1)
DUE, PAID = dt.date(2021, 1, 1), dt.date(2021, 1, 25)
REMITTED = dt.date(2021, 1, 22)
ON: Dated = {"deal": DEAL, "effective_date": DUE}
FIXED = ClassRate(kind=RateKind.FIXED, rate="0.06")
PAY: tuple[Step, ...] = (
    PayDerivatives(),
    PayInterest(classes=["A"]),
    PayPrincipal(classes=["A"]),
    PayResidual(classes=["R"]),
)


def terms(rate: ClassRate = FIXED, waterfall: tuple[Step, ...] = PAY, **more: Any) -> DealTerms:
    """Return the terms: class A has the face of the pool and accrues 30/360 over the calendar month before."""
    return DealTerms(
        title="Small Trust",
        cut_off_date=ISSUED,
        closing_date=ISSUED,
        calendar=CalendarTerms(first_payment_date=PAID, final_payment_date="2030-12-26"),
        groups=[LoanGroup(group_id="pool")],
        classes=[
            BondClass(
                class_id="A",
                face="1000000.00",
                rate=rate,
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
        ],
        derivatives=[DerivativeContract(contract="CAP", kind="cap")],
        waterfall=waterfall,
        **more,
    )


def due(principal: str = "1000.00", interest: str = "10000.00") -> ScheduledPaymentDue:
    """Return what fell due on the group."""
    return ScheduledPaymentDue(event_id="due", group="pool", principal=principal, interest=interest, **ON)


def paid(principal: str = "1000.00", interest: str = "10000.00") -> CollectionReceived:
    """Return what was paid of it."""
    return CollectionReceived(event_id="paid", group="pool", principal=principal, interest=interest, **ON)


def small_deal(ledger: Ledger, given: DealTerms | None = None) -> Ledger:
    """Open the deal with its pool."""
    ledger.open_deal(DEAL, terms() if given is None else given).or_raise()
    pool = PoolBalanceBroughtForward(
        event_id="pool", deal=DEAL, effective_date=ISSUED, group="pool", balance="1000000.00", loan_count=10
    )
    ledger.post(pool).or_raise()
    return ledger


def small_month(events: Iterable[Event], given: DealTerms | None = None) -> Readiness:
    """Return what the gate finds of the first month of a deal of its own, with these events in it."""
    with Ledger.create("sqlite://") as ledger:
        posted = list(events)
        small_deal(ledger, given)
        if posted:
            ledger.post_many(posted).or_raise()
        return ledger.readiness(DEAL, PAID)


def codes(ready: Readiness) -> set[str]:
    """Return the codes that are found."""
    return {item.code for item in ready.findings}


def corrected(event: Event, **changes: Any) -> Event:
    """Return an event with other values."""
    return attrs.evolve(event, **changes)
