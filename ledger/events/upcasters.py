"""The upcaster ladder: how a payload written under an older schema version is read today.

A payload is never rewritten. When an event class changes its fields it raises ``version`` and adds one rung here that
turns a payload of the version before into one of its own. Rungs are applied in order at reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.errors import IntegrityFault

Payload = dict[str, Any]
Rung = Callable[[Payload], Payload]

LADDER: dict[tuple[str, int], Rung] = {}
"""(written name, version read) -> the function that returns the payload of the next version."""


def upcaster(name: str, version: int) -> Callable[[Rung], Rung]:
    """Register the rung that lifts ``name`` from ``version`` to ``version + 1``."""

    def register(rung: Rung) -> Rung:
        if (name, version) in LADDER:
            raise ValueError(f"{name} version {version} already has an upcaster")
        LADDER[name, version] = rung
        return rung

    return register


def _under_the_first_rules(payload: Payload) -> Payload:
    """Terms written before rules were data are under the first."""
    return {**payload, "terms": {**payload["terms"], "rules": payload["terms"].get("rules", 1)}}


def _closed_by_the_first_rules(payload: Payload) -> Payload:
    return {**payload, "rules": 1}


def as_it_is(payload: Payload) -> Payload:
    """Return the payload as it stands: the version after it only added fields that may be left out."""
    return payload


for _name in ("deal_opened", "terms_amended"):
    upcaster(_name, 1)(_under_the_first_rules)
    # Terms written before they could demand a second person demand none.
    upcaster(_name, 2)(as_it_is)
    # Terms written before unpaid interest could bear interest, a group own a part of the pre-funding account, or
    # interest be capitalized, do none of these.
    upcaster(_name, 3)(as_it_is)
    # Terms written before classes could share in a tree or be kept to loan groups, a contract have terms of its own, or
    # loans rates of mortgage insurance, have none of these.
    upcaster(_name, 4)(as_it_is)
# A loan boarded before it could state what its note says, or the rate of its mortgage insurance, states none of them.
upcaster("loan_boarded", 2)(as_it_is)
# A loan boarded while what nobody knew was written as null says so; it is left out now, which reads the same.
upcaster("loan_boarded", 3)(as_it_is)
upcaster("payoff_collected", 2)(as_it_is)
# A loss posted before losses had causes has none, and no deferred balance ended with it.
upcaster("loan_liquidated", 2)(as_it_is)
# Draws repaid before groups with targets of their own could repay them are the whole deal's.
upcaster("seller_draws_repaid", 1)(as_it_is)
# A status posted before its bucket could be left out states one.
upcaster("loan_status_changed", 1)(as_it_is)
upcaster("period_closed", 1)(_closed_by_the_first_rules)
upcaster("period_closed", 2)(as_it_is)
for _name in (
    "advance_made",
    "advance_recovered",
    "bond_interest_paid",
    "bond_principal_paid",
    "collection_account_remitted",
    "collection_received",
    "curtailment_collected",
    "index_rate_set",
    "instalment_reported_delinquent",
    "insurance_proceeds_received",
    "loan_boarded",
    "loan_liquidated",
    "loan_repurchased",
    "loan_substituted",
    "payoff_collected",
    "subsequent_recovery_received",
):
    upcaster(_name, 1)(as_it_is)


def upcast(name: str, version: int, current: int, payload: Payload) -> Payload:
    """Return the payload lifted to the current version.

    Raises :class:`~ledger.errors.IntegrityFault` where a rung is missing or the payload comes from the future.
    """
    if version > current:
        raise IntegrityFault(f"{name} version {version} was written by a newer release (this one reads {current})")
    while version < current:
        rung = LADDER.get((name, version))
        if rung is None:
            raise IntegrityFault(f"{name} version {version} has no upcaster to version {version + 1}")
        payload = rung(payload)
        version += 1
    return payload
