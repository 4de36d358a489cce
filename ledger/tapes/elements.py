"""XML read as it comes: no document type, so no entity but the five of XML, and nothing is fetched or unfolded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from ledger.errors import LedgerError
from ledger.tapes.rows import refusal
from ledger.values.limits import TAPE_LINE_CHARACTERS

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
    fed = 0
    try:
        while data := stream.read(_CHUNK):
            parser.Parse(data, False)
            fed += len(data)
            # What has not ended yet is gone through again with every chunk.
            if fed - max(parser.CurrentByteIndex, 0) > TAPE_LINE_CHARACTERS.value:
                told = TAPE_LINE_CHARACTERS.exceeded("a tag, a comment or a name that does not end")
                raise refusal(f"{name}:{parser.CurrentLineNumber}", "", "too_large", told)
            yield parser.CurrentLineNumber
        parser.Parse(b"", True)
        yield parser.CurrentLineNumber
    except LedgerError:
        raise
    except (ValueError, LookupError) as fault:
        message = f"the encoding that the XML names cannot be read ({fault}); save it as UTF-8"
        raise refusal(f"{name}:1", "", "not_unicode", message) from None
    except expat.ExpatError as fault:
        message = f"it is no sound XML: {expat.ErrorString(fault.code)}; it may be cut off, so get it again"
        raise refusal(f"{name}:{fault.lineno}", "", "malformed", message) from None
