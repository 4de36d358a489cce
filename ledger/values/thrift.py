"""What a Parquet file says of itself: its footer and the headers of its pages, in Thrift's compact protocol.

Both are read before anything of a file is unpacked, by whoever must know first how much that would be.
"""

from __future__ import annotations

from typing import BinaryIO, TypeAlias

_MAGIC = b"PAR1"
_LONGEST_FOOTER = 1 << 26
_HEADER = 1 << 12
"""Bytes in which the header of a page is looked for first; one with long statistics takes more."""

_LONGEST_HEADER = 1 << 20
_DEEPEST = 12
PREFIXES = 7
"""The encoding in which a value is so many bytes of the one before it, and then its own."""

_BOOLEANS, _BYTE, _NUMBERS, _DOUBLE, _TEXT, _LISTS, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12

Value: TypeAlias = "int | bytes | list[Value] | Struct"
"""A value of a structure: a number, a text, a list, or a structure within."""

Struct: TypeAlias = "dict[int, Value]"
"""The fields of a structure by their numbers."""


class NotParquet(ValueError):
    """A file is not written as Parquet files are, or as those of archives."""


class _Compact:
    """Reads one structure of Thrift's compact protocol; every item takes a byte at least, so its cost is linear."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
            if shift > 63:
                raise NotParquet("a number is too long")

    def _number(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)

    def struct(self, depth: int = 0) -> Struct:
        """Return the fields of the structure that begins here."""
        if depth > _DEEPEST:
            raise NotParquet("it is nested too deeply")
        found: Struct = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._number()
            if number in found:
                raise NotParquet("a field stands in it twice")
            found[number] = int(kind == 1) if kind in _BOOLEANS else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Value:
        if kind in _NUMBERS:
            return self._number()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind == _TEXT:
            return self._skip(self._varint())
        if kind in _LISTS:
            head = self._byte()
            count, inner = head >> 4, head & 15
            count = self._varint() if count == 15 else count
            if count > len(self._data) - self.at:
                raise NotParquet("a list is longer than what holds it")
            return [self._value(inner, depth + 1) for _ in range(count)]
        if kind in (*_BOOLEANS, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._skip(8)
        raise NotParquet(f"it has a field of the unknown kind {kind}")

    def _skip(self, size: int) -> bytes:
        if size > len(self._data) - self.at:
            raise NotParquet("a text is longer than what holds it")
        self.at += size
        return self._data[self.at - size : self.at]


def footer_of(file: BinaryIO, size: int, longest: int = _LONGEST_FOOTER) -> Struct:
    """Return the footer of a file of so many bytes; raises ValueError or IndexError where it has none.

    One that is longer than ``longest`` bytes is refused.
    """
    file.seek(max(0, size - 8))
    end = file.read(8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or not 0 < length <= size - 12:
        raise NotParquet("it does not end as a Parquet file does")
    if length > longest:
        raise NotParquet(f"its footer has {length:,} bytes, and {longest:,} are read at most")
    file.seek(size - 8 - length)
    return _Compact(file.read(length)).struct()


def page_header(file: BinaryIO, at: int) -> tuple[Struct, int]:
    """Return the header of the page that begins at a place of a file, and its length."""
    taken = _HEADER
    while True:
        file.seek(at)
        data = file.read(taken)
        reader = _Compact(data)
        try:
            return reader.struct(), reader.at
        except (IndexError, NotParquet):
            if len(data) < taken or taken >= _LONGEST_HEADER:
                raise
            taken *= 16


def as_count(value: object) -> int:
    """Return a number that is not negative; raises :class:`NotParquet` for anything else."""
    if not isinstance(value, int) or value < 0:
        raise NotParquet("a number is missing or negative")
    return value


def as_list(value: object) -> list[Value]:
    """Return a list; raises :class:`NotParquet` for anything else."""
    if not isinstance(value, list):
        raise NotParquet("a list is missing")
    return value


def as_struct(value: object) -> Struct:
    """Return the fields of a structure; raises :class:`NotParquet` for anything else."""
    if not isinstance(value, dict):
        raise NotParquet("a structure is missing")
    return value


__all__ = ["PREFIXES", "NotParquet", "Struct", "Value", "as_count", "as_list", "as_struct", "footer_of", "page_header"]
