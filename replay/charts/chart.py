"""A chart as data: what it is of, its unit, its points with their exact values and where each comes from.

A chart is a picture of a table. What is not known is None, a gap in the picture and an empty cell of the table; it is
never nought.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

import attrs

from ledger import DOLLARS, Currency, Exact
from replay.frames import Tabular


class Unit(StrEnum):
    """What the values of a chart are: the deal's money, months, or fractions, which are shown as percentages."""

    DOLLARS = "dollars"
    SHARE = "fraction"
    MONTHS = "months"


class ChartKind(StrEnum):
    """How a chart is drawn.

    Lines and stacked columns run over the months. Bars stand side by side, one for each of a few days; a flow shows
    where one month's money came from and went.
    """

    LINES = "lines"
    STACK = "stacked columns"
    BARS = "bars"
    FLOW = "flow"


@attrs.frozen
class Point:
    """The value on a payment date, exact, None where it is not known; and where it comes from, in a word."""

    day: dt.date
    value: Fraction | None
    origin: str = ""

    @property
    def exact_text(self) -> str:
        """The value in decimal notation, as a statement's figures are told to programs; empty where it is unknown."""
        return "" if self.value is None else str(Exact(self.value).decimal)


@attrs.frozen
class Series:
    """Points of one name, oldest first; a limit or a target is drawn with dashes."""

    name: str
    points: tuple[Point, ...]
    is_limit: bool = False

    @property
    def is_known(self) -> bool:
        """Whether any of its values is known."""
        return any(point.value is not None for point in self.points)


@attrs.frozen(kw_only=True)
class Stream:
    """One stream of a flow: an amount of money above nought from one place to another."""

    source: str
    target: str
    amount: Fraction


@attrs.frozen(kw_only=True, repr=False)
class Chart(Tabular):
    """One chart.

    ``name`` is what a reader asks for it by, ``about`` one sentence that says what is shown. ``streams`` are those of a
    flow, with its places in ``layers``, from where money comes to where it goes; every other chart has ``series``.
    """

    _DAYS: ClassVar[frozenset[str]] = frozenset({"date"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"value", "amount"})

    name: str
    title: str
    about: str
    kind: ChartKind
    unit: Unit
    series: tuple[Series, ...] = ()
    streams: tuple[Stream, ...] = ()
    layers: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    currency: Currency = DOLLARS

    @property
    def unit_told(self) -> str:
        """What its values are, as a table says it: of money, the deal's currency."""
        return self.currency.heading if self.unit is Unit.DOLLARS else self.unit.value

    def __repr__(self) -> str:
        held = f"{len(self.streams)} streams" if self.streams else f"{len(self.series)} series, {len(self.days)} days"
        return f"<Chart {self.name}: {self.title}, {held}>"

    def rows(self) -> list[dict[str, str]]:
        """Return the table that the chart is a picture of, as texts; a value that is not known is empty."""
        if self.streams:
            return [
                {"from": stream.source, "to": stream.target, "amount": str(Exact(stream.amount).decimal)}
                for stream in self.streams
            ]
        return [
            {"series": series.name, "date": str(point.day), "value": point.exact_text, "origin": point.origin}
            for series in self.series
            for point in series.points
        ]

    def _repr_html_(self) -> str:
        """Return the picture for a notebook, with the first rows of its table below."""
        from replay.charts.svg import as_svg

        return f"{as_svg(self)}{Tabular._repr_html_(self)}"

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Every day that any series has a point on, in order."""
        return tuple(sorted({point.day for series in self.series for point in series.points}))

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.streams) or any(series.is_known for series in self.series)

    def values(self) -> Iterator[Fraction]:
        """Yield every value that is known."""
        for stream in self.streams:
            yield stream.amount
        for series in self.series:
            for point in series.points:
                if point.value is not None:
                    yield point.value


__all__ = ["Chart", "ChartKind", "Point", "Series", "Stream", "Unit"]
