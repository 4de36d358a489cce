"""When a payment changes, to what, and why: recasts, graduated steps, the payment cap, and the limit of a balance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import attrs

from ledger.deal.notes import NegativeLimit
from ledger.notes.level import level_cents, rounded
from ledger.notes.note import Note
from ledger.notes.rates import change_between, in_rate, is_step
from ledger.values.money import RATE_SCALE, SCALE, amount, rate_to_units, to_units

WHOLE_RATE = int(10**RATE_SCALE)
"""A rate of 1 in the store's units."""


class PaymentReason(StrEnum):
    """Why a payment is another than that of the instalment before."""

    RATE = "the rate changed"
    RECAST = "recast without its cap"
    PERIOD = "its months are over"
    INTEREST_ONLY_ENDED = "the months of interest alone are over"
    DRAWS_ENDED = "the months of draws are over"
    GRADUATED = "graduated step"
    CURTAILMENT = "recast on a curtailment"
    NEGATIVE_LIMIT = "the balance would pass its limit"


@attrs.frozen(kw_only=True)
class PaymentChange:
    """One change of a payment: the level payment of ``balance`` over ``months`` at ``rate``, unless it was capped.

    ``level`` is what it would be without the payment cap; of a graduated step it is the payment itself.
    """

    reason: PaymentReason
    before: Decimal
    balance: Decimal
    rate: Decimal
    months: int
    level: Decimal
    payment: Decimal


def as_dollars(units: int) -> Decimal:
    """Return an amount in the store's units as a canonical decimal."""
    return amount(Decimal(units).scaleb(-SCALE))


def is_interest_only(note: Note, due: dt.date) -> bool:
    """Say whether interest alone falls due: in the months of interest alone, or of draws on a line of credit."""
    until = note.draw_until if note.is_line else note.interest_only_until
    return until is not None and due <= until


def reason_to_change(note: Note, due: dt.date) -> PaymentReason | None:
    """Return why the payment changes with the instalment of a date, so far as the calendar says."""
    if is_interest_only(note, due):
        return None
    number = note.number(due)
    if number > 0 and is_interest_only(note, note.due_after(due, -1)):
        return PaymentReason.DRAWS_ENDED if note.is_line else PaymentReason.INTEREST_ONLY_ENDED
    if note.steps is not None and is_step(note, note.steps, due):
        return PaymentReason.GRADUATED if note.pays_by_steps else PaymentReason.RATE
    if number > 0 and note.recast_months and number % note.recast_months == 0:
        return PaymentReason.RECAST
    if note.payment_reset_months:
        return PaymentReason.PERIOD if number > 0 and number % note.payment_reset_months == 0 else None
    if note.adjustment is None:
        return None
    upto = note.due_after(due, -note.conventions.payment_lag_months)
    changed = change_between(note.adjustment, note.due_after(upto, -1), upto)
    return None if changed is None else PaymentReason.RATE


def changed_payment(note: Note, due: dt.date, balance: int, rate: int, before: int) -> PaymentChange | None:
    """Return the change of the payment with the instalment of a date, all in the store's units; None where it stays."""
    reason = reason_to_change(note, due)
    if reason is None:
        return None
    if reason is PaymentReason.GRADUATED and note.steps is not None:
        risen = _risen(note, before, note.steps.by)
        return _change(note, reason, due, balance, rate, before, risen, risen)
    level = level_units(note, due, balance, rate)
    paid = level
    if note.payment_cap is not None and reason in (PaymentReason.RATE, PaymentReason.PERIOD):
        # The cap keeps a payment from rising too far at once; it never keeps it from falling.
        paid = min(level, _risen(note, before, note.payment_cap))
    return _change(note, reason, due, balance, rate, before, level, paid)


def _risen(note: Note, payment: int, share: Decimal) -> int:
    """Return a payment, in the store's units, that rose by a share, to the cent."""
    risen = payment * (WHOLE_RATE + rate_to_units(share))
    return rounded(risen, WHOLE_RATE * note.cent, note.conventions.rounding) * note.cent


def level_units(note: Note, due: dt.date, balance: int, rate: int) -> int:
    """Return the level payment, in the store's units, of a balance from the instalment of a date on."""
    cents = level_cents(balance, rate, note.months_left(due), note.conventions.rounding, note.cent)
    return (rounded(cents, 2, note.conventions.rounding) if note.is_biweekly else cents) * note.cent


def kept_within_limit(
    note: Note, due: dt.date, balance: int, rate: int, payment: int, interest: int, original: Decimal | None
) -> PaymentChange | None:
    """Return what replaces a payment with which unpaid interest would take the balance beyond its limit."""
    if note.negative_amortization_limit is None or original is None or interest <= payment:
        return None
    limit = to_units(original) * rate_to_units(note.negative_amortization_limit)
    if (balance + interest - payment) * WHOLE_RATE <= limit:
        return None
    level = interest
    if note.conventions.at_negative_limit is NegativeLimit.LEVEL_PAYMENT:
        level = level_units(note, due, balance, rate)
    return _change(note, PaymentReason.NEGATIVE_LIMIT, due, balance, rate, payment, level, level)


def recast_on_curtailment(note: Note, due: dt.date, balance: int, rate: int, before: int) -> PaymentChange:
    """Return the new level payment from the instalment of a date on, after a curtailment."""
    level = level_units(note, due, balance, rate)
    return _change(note, PaymentReason.CURTAILMENT, due, balance, rate, before, level, level)


def _change(
    note: Note, reason: PaymentReason, due: dt.date, balance: int, rate: int, before: int, level: int, paid: int
) -> PaymentChange:
    return PaymentChange(
        reason=reason,
        before=as_dollars(before),
        balance=as_dollars(balance),
        rate=in_rate(rate),
        months=note.months_left(due),
        level=as_dollars(level),
        payment=as_dollars(paid),
    )
