"""What ties stated balances to actual ones: cash that came in before its distribution, and balances by the cash alone.

Cash counts from the remittance cut-off that is the next on or after the day it came, whatever distribution it belongs
to. An instalment paid ahead, and a prepayment that a later distribution passes through, came in before theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ledger.deal.schedule import Distribution, Schedule
from ledger.deal.windows import Window
from ledger.journal.movements import BALANCE_SIGN, BOARDING, PAYING_TYPES
from ledger.store.memory import gc_paused
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector

PREPAYING = ("curtailment_collected", "payoff_collected")
"""Types of cash that lowers a balance in the distribution that passes it through."""

_DUE, _RETURNED = "scheduled_payment_due", "payment_returned"
_COLUMNS = ("loan", "posts_as", "distribution", "effective_date", "principal", "memo")


class LoansAsked(Protocol):
    """What is asked about: the loans of a deal after a distribution, as known through a sequence."""

    @property
    def deal(self) -> str:
        """The deal."""

    @property
    def known_through(self) -> int:
        """The sequence."""

    @property
    def distribution(self) -> Distribution:
        """The distribution."""

    @property
    def calendar(self) -> Schedule:
        """The calendar of the deal."""


class EarlyCash(NamedTuple):
    """Principal that came in before its distribution, by loan, in units of 0.0001 dollar."""

    paid_ahead: dict[str, int]
    prepaid: dict[str, int]


def early_cash(reading: Source, asked: LoansAsked) -> EarlyCash:
    """Return what came in by the cut-off of the distribution for later ones."""
    return EarlyCash(
        paid_ahead=_came_early(reading, asked, PAYING_TYPES), prepaid=_came_early(reading, asked, PREPAYING)
    )


def _came_by(asked: LoansAsked) -> Callable[[int], bool]:
    """Return what says of a day (YYYYMMDD) whether cash of it came in by the cut-off of the distribution."""
    known: dict[int, bool] = {}

    def came(day: int) -> bool:
        if day not in known:
            place = asked.calendar.belongs_to(Window.CUT_OFF, date_from_number(day))
            known[day] = place is not None and place <= asked.distribution.number
        return known[day]

    return came


def _came_early(reading: Source, asked: LoansAsked, types: tuple[str, ...]) -> dict[str, int]:
    came, key = _came_by(asked), reading.deal_key(asked.deal)
    later = Selector(types=types, first=asked.distribution.number + 1)
    numbers = {
        row.distribution
        for day, row in reading.dated_totals(key, later, known_through=asked.known_through)
        if came(day)
    }
    found: dict[str, int] = {}
    for number in sorted(numbers):
        for loan, kind, _, day, principal, _ in reading.month_columns(
            key, Selector(types=types, first=number, last=number), _COLUMNS, known_through=asked.known_through
        ):
            if came(day):
                found[loan] = found.get(loan, 0) + (-principal if kind == _RETURNED else principal)
    return {loan: units for loan, units in found.items() if units}


def principal_by_cash(reading: Source, asked: LoansAsked) -> dict[str, int]:
    """Return what every loan owes by the cash alone: what was boarded, drawn or added, less what came in, in units.

    What falls due is not looked at. The whole life is added up.
    """
    came, found = _came_by(asked), dict[str, int]()
    number = asked.distribution.number
    types = (*(name for name in BALANCE_SIGN if name != _DUE), *PAYING_TYPES)
    with gc_paused():
        for loan, kind, distribution, day, principal, memo in reading.month_columns(
            reading.deal_key(asked.deal), Selector(types=types), _COLUMNS, known_through=asked.known_through
        ):
            if distribution > number and not (kind in _EARLY and came(day)):
                continue
            found[loan] = found.get(loan, 0) + _effect(kind, principal, memo)
    return found


_EARLY = frozenset({*PREPAYING, *PAYING_TYPES})


def _effect(kind: str, principal: int, memo: int) -> int:
    if kind == BOARDING:
        return principal + memo
    if kind in PAYING_TYPES:
        return principal if kind == _RETURNED else -principal
    return BALANCE_SIGN[kind] * principal


__all__ = ["EarlyCash", "LoansAsked", "early_cash", "principal_by_cash"]
