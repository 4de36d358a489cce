"""One instalment: what falls due of a loan on a due date, what it is made of, and where the loan stands after it.

In this order, all for the period that ends on the due date: the rate is adjusted, where a change lies at or before the
period's start; the payment changes, where the calendar says so, recast on the balance that bears the interest of the
period; interest is accrued and rounded, once; a payment that is less than it either adds to the balance, within the
note's limit, or is raised to it; the rest of the payment is principal, and never more than is left. The last instalment
takes what is left. Nothing is rounded but interest, payments and average daily balances.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.deal.notes import CurtailmentEffect, CurtailmentPayment, InterestMethod, InterestPrecision
from ledger.errors import InvalidArgument
from ledger.notes.accruing import Movement, accrued_parts, bearing, odd_part, units_moved
from ledger.notes.index import IndexHistory
from ledger.notes.level import rounded
from ledger.notes.note import Note, Standing
from ledger.notes.payments import (
    CENT,
    PaymentChange,
    changed_payment,
    dollars,
    is_interest_only,
    kept_within_limit,
    recast_on_curtailment,
)
from ledger.notes.rates import RateReset, in_rate, reset_rate
from ledger.values.money import rate_from_units, rate_to_units, to_units


@attrs.frozen(kw_only=True)
class Instalment:
    """What falls due of a loan on a date, in dollars, and how it came to be.

    ``interest`` and ``principal`` fall due. ``accrued`` is the interest of the period from ``period_start``, and
    ``odd_interest`` that of days before it; what of it does not fall due is ``negative_amortization``, which is added
    to the balance, or ``unpaid_interest``, which is carried. ``closing`` is ``opening``, less ``curtailed`` and
    ``principal``, and with ``drawn`` and ``negative_amortization``. ``payment`` is what the note sets for the
    instalment, ``balloon`` what the last principal is beyond it. ``after`` is where the loan stands next.
    """

    due_date: dt.date
    period_start: dt.date
    opening: Decimal
    rate: Decimal
    payment: Decimal
    accrued: Decimal
    odd_interest: Decimal
    interest: Decimal
    principal: Decimal
    closing: Decimal
    negative_amortization: Decimal
    unpaid_interest: Decimal
    curtailed: Decimal
    drawn: Decimal
    balloon: Decimal
    is_last: bool
    reset: RateReset | None
    payment_change: PaymentChange | None
    after: Standing

    @property
    def due(self) -> Decimal:
        """What falls due: interest and principal."""
        return self.interest + self.principal


def fall_due(
    note: Note,
    standing: Standing,
    due_date: dt.date,
    *,
    index: IndexHistory | None = None,
    curtailments: Sequence[Movement] = (),
    draws: Sequence[Movement] = (),
    resets: bool = True,
) -> Instalment:
    """Return what falls due of a loan on its next due date.

    With ``resets`` False the rate of the standing is that of the period already. ``index`` is the history of the note's
    index, needed where its rate changes. ``curtailments`` are of this period,
    and not yet off the balance of the standing; ``draws`` are of a line of credit. Raises
    :class:`~ledger.errors.InvalidArgument` for another date than the next due date, for a movement outside the period
    or beyond the balance or the credit limit, and where no figure of the index is known.
    """
    _check(note, standing, due_date, curtailments, draws)
    start = note.due_after(due_date, -1)
    simple = note.interest is InterestMethod.DAILY_SIMPLE
    accrues_from = standing.interest_from or start if simple else start
    opening, rate, payment = to_units(standing.balance), rate_to_units(standing.rate), to_units(standing.payment)
    curtailed, drawn = units_moved(curtailments), units_moved(draws)

    reset = reset_rate(note, rate, start, index) if resets else None
    rate = rate if reset is None else rate_to_units(reset.rate)
    base = bearing(note, opening, curtailed)
    interest_only = is_interest_only(note, due_date)
    change = None if interest_only else changed_payment(note, due_date, base, rate, payment)
    if change is None and curtailed and base != opening and not interest_only and _recasts(note, simple):
        change = recast_on_curtailment(note, due_date, base, rate, payment)
    payment = payment if change is None else to_units(change.payment)

    yearly = rate_from_units(rate)
    accrued = rounded_interest(note, accrued_parts(note, opening, accrues_from, due_date, curtailments, draws) * yearly)
    odd = rounded_interest(note, base * odd_part(note, start, due_date) * yearly)
    if interest_only:
        payment = accrued
    over = kept_within_limit(note, due_date, base, rate, payment, accrued, standing.original_balance)
    if over is not None:
        change, payment = over, to_units(over.payment)

    left = opening - curtailed + drawn
    split = _split(note, due_date, left, payment, accrued, to_units(standing.unpaid_interest), interest_only)
    closing = left + split.added - split.principal
    agreed = payment
    later = None
    if closing and curtailed and change is None and not interest_only and _recasts_later(note, simple):
        # The first payment that is wholly reckoned on what is left is the next one.
        later = recast_on_curtailment(note, note.due_after(due_date), closing, rate, payment)
        agreed = to_units(later.payment)
    return Instalment(
        due_date=due_date,
        period_start=start,
        opening=standing.balance,
        rate=in_rate(rate),
        payment=dollars(split.payment),
        accrued=dollars(accrued),
        odd_interest=Decimal(odd).scaleb(-4),
        interest=dollars(split.interest + odd),
        principal=dollars(split.principal),
        closing=dollars(closing),
        negative_amortization=dollars(split.added),
        unpaid_interest=dollars(split.unpaid),
        curtailed=dollars(curtailed),
        drawn=dollars(drawn),
        balloon=dollars(split.balloon if note.balloon else 0),
        is_last=due_date >= note.last_due or (not closing and not note.is_line),
        reset=reset,
        payment_change=change or later,
        after=Standing(
            balance=dollars(closing),
            rate=in_rate(rate),
            payment=dollars(agreed),
            next_due=note.due_after(due_date),
            unpaid_interest=dollars(split.unpaid),
            original_balance=standing.original_balance,
        ),
    )


@attrs.frozen
class _Split:
    """A payment taken apart, in the store's units."""

    payment: int
    interest: int
    principal: int
    added: int = 0
    unpaid: int = 0
    balloon: int = 0


def _split(
    note: Note, due: dt.date, left: int, payment: int, accrued: int, carried: int, interest_only: bool
) -> _Split:
    """Take a payment apart: carried interest first, then that of the period, then principal."""
    owed = accrued + carried
    if due >= note.last_due:
        return _Split(payment, owed, left, balloon=max(owed + left - payment, 0))
    if interest_only:
        return _Split(payment, owed, 0)
    if payment >= owed:
        return _Split(payment, owed, min(payment - owed, left))
    if note.interest is InterestMethod.DAILY_SIMPLE:
        return _Split(payment, payment, 0, unpaid=owed - payment)
    if note.negative_amortization_limit is not None or note.pays_by_steps:
        return _Split(payment, payment, 0, added=owed - payment)
    # A note that lets nothing be added to the balance is paid its interest at least.
    return _Split(owed, owed, 0)


def rounded_interest(note: Note, exact: Fraction) -> int:
    """Round interest, given in the store's units, to the note's precision."""
    unit = CENT if note.conventions.interest_precision is InterestPrecision.CENTS else 1
    found = rounded(abs(exact.numerator), exact.denominator * unit, note.conventions.rounding) * unit
    return found if exact >= 0 else -found


def _recasts(note: Note, simple: bool) -> bool:
    """Say whether a curtailment changes the payment of the very instalment whose interest it takes off."""
    return _recasts_at_all(note) and not simple and note.conventions.curtailments is CurtailmentEffect.PERIOD_START


def _recasts_later(note: Note, simple: bool) -> bool:
    return _recasts_at_all(note) and (simple or note.conventions.curtailments is not CurtailmentEffect.PERIOD_START)


def _recasts_at_all(note: Note) -> bool:
    return note.conventions.curtailment_payment is CurtailmentPayment.RECAST and not note.is_line


def _check(
    note: Note, standing: Standing, due: dt.date, curtailments: Sequence[Movement], draws: Sequence[Movement]
) -> None:
    if due != standing.next_due:
        message = f"loan {note.loan} falls due on {standing.next_due} next, not on {due}"
        raise InvalidArgument("due_date", "not_the_next", message)
    start = note.due_after(due, -1)
    for name, moved in (("curtailments", curtailments), ("draws", draws)):
        outside = next((item.on for item in moved if not start <= item.on <= due), None)
        if outside is not None:
            message = f"{outside} lies outside the period of loan {note.loan} from {start} to {due}"
            raise InvalidArgument(name, "outside_period", message)
    if draws and (note.draw_until is None or any(item.on > note.draw_until for item in draws)):
        raise InvalidArgument("draws", "no_draws", f"loan {note.loan} cannot be drawn on then")
    balance, paid, drawn = to_units(standing.balance), units_moved(curtailments), units_moved(draws)
    if paid > balance + drawn:
        message = f"loan {note.loan} stands at {standing.balance}, and no more than that can be curtailed"
        raise InvalidArgument("curtailments", "above_balance", message)
    if note.credit_limit is not None and drawn and balance + drawn - paid > to_units(note.credit_limit):
        raise InvalidArgument("draws", "above_limit", f"loan {note.loan} would stand above its credit limit")
