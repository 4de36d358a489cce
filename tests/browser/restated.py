"""What a browser is shown: the real month with a fee put right after its closing, and a deal with many events."""

from __future__ import annotations

import datetime as dt

from ledger import CurtailmentCollected, Ledger, ServicingFeeWithheld
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.deals.toy import TOY, month_events, toy_deal

MANY = TOY
EVENTS = 2_500
"""Events of the deal with many, a page of which shows a hundred."""


def withheld_otherwise(ledger: Ledger) -> None:
    """Put right a servicing fee of the month that is closed."""
    day = dt.date(2002, 9, 24)
    fee = ServicingFeeWithheld(
        event_id="2002-09/servicing-fee/fixed/b",
        deal=DEAL,
        effective_date=day,
        group="fixed",
        amount="1250.00",
        restates=True,
    )
    ledger.correct("2002-09/servicing-fee/fixed", fee, effective_date=day, reason="a loan counted twice").or_raise()


def many_events(ledger: Ledger) -> None:
    """Post a deal with many small events."""
    toy_deal(ledger)
    ledger.post_many(month_events(1)).or_raise()
    day = dt.date(2020, 12, 20)
    ledger.post_many(
        CurtailmentCollected(event_id=f"ahead/{number}", deal=TOY, effective_date=day, loan="one-1", amount="1.00")
        for number in range(EVENTS)
    ).or_raise()
