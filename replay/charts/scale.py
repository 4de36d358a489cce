"""Scales: where a value stands in a picture, the round numbers along an axis, and how both are spelt there.

Places are fractions until they are written, so that the same chart is the same picture on every machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from ledger import as_decimal
from replay.charts.chart import Unit

_STEPS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
_INTERVALS = 4
_NEAR = Fraction(3, 5)
_SIZES = ((10**9, "bn"), (10**6, "m"), (10**3, "k"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEW_MONTHS = 18
"""Days up to which each is named with its month; of more, years are."""


@attrs.frozen
class Scale:
    """Maps values between two limits to places between two others."""

    low: Fraction
    high: Fraction
    start: Fraction
    end: Fraction

    def at(self, value: Fraction | int) -> Fraction:
        """Return the place of a value."""
        return self.start + (value - self.low) * (self.end - self.start) / (self.high - self.low)


def step_for(low: Fraction, high: Fraction) -> Fraction:
    """Return the round distance of the lines of an axis between two values, of which the second is higher."""
    rough = (high - low) / _INTERVALS
    power = Fraction(1)
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    return next(power * step for step in _STEPS if power * step >= rough)


def limits(values: Iterable[Fraction], *, from_nought: bool = False) -> tuple[Fraction, Fraction, Fraction]:
    """Return where an axis begins and ends, and the step between its lines.

    It begins at nought, unless all values lie close together and far from it.
    """
    listed = list(values)
    low, high = min(listed, default=Fraction(0)), max(listed, default=Fraction(1))
    if low > 0 and (from_nought or low < high * _NEAR or low == high):
        low = Fraction(0)
    if high < 0 and not low > high * _NEAR:
        high = Fraction(0)
    if low == high:
        high = low + 1
    step = step_for(low, high)
    return (low // step) * step, -((-high) // step) * step, step


def places(step: Fraction) -> int:
    """Return the decimals that multiples of a step need, at most six."""
    found = 0
    while found < 6 and (step * 10**found).denominator != 1:
        found += 1
    return found


def tick(value: Fraction, unit: Unit, step: Fraction, high: Fraction) -> str:
    """Return how a line of an axis is named: as short as the step allows, all lines alike."""
    if unit is Unit.SHARE:
        return f"{as_decimal(value * 100, places(step * 100)):,}%"
    if unit is Unit.MONTHS:
        return f"{as_decimal(value, places(step)):,}"
    size, sign = _size(high)
    return f"{as_decimal(value / size, places(step / size)):,}{sign if value else ''}"


def _size(value: Fraction) -> tuple[int, str]:
    return next(((size, sign) for size, sign in _SIZES if abs(value) >= size), (1, ""))


def short(value: Fraction, unit: Unit) -> str:
    """Return a value with four figures or so, as it stands beside a line."""
    if unit is Unit.SHARE:
        return f"{as_decimal(value * 100, 2):,}%"
    if unit is Unit.MONTHS:
        return f"{as_decimal(value, 1):,}"
    size, sign = _size(value)
    return f"{as_decimal(value / size, 2 if size > 1 else 0):,}{sign}"


def month_name(day: dt.date) -> str:
    """Return a day as the month that an axis names."""
    return f"{_MONTHS[day.month - 1]} {day.year % 100:02d}"


def named_days(days: Sequence[dt.date], room: int) -> list[tuple[int, str]]:
    """Return the places among days that are named, and their names; ``room`` is how many fit."""
    if len(days) <= FEW_MONTHS:
        named = [(place, month_name(day)) for place, day in enumerate(days)]
    else:
        named = [
            (place, str(day.year))
            for place, day in enumerate(days)
            if place == 0 or days[place - 1].year != day.year
        ]  # fmt: skip
        # The first year is named where it has room of its own.
        named = named[1:] if len(named) > 1 and named[1][0] < FEW_MONTHS // 3 else named
    apart = -(-len(named) // max(room, 1))
    # Counted from the last, so that the month that a statement is of has its name.
    return [item for back, item in enumerate(reversed(named)) if back % apart == 0][::-1]


__all__ = ["Scale", "limits", "month_name", "named_days", "places", "short", "step_for", "tick"]
