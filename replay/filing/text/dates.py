"""The spellings of dates that statements use."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

DATE_PATTERN = (
    r"(?:[A-Za-z]{3,9}\.? +[0-9]{1,2}(?:st|nd|rd|th)?,? +[0-9]{4}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)? +[A-Za-z]{3,9}\.?,? +[0-9]{4}"
    r"|[0-9]{1,2}-[A-Za-z]{3,9}-[0-9]{2,4}"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])"
)
_LOOKS_LIKE_ONE = r"(?:[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{1,4}|[0-9]{6,8})(?![0-9A-Za-z])"
_OTHER = r"(?P<other>\b(?:next|prior|previous|preceding|last|first|final|following|initial|closing)\s+)?"
SPELLINGS = "September 25, 2002, 25-Sep-2002, 9/25/2002 (the month first) or 2002-09-25"
"""The spellings that are read, as messages give them."""


def parse_date(text: str) -> date | None:
    """Return the date a statement spells, or None.

    Spellings: `September 25, 2002`, `OCTOBER 31 2002`, `30-Apr-2000`, `10/16/00` (month first) and `2002-09-25`.
    Years of two digits are 1970 to 2069.
    """
    parts = re.findall(r"[A-Za-z]+|[0-9]+", re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", text[:40]))
    if len(parts) != 3:
        return None
    first, second, third = parts
    if first.isalpha():
        return _build(third, _month(first), second)
    if second.isalpha():
        return _build(third, _month(second), first)
    if len(first) == 4:
        return _build(first, second, third)
    return _build(third, first, second)


def date_after(label: str, text: str) -> date | None:
    """Return the first date that follows `label` (compared without case) in the text, or None."""
    pattern = re.escape(label).replace(r"\ ", r"\s+") + r"\s*:?\s{0,80}(" + DATE_PATTERN + ")"
    match = re.search(pattern, text, re.IGNORECASE)
    return parse_date(match[1]) if match else None


def dates_after(label: str, text: str) -> list[tuple[str, date | None]]:
    """Return what is printed after every `label` and looks like a date, with the date where it can be read.

    A label of another month (`Next Distribution Date`, `First Payment Date`) is passed over.
    """
    named = re.escape(label).replace(r"\ ", r"\s+")
    pattern = rf"{_OTHER}\b{named}\b\s*[:=|,;]?\s{{0,80}}(?P<date>{DATE_PATTERN}|{_LOOKS_LIKE_ONE})"
    matches = re.finditer(pattern, text, re.IGNORECASE)
    return [(match["date"], parse_date(match["date"])) for match in matches if not match["other"]]


def _month(name: str) -> str:
    start = name.lower()[:3]
    return str(_MONTHS.index(start) + 1) if start in _MONTHS else ""


def _build(year: str, month: str, day: str) -> date | None:
    if not (year.isdecimal() and month.isdecimal() and day.isdecimal() and len(year) in (2, 4)):
        return None
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= 70 else 2000
    try:
        return date(full_year, int(month[:4]), int(day[:4]))
    except ValueError:
        return None
