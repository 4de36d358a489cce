"""What of the cash that restatements left in paid distributions, or took from them, is principal.

A restated curtailment took its principal off the pool, so that it is owed to the bonds as principal and is no excess.
Which events have restated what was not settled yet, the log tells by its order (:mod:`ledger.reading.restated`); here
is what each does to the principal funds, as the lines of the collection account have it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events.base import COMPONENTS
from ledger.journal.postings import FUNDS_ACCOUNTS, effect_on, units_of
from ledger.journal.totals import TotalRow
from ledger.projections.cash import OWN_TYPES
from ledger.projections.facts import RestatedPrincipal

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


def principal_restated(rows: Iterable[TotalRow]) -> RestatedPrincipal:
    """Return what the totals of restatements add to principal funds."""
    of_groups: dict[str, int] = {}
    unnamed: dict[int, int] = {}
    for row in rows:
        units = principal_effect(row)
        if units and row.group:
            of_groups[row.group] = of_groups.get(row.group, 0) + units
        elif units:
            unnamed[row.distribution] = unnamed.get(row.distribution, 0) + units
    return RestatedPrincipal(of_groups=of_groups, unnamed=unnamed)


__all__ = ["principal_effect", "principal_restated"]
