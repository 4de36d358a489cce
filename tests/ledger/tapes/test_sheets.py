"""Numbers of cells are read by the digits that are shown, and columns by their letters."""

from __future__ import annotations

import pytest

from ledger.tapes.sheets import column_number, number_text, percent_text
from tests.ledger.tapes.making import letters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("180000.1", "180000.1"),
        ("0.30000000000000004", "0.3"),
        ("6.2500000000000001E-2", "0.0625"),
        ("1E5", "100000"),
        ("123456789012345678", "1.23456789012346E+17"),
        ("-0.0000000000000000001", "-0.0000000000000000001"),
        ("nan", "nan"),
    ],
)
def test_numbers_have_the_fifteen_digits_that_are_shown(text: str, shown: str) -> None:
    assert number_text(text) == shown


@pytest.mark.parametrize("number", [0, 25, 26, 701, 702, 16_383])
def test_columns_have_letters(number: int) -> None:
    assert column_number(letters(number)) == number


def test_percentages_are_written_as_they_are_shown() -> None:
    assert [percent_text(text) for text in ("0.0625", "6.2500000000000001E-2", "1", "x", "nan")] == [
        "6.25%", "6.25%", "100%", "x", "nan"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["9" * 1_100_000, "1E1000000", "-1e999999999999999999"])
def test_a_number_beyond_all_numbers_is_left_as_it_stands(text: str) -> None:
    assert number_text(text) == percent_text(text) == text
