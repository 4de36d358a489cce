"""Notes that say the same but for their amounts, read once: what a month makes of all of them alike.

A pool of a hundred thousand loans has some hundreds of shapes of notes. What depends on the calendar and the note alone
(due dates, whether interest alone falls due, whether the payment changes or the loan ends, which part of a year its
interest is of) is asked of :mod:`ledger.notes` once for each; what is left for a loan is its arithmetic, in whole
numbers. Loans of other kinds, and those that something moved within the month, are reckoned one by one.
"""

from __future__ import annotations

import datetime as dt
from operator import attrgetter
from typing import Any, NamedTuple, cast

import attrs

from ledger.deal.notes import InterestPrecision, NoteConventions
from ledger.errors import InvalidArgument
from ledger.events import codec
from ledger.events.deal import LoanBoarded
from ledger.notes.accruing import part_of_period
from ledger.notes.boarding import missing, note_of
from ledger.notes.level import rounded
from ledger.notes.note import Note, is_plain
from ledger.notes.payments import CENT, is_interest_only, level_units, reason_to_change
from ledger.notes.rates import change_between
from ledger.values.dates import date_number
from ledger.values.money import RATE_SCALE, Rounding, rate_to_units, to_units

_SAME = (
    "effective_date", "amortization_type", "payment_frequency", "interest_method", "first_due_date", "maturity_date",
    "original_term_months", "remaining_term_months", "remaining_amortization_months", "balloon_date", "balloon_months",
    "interest_only_months", "index_name", "margin", "look_back_days", "rate_rounding", "rate_rounding_way",
    "first_reset_date", "next_reset_date", "first_reset_months", "reset_months", "first_cap_up", "first_cap_down",
    "cap_up", "cap_down", "max_rate", "min_rate", "step", "step_months", "step_count", "payment_reset_months",
    "payment_cap", "recast_months", "negative_amortization_limit", "draw_period_end", "origination_date",
)  # fmt: skip
"""The fields of a boarding that its note is made of."""

READ = (*_SAME, "loan", "balance", "balance_in_group", "note_rate", "original_balance", "payment", "credit_limit",
        "deferred_balance")  # fmt: skip
"""The fields of a boarding that are read of it for a month."""

_WHOLE_RATE = 10**RATE_SCALE
_same_of = attrgetter(*_SAME)


class DueAlike(NamedTuple):
    """What the notes of a shape say of one due date; ``over`` and ``below`` are the part of a year, with the scales."""

    due: dt.date
    day: int
    interest_only: bool
    changes: bool
    is_last: bool
    over: int
    below: int


@attrs.frozen(kw_only=True)
class Shape:
    """Notes that say the same but for their amounts.

    ``note`` is any of them, ``missing`` what they lack. ``dues`` are those of the month, where they are ``plain``;
    ``resets`` says whether a rate may change with the period that one of them begins.
    """

    note: Note | None
    missing: tuple[str, ...]
    plain: bool = False
    dues: tuple[DueAlike, ...] = ()
    resets: bool = False


class Shapes:
    """The shapes of the notes of a pool, for the due dates of one month."""

    def __init__(self, conventions: dict[str, NoteConventions], first: dt.date, last: dt.date) -> None:
        self._conventions, self._first, self._last = conventions, first, last
        self._held: dict[tuple[Any, ...], Shape] = {}

    def of(self, group: str, boarded: Any) -> Shape:
        """Return the shape of a loan's note, by what is read of its boarding."""
        lacking = boarded.payment is None, boarded.original_balance is None, boarded.credit_limit is None
        key = group, lacking, _same_of(boarded)
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._made(cast("LoanBoarded", boarded), self._conventions[group])
        return found

    def _made(self, boarded: LoanBoarded, conventions: NoteConventions) -> Shape:
        lacking = missing(boarded, conventions)
        if lacking:
            return Shape(note=None, missing=lacking)
        note = note_of(boarded, conventions)
        if not is_plain(note) or note.interest_from is not None:
            return Shape(note=note, missing=())
        dues: list[DueAlike] = []
        due, resets = note.first_due_after(self._first - dt.timedelta(days=1)), False
        while due <= self._last:
            dues.append(_due_alike(note, due))
            if note.adjustment is not None:
                resets = resets or change_between(note.adjustment, note.due_after(due, -1), due) is not None
            due = note.due_after(due)
        return Shape(note=note, missing=(), plain=True, dues=tuple(dues), resets=resets)


def _due_alike(note: Note, due: dt.date) -> DueAlike:
    part = part_of_period(note, note.due_after(due, -1), due)
    unit = CENT if note.conventions.interest_precision is InterestPrecision.CENTS else 1
    return DueAlike(
        due=due,
        day=date_number(due),
        interest_only=is_interest_only(note, due),
        changes=reason_to_change(note, due) is not None,
        is_last=due >= note.last_due,
        over=part.numerator,
        below=part.denominator * _WHOLE_RATE * unit,
    )


def plain_due(shape: Shape, at: DueAlike, balance: int, rate: int, payment: int) -> tuple[int, int, int, int]:
    """Return the principal and interest of an instalment, its balloon, and the payment that it is by, in store units.

    Where the payment changes it is the level payment of the balance from then on, as :func:`~ledger.notes.fall_due`
    takes it; both give the same.
    """
    note = shape.note
    if note is None:
        raise InvalidArgument("boarded", "incomplete_note", "the note says too little for a schedule")
    conventions = note.conventions
    unit = CENT if conventions.interest_precision is InterestPrecision.CENTS else 1
    rounding = conventions.rounding
    if rounding is Rounding.HALF_UP:
        upper = balance * rate * at.over
        interest = (2 * upper + at.below) // (2 * at.below) * unit
    else:
        interest = rounded(balance * rate * at.over, at.below, rounding) * unit
    if at.interest_only:
        payment = interest
    elif at.changes:
        payment = level_units(note, at.due, balance, rate)
    if at.is_last:
        balloon = max(interest + balance - payment, 0) if note.balloon else 0
        return balance, interest, balloon, payment
    if at.interest_only or payment <= interest:
        return 0, interest, 0, payment
    return min(payment - interest, balance), interest, 0, payment


def glanced(payload: str) -> Any:
    """Return what is read of a boarding for a month."""
    return codec.glance(payload, "loan_boarded", READ)


def boarded_payment(shape: Shape, boarded: Any) -> int:
    """Return the payment that a loan was boarded with, in store units, as its note gives it where none is stated."""
    note = shape.note
    assert note is not None
    if boarded.payment is not None and note.conventions.boarded_payment.value == "as stated":
        return to_units(boarded.payment)
    balance = to_units(boarded.balance) + to_units(boarded.balance_in_group)
    if boarded.deferred_balance:
        balance -= to_units(boarded.deferred_balance)
    return level_units(note, note.first_due_after(boarded.effective_date), balance, rate_to_units(boarded.note_rate))


__all__ = ["DueAlike", "Shape", "Shapes", "boarded_payment", "glanced", "plain_due"]
