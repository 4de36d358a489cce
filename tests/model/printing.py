"""How the trustee prints a number, written out again from the published statement alone."""

from __future__ import annotations

from fractions import Fraction

WIDTH = 11


def rounded(value: Fraction, places: int) -> Fraction:
    """Round to so many decimals, halves away from zero."""
    scale = 10**places
    whole = (2 * abs(value) * scale + 1) // 2
    return Fraction(whole if value >= 0 else -whole, scale)


def plain(value: Fraction, places: int) -> str:
    """Write a number with exactly so many decimals."""
    number = rounded(value, places)
    digits = str(int(abs(number) * 10**places)).rjust(places + 1, "0")
    text = digits if places == 0 else digits[:-places] + "." + digits[-places:]
    return "-" + text if number < 0 else text


def money(value: Fraction) -> str:
    """Write dollars and cents with commas, negatives in parentheses."""
    text = plain(abs(value), 2)
    whole, cents = text.split(".")
    grouped = f"{int(whole):,}.{cents}"
    return f"({grouped})" if rounded(value, 2) < 0 else grouped


def percent(value: Fraction) -> str:
    """Write a fraction as a percentage of four decimals."""
    return plain(value * 100, 4) + "%"


def general(value: Fraction) -> str:
    """Write a number as an unformatted cell does: eleven characters, no zeros at the end."""
    for places in range(WIDTH, -1, -1):
        text = plain(value, places)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        if len(text) <= WIDTH:
            break
    return "0" if text == "-0" else text


def count(value: Fraction) -> str:
    """Write a whole number."""
    return plain(value, 0)


def padded(value: Fraction) -> str:
    """Write dollars and cents with at least three digits before the point, as the list of real estate owned does."""
    return plain(value, 2).rjust(6, "0")
