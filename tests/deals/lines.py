"""Two loans of 150,000 that can be drawn on, or modified: months of whole calendar months, paid on the 25th."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ledger import (
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    DealTerms,
    Event,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
    ScheduledPaymentDue,
)

DEAL = "lines"
FEB, MAR, APR = dt.date(2024, 2, 26), dt.date(2024, 3, 25), dt.date(2024, 4, 25)
STEPS = (PayInterest(classes=("A", "B")), PayPrincipal(classes=("A", "B")), PayResidual(classes=("R",)))
STAYS = "stays in the stated balance until liquidation"


def on(day: str, **fields: Any) -> dict[str, Any]:
    """Return what every event of the deal and a day says."""
    return {"deal": DEAL, "effective_date": day, **fields}


def lines_deal(**more: Any) -> Ledger:
    """Open the deal: class A of 200,000 (which can rise to 260,000) and B of 50,000 at 6%, R takes the rest."""
    coupon: dict[str, Any] = {
        "rate": ClassRate(kind=RateKind.FIXED, rate="0.06"), "day_count": "30/360", "accrual": "prior calendar month",
    }  # fmt: skip
    given: dict[str, Any] = {"waterfall": STEPS, "groups": (LoanGroup(group_id="one"),)} | more
    terms = DealTerms(
        title="Lines",
        cut_off_date="2024-01-01",
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date=FEB, final_payment_date="2054-01-26", due_day=31),
        classes=(
            BondClass(class_id="A", face="200000.00", maximum_balance="260000.00", **coupon),
            BondClass(class_id="B", face="50000.00", rank=2, **coupon),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
        ),
        **given,
    )
    ledger = Ledger.create("sqlite://")
    ledger.open_deal(DEAL, terms).or_raise()
    boarded = (
        LoanBoarded(
            event_id=f"board/{loan}",
            loan=loan,
            group="one",
            balance="150000.00",
            note_rate="0.12",
            credit_limit=limit,
            **on("2024-01-01"),
        )
        for loan, limit in (("1", "150500.00"), ("2", None))
    )
    ledger.post_many(boarded).or_raise()
    return ledger


def month(number: int, extra: Iterable[Event] = (), interest: Mapping[str, str] | None = None) -> list[Event]:
    """Each loan owes and pays 100.00 and 1,500.00 on the 28th of the month before; ``interest`` is paid otherwise."""
    day, events = f"2024-{number - 1:02d}-28", list[Event]()
    for loan in ("1", "2"):
        key, came = f"{number}/{loan}", (interest or {}).get(loan, "1500.00")
        events.append(
            ScheduledPaymentDue(event_id=f"due/{key}", principal="100.00", interest="1500.00", **on(day, loan=loan))
        )
        events.append(
            CollectionReceived(event_id=f"paid/{key}", principal="100.00", interest=came, **on(day, loan=loan))
        )
    return [*events, *extra]


def settle(ledger: Ledger, paid: dt.date) -> None:
    """Close a month with what the gate names, and pay it."""
    named = dict.fromkeys(ledger.readiness(DEAL, paid).codes_to_acknowledge, "as it is")
    ledger.close_period(DEAL, paid, acknowledge=named, who="Ada").or_raise()
    ledger.distribute(DEAL, paid).or_raise()


def classes(ledger: Ledger, paid: dt.date) -> dict[str, tuple[str, str, str, str]]:
    """Return interest, principal, loss and closing balance of each class."""
    found = ledger.distribution(DEAL, paid).classes
    return {
        name: (
            f"{item.interest.decimal:.2f}", f"{item.principal.decimal:.2f}", f"{item.loss.decimal:.2f}",
            f"{item.result.closing_balance.decimal:.2f}",
        )
        for name, item in found.items()
    }  # fmt: skip


def pool(ledger: Ledger, paid: dt.date) -> str:
    """Return the closing pool."""
    return f"{ledger.distribution(DEAL, paid).collateral.total.closing_balance.decimal:.2f}"
