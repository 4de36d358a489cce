"""Notes on a reference pool, which their issuer pays: a month with a credit event, and one with a recovery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from ledger import (
    BondClass,
    CalendarTerms,
    ClassRate,
    CreditEventReported,
    Dated,
    DealTerms,
    Event,
    IssuerPaymentReceived,
    Ledger,
    LoanGroup,
    PaidBy,
    PayInterest,
    PayPrincipal,
    PoolBalanceBroughtForward,
    RateKind,
    ReferencePrincipalDue,
    ReferencePrincipalPrepaid,
    ReferenceRecoveryReported,
    Sharing,
)

DEAL = "hazel-2024-1"
PAID = (dt.date(2024, 2, 26), dt.date(2024, 3, 25))


def terms() -> DealTerms:
    """Return the terms: a class that the issuer holds, and notes that share with it."""
    return DealTerms(
        title="Hazel Notes 2024-1",
        cut_off_date="2024-01-01",
        closing_date="2024-01-25",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2044-01-25"),
        groups=(LoanGroup(group_id="pool", original_balance="100000.00", original_loan_count=10),),
        classes=(
            BondClass(class_id="H", face="90000.00", retained=True),
            BondClass(class_id="M", face="10000.00", rank=2, rate=ClassRate(kind=RateKind.FIXED, rate="0.036")),
        ),
        waterfall=(PayInterest(classes=("M",)), PayPrincipal(classes=("H", "M"), sharing=Sharing.PRO_RATA_BALANCE)),
        paid_by=PaidBy.ISSUER,
    )


def events(paid: dt.date, principal: str, interest: str) -> Iterator[Event]:
    """Yield what the pool did in the month before a payment, and what the issuer paid."""
    before: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1) - dt.timedelta(days=1)}
    if paid == PAID[0]:
        yield ReferencePrincipalDue(event_id="due", group="pool", amount="4000.00", **before)
        yield ReferencePrincipalPrepaid(event_id="ahead", group="pool", amount="6000.00", loan_count=1, **before)
        yield CreditEventReported(
            event_id="event", group="pool", balance="500.00", recovered="100.00", realized_loss="400.00", **before
        )
    else:
        yield ReferencePrincipalDue(event_id="due/2", group="pool", amount="900.00", **before)
        yield ReferenceRecoveryReported(event_id="recovered", group="pool", amount="100.00", **before)
    yield IssuerPaymentReceived(
        event_id=f"{paid}/issuer", deal=DEAL, effective_date=paid, group="pool", principal=principal, interest=interest
    )


def live(held: Ledger, clock: Callable[[str], object]) -> None:
    """Open the deal, and close and pay its two months."""
    clock("2024-03-25 09:30:00.000501")
    held.open_deal(DEAL, terms()).or_raise()
    pool = PoolBalanceBroughtForward(
        event_id="pool", deal=DEAL, effective_date="2024-01-01", group="pool", balance="100000.00", loan_count=10
    )
    held.post(pool).or_raise()
    for paid, principal, interest in zip(PAID, ("1010.00", "97.00"), ("32.00", "24.05"), strict=True):
        held.post_many(events(paid, principal, interest)).or_raise()
        held.close_period(DEAL, paid).or_raise()
        held.distribute(DEAL, paid).or_raise()
