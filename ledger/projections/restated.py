"""What of the cash that restatements left in paid distributions, or took from them, is principal.

A restated curtailment took its principal off the pool, so that it is owed to the bonds as principal and is no excess.
Which events have restated what was not settled yet, the log tells by its order (:mod:`ledger.reading.restated`); here
is what each does to the principal funds, as the lines of the collection account have it.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger.events.base import COMPONENTS
from ledger.journal.postings import FUNDS_ACCOUNTS, effect_on, funds_effect, units_of
from ledger.journal.totals import TotalRow
from ledger.projections.cash import OWN_TYPES
from ledger.projections.facts import RestatedPart, RestatedPrincipal
from ledger.values.selector import Selector

_PRINCIPAL = COMPONENTS.index("principal")
_REPAYS_ADVANCES = "late, advanced"


def principal_effect(row: TotalRow) -> int:
    """Return what events add to the principal funds of their distribution, in units of 0.0001 dollar.

    Advances are taken back out of interest, and so is what repays them; a loss lowers principal, a recovery raises it.
    """
    if row.type in OWN_TYPES or row.type == "advance_recovered" or row.code == _REPAYS_ADVANCES:
        return 0
    if row.type == "loan_liquidated":
        return row.principal - row.loss
    if row.type == "subsequent_recovery_received":
        return row.loss
    if row.type == "deferred_principal_collected":
        return row.principal + row.loss
    if row.type == "loan_substituted":
        return row.other
    effect = effect_on(FUNDS_ACCOUNTS, row.type, row.code)
    return units_of(tuple(pair for pair in effect if pair[0] == _PRINCIPAL), row.components)


class _Parts:
    """Units by the stretch of the log that they come from, and the types of event that bring them."""

    def __init__(self) -> None:
        self._units: dict[Selector, int] = {}
        self._types: dict[Selector, set[str]] = {}

    def add(self, span: Selector, type_name: str, units: int) -> None:
        """Add what events of a type bring."""
        self._units[span] = self._units.get(span, 0) + units
        self._types.setdefault(span, set()).add(type_name)

    @property
    def parts(self) -> tuple[RestatedPart, ...]:
        """What each stretch brings, with its events."""
        return tuple(
            RestatedPart(units=units, selector=attrs.evolve(span, types=tuple(sorted(self._types[span]))))
            for span, units in self._units.items()
        )


def principal_restated(rows: Iterable[tuple[Selector, TotalRow]]) -> RestatedPrincipal:
    """Return what the totals of restatements add to principal funds, and to all funds together."""
    of_groups: dict[str, _Parts] = {}
    unnamed: dict[int, _Parts] = {}
    cash = _Parts()
    for span, row in rows:
        units = principal_effect(row)
        if units and row.group:
            of_groups.setdefault(row.group, _Parts()).add(attrs.evolve(span, group=row.group), row.type, units)
        elif units:
            number = row.distribution
            own = attrs.evolve(span, group="", first=number, last=number)
            unnamed.setdefault(number, _Parts()).add(own, row.type, units)
        units = funds_effect(row.type, row.code, row.components)
        if units:
            cash.add(span, row.type, units)
    return RestatedPrincipal(
        of_groups={group: held.parts for group, held in of_groups.items()},
        unnamed={number: held.parts for number, held in unnamed.items()},
        cash=cash.parts,
    )


__all__ = ["principal_effect", "principal_restated"]
