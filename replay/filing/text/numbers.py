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


_LEDGER_STYLE = re.compile(
    r"(?P<open>\()?\s*(?P<sign>-)?\s*\$?\s*(?P<rest>[^()\s$-]+)\s*(?P<trailing>-)?\s*(?P<close>\))?"
)
_NOUGHT = re.compile(r"\$?\s*-{1,3}|\(\s*-\s*\)")


def parse_cell(text: str) -> Fraction | None:
    """Return the exact value of a cell of a table, or None when it is no number.

    Tables use more styles than :func:`parse_printed` reads: a dash for nought, a dollar sign, and a minus behind the
    number. Two signs (`(1.00)-`) make no number.
    """
    found = parse_printed(text)
    stripped = text.strip()
    if found is not None or not stripped or len(stripped) > _LONGEST:
        return found
    if _NOUGHT.fullmatch(stripped):
        return Fraction(0)
    match = _LEDGER_STYLE.fullmatch(stripped)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [bool(match[name]) for name in ("open", "sign", "trailing")]
    value = parse_printed(match["rest"])
    if value is None or sum(signs) > 1:
        return None
    return -value if any(signs) else value
