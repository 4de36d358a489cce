"""A flow as a picture: places in four columns, and between them bands as wide as the amounts that pass."""

from __future__ import annotations

from fractions import Fraction

import attrs

from ledger import as_decimal
from replay.charts.chart import Chart, Stream
from replay.charts.drawing import at, clean, cut, element, framed, label

WIDTH = 1000
_TOP, _TALL, _NODE = 88, 340, 12
_GAP, _LEAST = 6, 18
"""Pixels between two places, and from the middle of one name to the next."""

_HEADED = 42
"""Pixels between two places in the middle, whose names stand above them."""

_MIDDLE = (420, 590)
_ROOM, _WIDE_ROOM = 250, 360
"""Pixels for names beside the picture, and where nothing stands between its two sides."""


@attrs.define
class _Place:
    """Where a place stands, and how far its bands in and out are drawn."""

    name: str
    layer: int
    x: int
    side: str
    amount: Fraction
    top: Fraction
    colour: int
    come: Fraction = Fraction(0)
    gone: Fraction = Fraction(0)


def flow_drawn(chart: Chart, *, styled: bool = True) -> str:
    """Return a picture of a flow."""
    amounts = {name: _through(chart, name) for layer in chart.layers for name in layer}
    most = max((sum(amounts[name] for name in layer) for layer in chart.layers), default=0) or Fraction(1)
    tall = Fraction(_TALL) / most
    places, bottom = _placed(chart, amounts, tall)
    bands = [_band(stream, places, tall) for stream in _in_order(chart)]
    nodes = [_node(place, place.amount * tall) for place in places.values()]
    return framed(chart, WIDTH, bottom + 16, [*bands, *nodes], styled=styled)


def _through(chart: Chart, name: str) -> Fraction:
    come = sum((stream.amount for stream in chart.streams if stream.target == name), Fraction(0))
    return max(come, sum((stream.amount for stream in chart.streams if stream.source == name), Fraction(0)))


def _placed(chart: Chart, amounts: dict[str, Fraction], tall: Fraction) -> tuple[dict[str, _Place], Fraction]:
    places: dict[str, _Place] = {}
    bottom = Fraction(_TOP)
    columns = _columns(len(chart.layers))
    for layer, (names, x) in enumerate(zip(chart.layers, columns, strict=True)):
        side = "left" if x == columns[0] else "right" if x == columns[-1] else ""
        y = Fraction(_TOP)
        for name in names:
            high = amounts[name] * tall
            # At the ends a name stands beside its place, and small places must not crowd their names.
            slot = max(high, Fraction(_LEAST - _GAP)) if side else high
            colour = _colour(name, layer)
            places[name] = _Place(name, layer, x, side, amounts[name], y + (slot - high) / 2, colour)
            y += slot + (_GAP if side else _HEADED)
        bottom = max(bottom, y)
    return places, bottom


def _columns(layers: int) -> tuple[int, ...]:
    """Return where the layers stand: the first and the last at the sides, with room for their names beside them."""
    room = _ROOM if layers > 2 else _WIDE_ROOM
    return (room, *_MIDDLE[: layers - 2], WIDTH - room - _NODE)[:layers]


def _colour(name: str, layer: int) -> int:
    if layer == 0:
        return 0
    if layer in (1, 2):
        return 5
    return {"interest": 2, "principal": 3, "residual": 4}.get(name.rpartition(", ")[2], 7)


def _in_order(chart: Chart) -> list[Stream]:
    """Return the streams in the order of their places, so that none crosses another where it begins or ends."""
    order = {name: place for place, name in enumerate(name for layer in chart.layers for name in layer)}
    return sorted(chart.streams, key=lambda stream: (order[stream.source], order[stream.target]))


def _band(stream: Stream, places: dict[str, _Place], tall: Fraction) -> str:
    source, target = places[stream.source], places[stream.target]
    high = stream.amount * tall
    x0, x1 = source.x + _NODE, target.x
    y0, y1 = source.top + source.gone, target.top + target.come
    source.gone += high
    target.come += high
    mid = Fraction(x0 + x1, 2)
    drawn = (
        f"M{x0} {at(y0)}C{at(mid)} {at(y0)} {at(mid)} {at(y1)} {x1} {at(y1)}"
        f"L{x1} {at(y1 + high)}C{at(mid)} {at(y1 + high)} {at(mid)} {at(y0 + high)} {x0} {at(y0 + high)}Z"
    )
    colour = (source if target.layer in (1, 2) and source.layer == 0 else target).colour
    words = f"{stream.source} to {stream.target}: {_money(stream.amount)}"
    return element("path", element("title", clean(words)), class_=f"band thin f{colour} s{colour}", d=drawn)


def _node(place: _Place, high: Fraction) -> str:
    x = place.x
    drawn = element("rect", x=x, y=place.top, width=_NODE, height=max(high, Fraction(1)), class_=f"f{place.colour}")
    middle = place.top + high / 2 + 4
    amount = _money(place.amount)
    if place.side == "left":
        return drawn + _beside(x - 8, middle, place, amount, "end", room=x)
    if place.side == "right":
        return drawn + _beside(x + _NODE + 8, middle, place, amount, "", room=WIDTH - x - _NODE)
    above = label(x + _NODE // 2, place.top - 21, place.name, "mid strong")
    return drawn + above + label(x + _NODE // 2, place.top - 7, amount, "mid soft")


def _money(amount: Fraction) -> str:
    return f"{as_decimal(amount, 2):,}"


def _beside(x: int, y: Fraction, place: _Place, amount: str, anchor: str, *, room: int) -> str:
    shown = cut(place.name, room - 8 - len(amount) * 7)
    spans = element("tspan", clean(shown)) + element("tspan", f"  {amount}", class_="soft")
    return element("text", spans, x=x, y=y, **({"class_": anchor} if anchor else {}))


__all__ = ["WIDTH", "flow_drawn"]
