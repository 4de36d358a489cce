"""Notes read by columns from what the boardings of many loans state: as ``note_of`` reads one, for the bulk of them.

A pool of a hundred thousand loans is read every month; an object for each would take longer than all that falls due.
The others are read one by one, each when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

import attrs
import numpy as np

from ledger.deal.notes import InterestMethod, NoteConventions, OddDays, RateRounding, UnstatedCaps
from ledger.events.deal import LoanBoarded
from ledger.events.loan_terms import AmortizationType, PaymentFrequency
from ledger.notes.boarding import missing, note_of
from ledger.notes.columns.adjusting import lengths
from ledger.notes.columns.stated import FREQUENCIES, KINDS, BoardedColumns
from ledger.notes.columns.tables import METHODS, NONE, WAYS, NoteColumns, as_column
from ledger.notes.columns.wide import Flags, Ints
from ledger.notes.note import Note
from ledger.values.money import rate_to_units


class _Notes(Sequence[Note]):
    """Notes that are read from their boardings when they are asked for."""

    def __init__(self, boarded: BoardedColumns, event_at: Callable[[int], LoanBoarded]) -> None:
        self._boarded, self._event_at = boarded, event_at

    def __len__(self) -> int:
        return len(self._boarded)

    @overload
    def __getitem__(self, place: int) -> Note: ...
    @overload
    def __getitem__(self, place: slice) -> list[Note]: ...
    def __getitem__(self, place: int | slice) -> Note | list[Note]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        conventions = self._boarded.conventions[self._boarded.convention[place]]
        return note_of(self._event_at(place), conventions)


@attrs.frozen(eq=False)
class _Calendar:
    """Months of the dates that notes begin and end on, and whether they are known."""

    due_day: Ints
    first: Ints
    last: Ints
    until: Ints
    balloon: Flags
    is_known: Flags
    is_whole: Flags


def notes_of(boarded: BoardedColumns, event_at: Callable[[int], LoanBoarded]) -> tuple[NoteColumns, Flags]:
    """Return the notes of boarded loans as columns, and which of them are complete.

    ``event_at`` returns the boarding of a place; it is asked for those alone that are not of the bulk. What stands in
    the columns of a note that is not complete means nothing.
    """
    calendar, adjustable = _calendar(boarded), boarded.amortization_type == KINDS.index(AmortizationType.ADJUSTABLE)
    plain = _plain(boarded, adjustable)
    complete = plain & _complete(boarded, calendar, adjustable)
    for place in np.flatnonzero(~plain).tolist():
        complete[place] = not missing(event_at(place), boarded.conventions[boarded.convention[place]])
    notes = _Notes(boarded, event_at)
    single = NoteColumns.of([notes[place] for place in np.flatnonzero(~plain & complete).tolist()])
    columns = _columns(boarded, notes, plain, calendar, adjustable)
    at = np.flatnonzero(~plain & complete)
    for name in ("first_month", "due_day", "last_month"):
        getattr(columns, name)[at] = getattr(single, name)
    return columns, complete


def _by_convention(boarded: BoardedColumns, read: Callable[[NoteConventions], int]) -> Ints:
    found: Ints = as_column(map(read, boarded.conventions))[boarded.convention]
    return found


def _plain(boarded: BoardedColumns, adjustable: Flags) -> Flags:
    limits = _by_convention(
        boarded,
        lambda item: any(
            limit is not None for limit in (item.payment_cap, item.recast_months, item.negative_amortization_limit)
        ),
    )
    fixed = boarded.amortization_type == KINDS.index(AmortizationType.FIXED)
    found: Flags = (
        (boarded.payment_frequency != FREQUENCIES.index(PaymentFrequency.BIWEEKLY))
        & (boarded.credit_limit == NONE)
        & (_method(boarded) != METHODS.index(InterestMethod.DAILY_SIMPLE))
        & (fixed | (adjustable & (limits == 0)))
        & (boarded.payment_reset_months <= 0)
        & (boarded.recast_months <= 0)
        & (boarded.payment_cap == NONE)
        & (boarded.negative_amortization_limit == NONE)
    )
    return found


def _method(boarded: BoardedColumns) -> Ints:
    usual = _by_convention(boarded, lambda item: METHODS.index(item.interest_method))
    return np.where(boarded.interest_method == NONE, usual, boarded.interest_method)


def _months(dates: Ints) -> Ints:
    return np.where(dates > 0, dates // 10000 * 12 + dates // 100 % 100 - 1, NONE)


def _calendar(boarded: BoardedColumns) -> _Calendar:
    """Return what :mod:`ledger.notes.boarding` finds of the dates of one loan, of all of them."""
    maturity, term = _months(boarded.maturity_date), boarded.original_term_months
    stated = boarded.first_due_date > 0
    derived = ~stated & (maturity > 0) & (term > 0)
    first = np.where(stated, _months(boarded.first_due_date), np.where(derived, maturity + 1 - term, 0))
    matures_on = boarded.maturity_date % 100
    length = lengths(first)
    day = np.where(stated, boarded.first_due_date % 100, np.minimum(matures_on, length))
    day = np.where((maturity > 0) & (matures_on > day) & (day == length), matures_on, day)

    effective = _months(boarded.effective_date)
    begins = first * 100 + np.where(stated, boarded.first_due_date % 100, np.minimum(day, length))
    later = np.minimum(day, lengths(effective)) <= boarded.effective_date % 100
    upcoming = np.where(effective * 100 + boarded.effective_date % 100 < begins, first, effective + later)
    left = boarded.remaining_term_months
    maturity = np.where(maturity > 0, maturity, np.where(term > 0, first + term - 1, NONE))
    maturity = np.where((maturity == NONE) & (left > 0), upcoming + left - 1, maturity)
    balloon = _months(boarded.balloon_date)
    months = boarded.balloon_months
    balloon = np.where((balloon == NONE) & (months > 0), first + months - 1, balloon)
    end = np.maximum(balloon, maturity)
    last = np.where((balloon > 0) & (maturity > 0), np.minimum(balloon, maturity), end)
    amortizes = boarded.remaining_amortization_months
    is_open = (amortizes <= 0) & (balloon > 0) & (end == last)
    until = np.where(amortizes > 0, np.maximum(last, upcoming + amortizes - 1), end)
    known = (stated | derived) & (end > 0)
    return _Calendar(day, first, last, until, is_open | (until > last), known, known & ~is_open)


def _complete(boarded: BoardedColumns, calendar: _Calendar, adjustable: Flags) -> Flags:
    found: Flags = calendar.is_whole | (calendar.is_known & (boarded.payment != NONE) & ~adjustable)
    first = (boarded.first_reset_date > 0) | (boarded.first_reset_months != NONE)
    unknown = _by_convention(boarded, lambda item: item.unstated_caps is UnstatedCaps.UNKNOWN) == 1
    caps = [getattr(boarded, name) != NONE for name in ("cap_up", "cap_down", "max_rate", "min_rate")]
    has_first_caps = (boarded.first_cap_up != NONE) | (boarded.first_cap_down != NONE)
    rate = (
        (boarded.index_name != NONE)
        & (boarded.margin != NONE)
        & (boarded.reset_months > 0)
        & (first | (boarded.next_reset_date > 0))
        & (~unknown | np.logical_and.reduce(caps))
        & (~has_first_caps | first)
    )
    odd = _by_convention(boarded, lambda item: item.odd_days is OddDays.FIRST_INSTALMENT) == 1
    found &= (~adjustable | rate) & (~odd | (boarded.origination_date > 0))
    return found


def _columns(
    boarded: BoardedColumns, notes: Sequence[Note], plain: Flags, calendar: _Calendar, adjustable: Flags
) -> NoteColumns:
    def otherwise(stated: Ints, read: Callable[[NoteConventions], int]) -> Ints:
        return np.where(stated == NONE, _by_convention(boarded, read), stated)

    def of_rate(column: Ints, none: int = NONE) -> Ints:
        return np.where(adjustable & plain, column, none)

    first, change, day = _changes(boarded, calendar)
    interest_only = boarded.interest_only_months
    step = otherwise(boarded.rate_rounding, lambda item: rate_to_units(item.rate_rounding))
    way = otherwise(boarded.rate_rounding_way, lambda item: WAYS.index(RateRounding(item.rate_rounding_way)))
    look_back = otherwise(boarded.look_back_days, lambda item: item.look_back_days)
    return NoteColumns(
        notes=notes,
        plain=plain,
        conventions=boarded.conventions,
        convention=boarded.convention,
        method=_method(boarded),
        first_month=calendar.first,
        due_day=calendar.due_day,
        last_month=calendar.last,
        amortizes_month=np.where(calendar.is_whole, calendar.until, calendar.last),
        interest_only_month=np.where(interest_only > 0, calendar.first + interest_only - 1, NONE),
        odd_days=_by_convention(boarded, lambda item: item.odd_days is OddDays.FIRST_INSTALMENT) == 1,
        balloon=calendar.balloon,
        index_names=boarded.index_names,
        index=of_rate(boarded.index_name),
        margin=of_rate(boarded.margin, 0),
        change_month=of_rate(change),
        change_day=of_rate(day),
        every_months=of_rate(np.maximum(boarded.reset_months, 1), 1),
        first_change=of_rate(first),
        step=of_rate(step, 0),
        way=of_rate(way, 0),
        look_back_days=of_rate(look_back, 0),
        first_cap_up=of_rate(np.where(boarded.first_cap_up == NONE, boarded.cap_up, boarded.first_cap_up)),
        first_cap_down=of_rate(np.where(boarded.first_cap_down == NONE, boarded.cap_down, boarded.first_cap_down)),
        cap_up=of_rate(boarded.cap_up),
        cap_down=of_rate(boarded.cap_down),
        max_rate=of_rate(boarded.max_rate),
        min_rate=of_rate(boarded.min_rate),
    )


def _changes(boarded: BoardedColumns, calendar: _Calendar) -> tuple[Ints, Ints, Ints]:
    """Return the date of the first adjustment, the month of the next that counts, and the day of every one."""
    months = boarded.first_reset_months
    derived = (boarded.first_reset_date == NONE) & (months != NONE)
    month = np.where(derived, calendar.first + months - 1, _months(boarded.first_reset_date))
    known = month > 0
    month = np.where(known, month, 0)
    day = np.where(derived, np.minimum(calendar.due_day, lengths(month)), boarded.first_reset_date % 100)
    first = np.where(known, month // 12 * 10000 + (month % 12 + 1) * 100 + day, NONE)

    every = np.maximum(boarded.reset_months, 1)
    effective = _months(boarded.effective_date)
    rolled = month + (effective - month) // every * every
    passed = (rolled < effective) | (np.minimum(day, lengths(np.maximum(rolled, 0))) <= boarded.effective_date % 100)
    rolled = np.where(first <= boarded.effective_date, rolled + np.where(passed, every, 0), month)
    stated = boarded.next_reset_date > 0
    change = np.where(stated, _months(boarded.next_reset_date), rolled)
    change = np.where(stated | known, change, 0)
    next_day = boarded.next_reset_date % 100
    at_end = next_day == lengths(change)
    anchored = np.where(known & (day > next_day) & at_end, day, next_day)
    return first, change, np.where(stated, anchored, day)
