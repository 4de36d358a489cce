"""What a Parquet tape takes when it is unpacked, by its footer and the headers of its pages, before any of it is.

Polars unpacks a whole column of a group of rows at once, several columns beside each other, and takes a few times
what they hold. So each is bounded, and all of a group, and all of the file; nothing that the footer sums up is
believed where the pages say more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from ledger.errors import InvalidArgument
from ledger.tapes.rows import refusal
from ledger.values.limits import TAPE_BYTES, TAPE_CHUNK_BYTES, TAPE_LINE_CHARACTERS
from ledger.values.thrift import PREFIXES, NotParquet, Struct, as_count, as_list, as_struct, footer_of, page_header

GROUP = 4
"""How many times as much as a column of it a group of rows may take."""

_LONGEST_FOOTER = 1 << 24
_VALUE = 8
"""Bytes that a value takes at least once it is a number, however few say it."""

_BESIDE = 64
"""Bytes that a page may have beside a cell's own: its length, and whether it is there."""

_HEADS = ((5, 2), (7, 2), (8, 4))
"""Where the header of a page says what it holds, of each of three kinds, and in it the encoding of its values."""

_BY_PREFIXES = (
    "the column is written by common prefixes (DELTA_BYTE_ARRAY), so that nothing says what it unpacks to; write the "
    "file without that encoding"
)


def check_parquet_size(file: BinaryIO, name: str) -> None:
    """Refuse a Parquet file of which more would be unpacked at once than the limits of a tape say.

    Raises :class:`~ledger.errors.InvalidEvent` naming the column, or for a file that does not say how large it is, and
    :class:`~ledger.errors.InvalidArgument` where all of it is too large.
    """
    size = file.seek(0, os.SEEK_END)
    taken = 0
    try:
        groups = as_list(footer_of(file, size, _LONGEST_FOOTER)[4])
        for group in groups:
            found = sum(_checked_chunk(file, size, chunk, name) for chunk in _chunks(group))
            if found > GROUP * TAPE_CHUNK_BYTES.value:
                what = f"a group of rows of {found:,} bytes, shared out among {GROUP} columns,"
                raise refusal(name, "", "too_large", TAPE_CHUNK_BYTES.exceeded(what))
            taken += found
            if taken > TAPE_BYTES.value:
                raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded("what the pages of the file unpack to"))
    except (NotParquet, IndexError, KeyError, TypeError) as fault:
        told = f"this is Parquet that cannot be read: {str(fault) or 'its footer is cut short'}; get the file again"
        raise refusal(name, "", "damaged", told) from None
    finally:
        file.seek(0)


def _chunks(group: object) -> Iterator[Struct]:
    for column in as_list(as_struct(group)[1]):
        yield as_struct(as_struct(column)[3])


def _checked_chunk(file: BinaryIO, size: int, chunk: Struct, name: str) -> int:
    """Return what the pages of a column of a group unpack to; its rows are checked as the numbers that they may be."""
    column = b".".join(part for part in as_list(chunk[3]) if isinstance(part, bytes)).decode("utf-8", "replace")
    if PREFIXES in as_list(chunk[2]):
        raise refusal(name, column, "unbounded", _BY_PREFIXES)
    most, longest = TAPE_CHUNK_BYTES.value, TAPE_LINE_CHARACTERS.value
    taken = 0
    for page in _pages(file, size, chunk):
        unpacked = as_count(page[2])
        values = 1
        for place, encoding in _HEADS:
            if place in page:
                data = as_struct(page[place])
                values = max(values, as_count(data[1]))
                if data[encoding] == PREFIXES:
                    raise refusal(name, column, "unbounded", _BY_PREFIXES)
        if unpacked > values * (longest + _BESIDE):
            raise refusal(name, column, "too_large", TAPE_LINE_CHARACTERS.exceeded("a cell of the column"))
        taken += unpacked
        if taken > most:
            break
    taken = max(taken, _VALUE * as_count(chunk[5]))
    if taken > most:
        raise refusal(name, column, "too_large", TAPE_CHUNK_BYTES.exceeded("the column in a group of rows"))
    return taken


def _pages(file: BinaryIO, size: int, chunk: Struct) -> Iterator[Struct]:
    """Yield the headers of the pages of a column of a group of rows."""
    begin = as_count(chunk[9])
    if 11 in chunk:
        begin = min(begin, as_count(chunk[11])) or begin
    end = begin + as_count(chunk[7])
    if end > size:
        raise NotParquet("a column stands beyond the end of the file")
    while begin < end:
        header, length = page_header(file, begin)
        yield header
        begin += length + as_count(header[3])


__all__ = ["GROUP", "check_parquet_size"]
