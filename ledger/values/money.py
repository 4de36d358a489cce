"""Amounts of money, rates, and every rounding by name.

An amount is exact. Inside an event it is a :class:`~decimal.Decimal` with two to four decimals; in the store it
is an integer count of *units*, one unit being a hundredth of a cent (0.0001 dollar), because trustees carry
sub-cent accruals; in a projection it is a :class:`~fractions.Fraction`. A float is refused wherever it turns up.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import cast

from ledger.visible import quoted

SCALE = 4
"""Decimals of one stored unit: amounts are integers of 10**-SCALE dollars."""

UNITS_PER_DOLLAR = 10**SCALE
RATE_SCALE = 10
"""Decimals of a stored rate: 0.05375 is stored as 537,500,000."""

LARGEST_AMOUNT = Decimal(10) ** 12
"""The largest amount one event may carry, so that sums over any history stay inside 64 bits."""

AmountLike = Decimal | str | int
"""What an amount may be given as. A float is not among them: it cannot hold a cent exactly."""


class Rounding(StrEnum):
    """How an exact value becomes a printable or payable one."""

    HALF_UP = "half up"
    HALF_EVEN = "half even"
    DOWN = "down"


class BadValue(ValueError):
    """A value that cannot be what it is meant to be; ``code`` names the rule."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


_WIDEST = 40
"""Decimal places on either side of the point beyond which nothing is an amount, a rate or a plain number."""


_WIDEST_INT = 160
"""Bits of a whole number beyond which it is not written in digits, which would take more than linear time."""

_SPELLING = re.compile(r"(?!-[0.]+$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_VERY_SMALL = re.compile(r"-?[1-9](?:\.[0-9]+)?E-[0-9]{1,2}", re.ASCII)
"""How the least numbers are stored: Decimal writes them so, and what was stored is read back."""

LONGEST_NUMBER = 2 * _WIDEST + 3
"""Characters of a number from outside at most."""


def spelt_number(text: str, what: str) -> Decimal:
    """Return the number that a text spells in the one way that is read: ``1234.5``, ``-0.07``.

    Digits are those of ASCII. There is no plus, no separator, no blank, no exponent, no nought in front of others, and
    no nought with a minus: programs that read those differ, and a figure must mean the same to each. Raises
    :class:`BadValue`.
    """
    if len(text) <= LONGEST_NUMBER and _SPELLING.fullmatch(text):
        return Decimal(text)
    if len(text) <= LONGEST_NUMBER and _VERY_SMALL.fullmatch(text) and str(Decimal(text)) == text:
        return Decimal(text)
    told = f"{what} {quoted(text)} is not a number"
    try:
        loose = Decimal(text[:LONGEST_NUMBER])
    except InvalidOperation:
        raise BadValue("not_a_number", told) from None
    if len(text) > LONGEST_NUMBER or not loose.is_finite():
        raise BadValue("not_a_number", told)
    if abs(loose.adjusted()) > _WIDEST:
        raise BadValue("too_large", f"{what} has an exponent of {loose.adjusted()}, beyond {_WIDEST} places")
    raise BadValue("not_a_number", f"{told} as it is written here; write {_respelt(loose)}")


def _respelt(number: Decimal) -> str:
    return str(abs(number)) if not number else f"{number:f}"


def _decimal(value: object, what: str) -> Decimal:
    if isinstance(value, bool):
        raise BadValue("not_a_number", f"{what} must be a number, not {quoted(value)}")
    if isinstance(value, float):
        raise BadValue("float_money", f'{what} {value!r} is a float; give it as a string or Decimal, such as "{value}"')
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int):
        if value.bit_length() > _WIDEST_INT:
            raise BadValue("too_large", f"{what} is {quoted(value)}, beyond {_WIDEST} places")
        number = Decimal(value)
    elif isinstance(value, str):
        number = spelt_number(value, what)
    else:
        raise BadValue("not_a_number", f"{what} must be a Decimal, a string or an int, not {type(value).__name__}")
    if not number.is_finite():
        raise BadValue("not_a_number", f"{what} must be finite, not {quoted(value)}")
    if not number:
        return Decimal(0)
    if not -_WIDEST <= number.adjusted() <= _WIDEST:
        raise BadValue("too_large", f"{what} has an exponent of {number.adjusted()}, beyond {_WIDEST} places")
    return number


_EXACT = Context(prec=4 * _WIDEST)
"""Amounts are worked on with this precision, whatever precision the program around the ledger has set for its own."""

_UNITS_PER_CENT = UNITS_PER_DOLLAR // 100
_SCALE, _RATE_SCALE = Decimal(SCALE), Decimal(RATE_SCALE)
_CENTS = Decimal("0.01")
_UNIT = Decimal("0.0001")
_RATE_UNIT = Decimal(1).scaleb(-RATE_SCALE)


def amount(value: AmountLike) -> Decimal:
    """Return the amount in its one canonical form: two decimals, or as many as it needs, up to four.

    Raises :class:`BadValue` for a float, something that is not a number, more than four decimals, or more than
    a trillion dollars.
    """
    # Nearly every amount that is checked was made here: whole cents, neither nothing nor too much.
    if type(value) is Decimal and value.same_quantum(_CENTS) and value and value.copy_abs() <= LARGEST_AMOUNT:
        return value
    number = _decimal(value, "amount")
    if number.copy_abs() > LARGEST_AMOUNT:
        raise BadValue("too_large", f"amount {value} is beyond {LARGEST_AMOUNT:,}")
    if number.same_quantum(_CENTS):
        return number
    quantized = number.quantize(_UNIT, context=_EXACT)
    if quantized != number:
        raise BadValue("too_many_decimals", f"amount {value} has more than {SCALE} decimals")
    cents = quantized.quantize(_CENTS, context=_EXACT)
    if cents == quantized:
        return cents
    return Decimal(str(quantized).rstrip("0"))


def rate(value: AmountLike) -> Decimal:
    """Return a yearly rate as a plain Decimal fraction (0.0181 for 1.81%) without trailing zeros.

    Raises :class:`BadValue` for a float, something that is not a number, or more than ten decimals.
    """
    if type(value) is Decimal:
        # A pool has few rates, which are checked at every event that names one. How each is written decides.
        text = str(value)
        if len(text) <= RATE_SCALE + 4:
            return _rate_spelt(text)
    return _rate(value)


@lru_cache(1 << 12)
def _rate_spelt(text: str) -> Decimal:
    return _rate(Decimal(text))


def _rate(value: AmountLike) -> Decimal:
    number = _decimal(value, "rate")
    if number.copy_abs() > 100:
        raise BadValue("too_large", f"rate {value} is beyond 100; give 1.81% as 0.0181")
    quantized = number.quantize(_RATE_UNIT, context=_EXACT)
    if quantized != number:
        raise BadValue("too_many_decimals", f"rate {value} has more than {RATE_SCALE} decimals")
    return plain(quantized)


def factor(value: AmountLike) -> Decimal:
    """Return a dimensionless number (a speed, an average age) exactly as given, in plain notation."""
    number = _decimal(value, "number")
    if number.copy_abs() > LARGEST_AMOUNT or len(number.as_tuple().digits) > 24:
        raise BadValue("too_large", f"number {value} has too many digits")
    return plain(number)


def plain(number: Decimal) -> Decimal:
    """Return the number without exponent notation and without trailing zeros."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal("0") if text in ("-0", "") else Decimal(text)


def to_units(value: Decimal) -> int:
    """Return the amount as an integer count of hundredths of a cent."""
    return int(value.scaleb(_SCALE, _EXACT))


def from_units(units: int) -> Fraction:
    """Return stored units as exact dollars."""
    return Fraction(units, UNITS_PER_DOLLAR)


def from_store(units: int) -> Decimal:
    """Return stored units as dollars: with two decimals, or with four where there are fractions of a cent."""
    whole, rest = divmod(units, _UNITS_PER_CENT)
    return Decimal(units).scaleb(-SCALE, _EXACT) if rest else Decimal(whole).scaleb(-2, _EXACT)


def rate_to_units(value: Decimal) -> int:
    """Return a rate as the integer the store keeps."""
    return int(value.scaleb(_RATE_SCALE, _EXACT))


def rate_from_units(units: int) -> Fraction:
    """Return a stored rate as an exact fraction."""
    return Fraction(units, 10**RATE_SCALE)


def stored_rate(units: int) -> Decimal:
    """Return a stored rate as a plain Decimal fraction without trailing zeros."""
    return plain(Decimal(units).scaleb(-RATE_SCALE, _EXACT))


def most_by_rounding(amounts: int, unit: Fraction) -> Fraction:
    """Return the most that amounts rounded to a unit of cash can be off together: half a unit each."""
    return amounts * unit / 2


def round_to(value: Fraction, quantum: Fraction, rounding: Rounding = Rounding.HALF_UP) -> Fraction:
    """Round the exact value to a multiple of ``quantum``; half up rounds halves away from zero."""
    multiple = _rounded(value.numerator * quantum.denominator, value.denominator * quantum.numerator, rounding)
    return Fraction(multiple * quantum.numerator, quantum.denominator)


def _rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return a quotient as a whole number, of whole numbers alone: a statement rounds thousands of figures."""
    whole, rest = divmod(abs(numerator), denominator)
    doubled = 2 * rest
    if rounding is Rounding.HALF_UP:
        whole += doubled >= denominator
    elif rounding is Rounding.HALF_EVEN:
        whole += doubled > denominator or (doubled == denominator and whole % 2 == 1)
    return -whole if numerator < 0 else whole


def as_decimal(value: Fraction, places: int) -> Decimal:
    """Return the exact value as a Decimal of ``places`` decimals, halves away from zero."""
    units = _rounded(value.numerator * 10**places, value.denominator, Rounding.HALF_UP)
    return Decimal(units).scaleb(-places, context=_EXACT)


def cents(value: Fraction) -> Decimal:
    """Return an amount that is already whole cents as a Decimal.

    Raises :class:`BadValue` when it is not, so that a rounding never happens unnoticed.
    """
    if (value * 100).denominator != 1:
        raise BadValue("not_whole_cents", f"{value} dollars is not whole cents")
    return as_decimal(value, 2)


def to_amount(value: AmountLike) -> Decimal:
    """Convert to a canonical amount; what cannot be one is left for the field's validator to refuse by name."""
    try:
        return amount(value)
    except BadValue:
        return cast("Decimal", value)


def to_optional_amount(value: AmountLike | None) -> Decimal | None:
    """Convert to a canonical amount, or None."""
    return None if value is None else to_amount(value)


def to_rate(value: AmountLike) -> Decimal:
    """Convert to a canonical rate; what cannot be one is left for the field's validator to refuse by name."""
    try:
        return rate(value)
    except BadValue:
        return cast("Decimal", value)


def to_optional_rate(value: AmountLike | None) -> Decimal | None:
    """Convert to a canonical rate, or None."""
    return None if value is None else to_rate(value)


def to_factor(value: AmountLike) -> Decimal:
    """Convert to a canonical plain number; what cannot be one is left for the field's validator to refuse by name."""
    try:
        return factor(value)
    except BadValue:
        return cast("Decimal", value)


def to_optional_factor(value: AmountLike | None) -> Decimal | None:
    """Convert to a canonical plain number, or None."""
    return None if value is None else to_factor(value)
