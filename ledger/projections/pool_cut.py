"""Cutting a pool of hundreds of thousands of loans: a balance is added up under every spelling, and read once for all.

Loans that carry the same value of a measure, boarded on one day into one group, are one sum of balances; what a month
makes of the value, and the number that its spelling stands for, are worked out for the sum and not for the loan. The
balances before and after a distribution travel in one integer, the one before it shifted beyond any sum of the other.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.journal.cuts import CUT_COLUMNS, SINCE, Moved
from ledger.projections.pool import (
    MEASURE_FIELDS,
    PREMIUM,
    RUNNING,
    SEASONING,
    Weighed,
    months_between_dates,
)

Spelt = str | int | None
"""A field as its payload spells it."""

_SHIFT = 128
_HALF, _WHOLE = 1 << (_SHIFT - 1), 1 << _SHIFT
_MEASURES = (*MEASURE_FIELDS, PREMIUM)
_AGE = _MEASURES.index(SEASONING)

_MEASURE_OF = {field: measure for measure, field in MEASURE_FIELDS.items()} | {PREMIUM: PREMIUM, SINCE: SEASONING}


class CutLoan(NamedTuple):
    """One loan to be cut: its group, its fields as they are spelt, and its balances in units of 0.0001 dollar."""

    group: str
    fields: tuple[Spelt, ...]
    units: int
    opening_units: int


class _Place(NamedTuple):
    """Where sums stand apart: before, after or both; a group; and the day that its loans were boarded on."""

    closes: bool
    opens: bool
    group: str
    boarded: Spelt


_Columns = tuple[defaultdict[object, int], ...]


def weighed_pool(
    loans: Iterable[CutLoan], groups: Iterable[str], due: dt.date, rules: int, months_apart: int
) -> tuple[dict[str, Weighed], dict[str, Weighed]]:
    """Return the measures of a pool whose latest due date is ``due``, weighed by balance after and before, by group.

    ``months_apart`` are those since the distribution before.
    """
    places: dict[tuple[bool, bool, str, Spelt], _Columns] = {}
    for group, (boarded, originated, *spelt), units, opening in loans:
        values: list[object] = [*spelt]
        if values[_AGE] is None and originated is not None and rules > 2:
            # Under the first and second rules an origination date gave no age.
            values[_AGE] = (originated,)
        key = units != 0, opening != 0, group, boarded
        columns = places.get(key)
        if columns is None:
            columns = places[key] = tuple(defaultdict(int) for _ in _MEASURES)
        both = units + (opening << _SHIFT)
        for column, value in zip(columns, values, strict=True):
            if value is not None:
                column[value] += both
    closing: dict[str, Weighed] = {group: {} for group in groups}
    opened: dict[str, Weighed] = {group: {} for group in closing}
    numbers: dict[object, tuple[int, int]] = {}
    for place, columns in ((_Place._make(key), columns) for key, columns in places.items()):
        day = dt.date.fromisoformat(str(place.boarded))
        age = months_between_dates(day, due)
        for measure, above, below, monthly, after, before in _sums(columns, day, numbers):
            if place.closes and after and measure != PREMIUM:
                _add(closing[place.group], measure, _aged(above, below, monthly, age), below, after)
            if place.opens and before:
                older = age - months_apart
                _add(opened[place.group], measure, _aged(above, below, monthly, older), below, before)
    return closing, opened


def weighed_sums(
    moved: Moved, at: int, groups: Iterable[str], due: dt.date, rules: int, months_apart: int
) -> tuple[dict[str, Weighed], dict[str, Weighed]]:
    """Return what :func:`weighed_pool` does after the distribution ``at``, from how far balances were moved."""
    after: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    before: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for (distribution, *rest), units in moved.items():
        key = rest[0], rest[1], rest[2], rest[3]
        if distribution <= at:
            after[key] += units
        if distribution < at:
            before[key] += units
    closing: dict[str, Weighed] = {group: {} for group in groups}
    opened: dict[str, Weighed] = {group: {} for group in closing}
    for found, sums, months in ((closing, after, 0), (opened, before, months_apart)):
        for (group, boarded, field, value), units in sums.items():
            measure = _MEASURE_OF[field]
            # Under the first and second rules an origination date gave no age.
            if units and not (field == SINCE and rules < 3) and not (found is closing and measure == PREMIUM):
                day = dt.date.fromisoformat(boarded)
                above, below = _number(field, value, day)
                aged = _aged(above, below, RUNNING.get(measure, 0), months_between_dates(day, due) - months)
                _add(found[group], measure, aged, below, units)
    return closing, opened


def _number(field: str, value: str, boarded: dt.date) -> tuple[int, int]:
    """Return the numerator and denominator of a value: as it is spelt, or the age on boarding since a date."""
    if field == SINCE:
        return months_between_dates(dt.date.fromisoformat(value), boarded), 1
    return Decimal(value).as_integer_ratio()


def _sums(
    columns: _Columns, day: dt.date, numbers: dict[object, tuple[int, int]]
) -> Iterator[tuple[str, int, int, int, int, int]]:
    """Yield every measure and value: its numerator, denominator, what a month adds, and the balances that carry it."""
    for measure, column in zip(_MEASURES, columns, strict=True):
        monthly = RUNNING.get(measure, 0)
        for value, both in column.items():
            if isinstance(value, tuple):
                number: tuple[int, int] = (months_between_dates(dt.date.fromisoformat(str(value[0])), day), 1)
            else:
                number = numbers.get(value) or numbers.setdefault(value, Decimal(str(value)).as_integer_ratio())
            after = (both + _HALF) % _WHOLE - _HALF
            yield measure, *number, monthly, after, (both - after) >> _SHIFT


def _aged(above: int, below: int, monthly: int, months: int) -> int:
    found = above + monthly * months * below
    return 0 if monthly < 0 > found else found


def _add(weighed: Weighed, measure: str, above: int, below: int, units: int) -> None:
    weight, sums = weighed.get(measure) or (0, {})
    sums[below] = sums.get(below, 0) + units * above
    weighed[measure] = (weight + units, sums)


__all__ = ["CUT_COLUMNS", "CutLoan", "Spelt", "weighed_pool", "weighed_sums"]
