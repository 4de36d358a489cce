"""Closings as the log holds them: where each stands, what it fixed, and whether its distribution is paid."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger.events import codec
from ledger.events.deal import PeriodClosed
from ledger.reading.as_of import AsOf, known_sequence
from ledger.reading.terms_in_force import distribution_paid_on
from ledger.store.source import Source
from ledger.values.glance import Glanced
from ledger.values.selector import Selector

_PAYMENTS = ("bond_interest_paid", "bond_principal_paid", "bond_loss_paid", "collection_account_remitted")


@attrs.frozen(kw_only=True, repr=False)
class RecordedClosing(Glanced):
    """The closing of a distribution, as known through a sequence.

    ``sequence`` is where the closing stands in the log, ``event`` what it says. ``paid_at`` is the sequence of the last
    payment to the bonds that stands; None while the distribution is not paid.
    """

    sequence: int
    event: PeriodClosed
    paid_at: int | None

    @property
    def digest(self) -> str:
        """The digest of the figures that the closing fixed."""
        return self.event.report_digest


def closing_of(reading: Source, deal: str, payment_date: dt.date, known_through: int | None) -> RecordedClosing | None:
    """Return the closing of the distribution paid on a date; None while it is open.

    Raises :class:`~ledger.errors.NoDistribution` where none is paid on it.
    """
    deal_key = reading.deal_key(deal)
    known = known_sequence(reading, deal_key, AsOf(record_date=payment_date, known_through=known_through))
    number = distribution_paid_on(reading, deal, deal_key, payment_date, known)[1].number
    wanted = Selector(types=(PeriodClosed.name,), first=number, last=number)
    for row in reading.rows(deal_key, wanted, known_through=known):
        event = codec.decode(row.payload)
        assert isinstance(event, PeriodClosed)
        return RecordedClosing(sequence=row.sequence, event=event, paid_at=_paid_at(reading, deal_key, number, known))
    return None


def _paid_at(reading: Source, deal_key: int, number: int, known: int) -> int | None:
    standing: dict[str, int] = {}
    wanted = Selector(types=_PAYMENTS, first=number, last=number)
    for row in reading.rows(deal_key, wanted, known_through=known):
        if row.reverses is None:
            standing[row.event_id] = row.sequence
        else:
            standing.pop(row.reverses, None)
    return max(standing.values(), default=None)


__all__ = ["RecordedClosing", "closing_of"]
