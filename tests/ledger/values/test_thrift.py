"""Structures of Thrift's compact protocol are read as they were written, and what is none is said not to be."""

from __future__ import annotations

import io

import polars as pl
import pytest

from ledger.values.thrift import NotParquet, as_count, as_list, as_struct, footer_of, page_header


def made(rows: int) -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"a": [str(k) for k in range(rows)]}).write_parquet(out, row_group_size=100)
    return out.getvalue()


def test_a_footer_says_the_rows_and_a_page_its_values() -> None:
    data = made(250)
    footer = footer_of(io.BytesIO(data), len(data))
    groups = [as_struct(item) for item in as_list(footer[4])]
    assert as_count(footer[3]) == sum(as_count(group[3]) for group in groups) == 250
    chunk = as_struct(as_struct(as_list(groups[0][1])[0])[3])
    header, length = page_header(io.BytesIO(data), min(as_count(chunk[9]), as_count(chunk.get(11, chunk[9]))))
    assert (chunk[3], length > 0, as_count(header[2]) > 0) == ([b"a"], True, True)


def test_what_is_no_footer_or_a_longer_one_is_refused() -> None:
    data = made(1)
    with pytest.raises(NotParquet, match="does not end"):
        footer_of(io.BytesIO(data[:-1]), len(data) - 1)
    with pytest.raises(NotParquet, match="are read at most"):
        footer_of(io.BytesIO(data), len(data), longest=10)
    for value in (-1, b"1", None):
        with pytest.raises(NotParquet):
            as_count(value)
