"""Figures are printed as trustees print them: money, percentages, and the General format of a spreadsheet."""

from __future__ import annotations

from fractions import Fraction

import pytest

from replay.statements.printing import FORMATTERS, GENERAL_WIDTH, Style


@pytest.mark.parametrize(
    ("style", "value", "printed"),
    [
        (Style.MONEY, Fraction(123456789, 100), "1,234,567.89"),
        (Style.MONEY, Fraction(-123456, 100), "(1,234.56)"),
        (Style.MONEY, Fraction(-1, 1000), "0.00"),
        (Style.MONEY, Fraction(1, 200), "0.01"),
        (Style.PERCENT, Fraction(55492, 1000000), "5.5492%"),
        (Style.SHORT_PERCENT, Fraction(2475, 10000), "24.75%"),
        (Style.LONG_PERCENT, Fraction(181125, 10000000), "1.81125%"),
        (Style.GENERAL, Fraction(4397974564, 10), "439797456.4"),
        (Style.GENERAL, Fraction(1, 3), "0.333333333"),
        (Style.GENERAL, Fraction(40), "40"),
        (Style.GENERAL, Fraction(0), "0"),
        (Style.GENERAL, Fraction(-1, 10**12), "0"),
        (Style.CENTS, Fraction(4397974564, 10), "439797456.4"),
        (Style.CENTS, Fraction(8824748067, 1000), "8824748.07"),
        (Style.CENTS, Fraction(-1, 200), "-0.01"),
        (Style.CENTS, Fraction(1, 1000), "0"),
        (Style.PADDED, Fraction(0), "000.00"),
        (Style.PADDED, Fraction(12345, 100), "123.45"),
        (Style.COUNT, Fraction(2027), "2027"),
        (Style.WHOLE, Fraction(2027), "2,027"),
        (Style.WHOLE, Fraction(-35), "(35)"),
        (Style.FINE_PERCENT, Fraction(3558243, 10**8), "3.558243%"),
        (Style.FINE_PERCENT, Fraction(-1, 10**12), "0.000000%"),
        (Style.FACTOR, Fraction(1000), "1000.00000000"),
        (Style.FACTOR, Fraction(-1, 10**12), "0.00000000"),
        (Style.FLAG, Fraction(1), "Yes"),
        (Style.FLAG, Fraction(0), "No"),
    ],
)
def test_a_figure_is_printed_in_its_style(style: Style, value: Fraction, printed: str) -> None:
    assert FORMATTERS[style](value) == printed


def test_every_style_of_a_number_has_its_printer() -> None:
    assert set(FORMATTERS) == set(Style) - {Style.TEXT}


@pytest.mark.parametrize("value", [Fraction(10**12, 7), Fraction(-(10**10), 7), Fraction(1, 7), Fraction(-1, 7)])
def test_a_general_number_fits_unless_its_whole_digits_do_not(value: Fraction) -> None:
    printed = FORMATTERS[Style.GENERAL](value)
    assert len(printed) <= max(GENERAL_WIDTH, len(str(round(value))))
