"""What a simulated life is drawn from: one frozen value, of which the whole life is a function."""

from __future__ import annotations

import datetime as dt

import attrs
from attrs import field

from ledger.values.currency import DOLLARS, Currency

MILLION = 1_000_000

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
"""What a life may be called: it is part of the name of its deal and of its files."""


def _at_least(least: int, most: int) -> list[attrs._ValidatorType[int]]:
    return [attrs.validators.instance_of(int), attrs.validators.ge(least), attrs.validators.le(most)]


def _rate(default: int) -> int:
    made: int = field(default=default, validator=_at_least(0, MILLION))
    return made


def _first_of_a_month(_: object, attribute: attrs.Attribute[dt.date], value: dt.date) -> None:
    if value.day != 1 or not 1950 <= value.year <= 2100:
        raise ValueError(f"{attribute.name} {value} is not the first of a month from 1950 to 2100")


@attrs.frozen(kw_only=True)
class LifePlan:
    """How a simulated deal is to live. Equal plans give equal lives, event by event.

    Every ``_rate`` and share is an integer count per million. ``loans`` is the number of loans at the cut-off date,
    ``months`` the most distributions there may be. The deal is called ``simulated-`` and then ``name``.
    ``arm_share`` is the share of adjustable loans; ``callable_at`` is the share of the cut-off balance below which
    what is left of the pool is called (0: never).

    Monthly rates: ``prepayment_rate`` of payoffs of a loan that is not behind (reached over the first thirty months of
    its age, with the seasons), ``curtailment_rate`` of payments ahead, ``late_rate`` of a current loan missing an
    instalment, ``cure_rate`` of a loan one payment behind coming current (half of that two behind, a quarter further
    on), ``holding_rate`` of a loan behind paying its oldest instalment only, ``foreclosure_rate`` of a loan three or
    more behind, ``reo_rate`` of one in foreclosure, ``liquidation_rate`` of one in REO, ``nonrecoverable_rate`` of
    advances on one in foreclosure or REO being given up, ``recovery_rate`` of a liquidated loan bringing in something
    more, ``correction_rate`` of a loan's month holding something that is put right later.

    Amounts are drawn in the smallest units of the ``currency``: a loan of 180,000.00 dollars is one of 18,000,000 yen.
    ``severity`` is the mean loss on what a liquidated loan owes; a loan's own lies within half of it either way.
    """

    seed: int = field(default=1, validator=_at_least(0, 2**63 - 1))
    loans: int = field(default=1_000, validator=_at_least(1, 9_999_999))
    months: int = field(default=360, validator=_at_least(1, 600))
    name: str = field(default="2002-1", validator=attrs.validators.matches_re(NAME))
    cut_off: dt.date = field(default=dt.date(2002, 3, 1), validator=_first_of_a_month)
    arm_share: int = _rate(400_000)
    prepayment_rate: int = _rate(18_000)
    curtailment_rate: int = _rate(12_000)
    late_rate: int = _rate(18_000)
    cure_rate: int = _rate(500_000)
    holding_rate: int = _rate(250_000)
    foreclosure_rate: int = _rate(150_000)
    reo_rate: int = _rate(120_000)
    liquidation_rate: int = _rate(180_000)
    nonrecoverable_rate: int = _rate(20_000)
    recovery_rate: int = _rate(3_000)
    correction_rate: int = _rate(500)
    severity: int = _rate(320_000)
    callable_at: int = _rate(100_000)
    currency: Currency = DOLLARS

    @property
    def deal(self) -> str:
        """The name of the deal in a ledger."""
        return f"simulated-{self.name}"
