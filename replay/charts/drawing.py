"""What every picture is drawn with: elements of SVG as text, places to the hundredth, and one style for all.

A picture is inert: no script, no address, no font from elsewhere, and whatever a deal calls its classes is text.
Colours follow the reader's light or dark, and paper is light. They can be told apart without seeing red from green;
what is a limit has dashes besides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from ledger import as_decimal
from ledger.reports import visible
from replay.charts.chart import Chart

COLOURS = 8
"""Series beyond this many begin again with the first colour."""

_LINES, _LINE = 4, 16
"""Lines that are said above a picture at most, and pixels from one to the next."""

_NO_CHARACTER = re.compile("[\ufffe\uffff]")

_LIGHT = ("#23598c", "#c2611f", "#2f7d5b", "#8a4f8f", "#8f6f00", "#2b7f93", "#ab3f52", "#5f6670")
_DARK = ("#7fb2e5", "#f0a06a", "#7cc9a3", "#cfa0d6", "#dcc067", "#7cc7d8", "#ee97a5", "#b4bac4")
_INKS = {"ink": ("#1d2530", "#e8ebf0"), "soft": ("#5b6673", "#a4adb9"), "rule": ("#e3e6ea", "#333b46")}


def _palette(which: int) -> str:
    named = {name: both[which] for name, both in _INKS.items()}
    named |= {f"c{index}": both[which] for index, both in enumerate(zip(_LIGHT, _DARK, strict=True))}
    return "".join(f"--{name}:{colour};" for name, colour in named.items())


def _coloured() -> str:
    return "".join(f".f{index}{{fill:var(--c{index})}}.s{index}{{stroke:var(--c{index})}}" for index in range(COLOURS))


_RULES = (
    ".chart text{fill:var(--ink)}.chart .soft{fill:var(--soft)}.chart .head{font-size:15px;font-weight:600}"
    ".chart .rule{stroke:var(--rule);stroke-width:1}.chart .base{stroke:var(--soft);stroke-width:1}"
    ".chart .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}"
    ".chart .dash{stroke-dasharray:5 4}.chart .thin{stroke-width:.5}.chart .band{fill-opacity:.32;stroke-opacity:.5}"
    ".chart .pale{fill-opacity:.4}.chart .end{text-anchor:end}.chart .mid{text-anchor:middle}"
    ".chart .strong{font-weight:600}" + "".join(f".chart {rule}}}" for rule in _coloured().split("}") if rule)
)

STYLE = (
    f".chart{{{_palette(0)}font-family:ui-sans-serif,system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;"
    "font-size:12px;font-variant-numeric:tabular-nums}"
    f"@media (prefers-color-scheme:dark){{.chart{{{_palette(1)}}}}}"
    f"@media print{{.chart{{{_palette(0)}print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}{_RULES}"
)
"""The style of every picture. Its class ``chart`` is on each, so that a page can hold it once for all of them."""


def on_paper(drawn: str, font: str) -> str:
    """Return a picture without a style of its own as it is put on paper: in light colours, in the font of a name."""
    colours = dict(pair.split(":") for pair in _palette(0).removesuffix(";").split(";"))
    rules = f".chart{{font-family:'{font}';font-size:12px}}{_RULES}"
    style = re.sub(r"var\((--\w+)\)", lambda found: colours[found[1]], rules)
    return drawn.replace("</desc>\n", f"</desc>\n<style>{style}</style>\n", 1)


def at(place: Fraction | int) -> str:
    """Return a place to the hundredth, without noughts that say nothing."""
    text = f"{as_decimal(Fraction(place), 2):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def readable(text: str) -> str:
    """Return a text that shows as itself and that XML can hold, which has no place for two code points."""
    return _NO_CHARACTER.sub("\ufffd", visible(text))


def clean(text: str) -> str:
    """Return a text as it stands between elements, the signs for them escaped."""
    return escape(readable(text))


def element(name: str, content: str = "", **given: Fraction | int | str) -> str:
    """Return an element; ``class_`` is its class, and a name in two words has a hyphen."""
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(readable(value) if isinstance(value, str) else at(value))}"
        for key, value in given.items()
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def label(x: Fraction | int, y: Fraction | int, words: str, class_: str = "") -> str:
    """Return a text at a place."""
    return element("text", clean(words), x=x, y=y, **({"class_": class_} if class_ else {}))


def path(class_: str, points: Iterable[tuple[Fraction, Fraction]]) -> str:
    """Return a line through points."""
    return element("path", class_=class_, d="M" + "L".join(f"{at(x)} {at(y)}" for x, y in points))


def width_of(text: str, size: int = 12) -> int:
    """Return about how wide a text is drawn: characters of scripts that are written wide take a whole size."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return (len(text) - wide) * size * 61 // 100 + wide * size


def cut(text: str, room: int) -> str:
    """Return a text, visible and cut with an ellipsis where it is wider than its room."""
    shown = readable(text)
    if width_of(shown) <= room:
        return shown
    while shown and width_of(shown) > room - 12:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def wrapped(text: str, room: int, most: int) -> list[str]:
    """Return a text in lines that fit into their room, parted between words; what is beyond so many lines is cut."""
    lines = [""]
    for word in readable(text).split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and len(lines) < most and width_of(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [cut(line, room) for line in lines]


def apart(places: Sequence[Fraction], least: int, low: Fraction, high: Fraction) -> list[Fraction]:
    """Return places moved so far that none is nearer to another than a least distance, as far as there is room."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    floor = low
    for index in order:
        moved[index] = max(moved[index], floor)
        floor = moved[index] + least
    ceiling = high
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - least
    return moved


def framed(chart: Chart, width: int, height: Fraction | int, parts: Iterable[str], *, styled: bool) -> str:
    """Return a whole picture: its name and description for who cannot see it, its headings, and its parts."""
    named, told = f"{chart.name}-title", f"{chart.name}-about"
    said = " ".join((chart.about, *chart.notes))
    lines = wrapped(said, width * 11 // 10, _LINES)
    lower = _LINE * (len(lines) - 1)
    height += lower
    inner = [
        element("title", clean(chart.title), id=named),
        element("desc", clean(said), id=told),
        *([element("style", STYLE)] if styled else []),
        label(0, 16, cut(chart.title, width * 4 // 5), "head"),
        *(label(0, 36 + _LINE * line, words, "soft") for line, words in enumerate(lines)),
        *((element("g", "\n".join(parts), transform=f"translate(0 {lower})"),) if lower else parts),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {width} {at(height)}" '
        f'width="{width}" height="{at(height)}" aria-labelledby="{named} {told}">\n' + "\n".join(inner) + "\n</svg>\n"
    )


__all__ = [
    "COLOURS",
    "STYLE",
    "apart",
    "at",
    "clean",
    "cut",
    "element",
    "framed",
    "label",
    "on_paper",
    "path",
    "readable",
    "width_of",
    "wrapped",
]
