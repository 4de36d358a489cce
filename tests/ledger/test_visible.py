"""What is spelt out, and what is left alone."""

from __future__ import annotations

import sys
import unicodedata

from ledger.visible import fit, fit_lines, is_visible, quoted, shortened, shows_nothing, visible, visible_lines


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


def test_a_long_text_is_cut_and_says_how_long_it_was() -> None:
    assert shortened("a" * 200) == "a" * 200
    told = shortened("a" * 999_990 + "0123456789")
    assert len(told) < 250
    assert "(1,000,000 characters)" in told
    assert told.startswith("aaa")
    assert told.endswith("0123456789")


def test_what_a_message_holds_is_cut_and_steers_nothing() -> None:
    assert fit("a\x1b[2J\nb") == "a\\x1b[2J\\nb"
    assert fit_lines("a\x9b\nb") == "a\\x9b\nb"
    assert len(fit("\u202e" * 1_000_000)) < 2_000


def test_a_value_in_quotes_is_never_written_out_to_be_cut() -> None:
    assert quoted("a'b") == repr("a'b")
    assert quoted("x" * 1_000_000).endswith("... (1,000,000 characters)")
    assert quoted(b"x" * 1_000_000).endswith("... (1,000,000 bytes)")
    assert quoted([0] * 1_000_000) == "a list of 1,000,000"
    assert quoted({"a": 1}) == "an object of 1"
    assert quoted(1 << 10_000_000) == "a number of 10,000,001 bits"
    assert quoted(7) == "7"
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    assert quoted(deep) == "a list of 1"
