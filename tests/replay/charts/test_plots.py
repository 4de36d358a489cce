"""Lines, columns and bars: gaps are gaps, columns stand on each other, and bars are as long as their values."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from replay.charts.chart import Chart, ChartKind, Point, Series, Unit
from replay.charts.plots import bars_drawn, lines_drawn, stack_drawn

DAYS = [dt.date(2024, month, 25) for month in range(1, 7)]
SVG = "{http://www.w3.org/2000/svg}"


def chart(kind: ChartKind, *series: list[int | None], is_limit: bool = False) -> Chart:
    """Return a chart of whole numbers over the first days."""
    return Chart(
        name="x",
        title="X",
        about="Of x.",
        kind=kind,
        unit=Unit.DOLLARS,
        series=tuple(
            Series(
                f"s{index}",
                tuple(Point(day, None if n is None else Fraction(n)) for day, n in zip(DAYS, held, strict=False)),
                is_limit,
            )
            for index, held in enumerate(series)
        ),
    )


def found(drawn: str, tag: str, class_: str) -> list[ElementTree.Element]:
    """Return the elements of a kind and class."""
    every = ElementTree.fromstring(drawn).iter(f"{SVG}{tag}")
    return [each for each in every if class_ in (each.get("class") or "").split()]


def test_a_line_is_broken_where_a_month_is_not_known() -> None:
    drawn = lines_drawn(chart(ChartKind.LINES, [1, 2, None, 4, 5, 6]))
    assert [path.get("d", "").count("L") for path in found(drawn, "path", "s0")] == [1, 2]
    assert len(found(drawn, "circle", "f0")) == 5


def test_a_lone_month_between_gaps_has_a_dot() -> None:
    drawn = lines_drawn(chart(ChartKind.LINES, [None, 2, None, None, 5, None]))
    assert found(drawn, "path", "s0") == []
    assert len(found(drawn, "circle", "f0")) == 2


@pytest.mark.parametrize("count", [1, 13, 40, 61, 90])
@pytest.mark.parametrize("drawing", [lines_drawn, stack_drawn])
def test_every_name_has_room_inside_the_picture(drawing: Callable[[Chart], str], count: int) -> None:
    kind = ChartKind.LINES if drawing is lines_drawn else ChartKind.STACK
    held: list[list[int | None]] = [[5, 5 + index % 7] for index in range(count)]
    drawn = drawing(chart(kind, *held))
    picture = ElementTree.fromstring(drawn)
    names = [each for each in picture.iter(f"{SVG}text") if each.find(f"{SVG}tspan") is not None]
    places = sorted(float(each.get("y", "")) for each in names)
    assert len(places) == min(count, 60)
    assert places[0] >= 58
    assert places[-1] <= float(picture.get("height", "")) - 20
    assert all(after - before >= 15.9 for before, after in itertools.pairwise(places))
    assert (f"60 of {count} are named" in drawn) == (count > 60)


def test_a_limit_has_dashes() -> None:
    drawn = lines_drawn(chart(ChartKind.LINES, [1, 2, 3, 4, 5, 6], is_limit=True))
    [line] = found(drawn, "path", "s0")
    assert "dash" in (line.get("class") or "")


def test_an_axis_that_does_not_begin_at_nought_says_so() -> None:
    assert "The axis begins at 94." in lines_drawn(chart(ChartKind.LINES, [95, 96, 97, 98, 99, 100]))
    assert "The axis begins" not in lines_drawn(chart(ChartKind.LINES, [1, 96, 97, 98, 99, 100]))


def test_columns_stand_on_each_other_and_gaps_have_none() -> None:
    drawn = stack_drawn(chart(ChartKind.STACK, [4, 4, None, 4, 4, 4], [2, 2, None, 0, 2, 2]))
    below, above = found(drawn, "rect", "f0"), found(drawn, "rect", "f1")
    assert (len(below), len(above)) == (5, 4)
    first, second = below[0], above[0]
    assert Fraction(second.get("y", "")) + Fraction(second.get("height", "")) == Fraction(first.get("y", ""))
    assert abs(Fraction(first.get("height", "")) - 2 * Fraction(second.get("height", ""))) < Fraction(1, 20)


def test_bars_are_as_long_as_their_values() -> None:
    drawn = bars_drawn(chart(ChartKind.BARS, [10, 40], [20, None]))
    wide = [Fraction(each.get("width", "")) for each in found(drawn, "rect", "f0")[2:]]
    assert wide[1] == 4 * wide[0]
    assert wide[2] == 2 * wide[0]
    assert "not known" in drawn


def test_three_hundred_and_sixty_months_are_drawn_with_names_for_a_few() -> None:
    days = [dt.date(2001 + n // 12, n % 12 + 1, 25) for n in range(360)]
    points = tuple(Point(day, Fraction(n)) for n, day in enumerate(days))
    long = Chart(
        name="x", title="X", about="Of x.", kind=ChartKind.LINES, unit=Unit.DOLLARS, series=(Series("s", points),)
    )
    drawn = lines_drawn(long)
    assert len(found(drawn, "circle", "f0")) == 0
    assert len(found(drawn, "text", "mid")) <= 8
