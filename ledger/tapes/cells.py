"""What the cells of a tape say: amounts, rates, months, dates. A cell is read strictly, or refused."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Context, Decimal

from ledger.tapes.tape_map import AMOUNTS, COUNTS, DATES, MONTHS, RATES, RATIOS, TapeMap
from ledger.values.money import BadValue, plain
from ledger.visible import quoted

EXACT = Context(prec=160)
"""Cells are worked on with this precision, whatever precision the program around the ledger has set for its own."""

HIGHEST_RATE = 1
HIGHEST_RATIO = 10
_LONGEST = 48
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?\$?(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?P<decimals>\.[0-9]*)?(?P<close>\))?"
)
_EXPONENT = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?[Ee][-+]?[0-9]+")
_TOUCHING = re.compile(r"%[dmyYj]%[dmyYj]")

Value = str | int | Decimal | dt.date


def number(text: str, *, grouped: bool = False) -> Decimal:
    """Return the number in a cell: digits, a point, a leading ``$``, a sign or brackets for what is negative.

    ``grouped`` allows commas between groups of three digits. Raises :class:`~ledger.values.money.BadValue`.
    """
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    whole, decimals = (match["whole"] or "", match["decimals"] or "") if match else ("", "")
    if match and match["open"] and match["sign"]:
        raise BadValue("not_a_number", f"{text!r} has a sign in brackets, so it is negative twice; write one of them")
    if not match or not (whole or decimals.strip(".")) or bool(match["open"]) != bool(match["close"]):
        if _EXPONENT.fullmatch(text):
            raise BadValue(
                "not_a_number", f"{quoted(text)} has an exponent, so digits may be lost; write all of its digits"
            )
        raise BadValue("not_a_number", f"{text!r:.60} is not a number; {_how(grouped)}")
    if "," in whole and not grouped:
        raise BadValue("not_a_number", f"{text!r} has a comma; {_how(grouped)}")
    found = Decimal(f"{whole.replace(',', '') or '0'}{decimals}")
    return found.copy_negate() if match["open"] or match["sign"] == "-" else found


def _how(grouped: bool) -> str:
    if grouped:
        return "write it with a point, and commas, if any, between groups of three digits: 1,234.56 or 1234.56"
    return "write it with a point and without commas: 4.5"


def says_percent(text: str) -> bool:
    """Say whether a cell says by its sign that it is a percentage."""
    return text.endswith("%")


def percent(rate: Decimal) -> str:
    """Return a rate as messages show it."""
    return f"{plain(rate.scaleb(2, EXACT)):f}%"


def _rate(name: str, text: str, tape: TapeMap) -> Decimal:
    found = number(text.removesuffix("%").rstrip())
    if tape.percent_rates or says_percent(text):
        found = found.scaleb(-2, EXACT)
    highest = HIGHEST_RATIO if name in RATIOS else HIGHEST_RATE
    if found > highest:
        hint = "" if tape.percent_rates or says_percent(text) else "; where 4.5 means 4.5%, set percent_rates to true"
        limit = f"above {highest * 100}%"
        message = f"{text!r} makes {name} {percent(found)}, {limit}: correct the cell, or the column in the map{hint}"
        raise BadValue("too_large", message)
    return found


def _date(text: str, tape: TapeMap) -> dt.date:
    for form in tape.date_formats if text.isascii() and len(text) <= _LONGEST else ():
        try:
            found = dt.datetime.strptime(text, form)
        except ValueError:
            continue
        # Where nothing stands between day, month and year, a digit too few would be read as another date.
        if not _TOUCHING.search(form) or found.strftime(form) == text:
            return found.date()
    message = f"{text!r:.60} is not a date of the form {' or '.join(tape.date_formats)}; correct it, or date_formats"
    raise BadValue("not_a_date", message)


def value(name: str, text: str, tape: TapeMap) -> Value:
    """Return what a cell says of a field of a loan.

    Raises :class:`~ledger.values.money.BadValue` with the rule it breaks.
    """
    if name in DATES:
        return _date(text, tape)
    if name in AMOUNTS:
        found = number(text, grouped=True)
    elif name in RATES or name in RATIOS:
        found = _rate(name, text, tape)
    elif name in COUNTS or name in MONTHS:
        found = number(text)
    else:
        return _text(name, text, tape)
    if found < 0:
        raise BadValue(
            "negative", f"{name} {quoted(text)} is negative, and a loan's never is; correct the row or take it out"
        )
    if name not in COUNTS:
        return found
    if found != found.to_integral_value():
        raise BadValue("not_a_count", f"{text!r} is not a whole number of months")
    return int(found)


def _text(name: str, text: str, tape: TapeMap) -> str:
    if not tape.quoted_with and len(text) > 1 and text[0] == text[-1] == '"':
        raise BadValue("quoted", f'{text:.60} stands in quotes; set quote to "\\"" in the map if cells are quoted')
    if name == "loan" and _EXPONENT.fullmatch(text) and "+" in text:
        told = f"{quoted(text)} is what a spreadsheet makes of a long number, so digits are lost"
        message = f"{told}; write the identifier whole"
        raise BadValue("not_an_identifier", message)
    return text
