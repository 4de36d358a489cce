"""When loans fall due, as they were boarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.events import codec
from ledger.journal.movements import BOARDING
from ledger.projections.owing import due_day, missed_before
from ledger.reading.loan_pool import standing_boardings
from ledger.store.rows import Boarding
from ledger.values.money import to_units

_BOARDED = ("effective_date", "paid_to_date", "first_due_date", "payment")


class TapeDates(NamedTuple):
    """What is said of when a loan falls due where it is boarded: on which day, paid to when, due on which day.

    ``payment`` is in store units, 0 where the tape states none.
    """

    boarded: dt.date
    paid_to: dt.date | None
    day: int | None
    payment: int

    @property
    def missed(self) -> tuple[int, ...]:
        """The due dates (YYYYMMDD) that the loan had missed by then."""
        if self.paid_to is None or self.paid_to >= self.boarded:
            return ()
        return missed_before(self.paid_to, self.boarded, self.day)

    @property
    def is_ahead(self) -> bool:
        """Whether it was paid beyond the day of its boarding."""
        return self.paid_to is not None and self.paid_to > self.boarded


def tape_of(rows: Iterable[Boarding]) -> dict[str, TapeDates]:
    """Return when loans fall due, as their boardings say; those that were voided are left out."""
    found = standing_boardings(rows)
    return dict(zip(found, tapes_of_payloads([row.payload for row in found.values()]), strict=True))


def tape_of_payload(payload: str) -> TapeDates:
    """Return when a loan falls due, as the stored payload of its boarding says."""
    tape = codec.glance(payload, BOARDING, _BOARDED)
    payment = 0 if tape.payment is None else to_units(tape.payment)
    return TapeDates(tape.effective_date, tape.paid_to_date, due_day(tape.paid_to_date, tape.first_due_date), payment)


def tapes_of_payloads(payloads: Sequence[str]) -> Iterator[TapeDates]:
    """Yield the same of many boardings in their order; the dates of most are spelt as some that were read before."""
    spelt: dict[tuple[str | int | None, ...], TapeDates] = {}
    for payload, spelling in zip(payloads, codec.raw_glances(payloads, BOARDING, _BOARDED), strict=True):
        *dates, payment = spelling
        tape = spelt.get((*dates,))
        if tape is None:
            tape = spelt[(*dates,)] = tape_of_payload(payload)._replace(payment=0)
        yield tape if payment is None else tape._replace(payment=to_units(Decimal(str(payment))))


__all__ = ["TapeDates", "tape_of", "tape_of_payload", "tapes_of_payloads"]
