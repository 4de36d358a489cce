"""What earlier distributions gave each class as their statements showed it: exact amounts, which only payloads hold."""

from __future__ import annotations

from fractions import Fraction

from ledger.events import codec
from ledger.projections.facts import PaidBefore
from ledger.reading.snapshots import Base
from ledger.store.source import Source
from ledger.values.selector import Selector

PAYMENT_TYPES = ("bond_interest_paid", "bond_principal_paid")
_INTEREST_FIELDS = ("class_id", "amount", "computed")
_PRINCIPAL_FIELDS = (*_INTEREST_FIELDS, "scheduled", "computed_scheduled")


def paid_before(
    reading: Source, deal_key: int, known: int, number: int, base: Base | None = None
) -> dict[str, PaidBefore]:
    """Return the sums of the distributions before ``number`` by class; where a payment did not say, what was recorded.

    A snapshot holds those of the distributions before its own.
    """
    held: dict[str, PaidBefore] = {}
    first = None
    if base is not None and base.paid is not None:
        held, first = base.paid, base.number
    found: dict[str, tuple[str, PaidBefore]] = {}
    wanted = Selector(types=PAYMENT_TYPES, first=first, last=number - 1)
    for row in reading.rows(deal_key, wanted, known_through=known):
        if row.reverses is not None:
            found.pop(row.reverses, None)
        elif row.type == PAYMENT_TYPES[0]:
            event = codec.glance(row.payload, row.type, _INTEREST_FIELDS)
            found[row.event_id] = event.class_id, PaidBefore(interest=Fraction(event.computed or event.amount))
        else:
            event = codec.glance(row.payload, row.type, _PRINCIPAL_FIELDS)
            principal = Fraction(event.computed or event.amount)
            scheduled = Fraction(event.computed_scheduled or event.scheduled)
            found[row.event_id] = event.class_id, PaidBefore(principal=principal, scheduled=scheduled)
    sums = dict(held)
    for class_id, paid in found.values():
        sums[class_id] = sums.get(class_id, PaidBefore()).plus(paid)
    return sums
