"""What late payments bring the servicer: each repays the advance of its own instalment, and no more than that.

An instalment is one loan's of one distribution. What a late payment brings beyond its advance (the servicing fee inside
it, interest that was never advanced) is the trust's as soon as it is there, whatever other advances are outstanding. A
payment, or an advance taken back, that names no instalment is taken to be of the oldest that it can be of. What a group
advances or collects as one stands under no loan; from the third rules on its instalments are told apart like a loan's,
before they were one for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.deal.terms import CURRENT_RULES
from ledger.journal.movements import PAYING_TYPES

MADE, RECOVERED = "advance_made", "advance_recovered"
DECLARED, FORWARD = "advance_declared_nonrecoverable", "amount_brought_forward"
LATE_ADVANCED, LATE_COLLECTIONS, ANY_FUNDS = "late, advanced", "late collections", "any funds"
UNREIMBURSED, RETURNED = "unreimbursed advances", "payment_returned"


class AdvanceMove(NamedTuple):
    """An event that moves an advance or brings in what repays it, in store units (0.0001 dollar).

    ``instalment`` is the distribution of the instalment that it names, 0 where it names none; ``reverses`` is the event
    that it takes back, with its signs turned around.
    """

    event_id: str
    reverses: str | None
    distribution: int
    type: str
    code: str
    group: str
    loan: str
    instalment: int
    units: int


class OpenAdvance(NamedTuple):
    """An instalment of which something advanced is outstanding; ``brought`` is what came in for it and is not taken."""

    group: str
    loan: str
    instalment: int
    outstanding: int
    brought: int

    @property
    def held(self) -> int:
        """What is the servicer's of the cash."""
        return max(0, min(self.brought, self.outstanding))


class _Hit(NamedTuple):
    group: str
    loan: str
    instalment: int
    outstanding: int
    brought: int


class Repayments:
    """The advances that are outstanding, by instalment, while events pass in order of their distributions."""

    def __init__(self, opened: Iterable[OpenAdvance] = (), *, rules: int = CURRENT_RULES) -> None:
        self._group_instalments = rules > 2
        self._held: dict[str, dict[str, dict[int, list[int]]]] = {}
        self._hits: dict[str, list[_Hit]] = {}
        for item in opened:
            self._add(_Hit(*item))

    def take(self, move: AdvanceMove) -> bool:
        """Take an event in; False where it takes back one that did not pass here, so that all must pass anew."""
        if move.reverses is not None:
            hits = self._hits.pop(move.reverses, None)
            if hits is None:
                return False
            for hit in hits:
                self._add(hit._replace(outstanding=-hit.outstanding, brought=-hit.brought))
            return True
        hits = list(self._placed(move))
        for hit in hits:
            self._add(hit)
        self._hits[move.event_id] = hits
        return True

    def end_month(self) -> None:
        """Forget what is repaid: what was brought beyond it is the trust's."""
        for loans in self._held.values():
            for loan in [*loans]:
                left = {number: item for number, item in loans[loan].items() if item[0] > 0}
                if left:
                    loans[loan] = left
                else:
                    del loans[loan]

    def opened(self) -> tuple[OpenAdvance, ...]:
        """Return what is outstanding, in order of group, loan and instalment."""
        return tuple(
            OpenAdvance(group, loan, number, *item)
            for group, loans in sorted(self._held.items())
            for loan, items in sorted(loans.items())
            for number, item in sorted(items.items())
        )

    def _add(self, hit: _Hit) -> None:
        item = self._held.setdefault(hit.group, {}).setdefault(hit.loan, {}).setdefault(hit.instalment, [0, 0])
        item[0] += hit.outstanding
        item[1] += hit.brought

    def _placed(self, move: AdvanceMove) -> Iterator[_Hit]:
        if move.type == MADE:
            yield self._hit(move, move.instalment or move.distribution, outstanding=move.units)
        elif move.type == FORWARD:
            yield self._hit(move, 0, outstanding=move.units)
        elif move.type == RETURNED:
            yield from self._taken_back(move)
        elif move.type in PAYING_TYPES:
            yield from self._repaying(move)
        elif move.code != ANY_FUNDS:
            yield from self._taken(move, late=move.code == LATE_COLLECTIONS)

    def _hit(self, move: AdvanceMove, instalment: int, *, outstanding: int = 0, brought: int = 0) -> _Hit:
        told_apart = move.loan or self._group_instalments
        return _Hit(move.group, move.loan, instalment if told_apart else 0, outstanding, brought)

    def _repaying(self, move: AdvanceMove) -> Iterator[_Hit]:
        """Place a late payment; one that is as much as several advances pays them all, the rest goes with the first."""
        wanting = [item for item in self._items(move) if item.outstanding > item.brought]
        if not wanting:
            yield self._hit(move, move.instalment, brought=move.units)
            return
        first, left = wanting[0], move.units
        for item in wanting[:1] if _is_named(first, move) else wanting:
            missing = item.outstanding - item.brought
            if item is not first and left < missing:
                break
            part = min(left, missing)
            left -= part
            yield _Hit(item.group, item.loan, item.instalment, 0, part)
        yield _Hit(first.group, first.loan, first.instalment, 0, left)

    def _taken_back(self, move: AdvanceMove) -> Iterator[_Hit]:
        """Place a late payment that the bank took back: it came in for the latest instalment that it can be of."""
        left = move.units
        for item in self._items(move)[:1] if move.instalment else reversed(self._items(move)):
            part = min(left, max(item.brought, 0))
            left -= part
            if part:
                yield _Hit(item.group, item.loan, item.instalment, 0, -part)

    def _taken(self, move: AdvanceMove, *, late: bool) -> Iterator[_Hit]:
        """Place what was taken back or given up; what late payments repay is taken where they came in."""
        left, items = move.units, self._items(move)
        if late and items and not _is_named(items[0], move):
            items.sort(key=lambda item: not item.held)
        for item in items:
            part = min(left, item.outstanding)
            left -= part
            if part:
                yield _Hit(item.group, item.loan, item.instalment, -part, -min(part, max(item.brought, 0)) * late)

    def _items(self, move: AdvanceMove) -> list[OpenAdvance]:
        """Return what an event may be of: the instalment that it names, then the loan's by age, then the group's.

        What was advanced before an instalment fell due was not advanced for it.
        """
        loans = self._held.get(move.group, {})
        names = [move.loan, ""] if move.loan else ["", *(loan for loan in loans if loan)]
        found = [
            OpenAdvance(move.group, loan, number, *item)
            for loan in names
            for number, item in sorted(loans.get(loan, {}).items())
            if item[0] > 0 and (number >= move.instalment or self._is_of_any(loan, number))
        ]
        return sorted(found, key=lambda item: not _is_named(item, move))

    def _is_of_any(self, loan: str, number: int) -> bool:
        """Say whether an advance may be of any instalment: a group's, where they are not told apart."""
        return not loan and (not number or not self._group_instalments)


def _is_named(item: OpenAdvance, move: AdvanceMove) -> bool:
    return bool(move.instalment) and (item.loan, item.instalment) == (move.loan, move.instalment)


def held_by_group(opened: Iterable[OpenAdvance]) -> dict[str, int]:
    """Return the servicer's cash by group, in store units."""
    found: dict[str, int] = {}
    for item in opened:
        if item.held:
            found[item.group] = found.get(item.group, 0) + item.held
    return found


class LateHeld(NamedTuple):
    """The servicer's cash by group before a distribution and after it; ``opened`` is what is outstanding after it.

    ``opened`` is None where no late payment ever repaid an advance, so that nobody looked.
    """

    before: Mapping[str, int] = {}
    now: Mapping[str, int] = {}
    opened: tuple[OpenAdvance, ...] | None = None


__all__ = ["AdvanceMove", "LateHeld", "OpenAdvance", "Repayments", "held_by_group"]
