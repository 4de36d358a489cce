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

from ledger.deal.notes import CurtailmentPayment, InterestMethod, InterestPrecision
from ledger.errors import InvalidArgument
from ledger.notes.accruing import Movement, accrued_parts, at_once, bearing, odd_part, units_moved
from ledger.notes.index import IndexHistory
from ledger.notes.level import rounded
from ledger.notes.note import Note, Standing
from ledger.notes.payments import (
    PaymentChange,
    as_dollars,
    changed_payment,
    is_interest_only,
    kept_within_limit,
    recast_on_curtailment,
)
from ledger.notes.rates import RateReset, in_rate, reset_rate
from ledger.values.glance import Glanced
from ledger.values.money import rate_from_units, rate_to_units, to_units


@attrs.frozen(kw_only=True, repr=False)
class Instalment(Glanced):
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
    def closing(self) -> Decimal:
        """The balance after it."""
        return self.after.balance

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
    until: dt.date | None = None,
    more: Fraction = Fraction(0),
) -> Instalment:
    """Return what falls due of a loan on its next due date.

    With ``resets`` False the rate of the standing is that of the period already. ``index`` is the history of the note's
    index, needed where its rate changes. ``curtailments`` are of this period, and not yet off the balance of the
    standing; ``draws`` are of a line of credit. Daily simple interest runs ``until`` the day of the payment, where that
    is known, and of ``more``, balances times parts of a year in the store's units. Raises
    :class:`~ledger.errors.InvalidArgument` for another date than the next due date, for a movement outside the period
    or beyond the balance or the credit limit, and where no figure of the index is known.
    """
    _check(note, standing, due_date, curtailments, draws)
    opening, curtailed, drawn = to_units(standing.balance), units_moved(curtailments), units_moved(draws)
    month = _Month(note, due_date, bearing(note, opening, curtailed), is_interest_only(note, due_date))
    reset = reset_rate(note, rate_to_units(standing.rate), month.start, index) if resets else None
    rate = rate_to_units(standing.rate if reset is None else reset.rate)
    simple = note.interest is InterestMethod.DAILY_SIMPLE
    since = standing.interest_from or month.start if simple else month.start

    upto = max(until or due_date, since) if simple else due_date
    exact = accrued_parts(note, opening, since, upto, curtailments, draws) + more
    accrued = rounded_interest(note, exact * rate_from_units(rate))
    odd = rounded_interest(note, month.base * odd_part(note, month.start, due_date) * rate_from_units(rate))
    change = month.payment_change(standing, rate, accrued, recast=curtailed > 0 and month.base < opening)
    payment = to_units(standing.payment if change is None else change.payment)
    if month.interest_only:
        payment = accrued

    left = opening - curtailed + drawn
    split = month.split(left, payment, accrued, to_units(standing.unpaid_interest))
    closing = left + split.added - split.principal
    if change is None and curtailed and closing and month.recasts:
        # The first payment that is wholly reckoned on what is left is the next one.
        change = recast_on_curtailment(note, note.due_after(due_date), closing, rate, payment)
        payment = to_units(change.payment)
    return Instalment(
        due_date=due_date,
        period_start=month.start,
        opening=standing.balance,
        rate=in_rate(rate),
        payment=as_dollars(split.payment),
        accrued=as_dollars(accrued),
        odd_interest=as_dollars(odd),
        interest=as_dollars(split.interest + odd),
        principal=as_dollars(split.principal),
        negative_amortization=as_dollars(split.added),
        unpaid_interest=as_dollars(split.unpaid),
        curtailed=as_dollars(curtailed),
        drawn=as_dollars(drawn),
        balloon=as_dollars(split.balloon),
        is_last=due_date >= note.last_due or not (closing or (note.is_line and month.interest_only)),
        reset=reset,
        payment_change=change,
        after=attrs.evolve(
            standing,
            balance=as_dollars(closing),
            rate=in_rate(rate),
            payment=as_dollars(payment),
            next_due=note.due_after(due_date),
            unpaid_interest=as_dollars(split.unpaid),
            interest_from=None,
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


@attrs.frozen
class _Month:
    """The period of one instalment: its note and due date, the balance that it is reckoned on, and its kind."""

    note: Note
    due: dt.date
    base: int
    interest_only: bool

    @property
    def start(self) -> dt.date:
        """The due date before."""
        return self.note.due_after(self.due, -1)

    @property
    def recasts(self) -> bool:
        """Whether a curtailment changes the payment."""
        recast = self.note.conventions.curtailment_payment is CurtailmentPayment.RECAST
        return recast and not self.note.is_line and not self.interest_only

    def payment_change(self, standing: Standing, rate: int, accrued: int, *, recast: bool) -> PaymentChange | None:
        """Return the change of the payment with this instalment: by the calendar, a curtailment, or the limit."""
        note, before = self.note, to_units(standing.payment)
        change = changed_payment(note, self.due, self.base, rate, before)
        if change is None and recast and self.recasts and at_once(note):
            change = recast_on_curtailment(note, self.due, self.base, rate, before)
        payment = accrued if self.interest_only else before if change is None else to_units(change.payment)
        limit = kept_within_limit(note, self.due, self.base, rate, payment, accrued, standing.original_balance)
        return change if limit is None else limit

    def split(self, left: int, payment: int, accrued: int, carried: int) -> _Split:
        """Take a payment apart: carried interest first, then that of the period, then principal."""
        note, owed = self.note, accrued + carried
        if self.due >= note.last_due:
            return _Split(payment, owed, left, balloon=max(owed + left - payment, 0) if note.balloon else 0)
        if self.interest_only:
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
    unit = note.cent if note.conventions.interest_precision is InterestPrecision.CENTS else 1
    found = rounded(abs(exact.numerator), exact.denominator * unit, note.conventions.rounding) * unit
    return found if exact >= 0 else -found


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
