"""The number styles that trustees print."""

from __future__ import annotations

import re
from fractions import Fraction

_STYLE = re.compile(
    r"(?P<open>\()?(?P<sign>-)?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?P<decimals>\.[0-9]+)?"
    r"(?P<exponent>E[+-][0-9]{1,2})?(?P<percent>%)?(?P<close>\))?"
)
_LONGEST = 48


def parse_printed(text: str) -> Fraction | None:
    """Return the exact value of a printed number, or None when the text is not one.

    Styles: money with thousands separators and negatives in parentheses, unformatted spreadsheet cells with a
    leading minus (and an exponent where the cell was too narrow), and percentages, which are divided by 100.
    A separator in the wrong place (`2,85695`) makes the text no number: that is a misprint to be shown, not guessed at.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST:
        return None
    match = _STYLE.fullmatch(stripped)
    if match is None or not (match["whole"] or match["decimals"]):
        return None
    if bool(match["open"]) != bool(match["close"]) or (match["open"] and match["sign"]):
        return None
    digits = (match["whole"] or "0").replace(",", "") + (match["decimals"] or "") + (match["exponent"] or "")
    value = Fraction(digits)
    if match["percent"]:
        value /= 100
    return -value if match["sign"] or match["open"] else value


def is_number(text: str) -> bool:
    """Say whether the text is a number in one of the printed styles."""
    return parse_printed(text) is not None
