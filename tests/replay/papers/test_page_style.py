"""The style of a page: it asks for nothing from elsewhere, and knows light, dark and paper."""

from __future__ import annotations

from replay.papers.page_style import PAGE_STYLE


def test_the_style_stands_by_itself() -> None:
    assert all(word not in PAGE_STYLE for word in ("url(", "@import", "@font-face", "<", "expression"))
    assert PAGE_STYLE.count("{") == PAGE_STYLE.count("}")


def test_it_knows_light_dark_and_paper() -> None:
    assert all(word in PAGE_STYLE for word in ("prefers-color-scheme:dark", "@media print", "@page"))
