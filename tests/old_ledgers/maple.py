"""A deal under the second rules: what else happens to payments, and a shortfall that nobody makes up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ledger import (
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CompensatingInterestPaid,
    Dated,
    DealTerms,
    IndexPublished,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanPaymentChanged,
    MonthBuilt,
    OverpaymentReceived,
    OverpaymentRefunded,
    PayInterest,
    PaymentReturned,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    RateKind,
    ScheduledPaymentDue,
    ServicingFeeDrawn,
    ServicingFeeEarned,
    ServicingFeeWithheld,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
)

DEAL = "maple-2021-1"
PAID = dt.date(2021, 2, 25)
LOANS = ("m/1", "m/2", "m/3")


def terms() -> DealTerms:
    """Return the terms: three loans of 120,000 at 6 per cent, one class and a residual."""
    return DealTerms(
        title="Maple Trust 2021-1",
        cut_off_date="2021-01-01",
        closing_date="2021-01-15",
        calendar=CalendarTerms(first_payment_date="2021-02-25", final_payment_date="2051-01-25"),
        groups=(LoanGroup(group_id="one", original_balance="360000.00", original_loan_count=3),),
        classes=(
            BondClass(class_id="A", face="300000.00", rate=ClassRate(kind=RateKind.FIXED, rate="0.04")),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
        ),
        waterfall=(PayInterest(classes=("A",)), PayPrincipal(classes=("A",)), PayResidual(classes=("R",))),
        rules=2,
    )


def live(ledger: Ledger, clock: Callable[[str], None]) -> None:
    """Let a month pass with everything that is held for others, close it with what the gate names, and pay it."""
    clock("2021-01-15 10:00:00")
    ledger.open_deal(DEAL, terms()).or_raise()
    boarded: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 1)}
    due: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 2, 1)}
    later: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 2, 12)}
    clock("2021-02-16 10:00:00")
    ledger.post_many(
        [
            *(
                LoanBoarded(event_id=f"b/{loan}", loan=loan, group="one", balance="120000.00", note_rate="0.06",
                            servicing_rate="0.0025", **boarded)
                for loan in LOANS
            ),
            *(
                ScheduledPaymentDue(event_id=f"due/{loan}", loan=loan, principal="0.00", interest="600.00", **due)
                for loan in LOANS
            ),
            CollectionReceived(event_id="paid/1", loan="m/1", principal="0.00", interest="600.00",
                               due_date="2021-02-01", received_date="2021-01-29", **due),
            PaymentReturned(event_id="back/1", loan="m/1", principal="0.00", interest="600.00", due_date="2021-02-01",
                            reason="no funds", **later),
            InstalmentReportedDelinquent(event_id="late/1", loan="m/1", principal="0.00", interest="600.00",
                                         servicing_fee="25.00", due_date="2021-02-01", **later),
            UnappliedFundsReceived(event_id="part/2", loan="m/2", amount="650.00", reason="half a payment", **due),
            UnappliedFundsApplied(event_id="applied/2", loan="m/2", principal="0.00", interest="600.00",
                                  due_date="2021-02-01", **later),
            UnappliedFundsReturned(event_id="given/2", loan="m/2", amount="20.00", **later),
            OverpaymentReceived(event_id="over/2", loan="m/2", amount="45.00", **later),
            OverpaymentRefunded(event_id="refund/2", loan="m/2", amount="5.00", **later),
            PayoffCollected(event_id="payoff/3", loan="m/3", amount="120000.00", note_rate="0.06", deal=DEAL,
                            effective_date=dt.date(2021, 1, 11)),
            CollectionReceived(event_id="paid/3", loan="m/3", principal="0.00", interest="200.00", **due),
            ServicingFeeWithheld(event_id="fee/2", loan="m/2", amount="25.00", **later),
            ServicingFeeEarned(event_id="fee/3", loan="m/3", amount="25.00", **later),
            ServicingFeeDrawn(event_id="drawn/3", loan="m/3", amount="10.00", **later),
            CompensatingInterestPaid(event_id="ci", group="one", amount="50.00", **later),
            IndexPublished(event_id="index", index="CMT", rate="0.0012", as_of="2021-02-01", **due),
            LoanPaymentChanged(event_id="changed/1", loan="m/1", payment="610.00", **later),
            MonthBuilt(event_id="built", due_date="2021-02-01", known_through=3, instalments=3, as_due=1,
                       principal="0.00", interest="600.00", **later),
        ]
    ).or_raise()  # fmt: skip
    clock("2021-02-19 18:00:00")
    named = dict.fromkeys(ledger.readiness(DEAL, PAID).codes_to_acknowledge, "as the servicer's letter says")
    ledger.close_period(DEAL, PAID, acknowledge=named, who="Ada").or_raise()
    clock("2021-02-25 12:00:00")
    ledger.distribute(DEAL, PAID).or_raise()
