"""What is spelt out, and what is left alone."""

from __future__ import annotations

import sys
import unicodedata

from ledger.visible import is_visible, shows_nothing, visible, visible_lines


def test_every_control_and_format_character_is_spelt_out() -> None:
    hidden = {chr(code) for code in range(sys.maxunicode + 1) if not is_visible(chr(code))}
    assert {unicodedata.category(character) for character in hidden} == {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len([character for character in hidden if unicodedata.category(character) == "Cc"]) == 65
    assert set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") < hidden
    assert all(visible(character).isascii() and visible(character).isprintable() for character in hidden)


def test_each_is_spelt_as_python_spells_it() -> None:
    assert visible("\x1b\t\n\r\x9b\u202e\U000e0041") == "\\x1b\\t\\n\\r\\x9b\\u202e\\U000e0041"


def test_lines_and_tabs_may_stay() -> None:
    assert visible_lines("a\tb\nc\rd\n") == "a\tb\nc\\rd\n"


def test_text_that_shows_is_the_same_text() -> None:
    for text in ("", "plain", "a\u00a0b", "é", "日本語", "\\n"):
        assert visible(text) == text


def test_a_text_that_shows_nothing_is_blank() -> None:
    for text in ("", " ", "\u3000", "\u2800", "\u3164\u115f", "\u1160 \uffa0", "\u200b\u2800"):
        assert shows_nothing(text)
    for text in ("a", "\u2800.", "\u2801", "\u3131", "-"):
        assert not shows_nothing(text)
