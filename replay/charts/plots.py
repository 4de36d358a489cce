"""Charts over months as pictures: lines, stacked columns, and bars for the two last months."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from replay.charts.chart import Chart, Series
from replay.charts.drawing import COLOURS, apart, at, clean, cut, element, framed, label, path, width_of
from replay.charts.scale import Scale, limits, month_name, named_days, short, tick

WIDTH = 600
_HEIGHT, _TOP, _BOTTOM, _LEFT = 290, 58, 30, 56
_NAME = 190
"""The most room that names beside the lines take."""

_APART, _MOST_NAMES = 16, 60
"""How far names stand from each other; a picture grows until this many have room, and says where there are more."""

_DOTS = 24
"""Months up to which every value has a dot."""


@attrs.frozen(kw_only=True)
class _Frame:
    """The part of a picture in which values stand."""

    chart: Chart
    x: Scale
    y: Scale
    slot: Fraction
    step: Fraction
    height: int

    @classmethod
    def of(cls, chart: Chart, high: list[Fraction], *, columns: bool) -> _Frame:
        low, top, step = limits(high, from_nought=columns)
        names = max((width_of(_ending(chart, series)) for series in chart.series), default=0)
        right = WIDTH - min(names, _NAME) - 16
        count = max(len(chart.days), 1)
        slot = Fraction(right - _LEFT, count if columns or count == 1 else count - 1)
        inset = slot / 2 if columns or count == 1 else Fraction(0)
        last = max(count - 1, 1)
        height = max(_HEIGHT, _TOP + _BOTTOM + _APART * (min(len(chart.series), _MOST_NAMES) - 1))
        return cls(
            chart=chart,
            x=Scale(Fraction(0), Fraction(last), _LEFT + inset, _LEFT + inset + slot * last),
            y=Scale(low, top, Fraction(height - _BOTTOM), Fraction(_TOP)),
            slot=slot,
            step=step,
            height=height,
        )

    @property
    def right(self) -> Fraction:
        count = max(len(self.chart.days), 1)
        return self.x.at(count - 1) + (self.slot / 2 if self.x.start > _LEFT else 0)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the axis with their names, and the names of months below."""
        value = self.y.low
        while value <= self.y.high:
            y = self.y.at(value)
            kind = "base" if not value else "rule"
            yield element("line", x1=_LEFT, y1=y, x2=self.right, y2=y, class_=kind)
            yield label(_LEFT - 8, y + 4, tick(value, self.chart.unit, self.step, self.y.high), "soft end")
            value += self.step
        days = self.chart.days
        for place, name in named_days(days, int((self.right - _LEFT) // 54)):
            x = self.x.at(place)
            yield element("line", x1=x, y1=self.height - _BOTTOM, x2=x, y2=self.height - _BOTTOM + 4, class_="base")
            yield label(x, self.height - 10, name, "soft mid")

    def names(self, ends: dict[int, Fraction]) -> Iterator[str]:
        """Yield the names of series beside where they end, apart from each other."""
        named = dict(list(ends.items())[:_MOST_NAMES])
        moved = apart(list(named.values()), _APART, Fraction(_TOP), Fraction(self.height - _BOTTOM))
        for index, y in zip(named, moved, strict=True):
            yield _name(self.chart, index, self.right + 10, y + 4)


def _telling(chart: Chart, ends: dict[int, Fraction]) -> Chart:
    """Return a chart that says so where it has more series than there is room for the names of."""
    if len(ends) <= _MOST_NAMES:
        return chart
    told = f"{_MOST_NAMES} of {len(ends)} are named; the table has all."
    return attrs.evolve(chart, notes=(*chart.notes, told))


def _ending(chart: Chart, series: Series) -> str:
    """Return what stands beside the end of a line: its name and its last value."""
    last = series.points[-1].value if series.points else None
    return series.name if last is None else f"{series.name} {short(last, chart.unit)}"


def _name(chart: Chart, index: int, x: Fraction, y: Fraction) -> str:
    series = chart.series[index]
    last = series.points[-1].value if series.points else None
    value = "" if last is None else short(last, chart.unit)
    words = cut(series.name, _NAME - width_of(value) - 6)
    spans = element("tspan", clean(words), class_=f"f{index % COLOURS} strong")
    spans += element("tspan", f" {value}", class_="soft") if value else ""
    return element("text", spans, x=x, y=y)


def _nothing(chart: Chart, styled: bool) -> str:
    parts = [label(0, 76, "No month of this is known.", "soft")]
    return framed(chart, WIDTH, 96, parts, styled=styled)


def lines_drawn(chart: Chart, *, styled: bool = True) -> str:
    """Return a picture of lines; what is not known is a gap in them."""
    if not chart.is_known:
        return _nothing(chart, styled)
    frame = _Frame.of(chart, list(chart.values()), columns=False)
    if frame.y.low > 0:
        begins = f"The axis begins at {tick(frame.y.low, chart.unit, frame.step, frame.y.high)}."
        chart = attrs.evolve(chart, notes=(*chart.notes, begins))
    parts = list(frame.lines())
    ends: dict[int, Fraction] = {}
    for index, series in enumerate(chart.series):
        colour = index % COLOURS
        drawn = _runs(frame, series)
        dashes = " dash" if series.is_limit else ""
        parts.extend(path(f"line s{colour}{dashes}", run) for run in drawn if len(run) > 1)
        dotted = [point for run in drawn for point in run] if len(chart.days) <= _DOTS else [
            run[0] for run in drawn if len(run) == 1
        ]  # fmt: skip
        if not series.is_limit or not any(len(run) > 1 for run in drawn):
            parts.extend(element("circle", cx=x, cy=y, r="2.5", class_=f"f{colour}") for x, y in dotted)
        if drawn:
            ends[index] = drawn[-1][-1][1]
    parts.extend(frame.names(ends))
    return framed(_telling(chart, ends), WIDTH, frame.height, parts, styled=styled)


def _runs(frame: _Frame, series: Series) -> list[list[tuple[Fraction, Fraction]]]:
    """Return the stretches of a line between its gaps."""
    values = {point.day: point.value for point in series.points}
    runs: list[list[tuple[Fraction, Fraction]]] = [[]]
    for place, day in enumerate(frame.chart.days):
        value = values.get(day)
        if value is None:
            runs.append([])
        else:
            runs[-1].append((frame.x.at(place), frame.y.at(value)))
    return [run for run in runs if run]


def stack_drawn(chart: Chart, *, styled: bool = True) -> str:
    """Return a picture of columns, one a month, each series standing on those before it."""
    if not chart.is_known:
        return _nothing(chart, styled)
    held = [{point.day: point.value for point in series.points} for series in chart.series]
    sums = [sum((values.get(day) or Fraction(0) for values in held), Fraction(0)) for day in chart.days]
    frame = _Frame.of(chart, sums, columns=True)
    wide = frame.slot * Fraction(3, 4) if frame.slot >= 6 else frame.slot
    parts = list(frame.lines())
    middle: dict[int, Fraction] = {}
    for place, day in enumerate(chart.days):
        below = Fraction(0)
        for index, values in enumerate(held):
            value = values.get(day)
            if value is None or value <= 0:
                continue
            top, bottom = frame.y.at(below + value), frame.y.at(below)
            left = frame.x.at(place) - wide / 2
            parts.append(
                element("rect", x=left, y=top, width=wide, height=bottom - top, class_=f"f{index % COLOURS}")
            )  # fmt: skip
            middle[index] = (top + bottom) / 2
            below += value
    ends = dict(sorted(middle.items()))
    parts.extend(frame.names(ends))
    return framed(_telling(chart, ends), WIDTH, frame.height, parts, styled=styled)


_BAR, _BARS_LEFT, _BARS_RIGHT, _BETWEEN = 13, 198, 70, 14


def bars_drawn(chart: Chart, *, styled: bool = True) -> str:
    """Return a picture of bars side by side, for each series one a day; the last day's are in full colour."""
    if not chart.is_known:
        return _nothing(chart, styled)
    most = max((abs(value) for value in chart.values()), default=Fraction(0)) or Fraction(1)
    x = Scale(Fraction(0), most, Fraction(_BARS_LEFT), Fraction(WIDTH - _BARS_RIGHT))
    days = chart.days
    parts: list[str] = []
    y = Fraction(_TOP + 18)
    for place, day in enumerate(days):
        shade = "f0" if place == len(days) - 1 else "f0 pale"
        left = _BARS_LEFT + place * 90
        parts.append(element("rect", x=left, y=_TOP - 8, width=10, height=10, class_=shade))
        parts.append(label(left + 16, _TOP + 1, month_name(day), "soft"))
    for series in chart.series:
        parts.append(label(_BARS_LEFT - 10, y + len(days) * _BAR / Fraction(2) + 4, cut(series.name, 194), "end"))
        for place, point in enumerate(series.points):
            top = y + place * _BAR
            shade = "f0" if place == len(series.points) - 1 else "f0 pale"
            value = point.value
            if value is None:
                parts.append(label(_BARS_LEFT, top + 10, "not known", "soft"))
                continue
            wide = x.at(abs(value)) - _BARS_LEFT
            parts.append(element("rect", x=_BARS_LEFT, y=top, width=wide, height=_BAR - 2, class_=shade))
            words = short(value, chart.unit)
            parts.append(label(_BARS_LEFT + wide + 6, top + 10, words, "soft"))
        y += len(series.points) * _BAR + _BETWEEN
    base = at(y - _BETWEEN + 4)
    parts.append(element("line", x1=_BARS_LEFT, y1=_TOP + 12, x2=_BARS_LEFT, y2=base, class_="base"))
    return framed(chart, WIDTH, y + 4, parts, styled=styled)


__all__ = ["WIDTH", "bars_drawn", "lines_drawn", "stack_drawn"]
