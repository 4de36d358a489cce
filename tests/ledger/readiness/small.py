"""A deal of one group that reports as a whole: a million dollars, one class and a residual, in round numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
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
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    Readiness,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Step,
)
from ledger.deal.schedule import schedule

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
        **{"rules": 2, **more},
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


LOANS = tuple(f"L{number}" for number in range(1, 11))
"""The loans of the deal where it reports by loan: a hundred thousand dollars each, at six per cent."""


def boarded(**more: Any) -> list[Event]:
    """Return the boarding of ten loans, paid to the cut-off, with a quarter of a per cent of servicing fee."""
    given: dict[str, Any] = {
        "deal": DEAL,
        "effective_date": ISSUED,
        "group": "pool",
        "balance": "100000.00",
        "note_rate": "0.06",
        "servicing_rate": "0.0025",
        "paid_to_date": ISSUED,
        "seasoning_months": 5,
        "remaining_term_months": 300,
        **more,
    }
    return [LoanBoarded(event_id=f"board/{loan}", loan=loan, **given) for loan in LOANS]


def month_of_loans(
    on: dt.date = DUE, interest: str = "500.00", received: str | None = None, unpaid: Collection[str] = ()
) -> list[Event]:
    """Return a month of the ten loans: a hundred dollars of principal and the interest fell due on each, and came."""
    found: list[Event] = []
    for loan in LOANS:
        stamp: dict[str, Any] = {"deal": DEAL, "effective_date": on, "loan": loan, "principal": "100.00"}
        found.append(ScheduledPaymentDue(event_id=f"due/{loan}/{on}", interest=interest, **stamp))
        if loan not in unpaid:
            paid_interest = interest if received is None else received
            found.append(CollectionReceived(event_id=f"paid/{loan}/{on}", interest=paid_interest, **stamp))
    return found


def fee_of_group(amount: str, on: dt.date = REMITTED) -> ServicingFeeWithheld:
    """Return the fee that was withheld for all loans together; 208.33 is what their rates give."""
    return ServicingFeeWithheld(event_id=f"fee/{on}", deal=DEAL, effective_date=on, group="pool", amount=amount)


def missed(loan: str, on: dt.date = DUE, interest: str = "500.00") -> InstalmentReportedDelinquent:
    """Return the report that a loan missed its instalment."""
    parts: dict[str, Any] = {"principal": "100.00", "interest": interest, "due_date": on}
    return InstalmentReportedDelinquent(
        event_id=f"missed/{loan}/{on}", deal=DEAL, effective_date=on, loan=loan, **parts
    )


def loans_month(
    *months: Sequence[Event], given: DealTerms | None = None, boarding: Sequence[Event] | None = None
) -> Readiness:
    """Return what the gate finds of the last of these months; those before it are closed, whatever is found."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms() if given is None else given).or_raise()
        ledger.post_many(boarded() if boarding is None else boarding).or_raise()
        for number, events in enumerate(months):
            paid_on = schedule(ledger.terms(DEAL)).payment_dates[number]
            ledger.post_many(events).or_raise()
            ready = ledger.readiness(DEAL, paid_on)
            if number < len(months) - 1:
                reason = dict.fromkeys(ready.codes_to_acknowledge, "known")
                ledger.close_period(DEAL, paid_on, acknowledge=reason, who="me").or_raise()
                ledger.distribute(DEAL, paid_on).or_raise()
        return ready


def codes(ready: Readiness) -> set[str]:
    """Return the codes that are found."""
    return {item.code for item in ready.findings}


def corrected(event: Event, **changes: Any) -> Event:
    """Return an event with other values."""
    return attrs.evolve(event, **changes)
