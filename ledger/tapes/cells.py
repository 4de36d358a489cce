"""What the cells of a tape say: amounts, rates, months, dates. A cell is read strictly, or refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from functools import cache

from ledger.tapes.fields import AMOUNTS, COUNTS, DATES, IDENTIFIERS, MONTHS, NUMBERS, RATES, RATIOS, UNITS, WORDS
from ledger.tapes.tape_map import TapeMap
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
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TOUCHING = re.compile(r"%[dmyYj]%[dmyYj]")

Value = str | int | Decimal | dt.date

NOT_PLAIN = "=(values of the kind "
"""How the text begins that stands in the place of a list, of bytes, and of whatever else is no cell of a table."""

TRUTH = ("TRUE", "FALSE")
"""How cells that hold a truth value are read as text."""

_NINES = re.compile(r"9{3,}|9{2,3}\.9{2,}")


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


def _scaled(name: str, text: str, tape: TapeMap) -> Decimal:
    """Return a number with the decimals that the map says are implied, in dollars, or as a fraction where it is one."""
    _check_available(name, text, tape)
    is_rate = name in RATES or name in RATIOS
    bare = text.removesuffix("%").rstrip() if is_rate else text
    found = number(bare, grouped=name in AMOUNTS)
    places = tape.decimals.get(name, 0)
    if places:
        if "." in bare:
            message = (
                f"{quoted(text)} has a point, and the map says that {places} decimals are implied; drop one of them"
            )
            raise BadValue("not_a_number", message)
        found = found.scaleb(-places, EXACT)
    if is_rate and says_percent(text):
        return found.scaleb(-2, EXACT)
    if name in tape.units:
        return found.scaleb(UNITS[tape.units[name]][1], EXACT)
    return found.scaleb(-2, EXACT) if is_rate and tape.percent_rates else found


def _check_available(name: str, text: str, tape: TapeMap) -> None:
    """Refuse a value of nines alone, which says "not available", unless the map has sentinels of the field.

    Raises :class:`~ledger.values.money.BadValue`.
    """
    if name not in tape.sentinels and name not in AMOUNTS and _NINES.fullmatch(text.rstrip("0").rstrip(".")):
        told = f"{text!r} is what tapes write where {name} is not available"
        key = f'"sentinels": {{"{name}": ["{text}"]}}'
        raise BadValue("not_available", f"{told}; say so in the map ({key}), or leave the list empty where it is meant")


def _rate(name: str, text: str, tape: TapeMap) -> Decimal:
    found = _scaled(name, text, tape)
    highest = HIGHEST_RATIO if name in RATIOS else HIGHEST_RATE
    if found > highest:
        as_fractions = not tape.percent_rates and name not in tape.units and not says_percent(text)
        hint = "; where 4.5 means 4.5%, set percent_rates to true" if as_fractions else ""
        limit = f"above {highest * 100}%"
        message = f"{text!r} makes {name} {percent(found)}, {limit}: correct the cell, or the column in the map{hint}"
        raise BadValue("too_large", message)
    return found


def _date(text: str, tape: TapeMap) -> dt.date:
    found = dict.fromkeys(read for form in _forms(text, tape) if (read := read_date(text, form)) is not None)
    if len(found) > 1:
        told = " or ".join(day.isoformat() for day in found)
        message = f"{text!r} is {told} by the forms of date_formats; keep the one that the tape is written in"
        raise BadValue("ambiguous_date", message)
    if found:
        return next(iter(found))
    by_year = any(form.startswith("%Y-") for form in tape.date_formats)
    if not by_year and _ISO.fullmatch(text) and (read := read_date(text, "%Y-%m-%d")) is not None:
        return read
    if tape.serial_dates and text.isascii() and text.isdigit() and len(text) < 7:
        return serial_date(int(text), tape.serial_dates)
    message = f"{text!r:.60} is not a date of the form {' or '.join(tape.date_formats)}; correct it, or date_formats"
    raise BadValue("not_a_date", message)


def _forms(text: str, tape: TapeMap) -> tuple[str, ...]:
    return tape.date_formats if text.isascii() and len(text) <= _LONGEST else ()


def read_date(text: str, form: str) -> dt.date | None:
    """Return the date that a text is in one form; None where it is none."""
    try:
        found = dt.datetime.strptime(text, form)
    except ValueError:
        return None
    # Where nothing stands between day, month and year, a digit too few would be read as another date.
    return None if _TOUCHING.search(form) and found.strftime(form) != text else found.date()


def serial_date(days: int, since: str) -> dt.date:
    """Return the day of a spreadsheet's number of days, counted from 1900 (with its 29 February) or 1904.

    Raises :class:`~ledger.values.money.BadValue` for the one day that there never was, and for none at all.
    """
    if since == "1904":
        return dt.date(1904, 1, 1) + dt.timedelta(days=days)
    if days in (0, 60):
        raise BadValue("not_a_date", f"{days} is a day that spreadsheets count and that never was; correct the cell")
    return dt.date(1899, 12, 31) + dt.timedelta(days=days if days < 60 else days - 1)


def is_unknown(name: str, text: str, tape: TapeMap) -> bool:
    """Say whether a cell says that its value is not known: it is empty, a null word, or a sentinel of its field."""
    if not text or text.casefold() in _folded(tape.null_words):
        return True
    sentinels = tape.sentinels.get(name)
    if not sentinels:
        return False
    if text in sentinels:
        return True
    found = _plain_number(text) if name in NUMBERS else None
    return found is not None and found in _numbers(sentinels)


@cache
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


@cache
def _numbers(sentinels: tuple[str, ...]) -> frozenset[Decimal]:
    return frozenset(found for text in sentinels if (found := _plain_number(text)) is not None)


def _plain_number(text: str) -> Decimal | None:
    try:
        return number(text, grouped=True)
    except BadValue:
        return None


def value(name: str, text: str, tape: TapeMap) -> Value | None:
    """Return what a cell says of a field of a loan; None where a code of it means nothing.

    Raises :class:`~ledger.values.money.BadValue` with the rule it breaks.
    """
    codes = tape.codes.get(name)
    if codes is not None:
        text = _decoded(text, codes)
        if not text:
            return None
    if text.startswith(NOT_PLAIN):
        told = f"the column holds {text.removeprefix(NOT_PLAIN).rstrip(')')} and no plain values"
        raise BadValue("not_plain", f"{told}; write a text, a number or a date into each cell, or map another column")
    if text.startswith("=") and len(text) > 1:
        told = (
            f"{quoted(text)} is a formula and not its result; open the workbook, save it with its values, and read that"
        )
        raise BadValue("no_result", told)
    if name in DATES:
        return _date(text, tape)
    if name in AMOUNTS:
        found = _scaled(name, text, tape)
    elif name in RATES or name in RATIOS:
        found = _rate(name, text, tape)
    elif name in COUNTS or name in MONTHS:
        found = _scaled(name, text, tape)
    else:
        return _text(name, text, tape)
    if found < 0:
        raise BadValue(
            "negative", f"{name} {quoted(text)} is negative, and a loan's never is; correct the row or take it out"
        )
    if name not in COUNTS:
        return found
    if found != found.to_integral_value():
        raise BadValue("not_a_count", f"{text!r} is not a whole number of {'days' if 'days' in name else 'months'}")
    return int(found)


def _decoded(text: str, codes: Mapping[str, str]) -> str:
    found = codes.get(text, codes.get("*"))
    if found is None:
        message = (
            f"{quoted(text)} is no code of the map's list ({', '.join(map(quoted, list(codes)[:12]))}); add it there"
        )
        raise BadValue("unknown_code", message)
    return found


def _text(name: str, text: str, tape: TapeMap) -> str:
    if not tape.quoted_with and len(text) > 1 and text[0] == text[-1] == '"':
        raise BadValue("quoted", f'{text:.60} stands in quotes; set quote to "\\"" in the map if cells are quoted')
    if name in WORDS:
        return text.lower()
    if text in TRUTH:
        told = f"{text} is what a workbook or Parquet holds where something is true or false, and not {name}"
        raise BadValue("not_a_name", f"{told}; map the column that is meant")
    if name in IDENTIFIERS and _EXPONENT.fullmatch(text) and "+" in text:
        told = f"{quoted(text)} is what a spreadsheet makes of a long number, so digits are lost"
        message = f"{told}; write the identifier whole"
        raise BadValue("not_an_identifier", message)
    return text
