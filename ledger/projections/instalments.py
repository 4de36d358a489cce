"""What fell due, what came in, and what is therefore delinquent, by group.

Under the second rules delinquency is derived: what was due less what was received less what is not owed, never below
zero and to the cent; a fraction of a cent stays an accrual. What the servicer reports as delinquent is a claim, which
the readiness of the month checks. It is measured at the remittance cut-off, where much is merely late. Under the first
rules it is what was reported.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger.journal.movements import PAYING_TYPES
from ledger.projections.facts import Facts
from ledger.projections.modified_funds import not_owed_now
from ledger.projections.shortfalls import Shortfalls
from ledger.values.exact import ZERO, Exact, greatest, total

SOURCE = "pooling agreement, definitions of Delinquent and of Prepayment Interest Shortfall"


@attrs.frozen(kw_only=True)
class Instalments:
    """The month's instalments in dollars, by group.

    ``received`` counts payments of the month's own instalments, less those that the bank returned; ``late`` those of
    earlier months that nobody had advanced; ``repaid`` what late payments brought for instalments that the servicer had
    advanced, which is the servicer's and no funds; ``late_rest`` what they brought beyond it.
    """

    due_principal: dict[str, Exact]
    due_interest: dict[str, Exact]
    received_principal: dict[str, Exact]
    received_interest: dict[str, Exact]
    delinquent_principal: dict[str, Exact]
    delinquent_interest: dict[str, Exact]
    reported_principal: dict[str, Exact]
    reported_interest: dict[str, Exact]
    late_principal: dict[str, Exact]
    late_interest: dict[str, Exact]


def _sums(facts: Facts, component: str, types: str | tuple[str, ...], code: str | None = None) -> dict[str, Exact]:
    if code is None:
        return {group: facts.this_period(component, types, group=group) for group in facts.groups}
    return {group: facts.this_period(component, types, group=group, code=code) for group in facts.groups}


def paid(facts: Facts, component: str, group: str, timing: str, *, to_date: int | None = None) -> Exact:
    """Return what this month's payments of a timing brought, less what the bank took back of such, in dollars.

    With ``to_date``, those of every distribution up to that one.
    """
    first, last = (facts.number, facts.number) if to_date is None else (0, to_date)
    collected, applied, returned = (
        facts.totals.sum(component, name, group=group, code=timing, first=first, last=last) for name in PAYING_TYPES
    )
    came = total((collected, applied)) if applied.value else collected
    return came - returned if returned.value else came


def _less(amount: Exact, others: Iterable[Exact]) -> Exact:
    for other in others:
        if other.value:
            amount = amount - other
    return amount


def _delinquent(facts: Facts, due: Exact, received: Exact, not_owed: Iterable[Exact], what: str) -> Exact:
    owed = _less(due, (received, *not_owed))
    rule = "due - received - not owed, never below zero, to the cent"
    rounded = greatest(owed, ZERO).rounded(f"delinquent {what} of the group", facts.terms.currency.unit)
    return rounded.named(f"delinquent {what}", rule, SOURCE)


def _received(facts: Facts, what: str, group: str) -> Exact:
    """Return what came in on time; scheduled principal of a reference pool is the issuer's debt, and no borrower's."""
    came = paid(facts, what, group, "on time")
    due = facts.this_period(what, "reference_principal_due", group=group)
    return came + due if due.value else came


def _derived(facts: Facts, shortfall: Shortfalls, due: dict[str, dict[str, Exact]]) -> dict[str, dict[str, Exact]]:
    received = {
        what: {group: _received(facts, what, group) for group in facts.groups} for what in ("principal", "interest")
    }
    return {
        "received_principal": received["principal"],
        "received_interest": received["interest"],
        "delinquent_principal": {
            group: _delinquent(facts, due["principal"][group], received["principal"][group], (), "principal")
            for group in facts.groups
        },
        "delinquent_interest": {
            group: _delinquent(
                facts,
                due["interest"][group],
                received["interest"][group],
                (shortfall.prepayment[group], shortfall.relief_act[group], not_owed_now(facts, group)),
                "interest",
            )
            for group in facts.groups
        },
    }


def instalments(facts: Facts, shortfall: Shortfalls) -> Instalments:
    """Return the instalments of the month, by the rules of the deal."""
    due = {what: _sums(facts, what, "scheduled_payment_due") for what in ("principal", "interest")}
    reported = {what: _sums(facts, what, "instalment_reported_delinquent") for what in ("principal", "interest")}
    if facts.terms.rules == 1:
        received = {what: _sums(facts, what, "collection_received", "on time") for what in ("principal", "interest")}
        parts = {
            "received_principal": received["principal"],
            "received_interest": received["interest"],
            "delinquent_principal": reported["principal"],
            "delinquent_interest": reported["interest"],
        }
    else:
        parts = _derived(facts, shortfall, due)
    return Instalments(
        due_principal=due["principal"],
        due_interest=due["interest"],
        reported_principal=reported["principal"],
        reported_interest=reported["interest"],
        late_principal={group: paid(facts, "principal", group, "late") for group in facts.groups},
        late_interest={group: paid(facts, "interest", group, "late") for group in facts.groups},
        **parts,
    )
