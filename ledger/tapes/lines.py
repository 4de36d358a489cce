"""The text of a tape, decoded and parted into lines as it is read: never more of it is held than a line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from ledger.tapes.rows import encoding_of, refusal
from ledger.values.limits import TAPE_LINE_CHARACTERS

_CHUNK = 1 << 20


def text_lines(stream: BinaryIO, encoding: str, name: str, say: Callable[[str], None]) -> Iterator[str]:
    """Yield the lines of a file, each with its end. A byte order mark says UTF-8 or UTF-16 whatever ``encoding`` is.

    ``say`` is told where the last line has no end. Raises :class:`~ledger.errors.InvalidEvent` naming the line and the
    byte that the encoding does not have, and a line that is longer than any may be.
    """
    data = stream.read(_CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(data, encoding))()
    before, passed = 0, 0
    rest: list[str] = []
    longest, held = TAPE_LINE_CHARACTERS.value, 0
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
        for part in io.StringIO(text, newline=""):
            # A carriage return at the end of what was read may be half of a line's end.
            if rest and rest[-1].endswith("\r") and part != "\n":
                passed += 1
                yield "".join(rest)
                rest, held = [], 0
            if part.endswith("\n") or (part.endswith("\r") and not text.endswith(part)):
                passed += 1
                yield "".join([*rest, part])
                rest, held = [], 0
                continue
            rest.append(part)
            held += len(part)
            if held > longest:
                raise refusal(f"{name}:{passed + 1}", "", "too_large", TAPE_LINE_CHARACTERS.exceeded("the line"))
        if not data:
            break
        data = stream.read(_CHUNK)
    last = "".join(rest)
    if last:
        if not last.endswith("\r"):
            say("the last line has no line break at its end; see that the file is whole")
        yield from io.StringIO(last, newline="")


def tape_lines(data: bytes, encoding: str, name: str = "tape") -> list[str]:
    """Return the lines of a tape that is held whole; see :func:`text_lines`."""
    return list(text_lines(io.BytesIO(data), encoding, name, _unsaid))


def _unsaid(_: str) -> None:
    return
