"""Pictures: valid, inert, told to who cannot see them, and the same bytes of the same chart."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from replay.charts.chart import Chart, ChartKind
from replay.charts.svg import as_svg
from tests.deals.hostile import SCRIPT

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "g", "title", "desc", "style", "text", "tspan", "line", "path", "rect", "circle"}
WORDS = {"id", "class", "role", "viewBox", "width", "height", "aria-labelledby", "x", "y", "x1", "x2", "y1", "y2"}
ATTRIBUTES = WORDS | {"cx", "cy", "r", "d", "transform"}


def checked(chart: Chart) -> ElementTree.Element:
    """Return a picture as XML, having held it to what every picture promises."""
    drawn = as_svg(chart)
    assert drawn == as_svg(chart)
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    assert [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == named  # type: ignore[union-attr]
    for each in root.iter():
        assert each.tag.removeprefix(SVG) in DRAWN
        assert set(each.keys()) <= ATTRIBUTES
    assert "nan" not in drawn
    return root


def test_every_chart_of_the_real_month_is_drawn(real_charts: dict[str, Chart]) -> None:
    assert {chart.kind for chart in real_charts.values()} == set(ChartKind)
    for chart in real_charts.values():
        checked(chart)


def test_names_worded_by_an_enemy_are_text(hostile_charts: dict[str, Chart]) -> None:
    for chart in hostile_charts.values():
        root = checked(chart)
        assert not any("\x1b" in text or "\u202e" in text for text in root.itertext())
    words = " ".join(checked(hostile_charts["cash-flow"]).itertext())
    assert words
    assert "<script" not in re.sub(re.escape(SCRIPT), "", as_svg(hostile_charts["cash-flow"]))


def test_what_is_unknown_is_said_to_be(real_charts: dict[str, Chart]) -> None:
    assert "No month of this is known." in as_svg(real_charts["severity"])


@pytest.mark.parametrize("styled", [True, False])
def test_a_page_may_hold_the_style_once(styled: bool, real_charts: dict[str, Chart]) -> None:
    for chart in real_charts.values():
        assert ("<style>" in as_svg(chart, styled=styled)) == styled
