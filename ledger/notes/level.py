"""The level payment, to the cent, without a float: bounded from both sides, and reckoned in full if need be.

The payment of a balance over n months at a twelfth of a yearly rate is balance x i x g / (g - 1), g being (1 + i)^n. In
full g has thousands of digits, so it is taken in units of 2**-128, every product rounded down. The payment falls as g
rises; where both what g is at least and what it is at most give the same cent, that is the cent. Otherwise it is
reckoned in full.

How far down g can be: a factor is off by less than a unit, and so is a product, of numbers of at least one; where g of
a months is off by the share (2a - 1) of a unit at most and g of b months by (2b - 1), the product is by (2(a + b) - 1).
Twice as much is allowed for.
"""

from __future__ import annotations

from functools import lru_cache

from ledger.values.currency import DOLLARS
from ledger.values.money import RATE_SCALE, Rounding

_BITS = 128
_ONE = 1 << _BITS
MONTHLY = 12 * 10**RATE_SCALE
"""A yearly rate in the store's units over this is that of a month."""

_CENT = DOLLARS.unit_in_store


def rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return what is not negative, numerator over denominator, as a whole number by the named rounding."""
    whole, rest = divmod(numerator, denominator)
    if rounding is Rounding.DOWN or 2 * rest < denominator:
        return whole
    if rounding is Rounding.HALF_EVEN and 2 * rest == denominator:
        return whole + (whole & 1)
    return whole + 1


def _raised(base: int, months: int) -> int:
    """Return base**months in units of 2**-128, each product rounded down."""
    found = base if months & 1 else _ONE
    months >>= 1
    while months:
        base = base * base >> _BITS
        if months & 1:
            found = found * base >> _BITS
        months >>= 1
    return found


@lru_cache(maxsize=1 << 17)
def _bounds(rate: int, months: int) -> tuple[int, int]:
    """Return what a level payment of one dollar lies between, in units of 2**-128."""
    low = _raised(_ONE + (rate << _BITS) // MONTHLY, months)
    over = low - _ONE
    off = (low * 4 * months >> _BITS) + 1
    yearly = rate << _BITS
    least = yearly * (low + off) // (MONTHLY * (over + off))
    most = -(-yearly * low // (MONTHLY * over))
    return least, most


def level_cents(balance: int, rate: int, months: int, rounding: Rounding = Rounding.HALF_UP, cent: int = _CENT) -> int:
    """Return the level payment in cents of a balance in the store's units, at a yearly rate in the store's units.

    ``months`` is the number of payments, at least one; at no interest the balance is shared out evenly.
    ``cent`` is the smallest unit of cash of the deal's currency, in what the store counts.
    """
    if not rate or not balance:
        return rounded(balance, months * cent, rounding)
    least, most = _bounds(rate, months)
    unit = _ONE * cent
    low, high = rounded(balance * least, unit, rounding), rounded(balance * most, unit, rounding)
    return low if low == high else level_cents_in_full(balance, rate, months, rounding, cent)


def level_cents_in_full(
    balance: int, rate: int, months: int, rounding: Rounding = Rounding.HALF_UP, cent: int = _CENT
) -> int:
    """Return what :func:`level_cents` does, with the power of (1 + i) in all its digits."""
    power, one = (MONTHLY + rate) ** months, MONTHLY**months
    return rounded(balance * rate * power, MONTHLY * cent * (power - one), rounding)
