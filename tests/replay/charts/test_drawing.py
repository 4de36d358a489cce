"""What pictures are drawn with: text stays text, places are short, names do not lie upon each other."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from replay.charts.drawing import STYLE, apart, at, clean, cut, element, label, path, readable, width_of, wrapped
from tests.draws import draws

F = Fraction


def test_places_are_written_to_the_hundredth() -> None:
    assert [at(F(n)) for n in (0, 12, F(1, 3), F(-1, 1000), F(25, 10))] == ["0", "12", "0.33", "0", "2.5"]
    assert path("line", [(F(0), F(1, 2)), (F(3), F(4))]) == '<path class="line" d="M0 0.5L3 4"/>'


@given(st.text())
def test_whatever_a_text_holds_it_stays_a_text(words: str) -> None:
    drawn = element("g", label(1, 2, words, "soft") + element("text", clean(words), id=words))
    root = ElementTree.fromstring(drawn)
    assert [child.tag for child in root] == ["text", "text"]
    assert all(not len(child) for child in root)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=12))
def test_names_are_moved_apart_where_there_is_room(places: list[int]) -> None:
    moved = sorted(apart([F(place) for place in places], 16, F(0), F(300)))
    assert all(after - before >= 16 for before, after in pairwise(moved))
    assert moved[-1] <= 300


def test_a_text_is_cut_to_its_room() -> None:
    assert cut("short", 200) == "short"
    assert cut("x" * 200, 100).endswith("…")
    assert width_of(cut("名" * 200, 100)) <= 112
    assert cut("a\nb", 200) == "a\\nb"


def test_the_style_asks_for_nothing_from_elsewhere() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert "prefers-color-scheme:dark" in STYLE
    assert "@media print" in STYLE


@given(st.text(), st.integers(1, 5))
@settings(max_examples=draws(20))
def test_what_is_said_is_in_lines_that_fit_and_nothing_of_it_is_lost_where_there_is_room(text: str, most: int) -> None:
    lines = wrapped(text, 200, most)
    assert 1 <= len(lines) <= most
    assert all(width_of(line) <= 212 for line in lines)
    words = readable(text).split()
    if most >= len(words) and all(width_of(word) <= 200 for word in words):
        assert " ".join(lines).split() == words
