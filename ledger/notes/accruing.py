"""The interest of a period, exact and before it is rounded: what bears it, and for which part of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
from attrs import field

from ledger.deal.notes import BiweeklyInterest, CurtailmentEffect, InterestMethod, LineInterest
from ledger.notes.note import Note
from ledger.notes.periods import by_days, part_of_year
from ledger.values.dates import to_date
from ledger.values.money import round_to, to_amount, to_units


@attrs.frozen(kw_only=True)
class Movement:
    """Principal that was paid early, or drawn on a line of credit, on a day within the period."""

    on: dt.date = field(converter=to_date)
    amount: Decimal = field(converter=to_amount)


def units_moved(movements: Sequence[Movement]) -> int:
    """Return what was moved together, in the store's units."""
    return sum(to_units(item.amount) for item in movements)


def bearing(note: Note, opening: int, curtailed: int) -> int:
    """Return the balance that an instalment is reckoned on: the opening one, less what was curtailed in time for it."""
    kept = note.conventions.curtailments is CurtailmentEffect.NEXT_DUE_DATE and not _by_day(note)
    return opening if kept else opening - curtailed


def at_once(note: Note) -> bool:
    """Say whether a curtailment bears no interest from the start of its period on."""
    return note.conventions.curtailments is CurtailmentEffect.PERIOD_START and not _by_day(note)


def accrued_parts(
    note: Note, opening: int, start: dt.date, due: dt.date, curtailments: Sequence[Movement], draws: Sequence[Movement]
) -> Fraction:
    """Return the balance times the part of a year that it bore interest for, in the store's units."""
    if note.is_line:
        return _of_line(note, opening, start, due, curtailments, draws)
    whole = part_of_period(note, start, due)
    effect = CurtailmentEffect.BY_THE_DAY if _by_day(note) else note.conventions.curtailments
    match effect:
        case CurtailmentEffect.NEXT_DUE_DATE:
            return opening * whole
        case CurtailmentEffect.PERIOD_START:
            return (opening - units_moved(curtailments)) * whole
    early = (to_units(item.amount) * _rest_of_period(note, max(item.on, start), due, start) for item in curtailments)
    return opening * whole - sum(early, start=Fraction(0))


def part_of_period(note: Note, start: dt.date, due: dt.date) -> Fraction:
    """Return the part of a year that lies in the period of an instalment."""
    if note.interest is InterestMethod.DAILY_SIMPLE:
        return by_days(start, due, note.conventions.simple_interest_days)
    if note.is_biweekly:
        twenty_sixth = note.conventions.biweekly_interest is BiweeklyInterest.TWENTY_SIXTH
        return Fraction(1, 26) if twenty_sixth else Fraction(14, 365)
    if note.interest is InterestMethod.THIRTY_360:
        return Fraction(1, 12)
    return part_of_year(start, due, note.interest)


def odd_part(note: Note, start: dt.date, due: dt.date) -> Fraction:
    """Return the part of a year of the days before the first instalment's own period that are added to it."""
    if note.interest_from is None or due != note.first_due or note.interest is InterestMethod.DAILY_SIMPLE:
        return Fraction(0)
    if note.interest_from <= start:
        return part_of_year(note.interest_from, start, note.interest)
    return -part_of_year(start, note.interest_from, note.interest)


def _by_day(note: Note) -> bool:
    return note.interest is InterestMethod.DAILY_SIMPLE or note.is_line


def _rest_of_period(note: Note, day: dt.date, due: dt.date, start: dt.date) -> Fraction:
    if note.is_biweekly:
        return part_of_period(note, start, due) * Fraction((due - day).days, 14)
    if note.interest is InterestMethod.DAILY_SIMPLE:
        return by_days(min(day, due), due, note.conventions.simple_interest_days)
    return min(part_of_year(day, due, note.interest), part_of_period(note, start, due))


def _of_line(
    note: Note, opening: int, start: dt.date, due: dt.date, paid: Sequence[Movement], draws: Sequence[Movement]
) -> Fraction:
    conventions, one = note.conventions, dt.timedelta(1)
    later = dt.timedelta(0) if conventions.line_payment_counts_on_its_day else one
    changes = [(item.on, to_units(item.amount)) for item in draws]
    changes += [(item.on + later, -to_units(item.amount)) for item in paid]
    by_day = conventions.line_interest is LineInterest.BY_THE_DAY
    found, balance, day = Fraction(0), opening, start
    for on, change in [*sorted(item for item in changes if item[0] < due), (due, 0)]:
        upto = max(on, day)
        found += balance * (by_days(day, upto, conventions.line_days) if by_day else Fraction((upto - day).days))
        balance, day = balance + change, upto
    if by_day:
        return found
    average = round_to(found / (due - start).days, Fraction(note.cent), conventions.rounding)
    return average * by_days(start, due, conventions.line_days)
