"""A part of a tape that is parted by columns has the cells that a reader of rows gives, or is left to that."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.tapes.texts import Texts, parted, series_at
from tests.draws import draws

pytest.importorskip("polars")

CELLS = st.text(st.sampled_from('aZ7 .-$"\t\x1c\u2003é\ufeff'), max_size=4)
ENDS = st.sampled_from(["\n", "\r\n"])


@settings(max_examples=draws(40), deadline=None)
@given(st.integers(2, 3).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)),
       ENDS, st.booleans())  # fmt: skip
def test_cells_are_those_of_a_reader_of_rows(rows: list[list[str]], end: str, whole: bool) -> None:
    text = end.join("|".join(row) for row in rows) + (end if whole else "")
    found = parted(text, len(rows), "|", len(rows[0]))
    if found is None:
        assert any(not row[0].strip() for row in rows) or text[0] == "\ufeff"
        return
    read = list(csv.reader(text.split(end), delimiter="|",
                           quoting=csv.QUOTE_NONE))  # fmt: skip
    assert [list(row) for row in zip(*found, strict=True)] == [row for row in read if row] == rows


@pytest.mark.parametrize(
    "text", ["a|b\nc\n", "a|b\nc|d|e\n", "a|b\n\n", "a|b\n |d\n", "a|b\rc|d\n", "\ufeffa|b\nc|d\n"]
)
def test_what_is_no_row_of_the_width_is_left_to_a_reader_of_rows(text: str) -> None:
    assert parted(text, 2, "|", 2) is None


def test_a_column_is_a_sequence_of_its_texts() -> None:
    found = parted("a|1\nb|\nc|3\n", 3, "|", 2)
    assert found is not None
    assert list(found[1]) == ["1", "", "3"]
    assert found[0][1:] == ["b", "c"]
    assert isinstance(found[0], Texts)
    assert series_at(found[0], range(1, 3)).to_list() == ["b", "c"]
    assert series_at(["x", "y", "z"], [0, 2]).to_list() == ["x", "z"]
