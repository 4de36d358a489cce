"""What a Parquet file unfolds to, read from its footer and the headers of its pages before any of it is unfolded.

A few bytes can stand for a great many rows, or for gigabytes of nothing. What decodes a file takes its word for how
much there is, so its word is looked at first: the rows of each group and column, and the size of every page. Two things
hold of every file that was sealed: a row has a hash, whose 32 bytes nothing makes smaller, and figures and payloads
grow smaller by ten or twenty times and not by a thousand.

The footer and the headers of pages are structures of Thrift's compact protocol; only what bounds them is read here.
"""

from __future__ import annotations

from typing import BinaryIO, TypeAlias

import attrs

from ledger.errors import StoreUnreadable
from ledger.values.limits import ARCHIVE_UNFOLDING

ANY_FILE = 1 << 24
"""Bytes that a file of any size may unfold to."""

HASH_BYTES = 32
"""Bytes that a row takes in a file at least."""

_MAGIC = b"PAR1"
_LONGEST_FOOTER = 1 << 26
_HEADER = 1 << 12
"""Bytes in which the header of a page is looked for first; one with long statistics takes more."""

_LONGEST_HEADER = 1 << 20
_DEEPEST = 12
_PREFIXES = 7
"""The encoding in which a value is so many bytes of the one before it, and then its own."""

_BOOLEANS, _BYTE, _NUMBERS, _DOUBLE, _TEXT, _LISTS, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12

Value: TypeAlias = "int | bytes | list[Value] | Struct"
"""A value of a structure: a number, a text, a list, or a structure within."""

Struct: TypeAlias = "dict[int, Value]"
"""The fields of a structure by their numbers."""


class NoSealedFile(ValueError):
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
                raise NoSealedFile("a number is too long")

    def _number(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)

    def struct(self, depth: int = 0) -> Struct:
        """Return the fields of the structure that begins here."""
        if depth > _DEEPEST:
            raise NoSealedFile("it is nested too deeply")
        found: Struct = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._number()
            if number in found:
                raise NoSealedFile("a field stands in it twice")
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
                raise NoSealedFile("a list is longer than what holds it")
            return [self._value(inner, depth + 1) for _ in range(count)]
        if kind in (*_BOOLEANS, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._skip(8)
        raise NoSealedFile(f"it has a field of the unknown kind {kind}")

    def _skip(self, size: int) -> bytes:
        if size > len(self._data) - self.at:
            raise NoSealedFile("a text is longer than what holds it")
        self.at += size
        return self._data[self.at - size : self.at]


@attrs.frozen
class Unfolded:
    """How many rows a file says that it has, and how many bytes its pages have when they are unfolded."""

    rows: int
    size: int


def check_unfolding(file: BinaryIO, size: int, name: str, *, pages: bool = True) -> Unfolded:
    """Return what a file of so many bytes unfolds to.

    Without ``pages`` the footer alone is read. Raises :class:`~ledger.errors.StoreUnreadable` where it is more than
    files of its size unfold to, or where the file does not say it as Parquet files do.
    """
    most = ANY_FILE + ARCHIVE_UNFOLDING.value * size
    try:
        rows, chunks, told = _footer(file, size)
        if rows * HASH_BYTES > size:
            raise NoSealedFile(f"{rows:,} rows cannot stand in {size:,} bytes")
        for chunk, held in chunks if pages else ():
            told = told if told > most else told + _pages(file, size, chunk, held, most)
    except (NoSealedFile, IndexError, KeyError, TypeError) as fault:
        raise StoreUnreadable(f"{name} is damaged or no archive: {str(fault) or 'its footer is cut short'}") from None
    if told > most:
        raise StoreUnreadable(
            f"{name}: {ARCHIVE_UNFOLDING.exceeded(f'what {size:,} bytes unfold to ({told:,} bytes)')}"
        )
    return Unfolded(rows, told)


def footer_of(file: BinaryIO, size: int) -> Struct:
    """Return the footer of a file of so many bytes; raises ValueError or IndexError where it has none."""
    file.seek(max(0, size - 8))
    end = file.read(8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or not 0 < length <= min(size - 12, _LONGEST_FOOTER):
        raise NoSealedFile("it does not end as a Parquet file does")
    file.seek(size - 8 - length)
    return _Compact(file.read(length)).struct()


def _footer(file: BinaryIO, size: int) -> tuple[int, list[tuple[Struct, int]], int]:
    """Return the rows of a file, its chunks of columns with the rows of each, and how large they say that they are."""
    footer = footer_of(file, size)
    rows, chunks, told = _whole(footer[3]), [], 0
    counted = 0
    for group in _list(footer[4]):
        held = _whole(_fields(group)[3])
        counted += held
        for column in _list(_fields(group)[1]):
            chunk = _fields(_fields(column)[3])
            for encoding in _list(chunk[2]):
                _check_encoding(encoding)
            if _whole(chunk[5]) != held:
                raise NoSealedFile(f"a column of {held:,} rows has {_whole(chunk[5]):,} values")
            told = max(told, _whole(chunk[6]))
            chunks.append((chunk, held))
    if counted != rows:
        raise NoSealedFile(f"its groups hold {counted:,} rows, and it has {rows:,}")
    return rows, chunks, told


def _pages(file: BinaryIO, size: int, chunk: Struct, rows: int, most: int) -> int:
    """Return how large the pages of a column's chunk are when they are unfolded, by their own headers."""
    begin = _whole(chunk[9])
    if 11 in chunk:
        begin = min(begin, _whole(chunk[11])) or begin
    end, unfolded, values = begin + _whole(chunk[7]), 0, 0
    if end > size:
        raise NoSealedFile("a column stands beyond the end of the file")
    while begin < end and values <= rows and unfolded <= most:
        header, length = _page_header(file, begin)
        unfolded += _whole(header[2])
        for place, encoding in ((5, 2), (8, 4)):
            if place in header:
                data = _fields(header[place])
                values += _whole(data[1])
                _check_encoding(data[encoding])
        if 7 in header and _whole(_fields(header[7])[1]) > rows:
            raise NoSealedFile("a dictionary has more entries than its column has rows")
        begin += length + _whole(header[3])
    if values > rows:
        raise NoSealedFile(f"the pages of a column of {rows:,} rows hold {values:,} values")
    return unfolded


def _check_encoding(encoding: object) -> None:
    if encoding == _PREFIXES:
        raise NoSealedFile("a column is written by common prefixes, as no archive is: a value may have any length then")


def _page_header(file: BinaryIO, at: int) -> tuple[Struct, int]:
    """Return the header of the page that begins at a place of a file, and its length."""
    taken = _HEADER
    while True:
        file.seek(at)
        data = file.read(taken)
        reader = _Compact(data)
        try:
            return reader.struct(), reader.at
        except (IndexError, NoSealedFile):
            if len(data) < taken or taken >= _LONGEST_HEADER:
                raise
            taken *= 16


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise NoSealedFile("a number is missing or negative")
    return value


def _list(value: object) -> list[Value]:
    if not isinstance(value, list):
        raise NoSealedFile("a list is missing")
    return value


def _fields(value: object) -> Struct:
    if not isinstance(value, dict):
        raise NoSealedFile("a structure is missing")
    return value


__all__ = ["NoSealedFile", "Struct", "Unfolded", "check_unfolding", "footer_of"]
