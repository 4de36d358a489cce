"""A made-up trust of two loan groups, each with classes, a target of overcollateralization and an excess of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ledger import (
    BuildOvercollateralization,
    CalendarTerms,
    CollectionReceived,
    Dated,
    DealTerms,
    DistributionReport,
    Ledger,
    LoanGroup,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    ScheduledPaymentDue,
    Step,
)
from tests.deals.closing import closed
from tests.deals.trust import CUT_OFF, DEAL, RESIDUAL, bond, paid_on

WATERFALL: tuple[Step, ...] = (
    PayInterest(classes=["A-1"], groups=["one"]),
    PayInterest(classes=["A-2"], groups=["two"]),
    PayPrincipal(classes=["A-1"], groups=["one"]),
    PayPrincipal(classes=["A-2"], groups=["two"]),
    BuildOvercollateralization(classes=["A-1"], groups=["one"]),
    BuildOvercollateralization(classes=["A-2"], groups=["two"]),
    PayResidual(classes=["R"]),
)


def two_pools(
    one: OvercollateralizationTerms | None,
    two: OvercollateralizationTerms | None,
    waterfall: Sequence[Step] = WATERFALL,
    **more: Any,
) -> DealTerms:
    """Return the terms: group one of 600,000 behind A-1 of 590,000, group two of 400,000 behind A-2 of 390,000."""
    return DealTerms(
        title="Two pools",
        cut_off_date=CUT_OFF,
        closing_date=CUT_OFF,
        calendar=CalendarTerms(first_payment_date=paid_on(1), final_payment_date=dt.date(2030, 12, 26)),
        groups=[
            LoanGroup(group_id="one", original_balance="600000.00", overcollateralization=one),
            LoanGroup(group_id="two", number=2, original_balance="400000.00", overcollateralization=two),
        ],
        classes=[
            bond("A-1", "590000", "0.06", 1, groups=["one"]),
            bond("A-2", "390000", "0.06", 1, groups=["two"]),
            RESIDUAL,
        ],
        waterfall=waterfall,
        **more,
    )


def opened(ledger: Ledger, terms: DealTerms) -> None:
    """Open the deal and carry its pools in."""
    ledger.open_deal(DEAL, terms).or_raise()
    ledger.post_many(
        PoolBalanceBroughtForward(
            event_id=f"pool/{group.group_id}", deal=DEAL, effective_date=CUT_OFF, group=group.group_id,
            balance=group.original_balance or "0.00", loan_count=10,
        )
        for group in terms.groups
    ).or_raise()  # fmt: skip


def month_of(ledger: Ledger, month: int, amounts: Mapping[str, tuple[str, str]]) -> DistributionReport:
    """Post interest and principal by group, close the month and pay it."""
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, month, 1)}
    for group, (interest, principal) in amounts.items():
        what: dict[str, Any] = {"group": group, "interest": interest, "principal": principal}
        due = ScheduledPaymentDue(event_id=f"{month}/{group}/due", **what, **on)
        received = CollectionReceived(event_id=f"{month}/{group}/received", **what, **on)
        ledger.post_many([due, received]).or_raise()
    closed(ledger, DEAL, paid_on(month))
    ledger.distribute(DEAL, paid_on(month)).or_raise()
    return ledger.distribution(DEAL, paid_on(month))
