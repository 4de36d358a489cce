"""A made-up trust on its way through the months, with what must always hold of it.

It has one pool of 1,000,000 unless a case says otherwise, pays on the 25th from January 2021 on, and accrues 30/360.
After every distribution the accounts are empty and the books carry the balances that the report shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ledger import (
    AccrualRule,
    AsOf,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    Dated,
    DayCount,
    DealTerms,
    DistributionReport,
    Event,
    Exact,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    Step,
)
from tests.deals.closing import closed

DEAL = "trust"
CUT_OFF = dt.date(2020, 12, 1)
POOL = "1000000.00"
Figures = dict[str, str]


def paid_on(month: int) -> dt.date:
    """Return the payment date of a month of 2021; the cases use January to April."""
    return dt.date(2021, month, 25)


def before(month: int, day: int = 15) -> dt.date:
    """Return a day of the prepayment period of a distribution: the calendar month before it."""
    return (dt.date(2021, month, 1) - dt.timedelta(days=1)).replace(day=day)


def bond(class_id: str, face: str, rate: str | ClassRate, rank: int, **more: Any) -> BondClass:
    terms: dict[str, Any] = {
        "day_count": DayCount.THIRTY_360,
        "accrual": AccrualRule.PRIOR_CALENDAR_MONTH,
        "rate": ClassRate(kind=RateKind.FIXED, rate=rate) if isinstance(rate, str) else rate,
    }
    return BondClass(class_id=class_id, face=face, rank=rank, **{**terms, **more})


RESIDUAL = BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=9)

PLAIN: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    PayResidual(classes=["R"]),
)


def deal(classes: Sequence[BondClass], waterfall: Sequence[Step], **more: Any) -> DealTerms:
    return DealTerms(
        title="Trust",
        cut_off_date=CUT_OFF,
        closing_date=CUT_OFF,
        calendar=CalendarTerms(first_payment_date=paid_on(1), final_payment_date=dt.date(2030, 12, 26)),
        groups=[LoanGroup(group_id="pool", original_balance=POOL, original_loan_count=10)],
        classes=classes,
        waterfall=waterfall,
        **more,
    )


class Trust:
    """One deal on its way through the months."""

    def __init__(self, ledger: Ledger, terms: DealTerms, pool: str = POOL) -> None:
        self.ledger = ledger
        self.terms = terms
        ledger.open_deal(DEAL, terms).or_raise()
        ledger.post(
            PoolBalanceBroughtForward(
                event_id="pool", deal=DEAL, effective_date=CUT_OFF, group="pool", balance=pool, loan_count=10
            )
        ).or_raise()

    def month(
        self, month: int, interest: str, principal: str, *more: Event, collected: str | None = None
    ) -> DistributionReport:
        """Post a month, close it and pay it; ``collected`` is the interest received where it is not all of it."""
        on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, month, 1)}
        due = ScheduledPaymentDue(event_id=f"{month}/due", group="pool", principal=principal, interest=interest, **on)
        received = CollectionReceived(
            event_id=f"{month}/received", group="pool", principal=principal, interest=collected or interest, **on
        )
        self.ledger.post_many([due, received, *more]).or_raise()
        closed(self.ledger, DEAL, paid_on(month))
        self.ledger.distribute(DEAL, paid_on(month)).or_raise()
        repeat = self.ledger.distribute(DEAL, paid_on(month)).or_raise()
        assert repeat.sequence == self.ledger.head(DEAL).sequence
        report = self.ledger.distribution(DEAL, paid_on(month))
        self.check(report)
        return report

    def check(self, report: DistributionReport) -> None:
        """The books after a distribution: no cash is left, and every class stands where the report says."""
        on = report.distribution.payment_date
        books = self.ledger.books(DEAL, AsOf(record_date=on))
        assert books.balance("collection_account").value == 0
        assert books.balance("distribution_account").value == 0
        for name, item in report.classes.items():
            if item.accrual.bond.kind is ClassKind.PRINCIPAL:
                assert books.balance("bond_principal", name).value == item.result.closing_balance.value
        run, backing = report.waterfall, report.collateral.total.closing_balance
        if report.terms.rules > 2:
            backing = backing + report.prefunding.closing
        assert run.overcollateralization == backing - run.closing_bonds

    def paid(self, month: int, class_id: str) -> tuple[str, str]:
        """Return the interest and the principal recorded as paid to a class."""
        item = self.ledger.distribution(DEAL, paid_on(month)).classes[class_id].recorded
        return shown(item.interest), shown(item.principal)

    def shortfall(self, on: dt.date, class_id: str, kind: str) -> str:
        """Return what the books say a class is still owed of one kind."""
        return shown(self.ledger.books(DEAL, AsOf(record_date=on)).balance("class_shortfalls", f"{class_id} {kind}"))


def shown(value: Exact) -> str:
    return f"{value.decimal:,}"


def closing(report: DistributionReport) -> Figures:
    return {
        name: shown(item.result.closing_balance)
        for name, item in report.classes.items()
        if item.accrual.bond.kind is ClassKind.PRINCIPAL
    }


def liquidated(month: int, balance: str, proceeds: str, accrued: str = "0.00") -> LoanLiquidated:
    return LoanLiquidated(
        event_id=f"{month}/liquidated",
        deal=DEAL,
        effective_date=before(month),
        group="pool",
        balance=balance,
        accrued_interest=accrued,
        net_proceeds=proceeds,
        realized_loss=Decimal(balance) + Decimal(accrued) - Decimal(proceeds),
    )


PLAIN_A: tuple[Step, ...] = (PayInterest(classes=["A"]), PayPrincipal(classes=["A"]))
