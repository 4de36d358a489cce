"""Text made fit to be shown: what would steer a terminal, turn a line round or hide in it is spelt out."""

from __future__ import annotations

import unicodedata

_SPELT_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what is never shown as it is: controls, formats, lone surrogates, line and paragraph ends."""

_CONTROLS = bytes({*range(32), 127} - {ord("\n"), ord("\t")})
"""Every control character of ASCII but those that part lines and columns."""

_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def is_visible(character: str) -> bool:
    """Say whether a character shows as itself: neither a control (C0, C1) nor a sign for direction, joining or line."""
    return character.isprintable() or unicodedata.category(character) not in _SPELT_OUT


_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers and the empty pattern of Braille: characters that count as letters or signs, and show nothing."""


def shows_nothing(text: str) -> bool:
    """Say whether a text shows nothing: it is empty, or holds only spaces and characters that leave the place empty."""
    return all(character.isspace() or character in _BLANK or not is_visible(character) for character in text)


def visible(text: str) -> str:
    r"""Return a text with everything spelt out that does not show as itself: ``\n``, ``\x1b``, ``\u202e``.

    What shows is left alone, so ordinary text comes back as it was, on one line.
    """
    if text.isprintable():
        return text
    return "".join(character if is_visible(character) else _spelt(character) for character in text)


def plain_bytes(text: str) -> bytes | None:
    """Return a text of several lines in ASCII if all of it shows as itself, else None.

    Most of what is long is so, and this says it ten times quicker than looking at single characters.
    """
    if not text.isascii():
        return None
    plain = text.encode("ascii")
    return plain if len(plain.translate(None, _CONTROLS)) == len(plain) else None


def visible_lines(text: str) -> str:
    """Return a text of several lines with everything spelt out but its line ends and tabs; see :func:`visible`."""
    if plain_bytes(text) is not None:
        return text
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


LONGEST_QUOTED = 200
"""Characters of a text from outside that a message quotes."""

_ENDS = 60
"""Characters that a cut text keeps of its end at most: a path, an address or a sentence may say there what it is."""


def shortened(text: str, most: int = LONGEST_QUOTED) -> str:
    """Return a text of at most ``most`` characters as it is, and of a longer one beginning, length and end."""
    if len(text) <= most:
        return text
    tail = min(_ENDS, most // 4)
    return f"{text[: most - tail]} ... ({len(text):,} characters) ... {text[len(text) - tail :]}"


def fit(text: str, most: int = LONGEST_QUOTED) -> str:
    """Return a text from outside as a message may hold it: cut with its length, on one line, and steering nothing."""
    return visible(shortened(text, most))


def fit_lines(text: str, most: int = LONGEST_QUOTED) -> str:
    """Return a text of several lines as a message may hold it; see :func:`fit`."""
    return visible_lines(shortened(text, most))


def quoted(value: object, most: int = LONGEST_QUOTED) -> str:
    """Return a value from outside in quotes, as a message may hold it; no value is written out whole to be cut."""
    if isinstance(value, str | bytes):
        if len(value) <= most:
            return repr(value)
        return f"{value[:most]!r}... ({len(value):,} {'characters' if isinstance(value, str) else 'bytes'})"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return f"{_KINDS.get(type(value), type(value).__name__)} of {len(value):,}"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _LONGEST_INT:
        return f"a number of {value.bit_length():,} bits"
    return shortened(repr(value), most)


_KINDS: dict[type, str] = {list: "a list", dict: "an object", tuple: "a tuple"}
_LONGEST_INT = 600
"""Bits of a number that is written out: writing more takes more than linear time."""


def _spelt(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
