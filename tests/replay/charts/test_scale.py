"""Axes: round steps, where they begin, and how their lines are named."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.charts.chart import Unit
from replay.charts.scale import Scale, limits, month_name, named_days, places, short, step_for, tick

F = Fraction


@given(st.lists(st.fractions(-(10**12), 10**12), min_size=1, max_size=20))
def test_limits_hold_every_value_between_few_lines(values: list[Fraction]) -> None:
    low, high, step = limits(values)
    assert low <= min(values)
    assert high >= max(values)
    assert (high - low) / step <= 6
    assert (low / step).denominator == 1


def test_an_axis_begins_at_nought_unless_values_lie_close_and_far_from_it() -> None:
    assert limits([F(1), F(10)])[0] == 0
    assert limits([F(95), F(100)])[0] == 94
    assert limits([F(95), F(100)], from_nought=True)[0] == 0
    assert limits([F(5)])[:2] == (F(0), F(6))
    assert limits([F(0)])[:2] == (F(0), F(1))


@pytest.mark.parametrize(("low", "high", "step"), [(0, 100, 25), (0, 7, 2), (0, F(1, 50), F(1, 200)), (0, 4, 1)])
def test_steps_are_round(low: int, high: Fraction, step: Fraction) -> None:
    assert step_for(F(low), F(high)) == step


def test_lines_are_named_shortly_and_alike() -> None:
    assert [tick(F(n), Unit.DOLLARS, F(2_500_000), F(10**7)) for n in (0, 2_500_000)] == ["0.0", "2.5m"]
    assert tick(F(1, 20), Unit.SHARE, F(1, 20), F(1, 5)) == "5%"
    assert tick(F(350), Unit.MONTHS, F(5), F(360)) == "350"
    assert [places(step) for step in (F(1), F(1, 4), F(1, 3))] == [0, 2, 6]


def test_values_beside_lines_are_short() -> None:
    assert [short(F(n), Unit.DOLLARS) for n in (430_972_708, 2_672, 12)] == ["430.97m", "2.67k", "12"]
    assert short(F(2043, 10_000), Unit.SHARE) == "20.43%"
    assert short(F(1049, 3), Unit.MONTHS) == "349.7"


def test_the_last_month_is_always_named() -> None:
    days = [dt.date(2020 + n // 12, n % 12 + 1, 25) for n in range(12)]
    for room in range(1, 14):
        named = named_days(days, room)
        assert len(named) <= room
        assert named[-1] == (11, "Dec 20")
    many = [dt.date(2001 + n // 12, n % 12 + 1, 25) for n in range(360)]
    assert named_days(many, 40)[-1] == (348, "2030")
    assert len(named_days(many, 8)) <= 8
    assert month_name(dt.date(2009, 5, 1)) == "May 09"


def test_a_scale_is_exact() -> None:
    assert Scale(F(0), F(3), F(0), F(1)).at(1) == F(1, 3)
