"""The money of a run of a waterfall: interest and principal funds as they shrink, by the loan groups they came from.

A deal whose steps name no groups has one pot of each. With groups named, each group has its own; a step that names
none takes from all of them in their order, so that whoever takes first leaves the later groups' money the longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.deal.steps import Source
from ledger.values.exact import ZERO, Exact, greatest, least, total


class _Pot:
    def __init__(self, interest: Exact, principal: Exact) -> None:
        self.interest, self.principal = made_up(interest, principal)
        self.released = ZERO


def made_up(interest: Exact, principal: Exact) -> tuple[Exact, Exact]:
    """Make funds below zero up out of the other funds: cash is one, and none of it can be paid out twice.

    Fees can exceed interest collections; a liquidation without proceeds leaves principal funds below zero, its accrued
    interest standing among the interest. What neither can cover stays with interest, below zero, and nothing is paid.
    """
    if interest.value >= 0 and principal.value >= 0:
        return interest, principal
    both = interest + principal
    return (ZERO, both) if interest.value < 0 < both.value else (both, ZERO)


def _taken_from(pots: Sequence[_Pot], kind: str, amount: Exact) -> Exact:
    """Take an amount out of one kind of funds, pot after pot, and return what is still to be taken."""
    for pot in pots:
        if not amount.value:
            break
        here: Exact = getattr(pot, kind)
        taken = least(amount, greatest(here, ZERO))
        setattr(pot, kind, here - taken)
        amount = amount - taken
    return amount


def _sum(parts: Sequence[Exact]) -> Exact:
    return parts[0] if len(parts) == 1 else total(parts)


class Funds:
    """Interest and principal funds, and the excess that a release of overcollateralization adds to the interest."""

    def __init__(self, pots: Mapping[str, tuple[Exact, Exact]]) -> None:
        self._pots = {name: _Pot(*amounts) for name, amounts in pots.items()}
        self._whole = "" in self._pots
        self.excess_spread = ZERO
        self._one_cash()

    def _one_cash(self) -> None:
        """Let groups that stand below zero be made up by the others: the account is one."""
        if self._whole:
            return
        for pot in self._pots.values():
            for other in self._pots.values():
                for kind in ("principal", "interest"):
                    here: Exact = getattr(other, kind)
                    if pot.interest.value < 0 < here.value:
                        moved = least(here, -pot.interest)
                        setattr(other, kind, here - moved)
                        pot.interest = pot.interest + moved

    def _chosen(self, groups: Iterable[str]) -> list[_Pot]:
        wanted = tuple(groups)
        if self._whole or not wanted:
            return list(self._pots.values())
        return [pot for name, pot in self._pots.items() if name in wanted]

    def interest(self, groups: Iterable[str] = ()) -> Exact:
        """Return the interest funds of some groups, or of all; below zero where nothing could make them up."""
        return _sum([pot.interest for pot in self._chosen(groups)])

    def principal(self, groups: Iterable[str] = ()) -> Exact:
        """Return the principal funds of some groups, or of all."""
        return _sum([pot.principal for pot in self._chosen(groups)])

    def available(self, source: Source, groups: Iterable[str] = ()) -> Exact:
        """Return what a step may use."""
        if source is Source.PRINCIPAL:
            return self.principal(groups)
        interest = self.interest(groups)
        released = [pot.released for pot in self._chosen(groups) if pot.released]
        if self.excess_spread:
            released.append(self.excess_spread)
        if released:
            interest = total((interest, *released))
        return interest if source is Source.INTEREST else interest + self.principal(groups)

    def spend(
        self, source: Source, amount: Exact, groups: Iterable[str] = (), *, principal_first: bool = False
    ) -> None:
        """Take what a step paid: interest funds first, then released principal, then principal.

        With ``principal_first`` the principal goes first, and interest makes up what it lacks.
        """
        if not amount.value:
            return
        pots, rest = self._chosen(groups), amount
        if principal_first:
            rest = _taken_from(pots, "principal", rest)
        if source is not Source.PRINCIPAL:
            rest = _taken_from(pots, "released", _taken_from(pots, "interest", rest))
            if not rest.value:
                return
            released = least(rest, self.excess_spread)
            self.excess_spread = self.excess_spread - released
            rest = rest - released
        rest = _taken_from(pots[:-1], "principal", rest)
        if rest.value:
            pots[-1].principal = pots[-1].principal - rest

    def release(self, amount: Exact) -> None:
        """Let principal that no target needs join the excess: that of each group, by what principal it brings.

        So what one group is released stays with it, until a step that uses the funds of others asks for it.
        """
        pots = list(self._pots.values())
        if len(pots) == 1:
            self.excess_spread, pots[0].principal = amount, pots[0].principal - amount
            return
        whole = total(greatest(pot.principal, ZERO) for pot in pots)
        for pot in pots:
            if amount.value and pot.principal.value > 0:
                share = amount * pot.principal / whole
                pot.principal, pot.released = pot.principal - share, pot.released + share

    def release_of(self, group: str, amount: Exact) -> None:
        """Let principal of one group that its own target does not need join the excess of that group."""
        pot = self._pots[group]
        pot.principal, pot.released = pot.principal - amount, pot.released + amount

    def add(self, source: Source, amount: Exact, groups: Iterable[str] = ()) -> None:
        """Let cash from elsewhere join the interest funds, or the principal funds, of the first of some groups."""
        if not amount.value:
            return
        pot = self._chosen(groups)[0]
        if source is Source.PRINCIPAL:
            pot.principal = pot.principal + amount
        else:
            pot.interest = pot.interest + amount

    def turn_to_principal(self, amount: Exact, groups: Iterable[str] = ()) -> None:
        """Let interest be principal: what an accrual class is not paid retires others."""
        pots, rest = self._chosen(groups), amount
        for pot in pots:
            taken = least(rest, greatest(pot.interest, ZERO))
            pot.interest, pot.principal, rest = pot.interest - taken, pot.principal + taken, rest - taken
