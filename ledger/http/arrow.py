"""What an Arrow stream says of itself, read before anything unfolds it: its rows, and that it is not packed.

A stream is messages, each a length, a flatbuffer that describes it, and a body. A few bytes of a packed one, or of one
that counts rows that take no room, would otherwise become any amount of memory. The layout is that of the columnar
format's own specification (Message.fbs). Whoever unfolds it makes room for what is said before looking whether it is
there, and where there is none the whole process ends: so every part of a body has to lie in it.
"""

from __future__ import annotations

import struct

MOST_MESSAGES = 10_000
"""Messages of a stream at most: its schema, its dictionaries and its batches."""

_CONTINUED = b"\xff\xff\xff\xff"
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3
_HEADER_TYPE, _HEADER, _BODY_LENGTH = 1, 2, 3
_ROWS, _COLUMNS, _PARTS, _COMPRESSION, _VIEWED = 0, 1, 2, 3, 4
_OF_DICTIONARY = 1


class Torn(Exception):
    """A stream that cannot be taken, and why."""


def rows_in(content: bytes, *, most: int) -> int:
    """Return how many rows a stream holds, dictionaries not counted.

    Raises :class:`Torn` for what is no stream, is cut off, is packed, or counts more than ``most`` in one batch or
    dictionary.
    """
    place = rows = messages = 0
    try:
        while place < len(content):
            if content[place : place + 4] != _CONTINUED:
                raise Torn("this is no Arrow stream: a message begins otherwise")
            size = _number("<i", content, place + 4)
            if size == 0:
                break
            messages += 1
            if size < 8 or messages > MOST_MESSAGES:
                raise Torn(f"a stream has at most {MOST_MESSAGES:,} messages, each with its description")
            head = content[place + 8 : place + 8 + size]
            place += 8 + size
            kind, count, length = _message(head, most)
            if not 0 <= length <= len(content) - place or not 0 <= count <= most:
                raise Torn(f"a message is cut off, or counts more than {most:,} rows")
            rows += count if kind == _BATCH else 0
            place += length
    except struct.error:
        raise Torn("the stream is cut off, or damaged") from None
    if not messages:
        raise Torn("the stream holds nothing")
    return rows


def _message(head: bytes, most: int) -> tuple[int, int, int]:
    """Return of a message its kind, the rows that it counts, and the length of its body."""
    table = _number("<I", head, 0)
    kind, length = _scalar("<B", head, table, _HEADER_TYPE), _scalar("<q", head, table, _BODY_LENGTH)
    batch = _inside(head, table, _HEADER)
    if kind == _DICTIONARY and batch is not None:
        batch = _inside(head, batch, _OF_DICTIONARY)
    if kind == _SCHEMA:
        return kind, 0, length
    if kind not in (_DICTIONARY, _BATCH) or batch is None:
        raise Torn("a message is neither a schema nor rows")
    if _inside(head, batch, _COMPRESSION) is not None:
        raise Torn("the stream is packed; write it without compression")
    _check_parts(head, batch, most=most, length=length)
    return kind, _scalar("<q", head, batch, _ROWS), length


def _check_parts(head: bytes, batch: int, *, most: int, length: int) -> None:
    """Refuse rows whose columns count more than they may, or whose parts lie outside the body."""
    for rows, blank in _listed("<qq", head, batch, _COLUMNS):
        if not 0 <= blank <= rows <= most:
            raise Torn(f"a column counts more than {most:,} rows, or more blanks than rows")
    parts = _listed("<qq", head, batch, _PARTS)
    if any(offset < 0 or size < 0 or offset + size > length for offset, size in parts):
        raise Torn("a part of a column lies outside what was sent")
    viewed = [count for (count,) in _listed("<q", head, batch, _VIEWED)]
    if any(count < 0 for count in viewed) or sum(viewed) > len(parts):
        raise Torn("a column has more parts than there are")


def _number(kind: str, content: bytes, place: int) -> int:
    if place < 0:
        raise Torn("the stream is damaged")
    found: int = struct.unpack_from(kind, content, place)[0]
    return found


def _listed(kind: str, head: bytes, table: int, number: int) -> list[tuple[int, ...]]:
    """Return the entries of a list of a table; those of a table that leaves it out are none."""
    place = _inside(head, table, number)
    if place is None:
        return []
    size = _number("<I", head, place) * struct.calcsize(kind)
    if size > len(head) - place - 4:
        raise Torn("the stream is damaged")
    return list(struct.iter_unpack(kind, head[place + 4 : place + 4 + size]))


def _field(head: bytes, table: int, number: int) -> int:
    """Return where a field of a table stands; 0 where the table leaves it out."""
    entries = table - _number("<i", head, table)
    if 4 + 2 * number >= _number("<H", head, entries):
        return 0
    at = _number("<H", head, entries + 4 + 2 * number)
    return table + at if at else 0


def _scalar(kind: str, head: bytes, table: int, number: int) -> int:
    at = _field(head, table, number)
    return _number(kind, head, at) if at else 0


def _inside(head: bytes, table: int, number: int) -> int | None:
    at = _field(head, table, number)
    return at + _number("<I", head, at) if at else None


__all__ = ["MOST_MESSAGES", "Torn", "rows_in"]
