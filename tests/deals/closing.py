"""Closing months whose test is about something else: everything that must be acknowledged is, and nothing more."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger import Acknowledgement, Event, IndexRateSet, Ledger, PeriodClosed, Receipt
from tests.deals.toy import INDEX, payment_date, prior_month

REASON = "known, and not what the test is about"
WHO = "whoever tests"


def closed(ledger: Ledger, deal: str, on: dt.date) -> Receipt:
    """Close a distribution and acknowledge exactly what the gate asks for; what it refuses raises."""
    asked = ledger.readiness(deal, on).codes_to_acknowledge
    return ledger.close_period(deal, on, acknowledge=dict.fromkeys(asked, REASON), who=WHO).or_raise()


def completed(ledger: Ledger, closing: PeriodClosed) -> PeriodClosed:
    """Return a closing with the digest of what it closes and with what the gate wants acknowledged."""
    ready = ledger.readiness(closing.deal, closing.distribution_date)
    return attrs.evolve(
        closing,
        report_digest="" if ready.report is None else ready.report.digest,
        rules=ready.rules,
        acknowledgements=[Acknowledgement(code=code, reason=REASON, who=WHO) for code in ready.codes_to_acknowledge],
    )


def land(ledger: Ledger, event: Event) -> None:
    """Post an event that comes before what a test is about; a closing of the toy deal gets its index where it has none.

    A closing fixes the figures of its day, with whatever the gate wants acknowledged.
    """
    if isinstance(event, PeriodClosed):
        day = event.distribution_date
        if ledger.readiness(event.deal, day).report is None:
            start = prior_month(1) if day == payment_date(1) else day.replace(day=1) - dt.timedelta(days=1)
            rate = IndexRateSet(
                event_id=f"index/{day}", deal=event.deal, effective_date=start.replace(day=1), index=INDEX, rate="0.05"
            )
            ledger.post(rate).or_raise()
        event = completed(ledger, event)
    ledger.post(event).or_raise()
