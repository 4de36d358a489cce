"""What a Parquet file unfolds to, read from its footer and the headers of its pages before any of it is unfolded.

A few bytes can stand for a great many rows, or for gigabytes of nothing. What decodes a file takes its word for how
much there is, so its word is looked at first: the rows of each group and column, and the size of every page. Two things
hold of every file that was sealed: a row has a hash, whose 32 bytes nothing makes smaller, and figures and payloads
grow smaller by ten or twenty times and not by a thousand.

The footer and the headers of pages are structures of Thrift's compact protocol; only what bounds them is read here.
"""

from __future__ import annotations

from typing import BinaryIO

import attrs

from ledger.errors import StoreUnreadable
from ledger.values.limits import ARCHIVE_UNFOLDING
from ledger.values.thrift import PREFIXES, NotParquet, Struct, as_count, as_list, as_struct, footer_of, page_header

ANY_FILE = 1 << 24
"""Bytes that a file of any size may unfold to."""

HASH_BYTES = 32
"""Bytes that a row takes in a file at least."""


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
            raise NotParquet(f"{rows:,} rows cannot stand in {size:,} bytes")
        for chunk, held in chunks if pages else ():
            told = told if told > most else told + _pages(file, size, chunk, held, most)
    except (NotParquet, IndexError, KeyError, TypeError) as fault:
        raise StoreUnreadable(f"{name} is damaged or no archive: {str(fault) or 'its footer is cut short'}") from None
    if told > most:
        raise StoreUnreadable(
            f"{name}: {ARCHIVE_UNFOLDING.exceeded(f'what {size:,} bytes unfold to ({told:,} bytes)')}"
        )
    return Unfolded(rows, told)


def _footer(file: BinaryIO, size: int) -> tuple[int, list[tuple[Struct, int]], int]:
    """Return the rows of a file, its chunks of columns with the rows of each, and how large they say that they are."""
    footer = footer_of(file, size)
    rows, chunks, told = as_count(footer[3]), [], 0
    counted = 0
    for group in as_list(footer[4]):
        held = as_count(as_struct(group)[3])
        counted += held
        for column in as_list(as_struct(group)[1]):
            chunk = as_struct(as_struct(column)[3])
            for encoding in as_list(chunk[2]):
                _check_encoding(encoding)
            if as_count(chunk[5]) != held:
                raise NotParquet(f"a column of {held:,} rows has {as_count(chunk[5]):,} values")
            told = max(told, as_count(chunk[6]))
            chunks.append((chunk, held))
    if counted != rows:
        raise NotParquet(f"its groups hold {counted:,} rows, and it has {rows:,}")
    return rows, chunks, told


def _pages(file: BinaryIO, size: int, chunk: Struct, rows: int, most: int) -> int:
    """Return how large the pages of a column's chunk are when they are unfolded, by their own headers."""
    begin = as_count(chunk[9])
    if 11 in chunk:
        begin = min(begin, as_count(chunk[11])) or begin
    end, unfolded, values = begin + as_count(chunk[7]), 0, 0
    if end > size:
        raise NotParquet("a column stands beyond the end of the file")
    while begin < end and values <= rows and unfolded <= most:
        header, length = page_header(file, begin)
        unfolded += as_count(header[2])
        for place, encoding in ((5, 2), (8, 4)):
            if place in header:
                data = as_struct(header[place])
                values += as_count(data[1])
                _check_encoding(data[encoding])
        if 7 in header and as_count(as_struct(header[7])[1]) > rows:
            raise NotParquet("a dictionary has more entries than its column has rows")
        begin += length + as_count(header[3])
    if values > rows:
        raise NotParquet(f"the pages of a column of {rows:,} rows hold {values:,} values")
    return unfolded


def _check_encoding(encoding: object) -> None:
    if encoding == PREFIXES:
        raise NotParquet("a column is written by common prefixes, as no archive is: a value may have any length then")


__all__ = ["Unfolded", "check_unfolding"]
