"""How old the loans of a pool were in earlier months, weighed by what they owed then.

A loan ages a month a month, so what a month needs is one number a group: the balances of its loans times the month in
which each was of age nought. It is rolled forward by what every distribution moved, in one pass over the loans,
however many months are asked about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from ledger.deal.schedule import Schedule
from ledger.events import codec
from ledger.projections.history import Flows, MonthFlow
from ledger.projections.pool import CUT_FIELDS, SEASONING, Weighed, age_on_boarding
from ledger.reading.loan_pool import standing_boardings
from ledger.store.source import Source

FROM_LOANS = "loan_boarded"
"""The type of the events that an age worked out from loans rests on."""

Ages = Mapping[str, Mapping[int, str]]
"""Average ages in months as exact fractions, by group and distribution."""

Weights = Mapping[str, Mapping[int, int]]
"""The balances that average ages are of, by group and distribution, in units of 0.0001 dollar."""


@attrs.define
class _Rolled:
    """One group's loans of known age: their balance, and by denominator the sums of balance x (age - month)."""

    units: int = 0
    sums: dict[int, int] = attrs.Factory(dict)

    def age(self, month: int) -> str:
        if not self.units:
            return ""
        born = sum((Fraction(above, below) for below, above in self.sums.items()), Fraction(0))
        return str(born / self.units + month)


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def age_of_cut(weighed: Weighed) -> str:
    """Return the average age of a cut pool's group as an exact fraction, "" where none is known."""
    weight, sums = weighed.get(SEASONING, (0, {}))
    if not weight:
        return ""
    return str(sum((Fraction(above, below) for below, above in sums.items()), Fraction(0)) / weight)


def ages_of(
    reading: Source, deal_key: int, calendar: Schedule, *, known: int, numbers: Iterable[int]
) -> tuple[dict[str, dict[int, str]], dict[str, dict[int, int]]]:
    """Return the average ages of every group after some distributions, as the loans say, and what they are of.

    Both are by group and distribution; loans of unknown age are no part of either.
    """
    wanted = sorted(numbers)
    loans: dict[str, tuple[str, int, int]] = {}
    for loan, row in standing_boardings(reading.boardings(deal_key, known_through=known)).items():
        boarded = codec.glance(row.payload, FROM_LOANS, CUT_FIELDS)
        on_boarding = age_on_boarding(boarded, calendar.terms.rules)
        if on_boarding is not None:
            above, below = on_boarding.as_integer_ratio()
            loans[loan] = row.loan_group, above - _month(boarded.effective_date) * below, below
    moved: dict[int, list[tuple[str, int]]] = {}
    for loan, number, units in reading.loan_movements(deal_key, known_through=known, last=wanted[-1]):
        if loan in loans:
            moved.setdefault(number, []).append((loan, units))
    groups: dict[str, _Rolled] = {}
    found: dict[str, dict[int, str]] = {}
    weights: dict[str, dict[int, int]] = {}
    passed: Sequence[int] = sorted(moved)
    at = 0
    for number in wanted:
        while at < len(passed) and passed[at] <= number:
            for loan, units in moved.pop(passed[at]):
                group, born, below = loans[loan]
                rolled = groups.setdefault(group, _Rolled())
                rolled.units += units
                rolled.sums[below] = rolled.sums.get(below, 0) + units * born
            at += 1
        paid = calendar.numbered(number)
        for group, rolled in groups.items():
            age = "" if paid is None else rolled.age(_month(paid.due_period[1]))
            if age:
                found.setdefault(group, {})[number] = age
                weights.setdefault(group, {})[number] = rolled.units
    return found, weights


def with_ages(flows: Flows, ages: Ages, weights: Weights | None = None) -> Flows:
    """Return months with the ages that nobody reported of them.

    With ``weights``, what loans of known age owed then, nobody knows the age of a group that owed more.
    """

    def aged(group: str, flow: MonthFlow) -> MonthFlow:
        age = "" if flow.age else ages.get(group, {}).get(flow.number, "")
        if weights is not None and weights.get(group, {}).get(flow.number, flow.closing) < flow.closing:
            return flow
        return flow._replace(age=age, age_type=FROM_LOANS) if age else flow

    return {group: tuple(aged(group, flow) for flow in months) for group, months in flows.items()}


__all__ = ["FROM_LOANS", "Ages", "Weights", "age_of_cut", "ages_of", "with_ages"]
