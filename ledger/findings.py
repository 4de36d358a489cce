"""Findings: what a check has to say of a deal, as values that every face shows alike.

A check is a pure function that returns findings. It neither prints nor raises, and it does not decide what becomes of
what it found: the grade says whether something stands in the way, wants a name under it, or is only worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import attrs

from ledger.values.glance import Glanced


class Grade(StrEnum):
    """How much a finding weighs."""

    REFUSES = "refuses"
    ACKNOWLEDGE = "must be acknowledged"
    NOTE = "note"


Figure = tuple[str, Fraction | Decimal]
"""A figure that a finding rests on: its name and its exact value, in the unit that the name says."""


def _figures(given: Mapping[str, object] | Iterable[tuple[str, object]]) -> tuple[Figure, ...]:
    found: list[Figure] = []
    for name, value in given.items() if isinstance(given, Mapping) else given:
        if isinstance(value, bool) or not isinstance(value, Fraction | Decimal | int):
            raise TypeError(f"{name}: {value!r} is no exact number; money and rates are fractions or decimals")
        found.append((name, Fraction(value) if isinstance(value, int) else value))
    return tuple(found)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError(f"{given!r} is one name; give a list of names")
    return tuple(given)


@attrs.frozen(kw_only=True, repr=False)
class Finding(Glanced):
    """One thing that a check found.

    ``code`` is stable and meant for programs; ``message`` says in one sentence what is found, ``remedy`` in another
    what to do about it, where there is something to do. ``figures`` are the exact values that the finding rests on,
    given as a mapping or as pairs, in the order in which they are to be read. ``loans``, ``classes``, ``groups`` and
    ``events`` name what it is about. Raises :class:`ValueError` for a grade that there is not, and :class:`TypeError`
    for a figure that is not exact.
    """

    code: str
    grade: Grade = attrs.field(converter=Grade)
    message: str
    figures: tuple[Figure, ...] = attrs.field(default=(), converter=_figures)
    loans: tuple[str, ...] = attrs.field(default=(), converter=_names)
    classes: tuple[str, ...] = attrs.field(default=(), converter=_names)
    groups: tuple[str, ...] = attrs.field(default=(), converter=_names)
    events: tuple[str, ...] = attrs.field(default=(), converter=_names)
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.grade.value}: {self.message}{remedy} [{self.code}]"


__all__ = ["Figure", "Finding", "Grade"]
