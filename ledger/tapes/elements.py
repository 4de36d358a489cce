"""XML read as it comes: no document type, so no entity but the five of XML, and nothing is fetched or unfolded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from ledger.tapes.rows import refusal

_CHUNK = 1 << 16
Attributes = dict[str, str]


def local(name: str) -> str:
    """Return the name of an element without its namespace or prefix."""
    return name.rpartition(":")[2]


def xml_parts(
    stream: BinaryIO,
    name: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[int]:
    """Go through a document, calling back at every start, end and text, and yield the line after every chunk.

    Raises :class:`~ledger.errors.InvalidEvent` for what is no XML, and for a document type: entities unfold, and name
    files.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def doctype(*_: object) -> None:
        message = "the XML has a document type (<!DOCTYPE), and with it entities that may unfold; take it out"
        raise refusal(f"{name}:{parser.CurrentLineNumber}", "", "has_entities", message)

    parser.StartDoctypeDeclHandler = doctype
    try:
        while data := stream.read(_CHUNK):
            parser.Parse(data, False)
            yield parser.CurrentLineNumber
        parser.Parse(b"", True)
        yield parser.CurrentLineNumber
    except expat.ExpatError as fault:
        message = f"it is no sound XML: {expat.ErrorString(fault.code)}; it may be cut off, so get it again"
        raise refusal(f"{name}:{fault.lineno}", "", "malformed", message) from None
