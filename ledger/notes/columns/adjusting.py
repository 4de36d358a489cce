"""Rates adjusted by columns: which change with a period, and to what."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ledger.deal.notes import RateRounding
from ledger.errors import InvalidArgument
from ledger.notes.columns.results import BOUNDS, InstalmentColumns
from ledger.notes.columns.tables import NONE, WAYS, NoteColumns, month_number
from ledger.notes.columns.wide import Flags, Ints
from ledger.notes.index import IndexHistory, look_back_day
from ledger.notes.rates import RateBound
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import rate_to_units

Indexes = Mapping[str, IndexHistory]
"""The histories of indexes by their names."""

_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)

_UNBOUND = 10**15
"""A rate beyond every rate, in the store's units."""


def lengths(months: Ints) -> Ints:
    """Return how many days months have."""
    year = months // 12
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    return np.where((months % 12 == 1) & leap, 29, _LENGTHS[months % 12])


def change_months(notes: NoteColumns, start: Ints) -> Ints:
    """Return the month in which the rate changed that is new in the period from a month's due date on; -1 for none.

    A change counts from the first period that starts on its date or after it.
    """
    adjusts = (notes.index >= 0) & (notes.change_month <= start)
    found = notes.change_month + (start - notes.change_month) // notes.every_months * notes.every_months
    day = np.minimum(notes.change_day, lengths(found))
    # A change after the due date's day waits for the period that starts in the month after.
    early = (found == start) & (day <= np.minimum(notes.due_day, lengths(start)))
    behind = np.where(found == start, found - notes.every_months, found)
    waited = np.minimum(notes.change_day, lengths(np.maximum(behind, 0))) > np.minimum(
        notes.due_day, lengths(start - 1)
    )
    late = (behind == start - 1) & (behind >= notes.change_month) & waited
    return np.where(adjusts & early, found, np.where(adjusts & late, behind, NONE))


def adjust_rates(
    notes: NoteColumns, found: InstalmentColumns, bulk: Flags, indexes: Mapping[str, IndexHistory]
) -> None:
    """Adjust the rates of the loans of the bulk that change with the period of an instalment, and say how."""
    start = np.full(len(notes), month_number(found.due_date) - 1, dtype=np.int64)
    months = change_months(notes, start)
    at = np.flatnonzero(bulk & (months >= 0))
    if not len(at):
        return
    month = months[at]
    day = np.minimum(notes.change_day[at], lengths(month))
    found.reset[at] = True
    found.change_date[at] = month // 12 * 10000 + (month % 12 + 1) * 100 + day
    _look_up(notes, found, at, indexes)
    before = found.rate[at]
    unrounded = found.figure[at] + notes.margin[at]
    wanted = _rounded(unrounded, notes.step[at], notes.way[at])
    rate, bound = _bounded(notes, at, wanted, before, found.change_date[at] == notes.first_change[at])
    found.unrounded[at], found.rounded[at], found.rate[at], found.bound[at] = unrounded, wanted, rate, bound


def _look_up(notes: NoteColumns, found: InstalmentColumns, at: Ints, indexes: Indexes) -> None:
    keys = np.stack((notes.convention[at], notes.index[at], notes.look_back_days[at], found.change_date[at]))
    kinds, which = np.unique(keys, axis=1, return_inverse=True)
    rows = np.zeros((4, kinds.shape[1]), dtype=np.int64)
    for place, (convention, index, days, change) in enumerate(kinds.T.tolist()):
        conventions, name, date = notes.conventions[convention], notes.index_names[index], date_from_number(change)
        day = look_back_day(date, days, conventions)
        figure = indexes[name].latest(day, conventions.index_by) if name in indexes else None
        if figure is None:
            message = f"no figure of {name} is known on {day}, for the rate from {date} on; give it"
            raise InvalidArgument("index", "missing_figure", message)
        numbers = date_number(day), date_number(figure.as_of), date_number(figure.published)
        rows[:, place] = (*numbers, rate_to_units(figure.rate))
    which = which.reshape(-1)
    for name, row in zip(("look_back_day", "figure_as_of", "figure_published", "figure"), rows, strict=True):
        getattr(found, name)[at] = row[which]


def _rounded(rate: Ints, step: Ints, way: Ints) -> Ints:
    size = np.maximum(step, 1)
    ways = {
        RateRounding.NEAREST: (2 * rate + size) // (2 * size) * size,
        RateRounding.UP: -(-rate // size) * size,
        RateRounding.DOWN: rate // size * size,
        RateRounding.NONE: rate,
    }
    return np.where(step > 0, np.choose(way, [ways[item] for item in WAYS]), rate)


def _bounded(notes: NoteColumns, at: Ints, wanted: Ints, before: Ints, first: Flags) -> tuple[Ints, Ints]:
    """Return rates within their caps, and which cap held each last."""

    def limit(column: Ints, none: int) -> Ints:
        return np.where(column == NONE, none, column)

    up = limit(np.where(first, notes.first_cap_up[at], notes.cap_up[at]), _UNBOUND)
    down = limit(np.where(first, notes.first_cap_down[at], notes.cap_down[at]), _UNBOUND)
    rate, bound = wanted, np.full(len(at), BOUNDS.index(RateBound.NOTHING), dtype=np.int64)
    for cap, most, least in (
        (RateBound.PERIODIC_CAP, before + up, None),
        (RateBound.PERIODIC_FLOOR, None, before - down),
        (RateBound.LIFE_CAP, limit(notes.max_rate[at], _UNBOUND), None),
        (RateBound.LIFE_FLOOR, None, limit(notes.min_rate[at], 0)),
    ):
        within = np.clip(rate, least, most)
        bound = np.where(within != rate, BOUNDS.index(cap), bound)
        rate = within
    return rate, bound
