"""A published month of an auto loan trust (USAA 2007-1, January 2008): its collections and its reserve excess.

The servicer's report gives what was collected, advanced and reimbursed, and what the reserve fund held above its
requirement. From these the ledger derives the report's own totals: 5a available principal collections, 5b available
interest collections, 5e available collections, and II.D available funds.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from ledger import (
    AccountTarget,
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    AmountBroughtForward,
    BondClass,
    CalendarTerms,
    ClassBalanceBroughtForward,
    ClassKind,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    Measure,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RecoverySource,
    ReleaseAccount,
    ScheduledPaymentDue,
    TrustAccount,
    TrustAccountDeposited,
)
from replay import statement

DEAL = "auto-2007"
PAID = dt.date(2008, 2, 15)
POOL, HELD, REQUIRED = "900000000.00", "5000448.83", "4550000.00"
"""Not in the excerpt: any pool, and any reserve that stands 450,448.83 above what is required."""


def terms() -> DealTerms:
    return DealTerms(
        title="Auto Owner Trust",
        cut_off_date="2007-06-01",
        closing_date="2007-06-14",
        calendar=CalendarTerms(
            first_payment_date="2007-07-16",
            payment_day=15,
            due_day=31,
            determination_day=13,
            final_payment_date="2013-12-16",
        ),
        groups=[LoanGroup(group_id="pool", original_balance="1222030779.00")],
        classes=[BondClass(class_id="A", face=POOL), BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2)],
        accounts=[TrustAccount(account_id="reserve", title="Reserve Fund", target=AccountTarget(amount=REQUIRED))],
        waterfall=[ReleaseAccount(account="reserve"), PayPrincipal(classes=["A"]), PayResidual(classes=["R"])],
    )


def test_the_published_totals_follow_from_the_published_lines(ledger: Ledger) -> None:
    before: Dated = {"deal": DEAL, "effective_date": dt.date(2008, 1, 15)}
    month: Dated = {"deal": DEAL, "effective_date": dt.date(2008, 1, 31)}
    advance = "21860.99"
    ledger.open_deal(DEAL, terms()).or_raise()
    ledger.post_many(
        [
            PoolBalanceBroughtForward(event_id="pool", group="pool", balance=POOL, loan_count=60_000, **before),
            ClassBalanceBroughtForward(event_id="A", class_id="A", balance=POOL, retired="0.00", **before),
            TrustAccountDeposited(event_id="reserve", account_id="reserve", amount=HELD, **before),
            AmountBroughtForward(
                event_id="advances", measure=Measure.ADVANCES, group="pool", amount="24912.14", **before
            ),
            # 1a and 1b with 2b, and what the servicer advanced of interest (5c).
            ScheduledPaymentDue(event_id="due", group="pool", principal="17361552.55", interest="5539593.09", **month),
            CollectionReceived(
                event_id="received", group="pool", principal="17361552.55", interest="5517732.10", **month
            ),
            AdvanceMade(event_id="advanced", group="pool", principal="0.00", interest=advance, **month),
            CurtailmentCollected(event_id="prepaid", group="pool", amount="15939276.26", **month),  # 2a
            LoanLiquidated(  # 4a, 4b, 4c
                event_id="defaulted",
                group="pool",
                balance="427498.13",
                accrued_interest="0.00",
                net_proceeds="135334.89",
                realized_loss="292163.24",
                **month,
            ),
            # 5d is taken out of all that was collected.
            AdvanceDeclaredNonrecoverable(
                event_id="declared", group="pool", principal="0.00", interest="24912.14", **month
            ),
            AdvanceRecovered(
                event_id="reimbursed",
                group="pool",
                principal="0.00",
                interest="24912.14",
                source=RecoverySource.ANY_FUNDS,
                **month,
            ),
        ]
    ).or_raise()
    report = ledger.distribution(DEAL, PAID)
    account = report.account
    assert str(account.principal_funds.decimal) == "33436163.70"  # 5a
    assert str(account.interest_collections("pool").decimal) == "5539593.09"  # 5b
    assert str((account.principal_funds + account.interest_funds).decimal) == "38950844.65"  # 5e
    assert str(report.accounts["reserve"].released.decimal) == "450448.83"  # II.B
    paid = sum(item.distribution.value for item in report.classes.values())
    assert str(report.accounts["reserve"].closing.decimal) == REQUIRED
    assert paid == Fraction("39401293.48")  # II.D
    figures = {figure.line: figure.printed for figure in statement(ledger, DEAL, payment_date=PAID).figures}
    assert figures["Reserve Fund: Released"] == "450,448.83"
