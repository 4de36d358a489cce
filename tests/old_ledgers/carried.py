"""A deal that is carried in mid-life, known by its groups alone, whose bonds are paid by hand; under an awkward name.

One month is closed and paid; then a fact of it comes late, which these terms report in the next open distribution.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from ledger import (
    AmountBroughtForward,
    BondClass,
    BondInterestPaid,
    BondLossAllocated,
    BondLossPaid,
    BondShortfallRecorded,
    BondWrittenUp,
    CalendarTerms,
    CharacteristicsBroughtForward,
    ClassBalanceBroughtForward,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DelinquencyBroughtForward,
    Event,
    InsurerPaymentReceived,
    InsurerReimbursed,
    LateEvents,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    PerformanceBroughtForward,
    PoolBalanceBroughtForward,
    RateKind,
    RecordDateRule,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)

DEAL = "carried 2019-3 (A+B)/#2"
ENTERED, PAID, NEXT = dt.date(2021, 1, 20), dt.date(2021, 2, 22), dt.date(2021, 3, 22)
MEASURES = (
    ("interest paid", None, "A", "410234.56", 0),
    ("interest paid", None, "Z", "20111.11", 0),
    ("unpaid interest", None, "B", "12.3456", 0),
    ("basis risk", None, "A", "7.6543", 0),
    ("insurer reimbursement", None, "A", "250.00", 0),
    ("class losses", None, "B", "1000.00", 0),
    ("scheduled principal", None, None, "30000.00", 0),
    ("unscheduled principal", None, None, "69000.00", 0),
    ("payoffs", "one", None, "60000.00", 1),
    ("curtailments", "one", None, "9000.00", 0),
    ("repurchases", "one", None, "5000.00", 1),
    ("special repurchases", "one", None, "500.00", 1),
    ("liquidations", "one", None, "4000.00", 1),
    ("liquidation proceeds", "one", None, "3000.00", 0),
    ("realized losses", "one", None, "1000.00", 1),
    ("unreimbursed advances", "one", None, "321.09", 0),
)
"""What each measure brings forward: its name, the group or class, the amount and the count."""


def terms() -> DealTerms:
    """Return the terms: due dates at the end of the month, the record date the day before payment."""
    return DealTerms(
        title="Übernommen 2019-3",
        rules=1,
        trustee="Fiduciária Lisboa, S.A.",
        cut_off_date="2019-06-01",
        closing_date="2019-06-27",
        calendar=CalendarTerms(
            first_payment_date="2019-07-22",
            payment_day=20,
            due_day=31,
            prepayment_start_day=16,
            record_date=RecordDateRule.DAY_BEFORE_PAYMENT,
            final_payment_date="2049-06-21",
        ),
        groups=(LoanGroup(group_id="one", title="One", original_balance="1100000.00", original_loan_count=11),),
        classes=(
            BondClass(
                class_id="A",
                face="900000.00",
                rate=ClassRate(kind=RateKind.FIXED, rate="0.0512345"),
                insured=True,
            ),
            BondClass(class_id="B", face="200000.00", rank=2, rate=ClassRate(kind=RateKind.NET_WAC)),
            BondClass(class_id="Z", kind=ClassKind.RESIDUAL, rank=3),
        ),
        waterfall=(
            PayInterest(classes=("A", "B")),
            PayPrincipal(classes=("A", "B")),
            PayResidual(classes=("Z",)),
        ),
        late_events=LateEvents.NEXT_DISTRIBUTION,
    )


def brought_forward() -> Iterator[Event]:
    """Yield what the deal carries with it."""
    on: Dated = {"deal": DEAL, "effective_date": ENTERED}
    yield PoolBalanceBroughtForward(event_id="bf/pool", group="one", balance="1000000.00", loan_count=10, **on)
    yield ClassBalanceBroughtForward(event_id="bf/A", class_id="A", balance="800000.00", retired="100000.00", **on)
    yield ClassBalanceBroughtForward(event_id="bf/B", class_id="B", balance="199000.00", retired="1000.00", **on)
    for measure, group, class_id, amount, count in MEASURES:
        yield AmountBroughtForward(
            event_id=f"bf/{measure.replace(' ', '-')}/{class_id or group or 'deal'}",
            measure=measure,
            group=group,
            class_id=class_id,
            amount=amount,
            count=count,
            **on,
        )
    yield CharacteristicsBroughtForward(
        event_id="bf/averages", group="one", coupon="0.0725", months_to_maturity="340.5", **on
    )
    for day, mortality in ((dt.date(2020, 12, 21), "0.00731"), (ENTERED, "0.0125")):
        yield PerformanceBroughtForward(
            event_id=f"bf/speeds/{day}",
            deal=DEAL,
            effective_date=day,
            group="one",
            single_monthly_mortality=mortality,
            seasoning_months="18.5",
            monthly_default_rate="0.0004",
            loss_severity="0.25",
        )
        yield DelinquencyBroughtForward(
            event_id=f"bf/behind/{day}",
            deal=DEAL,
            effective_date=day,
            sixty_days_or_more="30000.00",
            ninety_days_or_more="12000.00",
        )
    yield LoanBoarded(
        event_id="bf/loan/7",
        loan="7",
        group="one",
        balance="0.00",
        loan_count=0,
        balance_in_group="88000.00",
        note_rate="0.0725",
        servicing_rate="0.0025",
        **on,
    )


def month(number: int, interest: str) -> Iterator[Event]:
    """Yield a month of the whole group: what fell due at the end of the month before the payment, and was paid."""
    last = dt.date(2021, number, 1) - dt.timedelta(days=1)
    on: Dated = {"deal": DEAL, "effective_date": last}
    yield ScheduledPaymentDue(event_id=f"{last}/due", group="one", principal="1500.00", interest=interest, **on)
    yield CollectionReceived(event_id=f"{last}/paid", group="one", principal="1500.00", interest=interest, **on)
    yield ServicingFeeWithheld(event_id=f"{last}/servicing", group="one", amount="208.33", **on)


def by_hand() -> Iterator[Event]:
    """Yield what the paying agent wrote down besides what the waterfall computes: the insurer, a loss, and its end."""
    on: Dated = {"deal": DEAL, "effective_date": PAID}
    yield InsurerPaymentReceived(
        event_id="hand/insurer", class_id="A", interest="75.00", principal="0.00", reason="policy № 7", **on
    )
    yield InsurerReimbursed(event_id="hand/reimbursed", class_id="A", amount="50.00", **on)
    yield BondInterestPaid(event_id="hand/interest", class_id="B", amount="20.00", **on)
    yield BondLossAllocated(event_id="hand/loss", class_id="B", amount="300.00", **on)
    yield BondWrittenUp(event_id="hand/written-up", class_id="B", amount="120.00", **on)
    yield BondLossPaid(event_id="hand/loss-paid", class_id="B", out_of_interest="5.00", **on)
    yield BondShortfallRecorded(
        event_id="hand/shortfall",
        class_id="B",
        shortfall="unpaid interest",
        incurred="5.4321",
        recovered="1.2345",
        **on,
    )


def live(ledger: Ledger, clock: Callable[[str], None]) -> None:
    """Let the deal be carried in, closed, paid, and told something late."""
    clock("2021-01-25 10:00:00")
    ledger.open_deal(DEAL, terms()).or_raise()
    ledger.post_many(brought_forward()).or_raise()
    clock("2021-02-16 10:00:00.000007")
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 18)}
    ledger.post_many(
        [
            *month(2, "5987.65"),
            PayoffCollected(event_id="payoff/7", loan="7", amount="88000.00", note_rate="0.0725", loan_count=0, **on),
        ]
    ).or_raise()
    clock("2021-02-19 18:00:00")
    ledger.close_period(DEAL, PAID).or_raise()
    clock("2021-02-22 12:00:00")
    ledger.distribute(DEAL, PAID).or_raise()
    ledger.post_many(by_hand()).or_raise()
    clock("2021-03-02 09:00:00")
    late = CurtailmentCollected(
        event_id="late/curtailment", deal=DEAL, effective_date=dt.date(2021, 2, 3), group="one", amount="600.00"
    )
    ledger.post(late).or_raise()
    ledger.post_many(month(3, "5432.10")).or_raise()
