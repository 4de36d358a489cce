"""Products of whole numbers that may pass 2**63, divided and rounded, by columns and exactly.

A product that fits is divided as it is. One that does not is taken apart like a long division: the first factor in runs
of so many bits that a remainder and a run times the second factor always fit. Where not even a bit would, Python's
numbers do it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ledger.notes.level import rounded
from ledger.values.money import Rounding

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MOST = (1 << 63) - 1


def product_over(first: Ints, second: Ints, divisor: Ints, rounding: Rounding) -> Ints:
    """Return first x second / divisor as whole numbers by the named rounding; none is negative, no divisor nothing."""
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    found = np.empty(len(first), dtype=np.int64)
    fits = first <= _MOST // np.maximum(second, 1)
    halved = divisor <= _MOST // 2
    narrow = fits & halved
    whole, rest = np.divmod(first[narrow] * second[narrow], divisor[narrow])
    found[narrow] = whole + _up(whole, rest, divisor[narrow], rounding)
    wide = np.flatnonzero(~narrow)
    if len(wide):
        found[wide] = _long_division(first[wide], second[wide], divisor[wide], rounding)
    return found


def _long_division(first: Ints, second: Ints, divisor: Ints, rounding: Rounding) -> Ints:
    bits = 62 - max(int(second.max()).bit_length(), int(divisor.max()).bit_length())
    if bits < 1:
        given = zip(first.tolist(), second.tolist(), divisor.tolist(), strict=True)
        return np.array([rounded(one * other, over, rounding) for one, other, over in given], dtype=np.int64)
    runs = -(-int(first.max()).bit_length() // bits)
    whole, rest = np.zeros_like(first), np.zeros_like(first)
    for run in reversed(range(runs)):
        part = (first >> (run * bits)) & ((1 << bits) - 1)
        more, rest = np.divmod((rest << bits) + part * second, divisor)
        whole = (whole << bits) + more
    return whole + _up(whole, rest, divisor, rounding)


def _up(whole: Ints, rest: Ints, divisor: Ints, rounding: Rounding) -> Ints:
    if rounding is Rounding.DOWN:
        return np.zeros_like(whole)
    up = 2 * rest > divisor
    tie = 2 * rest == divisor
    more = tie & (whole % 2 == 1) if rounding is Rounding.HALF_EVEN else tie
    return np.asarray(up | more, dtype=np.int64)
