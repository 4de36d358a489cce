"""What of the pre-funding account is whose: the statement, its waterfall and its triggers all ask here.

Under the fourth rules it is what each group has not spent of its own; before, whatever was left was shared as it was
set aside.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.journal.totals import TotalRow
from ledger.projections.facts import Facts
from ledger.projections.listed import prefunded
from ledger.projections.parts import PREFUNDING_TYPES, parts_of, stated_parts
from ledger.values.exact import ZERO, Exact, term, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector


def parts(facts: Facts, last: int, *, returned: bool = True) -> dict[str, Exact]:
    """Return what each group owns of the account after a distribution, in dollars; weights where nothing is left.

    Without ``returned``, as it was before that distribution gave anything back.
    """
    terms, held = facts.terms, parts_of(facts.terms)
    stated = {group: term(part, f"pre-funding of group {group}") for group, part in stated_parts(terms).items()}
    if held is None:
        return stated
    by_number: dict[int, list[TotalRow]] = {}
    for row in facts.totals.rows(Selector(types=PREFUNDING_TYPES, last=last)):
        by_number.setdefault(row.distribution, []).append(row)
    for number in sorted(by_number):
        held.move(number, by_number[number], returns=returned or number < last)
    if not any(held.left.values()):
        return stated
    bought = ("prefunding_deposited", "prefunding_withdrawn", "loan_boarded")
    return {
        group: Exact(
            part / UNITS_PER_DOLLAR,
            "total",
            label=f"unspent pre-funding of group {group}",
            selector=Selector(types=bought, last=last),
        )
        for group, part in held.left.items()
    }


def by_prefunding(facts: Facts, amount: Exact, of: Mapping[str, Exact] | None = None) -> dict[str, Exact]:
    """Share an amount of the pre-funding account out to the groups that own it, unrounded.

    ``of`` are their parts (:func:`parts`); without it, as they were before this distribution.
    """
    if not amount.value:
        first = next(group for group, part in stated_parts(facts.terms).items() if part)
        return {group: amount if group == first else ZERO for group in facts.groups}
    owned = parts(facts, facts.before) if of is None else of
    owners = [group for group, share in owned.items() if share.value]
    if len(owners) == 1:
        return {group: amount if group == owners[0] else ZERO for group in facts.groups}
    whole = total(owned.values())
    return {group: amount * owned[group] / whole for group in facts.groups}


def by_prefunding_in_time(facts: Facts, amounts: Mapping[int, Exact]) -> dict[str, Exact]:
    """Share amounts of the pre-funding account out to the groups that owned it in the distribution of each, unrounded.

    ``amounts`` are in dollars, by the number of the distribution that gave them back.
    """
    shared = dict.fromkeys(facts.groups, ZERO)
    for number, amount in sorted(amounts.items()):
        shares = by_prefunding(facts, amount, parts(facts, number, returned=False))
        shared = {group: shared[group] + share if shared[group].value else share for group, share in shares.items()}
    return shared


def prefunded_of_groups(facts: Facts, last: int) -> dict[str, Exact]:
    """Return what the account holds for each group after a distribution, in dollars, as far as it backs the bonds."""
    held = prefunded(facts, last)
    return by_prefunding(facts, held, parts(facts, last) if held.value else None)


__all__ = ["by_prefunding", "by_prefunding_in_time", "parts", "prefunded_of_groups"]
