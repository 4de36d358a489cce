"""A note read from its loan's boarding by the conventions of the deal, or what the boarding lacks of it.

A schedule is built only from complete terms. Nothing unknown is taken for zero: :func:`missing` names what the boarding
does not say, and :func:`note_of` refuses a loan that lacks any of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from math import ceil
from typing import TypeVar

import attrs

from ledger.deal.notes import BoardedPayment, InterestMethod, NoteConventions, OddDays, UnstatedCaps
from ledger.errors import InvalidArgument
from ledger.events.deal import LoanBoarded
from ledger.events.loan_terms import AmortizationType, PaymentFrequency
from ledger.notes.level import level_cents, rounded
from ledger.notes.note import Adjustment, Note, Standing, Steps
from ledger.notes.payments import as_dollars
from ledger.values.currency import DOLLARS, Currency
from ledger.values.dates import add_months, months_between
from ledger.values.money import amount, rate_to_units, to_units

T = TypeVar("T")

_STEPPED = (AmortizationType.STEP, AmortizationType.GRADUATED_PAYMENT)


def missing(boarded: LoanBoarded, conventions: NoteConventions) -> tuple[str, ...]:
    """Return the fields of a boarding that its note lacks for a schedule to be built; none where it is complete."""
    found = (*_lacking(boarded), *_lacking_in_rate(boarded, conventions), *_lacking_by_term(boarded, conventions))
    return tuple(dict.fromkeys(found))


def _lacking(boarded: LoanBoarded) -> Iterator[str]:
    kind = boarded.amortization_type
    if kind is None or kind is AmortizationType.OTHER:
        yield "amortization_type"
    dates = _dates(boarded)
    if dates is None:
        yield "first_due_date" if boarded.first_due_date is None else "maturity_date"
    elif dates.amortizes_until is None and (boarded.payment is None or kind is not AmortizationType.FIXED):
        yield "remaining_amortization_months"
    if kind in _STEPPED:
        yield from (name for name in ("step", "step_count") if getattr(boarded, name) is None)
        if not boarded.step_months:
            yield "step_months"
    if kind is AmortizationType.GRADUATED_PAYMENT and boarded.payment is None:
        yield "payment"
    if boarded.credit_limit is not None and boarded.draw_period_end is None:
        yield "draw_period_end"


def _lacking_in_rate(boarded: LoanBoarded, conventions: NoteConventions) -> Iterator[str]:
    if boarded.amortization_type is not AmortizationType.ADJUSTABLE:
        return
    yield from (name for name in ("index_name", "margin") if getattr(boarded, name) is None)
    if not boarded.reset_months:
        yield "reset_months"
    if boarded.next_reset_date is None and boarded.first_reset_date is None and boarded.first_reset_months is None:
        yield "next_reset_date"
    if conventions.unstated_caps is UnstatedCaps.UNKNOWN:
        yield from (name for name in ("cap_up", "cap_down", "max_rate", "min_rate") if getattr(boarded, name) is None)
    has_first_caps = boarded.first_cap_up is not None or boarded.first_cap_down is not None
    if has_first_caps and boarded.first_reset_date is None and boarded.first_reset_months is None:
        yield "first_reset_date"


def _lacking_by_term(boarded: LoanBoarded, conventions: NoteConventions) -> Iterator[str]:
    limit = _of_adjustable(boarded, boarded.negative_amortization_limit, conventions.negative_amortization_limit)
    if limit is not None:
        yield from (name for name in ("original_balance", "payment") if getattr(boarded, name) is None)
    if conventions.odd_days is OddDays.FIRST_INSTALMENT and boarded.origination_date is None:
        yield "origination_date"
    if boarded.payment_frequency is PaymentFrequency.BIWEEKLY and (
        boarded.amortization_type is not AmortizationType.FIXED
        or boarded.interest_only_months
        or boarded.credit_limit is not None
    ):
        # Which monthly payment a half is of is known for level payments alone.
        yield "payment_frequency"


def _of_adjustable(boarded: LoanBoarded, stated: T | None, otherwise: T | None) -> T | None:
    if stated is not None or boarded.amortization_type is not AmortizationType.ADJUSTABLE:
        return stated
    return otherwise


@attrs.frozen
class _Dates:
    """When instalments fall due, and until when level ones are reckoned: ``None`` where a balloon leaves it open."""

    first_due: dt.date
    due_day: int
    last_due: dt.date
    amortizes_until: dt.date | None


def _dates(boarded: LoanBoarded) -> _Dates | None:
    first, maturity, term = boarded.first_due_date, boarded.maturity_date, boarded.original_term_months
    if first is None:
        if maturity is None or not term:
            return None
        first = add_months(maturity, 1 - term)
    day = first.day
    if maturity is not None and maturity.day > day and (first + dt.timedelta(1)).day == 1:
        # A note of the 29th to the 31st whose first month was shorter.
        day = maturity.day
    upcoming = _upcoming(first, day, boarded.effective_date)
    if maturity is None and term:
        maturity = add_months(first, term - 1, day)
    elif maturity is None and boarded.remaining_term_months:
        maturity = add_months(upcoming, boarded.remaining_term_months - 1, day)
    balloon = boarded.balloon_date
    if balloon is None and boarded.balloon_months:
        balloon = add_months(first, boarded.balloon_months - 1, day)
    ends = [add_months(item, 0, day) for item in (balloon, maturity) if item is not None]
    if not ends:
        return None
    last = min(ends)
    if boarded.remaining_amortization_months:
        until = add_months(upcoming, ceil(boarded.remaining_amortization_months) - 1, day)
        return _Dates(first, day, last, max(last, until))
    return _Dates(first, day, last, None if balloon is not None and max(ends) == last else max(ends))


def _upcoming(first: dt.date, day: int, after: dt.date) -> dt.date:
    """Return the first monthly due date after a day."""
    if after < first:
        return first
    found = add_months(after, 0, day)
    return found if found > after else add_months(after, 1, day)


def note_of(boarded: LoanBoarded, conventions: NoteConventions, currency: Currency = DOLLARS) -> Note:
    """Return what the note of a boarded loan says, read by these conventions.

    Raises :class:`~ledger.errors.InvalidArgument` where it is not complete; :func:`missing` says so beforehand.
    """
    lacking, dates = missing(boarded, conventions), _dates(boarded)
    if lacking or dates is None:
        message = f"the note of loan {boarded.loan} does not say {', '.join(lacking)}; post them, or report what is due"
        raise InvalidArgument("boarded", "incomplete_note", message)
    months, steps = boarded.interest_only_months, None
    if boarded.amortization_type in _STEPPED:
        steps = Steps(
            by=boarded.step or Decimal(0), every_months=boarded.step_months or 0, count=boarded.step_count or 0
        )
    return Note(
        cent=currency.unit_in_store,
        loan=boarded.loan,
        conventions=conventions,
        amortization=boarded.amortization_type or AmortizationType.OTHER,
        frequency=boarded.payment_frequency or PaymentFrequency.MONTHLY,
        interest=boarded.interest_method or conventions.interest_method,
        first_due=dates.first_due,
        due_day=dates.due_day,
        last_due=dates.last_due,
        amortizes_until=dates.amortizes_until or dates.last_due,
        balloon=dates.amortizes_until is None or dates.amortizes_until > dates.last_due,
        interest_only_until=add_months(dates.first_due, months - 1, dates.due_day) if months else None,
        interest_from=boarded.origination_date if conventions.odd_days is OddDays.FIRST_INSTALMENT else None,
        adjustment=_adjustment(boarded, conventions, dates),
        steps=steps,
        payment_reset_months=boarded.payment_reset_months or None,
        payment_cap=_of_adjustable(boarded, boarded.payment_cap, conventions.payment_cap),
        recast_months=_of_adjustable(boarded, boarded.recast_months or None, conventions.recast_months),
        negative_amortization_limit=_of_adjustable(
            boarded, boarded.negative_amortization_limit, conventions.negative_amortization_limit
        ),
        credit_limit=boarded.credit_limit,
        draw_until=boarded.draw_period_end if boarded.credit_limit is not None else None,
    )


def _adjustment(boarded: LoanBoarded, conventions: NoteConventions, dates: _Dates) -> Adjustment | None:
    if boarded.amortization_type is not AmortizationType.ADJUSTABLE:
        return None
    every, first = boarded.reset_months or 0, boarded.first_reset_date
    if first is None and boarded.first_reset_months is not None:
        # The months of the first rate begin one month before the first due date.
        first = add_months(dates.first_due, boarded.first_reset_months - 1, dates.due_day)
    change = boarded.next_reset_date
    if change is None and first is not None:
        # The rate on the tape holds the adjustments up to the tape's date.
        change = first
        if first <= boarded.effective_date:
            change = add_months(first, months_between(first, boarded.effective_date) // every * every)
            change = change if change > boarded.effective_date else add_months(change, every, first.day)
    assert change is not None
    day = change.day
    if first is not None and first.day > day and (change + dt.timedelta(1)).day == 1:
        # A change of the 29th to the 31st that falls into a shorter month here.
        day = first.day
    return Adjustment(
        index_name=boarded.index_name or "",
        margin=boarded.margin or Decimal(0),
        first_change=change,
        change_day=day,
        every_months=every,
        first_date=first,
        step=conventions.rate_rounding if boarded.rate_rounding is None else boarded.rate_rounding,
        way=boarded.rate_rounding_way or conventions.rate_rounding_way,
        look_back_days=conventions.look_back_days if boarded.look_back_days is None else boarded.look_back_days,
        first_cap_up=boarded.cap_up if boarded.first_cap_up is None else boarded.first_cap_up,
        first_cap_down=boarded.cap_down if boarded.first_cap_down is None else boarded.first_cap_down,
        cap_up=boarded.cap_up,
        cap_down=boarded.cap_down,
        max_rate=boarded.max_rate,
        min_rate=boarded.min_rate,
    )


def standing_at_boarding(boarded: LoanBoarded, note: Note) -> Standing:
    """Return where a loan stands when it enters: before the first due date after its boarding.

    Its balance is the stated one, less what of it is deferred. A payment that is not stated, or not to be gone by, is
    the level payment of the balance over what is left of the term; every two weeks half of a month's.
    """
    balance = boarded.balance + boarded.balance_in_group - (boarded.deferred_balance or Decimal(0))
    due = note.first_due_after(boarded.effective_date)
    payment = boarded.payment
    if payment is None or (note.conventions.boarded_payment is BoardedPayment.LEVEL_PAYMENT and note.steps is None):
        rounding = note.conventions.rounding
        rate, months = rate_to_units(boarded.note_rate), note.months_left(due)
        cents = level_cents(to_units(balance), rate, months, rounding, note.cent)
        payment = as_dollars((rounded(cents, 2, rounding) if note.is_biweekly else cents) * note.cent)
    is_first = due == note.first_due and note.interest is InterestMethod.DAILY_SIMPLE
    return Standing(
        balance=amount(balance),
        rate=boarded.note_rate,
        payment=amount(payment),
        next_due=due,
        original_balance=boarded.original_balance,
        interest_from=note.interest_from if is_first else None,
    )
