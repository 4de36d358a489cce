"""Senior/subordinate months in plain fractions: what seniors and subordinates are paid and lose.

It shares nothing with the ledger. Seniors of a group share in one proportion, A against B by face; the last subordinate
is locked; a failing credit support test keeps what is unscheduled from the classes below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

ZERO, ONE = Fraction(0), Fraction(1)


class Brought(NamedTuple):
    """What a group brought: principal scheduled, prepaid, and of loans that were liquidated, in dollars."""

    scheduled: Fraction
    prepaid: Fraction
    liquidated: Fraction
    proceeds: Fraction

    @property
    def fall(self) -> Fraction:
        """By how much the pool falls."""
        return self.scheduled + self.prepaid + self.liquidated


class Deal(NamedTuple):
    """A deal: seniors by group, subordinates from the top, faces, pools at issue and levels by date."""

    seniors: Mapping[str, Sequence[str]]
    subordinates: Sequence[str]
    faces: Mapping[str, Fraction]
    issued: Mapping[str, Fraction]
    shift: Sequence[tuple[dt.date, Fraction]]
    doubled: Sequence[tuple[dt.date, Fraction]]


def cents(value: Fraction) -> Fraction:
    """Round half up to the cent."""
    return Fraction((value * 200 + 1) // 2, 100)


def level(levels: Sequence[tuple[dt.date, Fraction]], on: dt.date) -> Fraction:
    """Return the latest share that has begun, all of it before the first."""
    return ([share for day, share in levels if day <= on] or [ONE])[-1]


def spread(amount: Fraction, weights: Mapping[str, Fraction], room: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Share by weight; what one has no room for goes to the others."""
    got = dict.fromkeys(room, ZERO)
    while amount > 0 and (open_ := [name for name in room if got[name] < room[name]]):
        whole = sum(weights[name] for name in open_)
        given = {name: min(amount * weights[name] / whole, room[name] - got[name]) for name in open_}
        got = {name: got[name] + given.get(name, ZERO) for name in got}
        amount -= sum(given.values())
    return got


def percentages(deal: Deal, on: dt.date, group: str, pool: Fraction, balances: Mapping[str, Fraction],
                held_since: dt.date | None) -> tuple[Fraction, Fraction]:  # fmt: skip
    """Return the senior and the senior prepayment percentage of a group."""
    stands = sum((balances[name] for name in deal.seniors[group]), ZERO)
    if not any(balances[name] for name in deal.subordinates):
        return ONE, ONE
    senior = min(stands / pool, ONE)
    at_issue = sum((deal.faces[name] for name in deal.seniors[group]), ZERO) / deal.issued[group]
    if senior in (ZERO, ONE) or senior > at_issue:
        return senior, ONE if senior else ZERO
    if held_since is not None:
        return senior, senior + level(deal.shift, held_since - dt.timedelta(days=1)) * (1 - senior)
    share = level(deal.shift, on)
    if 1 - senior >= 2 * (1 - at_issue):
        share = min(share, level(deal.doubled, on))
    return senior, senior + share * (1 - senior)


def blocked(deal: Deal, pools: Mapping[str, Fraction], balances: Mapping[str, Fraction]) -> set[str]:
    """Return the classes below the first whose support has fallen under that at issue."""
    pool, face = sum(pools.values()), sum(deal.faces.values())
    for place, name in enumerate(deal.subordinates):
        below = deal.subordinates[place + 1 :]
        now, then = sum(balances[n] for n in below) / pool, sum(deal.faces[n] for n in below) / face
        if balances[name] and now < then:
            return set(below)
    return set()


def principal(deal: Deal, on: dt.date, pools: Mapping[str, Fraction], balances: Mapping[str, Fraction],
              brought: Mapping[str, Brought], held_since: dt.date | None) -> dict[str, Fraction]:  # fmt: skip
    """Return what every class is paid of principal, unrounded."""
    paid: dict[str, Fraction] = {}
    scheduled = other = ZERO
    for group, came in brought.items():
        senior, prepay = percentages(deal, on, group, pools[group], balances, held_since)
        of_loans = min(senior * came.liquidated, prepay * came.proceeds)
        due = senior * came.scheduled + prepay * came.prepaid + of_loans
        room = {name: balances[name] for name in deal.seniors[group]}
        got = min(due, sum(room.values(), ZERO))
        paid |= spread(got, deal.faces, room)
        scheduled += (1 - senior) * came.scheduled
        other += (1 - prepay) * came.prepaid + came.proceeds - of_loans + due - got
    room = {name: balances[name] for name in deal.subordinates}
    last = deal.subordinates[-1]
    for amount, without in ((scheduled, {last}), (other, {last} | blocked(deal, pools, balances))):
        got_by = spread(amount, balances, {name: left for name, left in room.items() if name not in without})
        rest = amount - sum(got_by.values())
        for name in [name for name in deal.subordinates if name in without]:
            got_by[name] = min(rest, room[name])
            rest -= got_by[name]
        for name, got in got_by.items():
            paid[name] = paid.get(name, ZERO) + got
            room[name] -= got
    return paid


def losses(deal: Deal, pool: Fraction, balances: Mapping[str, Fraction], unborne: Fraction) -> dict[str, Fraction]:
    """Return what of losses, which leave the bonds above the pool, each subordinate bears, the last one first."""
    left = max(min(sum(balances.values()) - pool, unborne), ZERO) // Fraction(1, 100) * Fraction(1, 100)
    found = dict.fromkeys(balances, ZERO)
    for name in reversed(deal.subordinates):
        found[name] = min(left, balances[name])
        left -= found[name]
    assert not left, "the model knows nothing of losses that reach the seniors"
    return found
