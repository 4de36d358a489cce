"""Printing: the last step, after every calculation, and the only place where a figure loses digits.

Trustees print money with commas and parentheses, rates with four decimals and a percent sign, and everything else in a
spreadsheet's General format: eleven characters, rounded until it fits, without trailing zeros. Dollars in that format
are printed in whole cents, but for the columns that a page says are carried unrounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction

from ledger import as_decimal

GENERAL_WIDTH = 11
"""Characters a General number may take, sign and point included."""


class Style(StrEnum):
    """How a figure is printed."""

    MONEY = "money"
    PERCENT = "percent"
    SHORT_PERCENT = "short percent"
    LONG_PERCENT = "long percent"
    FINE_PERCENT = "fine percent"
    FACTOR = "factor"
    FLAG = "flag"
    WHOLE = "whole number"
    GENERAL = "general"
    CENTS = "general, to the cent"
    PADDED = "padded"
    COUNT = "count"
    TWO_DECIMALS = "two decimals"
    DATE = "date"
    TEXT = "text"


def money(value: Fraction, decimals: int = 2) -> str:
    """Return ``#,##0.00`` with negatives in parentheses; with other decimals where the currency has others."""
    number = as_decimal(value, decimals)
    return f"({-number:,.{decimals}f})" if number < 0 else f"{abs(number):,.{decimals}f}"


def percent(value: Fraction) -> str:
    """Return a fraction as a percentage of four decimals."""
    return f"{as_decimal(value * 100, 4)}%"


def short_percent(value: Fraction) -> str:
    """Return a fraction as a percentage of two decimals."""
    return f"{as_decimal(value * 100, 2)}%"


def long_percent(value: Fraction) -> str:
    """Return a fraction as a percentage of five decimals."""
    return f"{as_decimal(value * 100, 5)}%"


def fine_percent(value: Fraction) -> str:
    """Return a fraction as a percentage of six decimals; nought has no sign."""
    number = as_decimal(value * 100, 6)
    return f"{number if number else abs(number):f}%"


def per_thousand(value: Fraction) -> str:
    """Return dollars per 1,000 of face with eight decimals; nought has no sign."""
    number = as_decimal(value, 8)
    return f"{number if number else abs(number):f}"


def whole(value: Fraction) -> str:
    """Return ``#,##0`` with negatives in parentheses."""
    number = as_decimal(value, 0)
    return f"({-number:,.0f})" if number < 0 else f"{abs(number):,.0f}"


def flag(value: Fraction) -> str:
    """Return Yes for anything but nought."""
    return "Yes" if value else "No"


def general(value: Fraction) -> str:
    """Return the number in at most eleven characters, as an unformatted spreadsheet cell shows it."""
    whole = len(f"{as_decimal(value, 0):f}")
    for places in range(max(0, GENERAL_WIDTH - whole), -1, -1):
        text = f"{as_decimal(value, places):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if len(text) <= GENERAL_WIDTH:
            return "0" if text in ("-0", "") else text
    return f"{as_decimal(value, 0):f}"


def general_cents(value: Fraction, decimals: int = 2) -> str:
    """Return dollars to the whole cent, half a cent away from nought, as an unformatted spreadsheet cell shows them."""
    return general(Fraction(as_decimal(value, decimals)))


def padded(value: Fraction, decimals: int = 2) -> str:
    """Return ``000.00``: at least three digits before the point."""
    return f"{as_decimal(value, decimals):0{decimals + 3 + bool(decimals)}.{decimals}f}"


def day_told(value: Fraction) -> str:
    """Return the date that a day number stands for, as ``YYYY-MM-DD``; day 1 is that of the year 1."""
    return dt.date.fromordinal(int(value)).isoformat()


def count(value: Fraction) -> str:
    """Return a whole number without separators."""
    return f"{as_decimal(value, 0):f}"


FORMATTERS: dict[Style, Callable[[Fraction], str]] = {
    Style.MONEY: money,
    Style.PERCENT: percent,
    Style.SHORT_PERCENT: short_percent,
    Style.LONG_PERCENT: long_percent,
    Style.FINE_PERCENT: fine_percent,
    Style.FACTOR: per_thousand,
    Style.FLAG: flag,
    Style.WHOLE: whole,
    Style.GENERAL: general,
    Style.CENTS: general_cents,
    Style.PADDED: padded,
    Style.COUNT: count,
    Style.TWO_DECIMALS: money,
    Style.DATE: day_told,
}
"""The printer of every numeric style."""

OF_MONEY: dict[Style, Callable[[Fraction, int], str]] = {
    Style.MONEY: money,
    Style.CENTS: general_cents,
    Style.PADDED: padded,
}
"""The printers of money, which print as many decimals as the deal's currency has."""
