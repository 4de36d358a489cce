"""A deal with what came with accounts: a reserve, a fee billed and claimed in its turn, an insurer owed interest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from ledger import (
    AccountTarget,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    Dated,
    DealTerms,
    DrawAccount,
    Event,
    Fee,
    FeeBasis,
    FeeBilled,
    FundAccount,
    Ledger,
    LoanGroup,
    PayFee,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    TrustAccount,
    TrustAccountDeposited,
    TrustAccountEarned,
    TrustAccountReported,
)

DEAL = "birch-2024-1"
PAID = (dt.date(2024, 2, 26), dt.date(2024, 3, 25))


def terms() -> DealTerms:
    """Return the terms: one insured class, a reserve of a hundred dollars, and a trustee who is paid last."""
    return DealTerms(
        title="Birch Trust 2024-1",
        cut_off_date="2024-01-01",
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2054-01-26"),
        groups=(LoanGroup(group_id="one"),),
        classes=(
            BondClass(
                class_id="A",
                face="100000.00",
                rate=ClassRate(kind=RateKind.FIXED, rate="0.06"),
                insured=True,
                insurer_rate="0.12",
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
        ),
        fees=(Fee(fee_id="trustee", title="Trustee Expenses", basis=FeeBasis.BILLED, in_waterfall=True),),
        accounts=(TrustAccount(account_id="reserve", initial_deposit="100.00", target=AccountTarget(amount="100.00")),),
        waterfall=(
            DrawAccount(account="reserve", classes=("A",)),
            PayInterest(classes=("A",)),
            PayPrincipal(classes=("A",)),
            FundAccount(account="reserve"),
            PayFee(fee_id="trustee"),
            PayResidual(classes=("R",)),
        ),
    )


def month(number: int, interest: str) -> Iterator[Event]:
    """Yield a month: what fell due and was paid, what the reserve earned and is said to hold, and a bill."""
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2024, number, 1)}
    tag = f"2024-{number}"
    yield ScheduledPaymentDue(event_id=f"{tag}/due", group="one", principal="900.00", interest=interest, **on)
    yield CollectionReceived(event_id=f"{tag}/paid", group="one", principal="900.00", interest=interest, **on)
    yield TrustAccountEarned(event_id=f"{tag}/earned", account_id="reserve", amount="0.40", **on)
    balance = "100.40" if number == PAID[0].month else "0.40"
    yield TrustAccountReported(event_id=f"{tag}/told", account_id="reserve", balance=balance, **on)
    yield FeeBilled(event_id=f"{tag}/bill", fee_id="trustee", amount="25.00", **on)


def live(ledger: Ledger, clock: Callable[[str], None]) -> None:
    """Let a month pass that the reserve and the insurer have to help out in, and one that fills the reserve again."""
    clock("2024-01-15 10:00:00")
    ledger.open_deal(DEAL, terms()).or_raise()
    began: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 1, 15)}
    ledger.post_many(
        [
            PoolBalanceBroughtForward(event_id="pool", group="one", balance="100000.00", loan_count=1, **began),
            TrustAccountDeposited(event_id="reserve", account_id="reserve", amount="100.00", **began),
        ]
    ).or_raise()
    for paid, interest in zip(PAID, ("400.00", "620.00"), strict=True):
        clock(f"{paid} 10:00:00")
        ledger.post_many(month(paid.month, interest)).or_raise()
        named = dict.fromkeys(ledger.readiness(DEAL, paid).codes_to_acknowledge, "as it was")
        ledger.close_period(DEAL, paid, acknowledge=named).or_raise()
        ledger.distribute(DEAL, paid).or_raise()
