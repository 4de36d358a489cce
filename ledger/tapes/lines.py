"""The text of a tape, decoded and parted into lines as it is read: never more of it is held than a line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from ledger.tapes.rows import encoding_of, refusal
from ledger.values.limits import TAPE_LINE_CHARACTERS

_CHUNK = 1 << 20


def text_lines(stream: BinaryIO, encoding: str, name: str, say: Callable[[str], None]) -> Iterator[str]:
    """Yield the lines of a file, each with its end. A byte order mark says UTF-8 or UTF-16 whatever ``encoding`` is.

    ``say`` is told where the last line has no end. Raises :class:`~ledger.errors.InvalidEvent` naming the line and the
    byte that the encoding does not have, and a line that is longer than any may be.
    """
    return chain.from_iterable(_lists_of_lines(stream, encoding, name, say))


def _lists_of_lines(stream: BinaryIO, encoding: str, name: str, say: Callable[[str], None]) -> Iterator[list[str]]:
    data = stream.read(_CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(data, encoding))()
    before, passed, rest = 0, 0, ""
    longest = TAPE_LINE_CHARACTERS.value
    while True:
        try:
            text = decoder.decode(data, not data)
        except UnicodeDecodeError as fault:
            at = before + len(data) - len(fault.object) + fault.start
            line = passed + fault.object[: fault.start].decode(fault.encoding, "replace").count("\n") + 1
            told = f"byte {at + 1} of the file (0x{fault.object[fault.start]:02X}) is not {encoding} text"
            message = f"{told}; name the encoding (--encoding cp1252, or encoding in the map)"
            raise refusal(f"{name}:{line}", "", "not_unicode", message) from None
        before += len(data)
        if "\0" in text:
            line = passed + text[: text.index("\0")].count("\n") + 1
            message = "the file holds NUL characters: it is no text, or UTF-16 without a mark (--encoding utf-16-le)"
            raise refusal(f"{name}:{line}", "", "not_text", message)
        if not data:
            break
        parts = list(io.StringIO(rest + text, newline=""))
        # A carriage return at the end of what was read may be half of a line's end.
        rest = parts.pop() if parts and not parts[-1].endswith("\n") else ""
        if len(rest) > longest:
            message = TAPE_LINE_CHARACTERS.exceeded("the line")
            raise refusal(f"{name}:{passed + len(parts) + 1}", "", "too_large", message)
        passed += len(parts)
        yield parts
        data = stream.read(_CHUNK)
    if rest + text:
        if not (rest + text).endswith("\r"):
            say("the last line has no line break at its end; see that the file is whole")
        yield list(io.StringIO(rest + text, newline=""))


def tape_lines(data: bytes, encoding: str, name: str = "tape") -> list[str]:
    """Return the lines of a tape that is held whole; see :func:`text_lines`."""
    return list(text_lines(io.BytesIO(data), encoding, name, _unsaid))


def _unsaid(_: str) -> None:
    return
