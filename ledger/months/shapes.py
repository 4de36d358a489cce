"""Notes that say the same but for their amounts, read once: what a month makes of all of them alike.

A pool of a hundred thousand loans has some hundreds of shapes of notes. What depends on the calendar and the note alone
(due dates, whether interest alone falls due, whether the payment changes or the loan ends, which part of a year its
interest is of) is asked of :mod:`ledger.notes` once for each; what is left for a loan is its arithmetic, in whole
numbers. Loans of other kinds, and those that something moved within the month, are reckoned one by one.
"""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast

import attrs

from ledger.deal.notes import BoardedPayment, InterestPrecision, NoteConventions, OddDays
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidArgument
from ledger.events import codec
from ledger.events.deal import LoanBoarded
from ledger.events.loan_terms import AmortizationType
from ledger.notes.accruing import part_of_period
from ledger.notes.boarding import missing, note_of
from ledger.notes.level import level_cents, rounded
from ledger.notes.note import Note, is_plain
from ledger.notes.payments import is_interest_only, level_units, reason_to_change
from ledger.notes.rates import change_between
from ledger.projections.pool_cut import Spelt
from ledger.store.rows import Boarding
from ledger.values.currency import DOLLARS, Currency
from ledger.values.dates import date_number
from ledger.values.money import RATE_SCALE, Rounding, to_units

_SAME = (
    "effective_date", "amortization_type", "payment_frequency", "interest_method", "first_due_date", "maturity_date",
    "original_term_months", "remaining_term_months", "remaining_amortization_months", "balloon_date", "balloon_months",
    "interest_only_months", "index_name", "first_reset_date", "next_reset_date", "first_reset_months", "reset_months",
    "step", "step_months", "step_count", "payment_reset_months", "payment_cap", "recast_months",
    "negative_amortization_limit", "draw_period_end",
)  # fmt: skip
"""The fields of a boarding that the calendar of its note is made of."""

_OF_RATE = (
    "margin", "look_back_days", "rate_rounding", "rate_rounding_way", "first_cap_up", "first_cap_down", "cap_up",
    "cap_down", "max_rate", "min_rate",
)  # fmt: skip
"""The fields that say what a rate becomes where it changes: they differ by loan, and few rates change in a month."""

_OWN = (
    "paid_to_date", "payment", "original_balance", "credit_limit", "balance", "balance_in_group", "deferred_balance",
)  # fmt: skip

READ = (*_SAME, *_OF_RATE, *_OWN, "origination_date", "loan", "note_rate")
"""The fields of a boarding that are read of it for a month."""

SPELT = (*_SAME, *_OF_RATE, *_OWN, "origination_date")
"""Those that are read of every loan, in the order that :meth:`Shapes.of` takes them in."""

_OWN_AT = len(_SAME) + len(_OF_RATE)
_EFFECTIVE, _FIRST_DUE = _SAME.index("effective_date"), _SAME.index("first_due_date")
_KIND = _SAME.index("amortization_type")
_ADJUSTABLE = AmortizationType.ADJUSTABLE.value

_WHOLE_RATE = 10**RATE_SCALE


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
    ``resets`` says whether a rate may change with the period that one of them begins; ``boarded_months`` is over how
    many payments a level one is reckoned of a loan that was boarded.
    """

    note: Note | None
    missing: tuple[str, ...]
    plain: bool = False
    dues: tuple[DueAlike, ...] = ()
    resets: bool = False
    boarded_months: int = 1


class Shapes:
    """The shapes of the notes of a pool, for the due dates of one month."""

    def __init__(
        self,
        conventions: dict[str, NoteConventions],
        first: dt.date,
        last: dt.date,
        currency: Currency = DOLLARS,
    ) -> None:
        self._conventions, self._first, self._last, self._currency = conventions, first, last, currency
        self._held: dict[tuple[Any, ...], Shape] = {}
        self._rates: dict[tuple[int, int], tuple[int, int]] = {}
        self._from_origination = {
            group for group, item in conventions.items() if item.odd_days is OddDays.FIRST_INSTALMENT
        }

    def of(self, group: str, spelt: tuple[Spelt, ...], payload: str) -> Shape:
        """Return the shape of a loan's note, by the fields :data:`SPELT` of its boarding as its payload spells them."""
        payment, original, limit = spelt[_OWN_AT + 1 : _OWN_AT + 4]
        lacking: tuple[bool, ...] = ()
        if spelt[_KIND] == _ADJUSTABLE:
            lacking = tuple([item is None for item in spelt[len(_SAME) : _OWN_AT]])
        key = (
            group, spelt[: len(_SAME)], payment is None, original is None, limit is None,
            spelt[-1] if group in self._from_origination else None, lacking,
        )  # fmt: skip
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._made(cast("LoanBoarded", glanced(payload)), self._conventions[group])
        return found

    def rates_of(self, row: Boarding) -> tuple[int, int]:
        """Return the note and the servicing rate of a boarding, the same pair for all that bear the same."""
        rates = row.note_rate, row.servicing_rate
        return self._rates.setdefault(rates, rates)

    def _made(self, boarded: LoanBoarded, conventions: NoteConventions) -> Shape:
        lacking = missing(boarded, conventions)
        if lacking:
            return Shape(note=None, missing=lacking)
        note = note_of(boarded, conventions, self._currency)
        if not is_plain(note) or note.interest_from is not None:
            return Shape(note=note, missing=())
        dues: list[DueAlike] = []
        due, resets = note.first_due_after(self._first - dt.timedelta(days=1)), False
        while due <= self._last:
            dues.append(_due_alike(note, due))
            if note.adjustment is not None:
                resets = resets or change_between(note.adjustment, note.due_after(due, -1), due) is not None
            due = note.due_after(due)
        months = note.months_left(note.first_due_after(boarded.effective_date))
        return Shape(note=note, missing=(), plain=True, dues=tuple(dues), resets=resets, boarded_months=months)


def _due_alike(note: Note, due: dt.date) -> DueAlike:
    part = part_of_period(note, note.due_after(due, -1), due)
    unit = note.cent if note.conventions.interest_precision is InterestPrecision.CENTS else 1
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
    unit = note.cent if conventions.interest_precision is InterestPrecision.CENTS else 1
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


def conventions_of(terms: DealTerms) -> dict[str, NoteConventions]:
    """Return the conventions that the notes of each group are read by."""
    return {group: terms.note_conventions(group) or NoteConventions() for group in terms.group_ids}


def glanced(payload: str) -> Any:
    """Return what is read of a boarding for a month."""
    return codec.glance(payload, "loan_boarded", READ)


class TapeLoan(NamedTuple):
    """What a month needs of the boarding of a loan: its note's shape, and its amounts in store units.

    ``day`` (YYYYMMDD) is that of the boarding, ``rates`` are its note and its servicing rate (of 10**-10), ``payment``
    the one that it states, None where it states none. What many loans have alike is held once.
    ``payload`` is kept where the shape and the amounts do not say all that a month may ask.
    """

    group: str
    shape: Shape
    day: int
    rates: tuple[int, int]
    balance: int
    payment: int | None
    deferred: int
    payload: str | None


def dates_spelt(spelt: tuple[Spelt, ...]) -> tuple[Spelt, ...]:
    """Return how a boarding spells what says which due dates its loan had missed, or was ahead of."""
    return spelt[_EFFECTIVE], spelt[_FIRST_DUE], spelt[_OWN_AT]


def tape_loan(shapes: Shapes, row: Boarding, spelt: tuple[Spelt, ...]) -> TapeLoan:
    """Return a loan of the tape, by the fields :data:`SPELT` of its boarding."""
    shape = shapes.of(row.loan_group, spelt, row.payload)
    _, payment, _, _, balance, in_group, deferred = spelt[_OWN_AT : _OWN_AT + len(_OWN)]
    return TapeLoan(
        sys.intern(row.loan_group),
        shape,
        _day(str(spelt[_EFFECTIVE])),
        shapes.rates_of(row),
        _units(balance) + _units(in_group),
        None if payment is None else _units(payment),
        0 if deferred is None else _units(deferred),
        None if shape.plain and not shape.resets else row.payload,
    )


@lru_cache(maxsize=1_024)
def _day(spelt: str) -> int:
    return int(spelt.replace("-", ""))


def _units(spelt: Spelt) -> int:
    """Return an amount in store units, as its payload spells it."""
    if spelt is None:
        return 0
    whole, _, parts = str(spelt).partition(".")
    if len(parts) == 2:  # As nearly all are spelt.
        return int(whole + parts) * 100
    return to_units(Decimal(str(spelt)))


def boarded_payment(loan: TapeLoan) -> int:
    """Return the payment that a loan was boarded with, in store units, as its note gives it where none is stated."""
    note = loan.shape.note
    if note is None:
        raise InvalidArgument("boarded", "incomplete_note", "the note says too little for a payment")
    if loan.payment is not None and note.conventions.boarded_payment is BoardedPayment.AS_STATED:
        return loan.payment
    balance, rounding = loan.balance - loan.deferred, note.conventions.rounding
    return level_cents(balance, loan.rates[0], loan.shape.boarded_months, rounding, note.cent) * note.cent


__all__ = [
    "READ",
    "SPELT",
    "DueAlike",
    "Shape",
    "Shapes",
    "TapeLoan",
    "boarded_payment",
    "conventions_of",
    "dates_spelt",
    "glanced",
    "plain_due",
    "tape_loan",
]
