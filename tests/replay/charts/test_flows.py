"""A flow as a picture: bands are as wide as their amounts, and a place is as tall as what passes it."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import attrs

from replay.charts.chart import Chart, ChartKind, Stream, Unit
from replay.charts.flows import flow_drawn

SVG = "{http://www.w3.org/2000/svg}"
STREAMS = (("a", "p", 30), ("b", "q", 10), ("p", "f", 30), ("q", "f", 6), ("q", "t", 4), ("f", "c", 36))


def flow() -> Chart:
    streams = tuple(Stream(source=s, target=t, amount=Fraction(n)) for s, t, n in STREAMS)
    return Chart(
        name="flow",
        title="Flow",
        about="Of cash.",
        kind=ChartKind.FLOW,
        unit=Unit.DOLLARS,
        streams=streams,
        layers=(("a", "b"), ("p", "q"), ("f",), ("c", "t")),
    )


def test_bands_are_as_wide_as_their_amounts() -> None:
    root = ElementTree.fromstring(flow_drawn(flow()))
    wide = {}
    for band in root.iter(f"{SVG}path"):
        title = band.find(f"{SVG}title")
        assert title is not None
        assert title.text is not None
        places = re.findall(r"-?[\d.]+ -?[\d.]+", band.get("d", ""))
        first, last = Fraction(places[0].split()[1]), Fraction(places[-1].split()[1])
        wide[title.text.partition(":")[0]] = last - first
    assert len(wide) == len(STREAMS)
    unit = wide["f to c"] / 36
    assert all(abs(wide[f"{s} to {t}"] - n * unit) < Fraction(1, 20) for s, t, n in STREAMS)


def test_every_place_is_named_with_its_amount() -> None:
    words = " ".join(" ".join(ElementTree.fromstring(flow_drawn(flow())).itertext()).split())
    for name, amount in (("a", "30.00"), ("b", "10.00"), ("c", "36.00"), ("t", "4.00")):
        assert f"{name} {amount}" in words


def test_a_month_without_cash_is_an_empty_picture() -> None:
    assert ElementTree.fromstring(flow_drawn(attrs.evolve(flow(), streams=(), layers=((), (), (), ())))) is not None


def test_a_flow_of_two_columns_names_them_at_its_sides_and_no_name_lies_on_another() -> None:
    """Places of a few pixels each, as loans that moved between statuses are."""
    names = tuple(f"{number} or more payments behind" for number in range(6))
    streams = tuple(Stream(source=f"{n} before", target=f"{n} now", amount=Fraction(1)) for n in names)
    layers = (tuple(stream.source for stream in streams), tuple(stream.target for stream in streams))
    chart = attrs.evolve(
        flow(), streams=(*streams, Stream(source="a", target="b", amount=Fraction(10_000))), layers=layers
    )
    chart = attrs.evolve(chart, layers=((*layers[0], "a"), (*layers[1], "b")))
    root = ElementTree.fromstring(flow_drawn(chart))
    named = [text for text in root.iter(f"{SVG}text") if "behind" in "".join(text.itertext())]
    sides: dict[str | None, list[float]] = {}
    for text in named:
        sides.setdefault(text.get("class"), []).append(float(text.get("y", "")))
    assert {side: len(found) for side, found in sides.items()} == {"end": 6, None: 6}
    for found in sides.values():
        assert all(after - before >= 16 for before, after in pairwise(sorted(found)))
    assert "…" not in "".join("".join(text.itertext()) for text in named)
