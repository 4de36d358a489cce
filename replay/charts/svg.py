"""A chart as SVG, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

from replay.charts.chart import Chart, ChartKind
from replay.charts.drawing import element
from replay.charts.flows import flow_drawn
from replay.charts.plots import bars_drawn, lines_drawn, stack_drawn

_DRAWN: dict[ChartKind, Callable[..., str]] = {
    ChartKind.LINES: lines_drawn,
    ChartKind.STACK: stack_drawn,
    ChartKind.BARS: bars_drawn,
    ChartKind.FLOW: flow_drawn,
}


def as_svg(chart: Chart, *, styled: bool = True, about: str = "") -> str:
    """Return a chart as SVG, its last line ended; the same chart gives the same bytes.

    A page that holds :data:`replay.charts.drawing.STYLE` once asks for pictures that are not ``styled`` themselves.
    What the picture is ``about`` (of which deal, as known when) is no part of what is seen of it.
    """
    drawn = _DRAWN[chart.kind](chart, styled=styled)
    if not about:
        return drawn
    first, ended, rest = drawn.partition("\n")
    return f"{first}{ended}{element('metadata', escape(about))}\n{rest}"


__all__ = ["as_svg"]
