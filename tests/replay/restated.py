"""What the tests of restatements share: a curtailment of the toy deal, and how it is printed."""

from __future__ import annotations

import datetime as dt

from ledger import CurtailmentCollected, Event, Ledger
from tests.deals.toy import TOY, payment_date

SHOWN = "4/PRINCIPAL - COLLECTIONS/Curtailments/one"


def record_date(ordinal: int) -> dt.date:
    """Return the record date of a distribution of the toy deal."""
    return payment_date(ordinal).replace(day=1) - dt.timedelta(days=1)


def curtailed(event_id: str, amount: str, day: dt.date, *, restates: bool = False, loan: str = "one-1") -> Event:
    """Return a curtailment of a toy loan."""
    return CurtailmentCollected(
        event_id=event_id, deal=TOY, effective_date=day, loan=loan, amount=amount, restates=restates
    )


def known(ledger: Ledger) -> int:
    """Return where the toy deal's log ends."""
    return ledger.head(TOY).sequence


def close(ledger: Ledger, ordinal: int) -> None:
    """Close a period of the toy deal without paying it."""
    ledger.close_period(TOY, payment_date(ordinal)).or_raise()
