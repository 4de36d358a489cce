"""A rendered statement says exactly what the statement holds: whatever the deal, the reader gets every figure back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import replay
from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanLiquidated,
    LoanStatusChanged,
    LossLimit,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    RateKind,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Trigger,
    TriggerKind,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.filing import Filing, read_trustee_filing
from replay.render.text import render_text

Place = tuple[int, str, str, str, str]

MONTHLY = {"day_count": DayCount.THIRTY_360, "accrual": AccrualRule.PRIOR_CALENDAR_MONTH}
POOLS = {"one": "Pool I", "two": "Pool II", "three": "Pool III"}
CUT_OFF = date(2003, 3, 1)
DUE = date(2003, 4, 1)
PAID_BACK = date(2003, 3, 14)
RECORD_DATE = date(2003, 3, 31)


def three_pools() -> DealTerms:
    """Return a deal of three pools and four classes, with triggers and many fees, without overcollateralization."""
    fees = [
        Fee(fee_id=f"fee-{number}", title=title, basis=FeeBasis.POOL_BALANCE, rate="0.0001")
        for number, title in enumerate(("Trustee Fee", "Back-Up Servicing Fee", "Special Servicing and Workout Fee (2)"))
    ]
    limits = (LossLimit(from_date="2003-03-01", limit="0.01"), LossLimit(from_date="2005-03-01", limit="0.02"))
    return DealTerms(
        title="Example Home Equity Trust 2003-A",
        series="2003-A",
        description="Mortgage Pass-Through Certificates",
        cut_off_date=CUT_OFF,
        closing_date="2003-03-20",
        calendar=CalendarTerms(first_payment_date="2003-04-25", final_payment_date="2033-04-25"),
        groups=tuple(
            LoanGroup(group_id=group, number=number, title=title, adjustable=group != "one", original_balance="2000000")
            for number, (group, title) in enumerate(POOLS.items(), 1)
        ),
        classes=(
            BondClass(
                class_id="A-1",
                face="3000000",
                description="SEN",
                cusip="00000AAA1",
                rate=ClassRate(kind=RateKind.FLOATING, index="LIBOR-1M", margin="0.002"),
            ),
            BondClass(
                class_id="A-2",
                face="2000000",
                description="SEN FIX",
                rate=ClassRate(kind=RateKind.FIXED, rate="0.055"),
                **MONTHLY,
            ),
            BondClass(
                class_id="M-1", face="1000000", rank=2, rate=ClassRate(kind=RateKind.FIXED, rate="0.07"), **MONTHLY
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
        ),
        fees=(*fees, Fee(fee_id="pmi", title="Mortgage Insurance", basis=FeeBasis.POSTED)),
        triggers=(
            Trigger(trigger_id="delinquency", title="Delinquency Test", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.5"),
            Trigger(trigger_id="loss", kind=TriggerKind.CUMULATIVE_LOSS, schedule=limits),
        ),
        waterfall=(
            PayInterest(classes=("A-1", "A-2", "M-1")),
            PayPrincipal(classes=("A-1", "A-2", "M-1")),
            PayResidual(classes=("R",)),
        ),
    )


def boarded(deal: str, group: str, number: int) -> LoanBoarded:
    """Return one of a pool's twenty loans."""
    return LoanBoarded(
        event_id=f"board/{group}/{number}",
        deal=deal,
        effective_date=CUT_OFF,
        loan=f"{group}-{number:04}",
        group=group,
        balance="100000",
        original_balance="104250.75",
        note_rate="0.0775",
        servicing_rate="0.005",
        original_term_months=360,
        origination_date="2001-11-30",
        state="CA",
        loan_to_value="0.7999",
    )


def month(deal: str, groups: tuple[str, ...], *, eventful: bool) -> Iterator[Event]:
    """Yield a first month: instalments and fees; where it is eventful, also a payoff, a loss, and loans behind."""
    on: Dated = {"deal": deal, "effective_date": DUE}
    before: Dated = {"deal": deal, "effective_date": PAID_BACK}
    for group in groups:
        owed = {"group": group, "principal": "4321.09", "interest": "12916.67"}
        yield from (boarded(deal, group, number) for number in range(1, 21))
        yield ScheduledPaymentDue(event_id=f"due/{group}", **owed, **on)
        yield CollectionReceived(event_id=f"collected/{group}", **owed, **on)
        yield ServicingFeeWithheld(event_id=f"fee/{group}", group=group, amount="833.33", **on)
    if not eventful:
        return
    for loan in ("one-0001", "three-0002"):
        yield PayoffCollected(event_id=f"payoff/{loan}", loan=loan, amount="100000", note_rate="0.0775", **before)
    yield CurtailmentCollected(event_id="curtailment", loan="two-0003", amount="12000.50", **before)
    yield LoanLiquidated(
        event_id="liquidated",
        loan="two-0004",
        balance="100000",
        net_proceeds="61234.56",
        realized_loss="38765.44",
        **before,
    )
    yield InstalmentReportedDelinquent(event_id="late", group="three", principal="216.05", interest="645.83", **on)
    for loan, status, bucket in (
        ("one-0005", "performing", "2 payments"),
        ("two-0006", "foreclosure", "3+ payments"),
        ("three-0007", "reo", "3+ payments"),
        ("three-0008", "bankruptcy", "current"),
    ):
        yield LoanStatusChanged(event_id=f"status/{loan}", loan=loan, status=status, bucket=bucket, **before)


def built(terms: DealTerms, *, eventful: bool) -> replay.Statement:
    """Return the statement of a deal's first distribution."""
    ledger = Ledger.create("sqlite://")
    ledger.open_deal("deal", terms).or_raise()
    events = list(month("deal", terms.group_ids, eventful=eventful))
    ledger.post(
        IndexRateSet(event_id="index", deal="deal", effective_date="2003-03-20", index="LIBOR-1M", rate="0.013")
    ).or_raise()
    ledger.post_many(events).or_raise()
    return replay.statement(ledger, "deal", RECORD_DATE)
