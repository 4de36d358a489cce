"""Sample deals of several loan groups in months not made for them: what came in is paid, or rolls as cents."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from ledger import (
    BondInterestPaid,
    BondPrincipalPaid,
    CollectionAccountRemitted,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    Event,
    FeeCharged,
    InstalmentReportedDelinquent,
    Ledger,
    LoanLiquidated,
    ScheduledPaymentDue,
    SubsequentRecoveryReceived,
)
from ledger.samples.told import TOLD, ToldSample
from tests.deals.closing import closed

SAMPLES = {sample.DEAL: sample for sample in TOLD}


def month(chance: random.Random, sample: ToldSample, paid: dt.date) -> tuple[list[Event], Decimal]:
    """Return what happens to every group, and the cash that it brings, added up by hand."""

    def cents(largest: int) -> Decimal:
        return Decimal(chance.randint(0, largest)).scaleb(-2)

    due: Dated = {"deal": sample.DEAL, "effective_date": paid.replace(day=1)}
    before: Dated = {"deal": sample.DEAL, "effective_date": paid.replace(day=1) - dt.timedelta(days=9)}
    most = chance.choice([2_000_000, 200_000_000])
    events: list[Event] = []
    cash = Decimal(0)
    for group in sample.terms().group_ids:
        principal, interest = cents(20_000_000), cents(chance.choice([100, 60_000_000]))
        late = min(interest, cents(10_000_000))
        proceeds, balance = sorted((cents(30_000_000), cents(30_000_000)))
        curtailed, recovered, name = cents(most), cents(1_000_000), f"{paid}/{group}"
        owed = {"group": group, "principal": principal}
        events += [
            ScheduledPaymentDue(event_id=f"{name}/due", interest=interest, **owed, **due),  # type: ignore[arg-type]
            CollectionReceived(event_id=f"{name}/in", interest=interest - late, **owed, **due),  # type: ignore[arg-type]
            InstalmentReportedDelinquent(
                event_id=f"{name}/late", group=group, principal=Decimal("0.00"), interest=late, **due
            ),
            CurtailmentCollected(event_id=f"{name}/prepaid", group=group, amount=curtailed, **before),
            LoanLiquidated(
                event_id=f"{name}/lost",
                group=group,
                balance=balance,
                net_proceeds=proceeds,
                realized_loss=balance - proceeds,
                **before,
            ),
            SubsequentRecoveryReceived(event_id=f"{name}/back", group=group, amount=recovered, **before),
        ]
        cash += principal + interest - late + curtailed + proceeds + recovered
    return events, cash


@pytest.mark.parametrize("seed", [1, 5, 9])
@pytest.mark.parametrize("deal", ["two-pools", "crossed-groups"])
def test_what_came_in_is_paid_or_rolls_as_cents(deal: str, seed: int) -> None:
    """In seed 5 both pools' interest ends in parts of a cent that nobody can be paid: together they are a cent."""
    sample, chance = SAMPLES[deal], random.Random(seed)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(deal, sample.terms()).or_raise()
        ledger.post_many(sample.events("entered.jsonl")).or_raise()
        for paid in sample.payment_dates[:2]:
            events, cash = month(chance, sample, paid)
            ledger.post_many(events).or_raise()
            closed(ledger, deal, paid)
            ledger.distribute(deal, paid).or_raise()
            out = Decimal(0)
            for item in ledger.events(deal):
                event = item.event
                if not event.event_id.startswith(f"{deal}/{paid}/"):
                    continue
                if isinstance(event, BondInterestPaid | BondPrincipalPaid | FeeCharged):
                    out += event.amount
                elif isinstance(event, CollectionAccountRemitted):
                    out += event.roundings_left - event.roundings_paid
            assert out == cash
