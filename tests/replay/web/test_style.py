from __future__ import annotations

import re

from replay.web.style import STYLE, STYLE_ADDRESS
from tests.replay.web.site import Site


def test_the_style_needs_nothing_from_elsewhere() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert STYLE.count("{") == STYLE.count("}")


def test_it_serves_the_dark_paper_and_narrow_screens() -> None:
    for wanted in ("prefers-color-scheme:dark", "@media print", "max-width:720px", ":focus-visible"):
        assert wanted in STYLE


def test_a_reader_may_keep_it_and_it_has_a_name_of_its_own(pages: Site) -> None:
    assert re.fullmatch(r"style-[0-9a-f]{16}\.css", STYLE_ADDRESS)
    got = pages.get(f"/{STYLE_ADDRESS}")
    assert got.status == 200
    assert got.text == STYLE
    assert "immutable" in got.headers["cache-control"]


def test_a_narrow_screen_shows_a_row_cell_by_cell_with_its_headings(pages: Site) -> None:
    assert ".stacked td[data-label]:before" in STYLE
    for address in ("/events", "/accounts?date=2002-09-25", "/figures/2002-09-25?figure=10/Current%20PPIS/fixed"):
        got = pages.of(address).text
        assert '<table class="stacked">' in got
        assert 'data-label="' in got


def test_a_chart_says_all_of_what_it_is_below_it(pages: Site) -> None:
    got = pages.of("/charts/2002-09-25").text
    assert got.count("<figcaption") == got.count("<figure")
    assert '<text x="0" y="36" class="soft">' not in got
    assert "Widths are amounts" in got.partition("<figcaption")[2]
