"""Each loan group's part of the pre-funding account, rolled from one distribution to the next.

A group owns what the terms set aside for it, and what it buys lowers its own part alone; where it buys more than its
part, the others' parts pay for the rest, pro rata. What is given back lowers all parts alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ledger.deal.terms import DealTerms
from ledger.journal.totals import TotalRow
from ledger.values.money import to_units

PREFUNDING_TYPES = (
    "prefunding_deposited",
    "prefunding_withdrawn",
    "loan_boarded",
    "loan_substituted",
    "additional_loans_purchased",
)
"""The event types that tell what each group has still to spend."""

_PAID_OTHERWISE = {"loan_substituted": "memo", "additional_loans_purchased": "principal"}
"""What loans are paid with that the account does not pay for, by the component that says how much."""


def stated_parts(terms: DealTerms) -> dict[str, Fraction]:
    """Return what is set aside for each group, as weights.

    Where the terms say it of no group, they are the groups' original balances, and where these are not known either, or
    under earlier rules, the first group has all of it.
    """
    first = {group: Fraction(int(group == terms.group_ids[0])) for group in terms.group_ids}
    if terms.rules < 3:
        return first
    stated = {item.group_id: item.prefunding or 0 for item in terms.groups}
    if not any(stated.values()):
        stated = {item.group_id: item.original_balance or 0 for item in terms.groups}
        if not all(stated.values()):
            return first
    return {group: Fraction(part) for group, part in stated.items()}


class Parts:
    """The parts of the groups while one distribution after the other is gone through, in units of 0.0001 dollar."""

    def __init__(self, terms: DealTerms) -> None:
        self._stated = stated_parts(terms)
        self.left = dict.fromkeys(self._stated, Fraction(0))
        known = {item.group_id: item.original_balance for item in terms.groups}
        self._initial = {name: None if held is None else to_units(held) for name, held in known.items()}

    def move(self, number: int, rows: Iterable[TotalRow], *, returns: bool = True) -> None:
        """Move the parts by the events of a distribution: deposits, then purchases, then what is given back."""
        deposited = spent = returned = 0
        bought = dict.fromkeys(self.left, 0)
        for row in rows:
            if row.type == "prefunding_deposited":
                deposited += row.other
            elif row.type == "prefunding_withdrawn":
                spent += row.memo
                returned += row.principal
            elif row.group in bought:
                paid = _PAID_OTHERWISE.get(row.type)
                bought[row.group] += row.principal if paid is None else -getattr(row, paid)
        self._share(Fraction(deposited), self._stated)
        if spent:
            self._spend(spent, bought if number else self._beyond_initial(bought))
        if returned and returns:
            self._share(Fraction(-returned), self.left)

    def _beyond_initial(self, boarded: Mapping[str, int]) -> dict[str, int]:
        """Return what was bought before the first distribution: what was boarded beyond the pool at issue."""
        found = {}
        for group, amount in boarded.items():
            initial = self._initial[group]
            if initial is None:
                return {}
            found[group] = amount - initial
        return found

    def _share(self, amount: Fraction, weights: Mapping[str, Fraction]) -> None:
        if amount:
            weights = weights if sum(weights.values()) else self._stated
            whole = sum(weights.values())
            self.left = {group: held + amount * weights[group] / whole for group, held in self.left.items()}

    def _spend(self, spent: int, bought: Mapping[str, int]) -> None:
        """Take what was spent off the parts of those that bought; where nobody knows who did, off all alike."""
        whole = sum(bought.values())
        if whole <= 0 or any(amount < 0 for amount in bought.values()):
            self._share(Fraction(-spent), self.left)
        else:
            for group, amount in bought.items():
                self.left[group] -= Fraction(spent * amount, whole)
        beyond = sum(held for held in self.left.values() if held < 0)
        if beyond:
            self.left = {group: max(held, Fraction(0)) for group, held in self.left.items()}
            if beyond + sum(self.left.values()) >= 0:
                self._share(beyond, self.left)


def parts_of(terms: DealTerms) -> Parts | None:
    """Return the parts of several groups with nothing moved yet; None where what is left is shared as it was stated."""
    several = sum(1 for part in stated_parts(terms).values() if part) > 1
    return Parts(terms) if several and terms.rules > 3 else None


__all__ = ["PREFUNDING_TYPES", "Parts", "parts_of", "stated_parts"]
