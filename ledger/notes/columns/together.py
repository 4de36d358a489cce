"""Instalments of many loans on one due date: the bulk by columns, step by step as one loan, the rest one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from ledger.deal.notes import CurtailmentEffect, InterestMethod
from ledger.errors import InvalidArgument
from ledger.notes.accruing import Movement, units_moved
from ledger.notes.columns.adjusting import Indexes, adjust_rates, change_months
from ledger.notes.columns.results import InstalmentColumns, empty_columns, write_one
from ledger.notes.columns.tables import METHODS, NoteColumns, StandingColumns, as_column, month_number
from ledger.notes.columns.wide import Flags, Ints, product_over
from ledger.notes.instalment import fall_due
from ledger.notes.level import level_cents
from ledger.notes.payments import CENT
from ledger.notes.periods import part_of_year
from ledger.values.dates import add_months, date_number
from ledger.values.money import RATE_SCALE, Rounding

Movements = Mapping[int, Sequence[Movement]]


def fall_due_together(
    notes: NoteColumns,
    standings: StandingColumns,
    due_date: dt.date,
    *,
    indexes: Indexes | None = None,
    curtailments: Movements | None = None,
    draws: Movements | None = None,
) -> InstalmentColumns:
    """Return what falls due of many loans on the date that is the next due date of every one of them.

    ``indexes`` are the histories by the names that the notes have; ``curtailments`` and ``draws`` those of the period,
    by the place of the loan. Raises as :func:`~ledger.notes.instalment.fall_due` does.
    """
    indexes, curtailments, draws = indexes or {}, curtailments or {}, draws or {}
    _check(notes, standings, due_date)
    found = empty_columns(due_date, standings)
    alone = ~notes.plain | (notes.odd_days & (notes.first_month == month_number(due_date)))
    for place in curtailments:
        # What is reckoned by the day, or wrong, is left to the one place that says so.
        alone[place] = alone[place] or not _is_simple(notes, standings, place, curtailments[place], due_date)
    for place in draws:
        alone[place] = True
    _write_bulk(notes, standings, found, ~alone, indexes, curtailments)
    for place in np.flatnonzero(alone).tolist():
        note = notes.notes[place]
        index = None if note.adjustment is None else indexes.get(note.adjustment.index_name)
        single = fall_due(
            note,
            standings.at(place),
            due_date,
            index=index,
            curtailments=curtailments.get(place, ()),
            draws=draws.get(place, ()),
        )
        write_one(found, place, single)
    return found


def _check(notes: NoteColumns, standings: StandingColumns, due_date: dt.date) -> None:
    if len(notes) != len(standings):
        message = f"{len(standings)} standings do not go with {len(notes)} notes"
        raise InvalidArgument("standings", "not_as_many", message)
    others = np.flatnonzero(standings.next_due != date_number(due_date))
    if len(others):
        place = int(others[0])
        message = f"loan {notes.notes[place].loan} falls due on {standings.at(place).next_due} next, not on {due_date}"
        raise InvalidArgument("due_date", "not_the_next", message)


def _is_simple(
    notes: NoteColumns, standings: StandingColumns, place: int, moved: Sequence[Movement], due_date: dt.date
) -> bool:
    conventions = notes.conventions[notes.convention[place]]
    start = add_months(due_date, -1, int(notes.due_day[place]))
    return (
        conventions.curtailments is not CurtailmentEffect.BY_THE_DAY
        and all(start <= item.on <= due_date for item in moved)
        and units_moved(moved) <= standings.balance[place]
    )


def _write_bulk(
    notes: NoteColumns,
    standings: StandingColumns,
    found: InstalmentColumns,
    bulk: Flags,
    indexes: Indexes,
    curtailments: Movements,
) -> None:
    """Write the instalments of the loans of the bulk into their places, step by step as ``fall_due`` takes them."""
    due = month_number(found.due_date)
    for place, moved in curtailments.items():
        found.curtailed[place] = units_moved(moved)
    opening, curtailed = standings.balance, found.curtailed
    found.rate[:] = standings.rate
    adjust_rates(notes, found, bulk, indexes)
    early = notes.by_convention(lambda item: item.curtailments is CurtailmentEffect.PERIOD_START) == 1
    base = np.where(early, opening - curtailed, opening)

    interest_only = due <= notes.interest_only_month
    reset = change_months(notes, due - notes.by_convention(lambda item: item.payment_lag_months)) >= 0
    ended = (notes.first_month < due) & (due - 1 <= notes.interest_only_month)
    changed = ~interest_only & (ended | reset)
    recast = notes.recasts & (curtailed > 0) & ~interest_only & ~changed
    changed |= recast & early
    payment = standings.payment.copy()
    _set_level(payment, notes, base, found.rate, due, bulk & changed)

    accrued = _interest(notes, base, found.rate, found.due_date, bulk)
    payment = np.where(interest_only, accrued, payment)
    left, last = opening - curtailed, due >= notes.last_month
    # A note that lets nothing be added to the balance is paid its interest at least.
    paid = np.maximum(payment, np.where(last, payment, accrued))
    principal = np.where(last, left, np.minimum(paid - accrued, left))
    closing = left - principal
    later = recast & ~early & (closing > 0)
    _set_level(payment, notes, closing, found.rate, due + 1, bulk & later)

    values = {
        "opening": opening,
        "payment": paid,
        "accrued": accrued,
        "interest": accrued,
        "principal": principal,
        "balloon": np.where(last & notes.balloon, np.maximum(accrued + left - paid, 0), 0),
        "is_last": last | (closing == 0),
        "payment_changed": changed | later,
    }
    for name, value in values.items():
        getattr(found, name)[bulk] = value[bulk]
    next_due = _due_numbers(notes.due_day, found.due_date)
    for name, value in (("balance", closing), ("rate", found.rate), ("payment", payment), ("next_due", next_due)):
        getattr(found.after, name)[bulk] = value[bulk]
    found.after.unpaid_interest[bulk] = 0
    found.after.interest_from[bulk] = 0


def _set_level(payment: Ints, notes: NoteColumns, balance: Ints, rate: Ints, due: int, which: Flags) -> None:
    """Set the payments of these loans to the level ones from the month of an instalment on."""
    places = np.flatnonzero(which)
    months = np.maximum(notes.amortizes_month[places] - due + 1, 1)
    given = (balance[places], rate[places], months, notes.convention[places])
    roundings = [item.rounding for item in notes.conventions]
    payment[places] = as_column(
        level_cents(one, yearly, left, roundings[convention]) * CENT
        for one, yearly, left, convention in zip(*(item.tolist() for item in given), strict=True)
    )


def _interest(notes: NoteColumns, balance: Ints, rate: Ints, due_date: dt.date, bulk: Flags) -> Ints:
    """Return the interest of the period, rounded as each note has it."""
    found = np.zeros(len(notes), dtype=np.int64)
    places = np.flatnonzero(bulk)
    keys = notes.method[places] * 32 + notes.due_day[places]
    upper, lower = np.zeros(32 * len(METHODS), dtype=np.int64), np.ones(32 * len(METHODS), dtype=np.int64)
    for key in np.flatnonzero(np.bincount(keys)).tolist():
        part = _part(METHODS[key // 32], due_date, key % 32)
        upper[key], lower[key] = part.numerator, part.denominator
    upper, lower = upper[keys] * rate[places], lower[keys] * 10**RATE_SCALE * notes.unit[places]
    rounding = np.array([list(Rounding).index(item.rounding) for item in notes.conventions])[notes.convention[places]]
    for code, way in enumerate(Rounding):
        some = np.flatnonzero(rounding == code)
        at = places[some]
        found[at] = product_over(balance[at], upper[some], lower[some], way) * notes.unit[at]
    return found


def _part(method: InterestMethod, due_date: dt.date, due_day: int) -> Fraction:
    if method is InterestMethod.THIRTY_360:
        return Fraction(1, 12)
    return part_of_year(add_months(due_date, -1, due_day), due_date, method)


def _due_numbers(due_day: Ints, due_date: dt.date) -> Ints:
    """Return the due dates of the month after, as numbers."""
    found: Ints = as_column(date_number(add_months(due_date, 1, max(day, 1))) for day in range(32))[due_day]
    return found
