"""Note rates, in eighths of a percent, under which the interest of single loans adds up to a group's to the cent.

A loan's interest is its balance times its rate over twelve, rounded to the cent: nothing is spread over the loans
afterwards. Rates are therefore moved, one eighth a loan, until the sum of the rounded amounts is the sum wanted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

EIGHTH = Decimal("0.00125")
CENT = Decimal("0.01")
CANDIDATES = 60
"""Loans among which the last cents are looked for: four of them, moved an eighth each, reach any such sum."""


class _Move(NamedTuple):
    cents: int
    loans: tuple[int, ...]
    eighths: tuple[int, ...]


def month_interest(balance: Decimal, note_rate: Decimal) -> Decimal:
    """Return a month's interest in dollars, to the cent."""
    return (balance * note_rate / 12).quantize(CENT)


def _cents(balance: Decimal, note_rate: Decimal) -> int:
    return int(month_interest(balance, note_rate) * 100)


def settled_rates(balances: Sequence[Decimal], rates: Sequence[Decimal], interest: Decimal) -> list[Decimal]:
    """Return the rates moved by eighths so that the month's interest of all loans is ``interest`` dollars.

    Raises :class:`ValueError` where eighths cannot do it, as with a handful of loans.
    """
    found = list(rates)
    left = int(interest * 100) - sum(map(_cents, balances, found))
    step = EIGHTH if left > 0 else -EIGHTH
    for k, balance in enumerate(balances):
        moved = _cents(balance, found[k] + step) - _cents(balance, found[k])
        if abs(moved) <= abs(left):
            found[k] += step
            left -= moved
    for loan, eighths in _last_cents(balances, found, left):
        found[loan] += eighths * EIGHTH
    return found


def _last_cents(balances: Sequence[Decimal], rates: Sequence[Decimal], left: int) -> list[tuple[int, int]]:
    """The moves of at most four loans that make up ``left`` cents."""
    if not left:
        return []
    chosen = range(0, len(balances), max(1, len(balances) // CANDIDATES))
    single = [
        _Move(_cents(balances[k], rates[k] + way * EIGHTH) - _cents(balances[k], rates[k]), (k,), (way,))
        for k in chosen
        for way in (1, -1)
    ]
    pairs = sorted(
        _Move(a.cents + b.cents, a.loans + b.loans, a.eighths + b.eighths)
        for a, b in combinations(single, 2)
        if a.loans != b.loans
    )
    for first in pairs:
        at = bisect_left(pairs, _Move(left - first.cents, (), ()))
        while at < len(pairs) and pairs[at].cents == left - first.cents:
            if not set(first.loans) & set(pairs[at].loans):
                return list(zip(first.loans + pairs[at].loans, first.eighths + pairs[at].eighths, strict=True))
            at += 1
    raise ValueError(f"no four loans moved an eighth each make up {left} cents")
