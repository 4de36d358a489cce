"""A toy deal to which everything happens: reversals, corrections, rates, statuses, advances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    CurtailmentCollected,
    Dated,
    Ledger,
    LoanRateChanged,
    LoanStatusChanged,
    PayoffCollected,
)
from tests.deals.closing import closed
from tests.deals.copies import begun
from tests.deals.toy import BALANCE, TOY, month_events, payment_date, prior_month, toy_deal, toy_month

JANUARY, FEBRUARY, MARCH = (dt.date(2021, month, 10) for month in (1, 2, 3))


def _first(ledger: Ledger) -> None:
    """Open the deal and post a month with a payoff, a curtailment, an advance, rates and statuses."""
    toy_deal(ledger)
    on: Dated = {"deal": TOY, "effective_date": JANUARY}
    before: Dated = {"deal": TOY, "effective_date": prior_month(1, 15)}
    ledger.post_many(
        [
            PayoffCollected(
                event_id="payoff/one-6",
                loan="one-6",
                amount=BALANCE,
                note_rate="0.12",
                servicing_rate="0.006",
                **before,
            ),
            CurtailmentCollected(event_id="ahead/one-1", loan="one-1", amount="70.00", note_rate="0.12", **before),
            CurtailmentCollected(event_id="ahead/one-2", loan="one-2", amount="30.00", note_rate="0.12", **before),
            AdvanceMade(event_id="advance/two-1", loan="two-1", principal="10.00", interest="20.00", **on),
            AdvanceMade(event_id="advance/two", group="two", principal="1.00", interest="2.00", **on),
            AdvanceMade(event_id="advance/two-2", loan="two-2", principal="5.00", interest="6.00", **on),
            LoanRateChanged(event_id="rate/one-1", loan="one-1", note_rate="0.11", **on),
            LoanStatusChanged(event_id="status/one-2", loan="one-2", status="foreclosure", bucket="2 payments", **on),
            LoanStatusChanged(event_id="status/one-3", loan="one-3", status="performing", bucket="1 payment", **on),
        ]
    ).or_raise()


def _second(ledger: Ledger) -> None:
    """Void some of it, and change rates and statuses again."""
    on: Dated = {"deal": TOY, "effective_date": FEBRUARY}
    ledger.reverse(TOY, "payoff/one-6", effective_date=prior_month(1, 28), reason="a mistake").or_raise()
    for event_id in ("rate/one-1", "status/one-3", "advance/two-2"):
        ledger.reverse(TOY, event_id, effective_date=JANUARY, reason="a mistake").or_raise()
    ledger.correct(
        "ahead/one-2",
        CurtailmentCollected(
            event_id="ahead/one-2/b",
            deal=TOY,
            effective_date=prior_month(1, 20),
            loan="one-2",
            amount="35.00",
            note_rate="0.12",
        ),
        effective_date=prior_month(1, 16),
        reason="another amount",
    ).or_raise()
    ledger.post_many(month_events(1, unpaid={"two-1": ("11.00", "22.00")})).or_raise()
    closed(ledger, TOY, payment_date(1))
    ledger.post_many(
        [
            LoanRateChanged(event_id="rate/one-1/b", loan="one-1", note_rate="0.115", servicing_rate="0.005", **on),
            LoanRateChanged(event_id="rate/two-2", loan="two-2", note_rate="0.13", **on),
            LoanStatusChanged(event_id="status/one-2/b", loan="one-2", status="reo", bucket="3+ payments", **on),
            AdvanceMade(event_id="advance/two-3", loan="two-3", principal="8.00", interest="9.00", **on),
        ]
    ).or_raise()


def _third(ledger: Ledger) -> None:
    """Go on for two months, voiding what earlier months brought."""
    toy_month(ledger, 2, pay=False)
    for event_id in ("rate/two-2", "status/one-2/b", "advance/two-3"):
        ledger.reverse(TOY, event_id, effective_date=MARCH, reason="a mistake").or_raise()
    on: Dated = {"deal": TOY, "effective_date": MARCH}
    ledger.post_many(
        [
            AdvanceDeclaredNonrecoverable(event_id="lost/two", group="two", principal="1.00", interest="2.00", **on),
            AdvanceRecovered(
                event_id="recovered/two",
                group="two",
                principal="1.00",
                interest="2.00",
                source="any funds",
                **on,
            ),
            LoanStatusChanged(event_id="status/one-4", loan="one-4", status="bankruptcy", bucket="2 payments", **on),
        ]
    ).or_raise()
    ahead = CurtailmentCollected(
        event_id="ahead/one-3",
        deal=TOY,
        effective_date=prior_month(3, 5),
        loan="one-3",
        amount="12.34",
        note_rate="0.12",
    )
    ledger.post(ahead).or_raise()
    toy_month(ledger, 3, pay=False)


STAGES: tuple[Callable[[Ledger], None], ...] = (_first, _second, _third)
"""What happens to the toy deal, in order; each may be archived before the next."""


def busy_toy(ledger: Ledger) -> None:
    """Let everything happen."""

    def post(made: Ledger) -> None:
        for stage in STAGES:
            stage(made)

    begun(ledger, "busy", post)


__all__ = ["STAGES", "busy_toy"]
