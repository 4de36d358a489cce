"""What every earlier month moved, in integers: enough for speeds over any span, and small enough to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ledger.events.base import Event
from ledger.events.statuses import CharacteristicsBroughtForward, PoolCharacteristicsReported
from ledger.journal.accounts import POOL_PRINCIPAL
from ledger.journal.movements import REFERENCE
from ledger.journal.postings import LEGS, LEGS_BY_CODE, account_effect
from ledger.journal.totals import TotalRow

WHOLE_POOL = ""
"""The key of the whole pool's months among those of its groups."""

PREPAID_TYPES = ("payoff_collected", "curtailment_collected", "loan_repurchased", "loan_substituted")


_LEGS = [*LEGS.items(), *((name, legs) for (name, _), legs in LEGS_BY_CODE.items())]
RECOVERY_TYPE = "subsequent_recovery_received"
FLOW_TYPES = tuple(
    sorted(
        {
            RECOVERY_TYPE,
            *REFERENCE,
            *(name for name, legs in _LEGS if any(leg.account == POOL_PRINCIPAL for leg in legs)),
        },
    )
)
"""The event types that months are made of: those that move the pool's principal, or what was lost of it."""


class MonthFlow(NamedTuple):
    """One month of a group, or of the whole pool; amounts in units of 0.0001 dollar.

    ``age`` is the weighted average age reported for its end as an exact fraction, "" where none was; ``age_event`` and
    ``age_type`` name the event that says so.
    """

    number: int
    opening: int
    prepaid: int
    scheduled: int
    gone: int
    lost: int
    closing: int
    age: str = ""
    age_event: str = ""
    age_type: str = ""


Flows = dict[str, tuple[MonthFlow, ...]]
"""Months by group, oldest first; under :data:`WHOLE_POOL` those of all groups together."""


def _ages(documents: Iterable[tuple[int, Event]]) -> dict[tuple[str, int], tuple[str, str, str]]:
    found: dict[tuple[str, int], tuple[str, str, str]] = {}
    listed = list(documents)
    for kind in (CharacteristicsBroughtForward, PoolCharacteristicsReported):
        for number, event in listed:
            if type(event) is kind and event.seasoning_months is not None:
                key = (event.group or WHOLE_POOL, number)
                found.setdefault(key, (str(Fraction(event.seasoning_months)), event.event_id, event.name))
    return found


def _lost(row: TotalRow, net_of_recoveries: bool) -> int:
    kind = REFERENCE.get(row.type, row.type)
    if kind == "loan_liquidated":
        return row.loss
    return -row.loss if kind == RECOVERY_TYPE and net_of_recoveries else 0


def month_flows(
    rows: Iterable[TotalRow],
    documents: Iterable[tuple[int, Event]],
    groups: Iterable[str],
    *,
    before: int,
    known: Mapping[str, tuple[MonthFlow, ...]] | None = None,
    opening: Mapping[str, int] | None = None,
    after: int = -1,
    net_of_recoveries: bool = True,
) -> Flows:
    """Return the months of every group between two distributions, both excluded.

    ``known`` holds the months up to ``after`` and ``opening`` the pool's balances then, where they were worked out
    already; ``rows`` are totals of everything later. Losses are ``net_of_recoveries`` from the third rules on.
    """
    moved: dict[str, dict[int, list[int]]] = {key: {} for key in (*groups, WHOLE_POOL)}
    months: set[int] = set()
    for row in rows:
        if not after < row.distribution < before:
            continue
        balance = account_effect(POOL_PRINCIPAL, row.type, row.code, row.components)
        kind = REFERENCE.get(row.type, row.type)
        parts = [
            row.principal if kind in PREPAID_TYPES else 0,
            row.principal if kind == "scheduled_payment_due" else 0,
            row.principal if kind == "loan_liquidated" else 0,
            _lost(row, net_of_recoveries),
            balance,
        ]
        if kind == "scheduled_payment_due":
            months.add(row.distribution)
        elif not any(parts):
            continue
        for key in (row.group, WHOLE_POOL):
            held = moved.setdefault(key, {}).setdefault(row.distribution, [0] * 5)
            for index, part in enumerate(parts):
                held[index] += part
    ages = _ages(documents)
    found: Flows = {}
    for key, by_number in moved.items():
        flows = list((known or {}).get(key, ()))
        balance = (opening or {}).get(key, 0)
        for number in sorted(by_number):
            prepaid, scheduled, gone, lost, change = by_number[number]
            if number > 0 and number in months:
                age = ages.get((key, number), ("", "", ""))
                flows.append(MonthFlow(number, balance, prepaid, scheduled, gone, lost, balance + change, *age))
            balance += change
        found[key] = tuple(flows)
    return found


def balances_at(rows: Iterable[TotalRow], groups: Iterable[str], number: int) -> dict[str, int]:
    """Return the pool's balances after a distribution, by group and for the whole pool, in units of 0.0001 dollar."""
    found = dict.fromkeys((*groups, WHOLE_POOL), 0)
    for row in rows:
        if row.distribution <= number:
            units = account_effect(POOL_PRINCIPAL, row.type, row.code, row.components)
            for key in (row.group, WHOLE_POOL):
                found[key] = found.get(key, 0) + units
    return found
