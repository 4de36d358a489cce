"""A deal whose structure came with the fourth rules: an accrual class, and seniors that share by face."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ledger import (
    AccreteInterest,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassPrincipalReported,
    ClassRate,
    CollectionReceived,
    Dated,
    DealTerms,
    Ledger,
    LoanGroup,
    Node,
    PayInterest,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    Sharing,
    Trigger,
    TriggerBroughtForward,
    TriggerDeclared,
    TriggerKind,
)

DEAL = "alder-2024-1"
PAID = dt.date(2024, 2, 26)


def terms() -> DealTerms:
    """Return the terms: two classes paid by face, then one that accrues until they are retired."""
    coupon = ClassRate(kind=RateKind.FIXED, rate="0.05")
    return DealTerms(
        title="Alder Trust 2024-1",
        cut_off_date="2024-01-01",
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2054-01-26"),
        groups=(LoanGroup(group_id="one", original_balance="100000.00", original_loan_count=1),),
        classes=(
            BondClass(class_id="A", face="55000.00", rate=coupon),
            BondClass(class_id="S", face="5000.00", rate=coupon),
            BondClass(class_id="B", face="30000.00", rate=coupon),
            BondClass(class_id="Z", face="10000.00", rate=coupon, rank=2),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
        ),
        waterfall=(
            AccreteInterest(classes=("Z",), until=("A", "B")),
            PayInterest(classes=("A", "S", "B", "Z")),
            PayReportedPrincipal(classes=("S",)),
            PayPrincipal(structure=Node(of=(Node(of=("A", "B"), pay=Sharing.PRO_RATA_FACE), "Z"))),
            PayResidual(classes=("R",)),
        ),
        triggers=(
            Trigger(trigger_id="default", kind=TriggerKind.DECLARED),
            Trigger(trigger_id="loss", kind=TriggerKind.POOL_FACTOR, limit="0.10", curable=False),
        ),
    )


def live(ledger: Ledger, clock: Callable[[str], None]) -> None:
    """Let a month pass, close it with what the gate names, and pay it."""
    clock("2024-01-15 10:00:00")
    ledger.open_deal(DEAL, terms()).or_raise()
    began: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 1, 15)}
    due: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 2, 1)}
    clock("2024-02-16 10:00:00")
    ledger.post_many(
        [
            PoolBalanceBroughtForward(event_id="pool", group="one", balance="100000.00", loan_count=1, **began),
            TriggerBroughtForward(event_id="tripped", trigger="loss", in_force_since="2024-01-15", **began),
            ScheduledPaymentDue(event_id="due", group="one", principal="900.00", interest="500.00", **due),
            ClassPrincipalReported(event_id="said", deal=DEAL, effective_date=PAID, class_id="S", amount="100.00"),
            TriggerDeclared(event_id="declared", trigger="default", in_force=True, reason="servicer default", **due),
            CollectionReceived(event_id="paid", group="one", principal="900.00", interest="500.00", **due),
        ]
    ).or_raise()
    clock("2024-02-20 18:00:00")
    named = dict.fromkeys(ledger.readiness(DEAL, PAID).codes_to_acknowledge, "as the servicer's letter says")
    ledger.close_period(DEAL, PAID, acknowledge=named, who="Ada").or_raise()
    clock("2024-02-26 12:00:00")
    ledger.distribute(DEAL, PAID).or_raise()
