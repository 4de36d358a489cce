"""What trigger tests ask of earlier months, in integers: enough to test any trigger anew, and small enough to keep.

A month is told from the totals of what it moved, never from what was said of a test then: whoever replays a deal finds
again what tripped when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ledger.events.forward import Measure
from ledger.journal.accounts import BOND_PRINCIPAL, FUNDING_ACCOUNT, POOL_PRINCIPAL
from ledger.journal.movements import LOSSES, RECOVERIES, REFERENCE
from ledger.journal.postings import LEGS, LEGS_BY_CODE, account_effect
from ledger.journal.totals import TotalRow
from ledger.projections.parts import Parts
from ledger.projections.pool import Cells

_REPORTED, _FORWARD = "delinquency_reported", "amount_brought_forward"
_DUE = "scheduled_payment_due"
_ACCOUNTS = (POOL_PRINCIPAL, BOND_PRINCIPAL, FUNDING_ACCOUNT)
_LEGS = [*LEGS.items(), *((name, legs) for (name, _), legs in LEGS_BY_CODE.items())]

MEASURED_TYPES = frozenset(
    {
        *RECOVERIES,
        *REFERENCE,
        _REPORTED,
        _FORWARD,
        "prefunding_deposited",
        "prefunding_withdrawn",
        *(name for name, legs in _LEGS if any(leg.account in _ACCOUNTS for leg in legs)),
    }
)
"""The event types that measured months are made of."""


class MeasuredMonth(NamedTuple):
    """One earlier month as triggers test it; amounts in units of 0.0001 dollar, by group or by class.

    Pools, and what is set aside to buy loans, are before and after the distribution, losses net of recoveries, class
    balances before it. ``behind`` is by ``group/category:bucket``; None where nobody knows it any more. ``reported``
    says whether delinquency was reported at all. ``funded`` is what the funding account held before the distribution.
    ``own`` is what of the amounts set aside was each group's, before and after, as exact fractions; None where one has
    all of it.
    """

    number: int
    opening: dict[str, int]
    closing: dict[str, int]
    lost: dict[str, int]
    lost_to_date: dict[str, int]
    classes: dict[str, int]
    prefunded: int
    prefunded_after: int
    behind: dict[str, int] | None
    reported: bool
    funded: int = 0
    own: dict[str, tuple[str, str]] | None = None


class _Running:
    """Balances as they stand while one distribution after the other is gone through."""

    def __init__(self, groups: Iterable[str]) -> None:
        self.pool = dict.fromkeys(groups, 0)
        self.lost = dict.fromkeys(self.pool, 0)
        self.classes: dict[str, int] = {}
        self.prefunded = 0
        self.funded = 0

    def move(self, row: TotalRow) -> None:
        if row.type == "prefunding_deposited":
            self.prefunded += row.other
        elif row.type == "prefunding_withdrawn":
            self.prefunded -= row.principal + row.memo
        elif row.type == _FORWARD:
            if row.code == Measure.REALIZED_LOSSES.value and row.group:
                self.lost[row.group] = self.lost.get(row.group, 0) + row.memo
        elif row.type != _REPORTED:
            kind = REFERENCE.get(row.type, row.type)
            lost = -row.loss if kind in RECOVERIES else getattr(row, LOSSES[kind]) if kind in LOSSES else 0
            if lost:
                self.lost[row.group] = self.lost.get(row.group, 0) + lost
            self.funded += account_effect(FUNDING_ACCOUNT, row.type, row.code, row.components)
            moved = account_effect(POOL_PRINCIPAL, row.type, row.code, row.components)
            if moved:
                self.pool[row.group] = self.pool.get(row.group, 0) + moved
            owed = account_effect(BOND_PRINCIPAL, row.type, row.code, row.components)
            if owed:
                self.classes[row.class_id] = self.classes.get(row.class_id, 0) - owed


def _behind(
    rows: Iterable[TotalRow], cells: Cells | None, by_loan: bool, derived: Collection[str]
) -> tuple[dict[str, int] | None, bool]:
    reported = [row for row in rows if row.type == _REPORTED and row.group not in derived]
    if derived:
        if cells is None:
            return None, False
        found = {key: units for key, (units, _) in cells.items() if units and key.partition("/")[0] in derived}
        for row in reported:
            key = f"{row.group}/{row.code}"
            found[key] = found.get(key, 0) + row.memo
        return {key: units for key, units in found.items() if units}, True
    if reported:
        found = {}
        for row in reported:
            key = f"{row.group}/{row.code}"
            found[key] = found.get(key, 0) + row.memo
        return {key: units for key, units in found.items() if units}, True
    if cells is not None:
        return {key: units for key, (units, _) in cells.items() if units}, True
    return (None, False) if by_loan else ({}, False)


def _as_held(owned: Parts | None, known: list[MeasuredMonth], prefunded: int) -> None:
    """Take the parts as the latest month that was worked out before left them; totals put together know no order."""
    left = known[-1].own if owned is not None and known else None
    if owned is not None and left is not None:
        parts = {group: Fraction(after) for group, (_, after) in left.items()}
        if sum(parts.values()) == prefunded:
            owned.left = parts


def measured_months(
    rows: Iterable[TotalRow],
    groups: Iterable[str],
    cells: Mapping[int, Cells],
    *,
    before: int,
    known: Iterable[MeasuredMonth] = (),
    after: int = 0,
    by_loan: bool = False,
    owned: Parts | None = None,
    derived: Collection[str] = (),
) -> tuple[MeasuredMonth, ...]:
    """Return the months before a distribution that fell due or reported delinquency, oldest first.

    ``known`` are those up to ``after``, where they were worked out already; ``rows`` are then the totals of these put
    together, and of everything later. ``cells`` are the delinquency cells of months that are counted loan by loan
    (``by_loan``), ``derived`` the groups whose cells follow from what their loans owe. ``owned`` are the parts of
    several groups in the pre-funding account, with nothing moved yet.
    """
    listed = tuple(groups)
    by_number: dict[int, list[TotalRow]] = {}
    for row in rows:
        if row.type in MEASURED_TYPES and row.distribution < before:
            by_number.setdefault(row.distribution, []).append(row)
    running = _Running(listed)
    found = [month for month in known if month.number <= after]
    for number in sorted(by_number):
        moved = by_number[number]
        opening, lost = dict(running.pool), dict(running.lost)
        classes, prefunded, funded = dict(running.classes), running.prefunded, running.funded
        own = {} if owned is None else dict(owned.left)
        for row in moved:
            running.move(row)
        if owned is not None:
            owned.move(number, moved)
        if number <= after:
            _as_held(owned, found, running.prefunded)
        if number <= after or not number or not any(row.type in (_DUE, _REPORTED) for row in moved):
            continue
        behind, reported = _behind(moved, cells.get(number), by_loan, derived)
        found.append(
            MeasuredMonth(
                number=number,
                opening=opening,
                closing=dict(running.pool),
                lost={group: running.lost[group] - lost.get(group, 0) for group in running.lost},
                lost_to_date=dict(running.lost),
                classes={name: units for name, units in classes.items() if units},
                prefunded=prefunded,
                prefunded_after=running.prefunded,
                behind=behind,
                reported=reported,
                funded=funded,
                own=None
                if owned is None or not (prefunded or running.prefunded)
                else {group: (str(held), str(owned.left[group])) for group, held in own.items()},
            )
        )
    return tuple(found)


__all__ = ["MEASURED_TYPES", "MeasuredMonth", "measured_months"]
