"""What a servicer reports that triggers test, for the made-up trust: delinquency by group, declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger import (
    CollectionReceived,
    Dated,
    DealTerms,
    DelinquencyReported,
    DistributionReport,
    Event,
    Ledger,
    PoolBalanceBroughtForward,
    Schedule,
    ScheduledPaymentDue,
    Trigger,
    TriggerDeclared,
    TriggerTest,
)
from tests.deals.closing import closed
from tests.deals.trust import CUT_OFF, DEAL, POOL, before


def a_trigger(**given: Any) -> Trigger:
    """Return a trigger of plain words, as a JSON file gives them."""
    return Trigger(**given)


def behind(
    month: int, balance: str, bucket: str = "2 payments", category: str = "delinquent", group: str = "pool"
) -> DelinquencyReported:
    """Report a balance in one cell of the delinquency table of a month."""
    return DelinquencyReported(
        event_id=f"{month}/{group}/{category}/{bucket}",
        deal=DEAL,
        effective_date=before(month, 28),
        group=group,
        category=category,
        bucket=bucket,
        balance=balance,
        loan_count=1,
    )


def declared(month: int, trigger: str, *, in_force: bool = True) -> TriggerDeclared:
    """Declare what a trigger asks about, or its end, in a month."""
    return TriggerDeclared(
        event_id=f"{month}/{trigger}/{in_force}",
        deal=DEAL,
        effective_date=dt.date(2021, month, 10),
        trigger=trigger,
        in_force=in_force,
        reason="servicer default",
    )


def found_of(report: DistributionReport, name: str) -> TriggerTest:
    """Return what a month found of one trigger."""
    return next(item for item in report.triggers if item.trigger.trigger_id == name)


def standing(report: DistributionReport) -> dict[str, bool]:
    """Return which triggers are in force."""
    return {item.trigger.trigger_id: item.in_force for item in report.triggers}


def lived(
    ledger: Ledger,
    terms: DealTerms,
    months: Iterable[tuple[str, str]],
    reports: Mapping[int, Iterable[Event]] | None = None,
) -> Iterator[DistributionReport]:
    """Post, close and pay months of interest and principal, as many as there are, with what else is reported.

    ``reports`` are by month, from 1 on, and may be of any dates that fit.
    """
    ledger.open_deal(DEAL, terms).or_raise()
    opening = PoolBalanceBroughtForward(
        event_id="pool", deal=DEAL, effective_date=CUT_OFF, group="pool", balance=POOL, loan_count=10
    )
    ledger.post(opening).or_raise()
    dates = Schedule(terms).payment_dates
    for month, (interest, principal) in enumerate(months, 1):
        on = dates[month - 1]
        stamp: Dated = {"deal": DEAL, "effective_date": on.replace(day=1)}
        amounts: dict[str, Any] = {"group": "pool", "principal": principal, "interest": interest}
        due = ScheduledPaymentDue(event_id=f"{month}/due", **amounts, **stamp)
        received = CollectionReceived(event_id=f"{month}/received", **amounts, **stamp)
        ledger.post_many([due, received, *(reports or {}).get(month, ())]).or_raise()
        closed(ledger, DEAL, on)
        ledger.distribute(DEAL, on).or_raise()
        yield ledger.distribution(DEAL, on)
