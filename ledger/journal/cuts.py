"""What a pool is cut by, and how far its balances moved under each: sums that no loan need be looked at for.

A cut weighs what loans were boarded with by their balances, and balances add up: so it is enough to know how much of
them stands under every value of every field, boarded on one day into one group. A loan that was boarded again, or whose
boarding was taken back, has no one value, and sums that know of it are of no use to a reader who does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import msgspec

from ledger.errors import IntegrityFault

SINCE = "origination_date"
"""The field that tells the age of a loan that states none."""

_WEIGHED_AGES = ("remaining_term_months", "remaining_amortization_months", "seasoning_months")

AGE_FIELDS = (*_WEIGHED_AGES, SINCE)
"""The fields of a boarded loan that tell of its age and of what is left of its life."""

RATE_FIELDS = ("margin", "max_rate", "min_rate", "cap_up", "cap_down", "pmi_rate")
"""The other fields of a boarded loan whose values its balance is weighed with."""

CUT_COLUMNS = ("effective_date", SINCE, *_WEIGHED_AGES, *RATE_FIELDS)
"""The fields of a boarded loan that a cut looks at, in the order that it takes them."""

_STANDING_ENTRIES = 100_000

_SHARED_CUTS = 4_096

Moved = dict[tuple[int, str, str, str, str], int]
"""Balances in units of 0.0001 dollar by distribution, group, day of boarding (as spelt), field and value (as spelt)."""

_Written = dict[str, dict[str, dict[str, dict[str, dict[str, int]]]]]


Part = tuple[str | None, ...]
"""The group of a loan, the day it was boarded on, and some of its values; those of many loans are one object."""


class CutOf(NamedTuple):
    """What one loan is cut by: its group and day with the values that tell its age, and with those that are rates."""

    ages: Part
    rates: Part


UNREAD = CutOf((), ())
"""In the place of what a loan is cut by that stands in the log and was not looked up yet."""

APART = CutOf((), ())
"""In the place of what a loan is cut by that has no one boarding; what moves it is no part of the sums."""


class SharedParts:
    """Makes what loans are cut by out of their fields as they are spelt; what many loans share is held once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._parts: dict[tuple[str | int | None, ...], Part] = {}
        self._cuts: dict[CutOf, CutOf] = {}

    def cut_of(self, group: str, spelt: Sequence[str | int | None]) -> CutOf:
        """Return what a loan is cut by; ``spelt`` holds the fields of :data:`CUT_COLUMNS`."""
        boarded, since, term, amortization, age, *rates = spelt
        cut = CutOf(
            self._part((group, boarded, term, amortization, age, since if age is None else None)),
            self._part((group, boarded, *rates)),
        )
        # Where each loan has its own, to look for the same one would take more room than it spares.
        return self._cuts.setdefault(cut, cut) if len(self._cuts) < _SHARED_CUTS else self._cuts.get(cut, cut)

    def _part(self, values: tuple[str | int | None, ...]) -> Part:
        found = self._parts.get(values)
        if found is None:
            texts = (None if value is None else str(value) for value in values)
            part = tuple(text if text is None else self._texts.setdefault(text, text) for text in texts)
            found = self._parts[values] = self._parts.setdefault(part, part)
        return found


@attrs.define
class CutSums:
    """Sums of balances by what their loans are cut by, and of each distribution.

    ``again`` counts boardings that made a loan one without a single boarding: a second one, one taken back, or one of a
    loan that had been moved before.
    """

    again: int = 0
    _parts: dict[int, tuple[defaultdict[Part, int], defaultdict[Part, int]]] = attrs.Factory(dict)

    def move(self, distribution: int, cut: CutOf, units: int) -> None:
        """Add what moved the balance of a loan."""
        ages, rates = cut
        if ages:
            held = self._parts.get(distribution)
            if held is None:
                held = self._parts[distribution] = (defaultdict(int), defaultdict(int))
            held[0][ages] += units
            held[1][rates] += units

    def moved(self) -> Moved:
        """Return the sums that are not nought."""
        found: defaultdict[tuple[int, str, str, str, str], int] = defaultdict(int)
        for distribution, both in self._parts.items():
            for fields, sums in zip((AGE_FIELDS, RATE_FIELDS), both, strict=True):
                for (group, boarded, *values), units in sums.items():
                    for field, value in zip(fields, values, strict=True):
                        if value is not None:
                            found[distribution, str(group), str(boarded), field, value] += units
        return {key: units for key, units in found.items() if units}


def added(many: Iterable[Mapping[tuple[int, str, str, str, str], int]], *, through: int = 0) -> Moved:
    """Return several sums as one; those of distributions up to ``through`` are put together under its number."""
    found: defaultdict[tuple[int, str, str, str, str], int] = defaultdict(int)
    for moved in many:
        for (distribution, *rest), units in moved.items():
            key: Any = (max(distribution, through), *rest)
            found[key] += units
    return {key: units for key, units in found.items() if units}


def stands(moved: Moved) -> bool:
    """Say whether what stands at a closing is kept: not where it is of too many values to spare anybody work."""
    return len(moved) <= _STANDING_ENTRIES


def moved_text(moved: Moved) -> str:
    """Return sums as JSON: by distribution, group, day of boarding, field and value."""
    found: _Written = {}
    for (distribution, group, boarded, field, value), units in moved.items():
        by_group = found.setdefault(str(distribution), {})
        by_group.setdefault(group, {}).setdefault(boarded, {}).setdefault(field, {})[value] = units
    return _encoder.encode(found).decode()


def from_text(text: str) -> Moved:
    """Return sums that were written; raises :class:`~ledger.errors.IntegrityFault` where they cannot be read."""
    try:
        return {
            (int(distribution), group, boarded, field, value): units
            for distribution, groups in _decoder.decode(text).items()
            for group, days in groups.items()
            for boarded, fields in days.items()
            for field, values in fields.items()
            for value, units in values.items()
        }
    except ValueError as fault:
        raise IntegrityFault(f"stored sums of a pool cannot be read: {fault}") from fault


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(_Written)

__all__ = [
    "AGE_FIELDS",
    "APART",
    "CUT_COLUMNS",
    "RATE_FIELDS",
    "SINCE",
    "UNREAD",
    "CutOf",
    "CutSums",
    "Moved",
    "Part",
    "SharedParts",
    "added",
    "from_text",
    "moved_text",
    "stands",
]
