"""Living through the seven distributions, however their events are told: by group or loan by loan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from ledger import Envelope, Event, Ledger, Receipt
from ledger.samples.impac_cmb_2002_1 import september_2002 as real

Progress = Callable[[int, int], None]
"""Told how many of how many distributions are paid."""


def live(
    ledger: Ledger,
    closing_day: Iterable[Event],
    months: Sequence[tuple[dt.date, list[Event]]],
    *,
    label: Envelope,
    is_published: Callable[[Event], bool] = lambda _: True,
    progress: Progress | None = None,
) -> Receipt:
    """Open the deal on its closing day and post, close and pay each of its distributions.

    Every batch before September bears ``label``, and of September what is not ``is_published``. Returns the receipt of
    the last payment.
    """
    ledger.open_deal(real.DEAL, real.terms(), envelope=label).or_raise()
    ledger.post_many(closing_day, envelope=label).or_raise()
    receipt = None
    for done, (paid, events) in enumerate(months, start=1):
        envelope = label if paid < real.PAID else None
        known = [event for event in events if envelope is None and is_published(event)]
        names = {event.event_id for event in known}
        made = [event for event in events if event.event_id not in names]
        for batch, said in ((made, label), (known, None)):
            if batch:
                ledger.post_many(batch, envelope=said).or_raise()
        ledger.close_period(real.DEAL, paid, envelope=envelope).or_raise()
        receipt = ledger.distribute(real.DEAL, paid, envelope=envelope).or_raise()
        if progress is not None:
            progress(done, len(months))
    assert receipt is not None
    return receipt
