"""Posting a simulated life to a ledger, month by month, as a servicer would: post, put right, close, pay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from ledger.service import Ledger
from ledger.simulation.life import Life
from ledger.simulation.plan import LifePlan
from ledger.simulation.tables import LifeTable


def _post(ledger: Ledger, deal: str, tables: Iterable[LifeTable]) -> None:
    """Post tables as one batch."""
    ledger.post_table(deal, [(table.type, table.frame()) for table in tables]).or_raise()


def post_life(
    ledger: Ledger,
    plan: LifePlan,
    *,
    months: int | None = None,
    distribute: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Open the simulated deal of a plan and post its life, or the first ``months`` of it.

    Every month is one batch, then its corrections, then the closing of its period and, unless told not to, the payment
    of the bonds. What the ledger holds of it already is passed over, so that a life which broke off goes on.
    ``progress`` is told after each month how many months and how many of the plan's events are posted.

    Raises :class:`~ledger.errors.PostingRefused` should the ledger refuse anything.
    """
    life = Life(plan)
    deal = life.deal
    ledger.open_deal(deal, life.terms).or_raise()
    boarding = life.boarding()
    _post(ledger, deal, boarding)
    posted = sum(len(table) for table in boarding)
    for number, month in enumerate(islice(life.months(), months), 1):
        _post(ledger, deal, month.tables)
        if month.corrections:
            ledger.post_many(month.corrections).or_raise()
        closing = ledger.closing(deal, month.payment_date)
        if closing is None:
            ledger.close_period(deal, month.payment_date).or_raise()
        if distribute and (closing is None or closing.paid_at is None):
            ledger.distribute(deal, month.payment_date).or_raise()
        posted += len(month)
        if progress is not None:
            progress(number, posted)


__all__ = ["post_life"]
