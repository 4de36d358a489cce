"""How a rate adjusts: the figure of the index, the margin, the rounding, and the caps, each said for itself.

The order is the note's: add, round, then cap. What is capped is not rounded again.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import attrs

from ledger.deal.notes import NoteConventions, RateRounding
from ledger.errors import InvalidArgument
from ledger.notes.index import IndexFigure, IndexHistory, look_back_day
from ledger.notes.note import Adjustment, Note, Steps
from ledger.values.dates import add_months, months_between
from ledger.values.money import RATE_SCALE, plain, rate_to_units


class RateBound(StrEnum):
    """What kept an adjusted rate from being index and margin, rounded."""

    NOTHING = "nothing"
    PERIODIC_CAP = "periodic cap"
    PERIODIC_FLOOR = "periodic floor"
    LIFE_CAP = "life cap"
    LIFE_FLOOR = "life floor"


@attrs.frozen(kw_only=True)
class RateReset:
    """One adjustment of a rate, and all that it came from.

    From ``change_date`` on the rate is ``rate``. ``figure`` is the latest that was known on ``look_back_day``;
    ``unrounded`` is it and the margin, ``rounded`` that by the note's step, and ``bound_by`` the cap that then held. A
    rate that rises by stated steps has no figure.
    """

    change_date: dt.date
    before: Decimal
    look_back_day: dt.date | None = None
    figure: IndexFigure | None = None
    margin: Decimal
    unrounded: Decimal
    rounded: Decimal
    rate: Decimal
    bound_by: RateBound = RateBound.NOTHING


def in_rate(units: int) -> Decimal:
    """Return a rate in the store's units as a plain decimal."""
    return plain(Decimal(units).scaleb(-RATE_SCALE))


def change_between(adjustment: Adjustment, after: dt.date, until: dt.date) -> dt.date | None:
    """Return the latest date on which the rate changes that lies after one date and not after the other."""
    first, every, day = adjustment.first_change, adjustment.every_months, adjustment.change_day
    if until < first:
        return None
    found = add_months(first, months_between(first, until) // every * every, day)
    if found > until:
        found = add_months(found, -every, day)
    return found if after < found else None


def rounded_rate(units: int, step: int, way: RateRounding) -> int:
    """Return a rate rounded to a step, both in the store's units; a rate in the middle is rounded up."""
    if way is RateRounding.NONE or not step:
        return units
    if way is RateRounding.UP:
        return -(-units // step) * step
    if way is RateRounding.DOWN:
        return units // step * step
    return (2 * units + step) // (2 * step) * step


def bounded_rate(wanted: int, before: int, caps: tuple[int | None, ...]) -> tuple[int, RateBound]:
    """Return the rate within its caps, and which of them held it last.

    ``caps`` are how far it may rise and fall, the highest and the lowest rate, in the store's units; None is no cap.
    """
    up, down, highest, lowest = caps
    found, bound = wanted, RateBound.NOTHING
    if up is not None and found > before + up:
        found, bound = before + up, RateBound.PERIODIC_CAP
    if down is not None and found < before - down:
        found, bound = before - down, RateBound.PERIODIC_FLOOR
    if highest is not None and found > highest:
        found, bound = highest, RateBound.LIFE_CAP
    floor = 0 if lowest is None else lowest
    if found < floor:
        found, bound = floor, RateBound.LIFE_FLOOR
    return found, bound


def caps_of(adjustment: Adjustment, change: dt.date) -> tuple[int | None, ...]:
    """Return the caps of the adjustment on a date as :func:`bounded_rate` takes them."""
    is_first = change == adjustment.first_date
    given = (
        adjustment.first_cap_up if is_first else adjustment.cap_up,
        adjustment.first_cap_down if is_first else adjustment.cap_down,
        adjustment.max_rate,
        adjustment.min_rate,
    )
    return tuple(None if item is None else rate_to_units(item) for item in given)


def known_figure(
    index: IndexHistory | None, adjustment: Adjustment, change: dt.date, conventions: NoteConventions
) -> tuple[dt.date, IndexFigure]:
    """Return the day on which the index is looked at for a change, and the latest figure then known.

    Raises :class:`~ledger.errors.InvalidArgument` where no figure is.
    """
    day = look_back_day(change, adjustment.look_back_days, conventions)
    figure = None if index is None else index.latest(day, conventions.index_by)
    if figure is None:
        message = f"no figure of {adjustment.index_name} is known on {day}, for the rate from {change} on; give it"
        raise InvalidArgument("index", "missing_figure", message)
    return day, figure


def reset_rate(note: Note, before: int, start: dt.date, index: IndexHistory | None) -> RateReset | None:
    """Return the adjustment by which a rate changes with the period that starts on a date; None where it does not.

    A change within a period counts from the next one that starts. ``before`` is the rate in the store's units.
    """
    if note.adjustment is not None:
        change = change_between(note.adjustment, note.due_after(start, -1), start)
        return None if change is None else _adjusted(note, note.adjustment, before, change, index)
    if note.steps is not None and not note.pays_by_steps and is_step(note, note.steps, note.due_after(start)):
        rate = before + rate_to_units(note.steps.by)
        found = in_rate(rate)
        return RateReset(
            change_date=start, before=in_rate(before), margin=note.steps.by, unrounded=found, rounded=found, rate=found
        )
    return None


def is_step(note: Note, steps: Steps, due: dt.date) -> bool:
    """Say whether the instalment of a due date is the first after a step."""
    number = note.number(due)
    return 0 < number <= steps.count * steps.every_months and number % steps.every_months == 0


def _adjusted(
    note: Note, adjustment: Adjustment, before: int, change: dt.date, index: IndexHistory | None
) -> RateReset:
    day, figure = known_figure(index, adjustment, change, note.conventions)
    unrounded = rate_to_units(figure.rate) + rate_to_units(adjustment.margin)
    wanted = rounded_rate(unrounded, rate_to_units(adjustment.step), adjustment.way)
    rate, bound = bounded_rate(wanted, before, caps_of(adjustment, change))
    return RateReset(
        change_date=change,
        before=in_rate(before),
        look_back_day=day,
        figure=figure,
        margin=adjustment.margin,
        unrounded=in_rate(unrounded),
        rounded=in_rate(wanted),
        rate=in_rate(rate),
        bound_by=bound,
    )
