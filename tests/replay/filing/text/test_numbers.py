"""Printed numbers have exact values, and what is none has none."""

from __future__ import annotations

from fractions import Fraction

import pytest

from replay.filing import parse_cell, parse_printed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", Fraction(123456, 100)),
        ("(1,234.56)", Fraction(-123456, 100)),
        ("-40", Fraction(-40)),
        ("5.5492%", Fraction(55492, 1000000)),
        ("24.75%", Fraction(2475, 10000)),
        ("439797456.4", Fraction(4397974564, 10)),
        ("000.00", Fraction(0)),
        (" 0 ", Fraction(0)),
        ("1.5E-05", Fraction(15, 1000000)),
    ],
)
def test_printed_numbers_have_exact_values(text: str, value: Fraction) -> None:
    assert parse_printed(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "-", "2,85695", "1,23", "12,34.5", "(1.00", "1.00)", "(-1.00)", "1 000", "٣", "FLT", "%", "5.", "9" * 5000],
)
def test_what_is_not_a_printed_number_has_no_value(text: str) -> None:
    assert parse_printed(text) is None


@pytest.mark.parametrize("text", ["(1.00)-", "-(1.00)", "$", "$$1.00", "2,85695", "1.00--", "(1.00", "", "n/a", "5 -1"])
def test_what_is_no_number_in_a_table(text: str) -> None:
    assert parse_cell(text) is None
