"""Which closed distributions may have other figures than they were closed on: told by places in the log, not replayed.

A closing fixes the figures of a distribution. Behind it stand, in a quiet life, the payment of that distribution and
what belongs to later ones, and neither changes a figure of it: whatever a distribution itself posts is kept out of the
cash that it is paid from (:func:`ledger.projections.cash.cash_to_pay`), and balances that it moves are read as they
were before. Anything else behind a closing - of the same distribution or of an earlier one, of terms, or of a kind that
is not known here - may change them, and whoever wants to know replays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from ledger.events.deal import PeriodClosed
from ledger.projections.cash import OWN_TYPES
from ledger.reading.terms_in_force import terms_by_distribution
from ledger.store.source import Source
from ledger.values.selector import Selector

FOLLOW_CLOSING = frozenset({
    PeriodClosed.name, "act_approved", "bond_interest_paid", "bond_loss_allocated", "bond_principal_paid",
    "bond_shortfall_recorded", "bond_written_up", "bond_loss_paid", "collection_account_remitted",
})  # fmt: skip
"""What follows every closing, and restates nothing."""

_PAID_BESIDE = OWN_TYPES | {
    "bond_interest_deferred",
    "fee_shortfall_recorded",
    "insurer_interest_accrued",
    "prepayment_shortfall_borne",
}
"""What the payment of a distribution posts too, and no figure of the same distribution is made of."""

_FEE = "fee_charged"


def followed(reading: Source, deal_key: int, known_through: int) -> frozenset[int]:
    """Return the closed distributions behind whose closing something stands that may change their figures.

    They are told by number, as known through a sequence. What is computed of a fee is charged by the payment, and
    changes nothing; a fee that is posted does.
    """
    wanted = Selector(types=(PeriodClosed.name,))
    closed = {row.distribution: row.sequence for row in reading.rows(deal_key, wanted, known_through=known_through)}
    return _Places(reading, deal_key, known_through, closed).followed() if closed else frozenset()


class _Places:
    """Where the last event of each distribution stands that may change figures: its own, or those of later ones."""

    def __init__(self, reading: Source, deal_key: int, known_through: int, closed: Mapping[int, int]) -> None:
        self._reading, self._deal_key, self._known, self._closed = reading, deal_key, known_through, closed
        self._terms = terms_by_distribution(reading, deal_key, known_through)
        self._own: dict[int, int] = {}
        self._later: dict[int, int] = {}
        for distribution, type_name, code, place in reading.latest_of_kinds(deal_key, known_through=known_through):
            self._take(distribution, type_name, code, place)

    def _take(self, distribution: int, type_name: str, code: str, place: int) -> None:
        if type_name in FOLLOW_CLOSING:
            return
        self._later[distribution] = max(place, self._later.get(distribution, 0))
        if not self._is_of_its_payment(distribution, type_name, code):
            self._own[distribution] = max(place, self._own.get(distribution, 0))

    def _is_of_its_payment(self, distribution: int, type_name: str, code: str) -> bool:
        if type_name != _FEE:
            return type_name in _PAID_BESIDE
        return any(item.fee_id == code and item.is_computed for item in self._terms(distribution).fees)

    def followed(self) -> frozenset[int]:
        """Return the closed distributions with anything behind their closing."""
        found: set[int] = set()
        # What an earlier distribution was given last, its own payment included, counts for those behind it.
        earlier, waiting = 0, deque(sorted(self._later))
        for number in sorted(self._closed):
            closing = self._closed[number]
            while waiting and waiting[0] < number:
                before = waiting.popleft()
                self._look_closer(before, self._later, closing)
                earlier = max(earlier, self._later.get(before, 0))
            self._look_closer(number, self._own, closing)
            if max(earlier, self._own.get(number, 0)) > closing:
                found.add(number)
        return frozenset(found)

    def _look_closer(self, distribution: int, places: Mapping[int, int], closing: int) -> None:
        """Read the events themselves where a run ends behind a closing: they may still stand before it."""
        if places.get(distribution, 0) <= closing:
            return
        self._own.pop(distribution, None)
        self._later.pop(distribution, None)
        wanted = Selector(first=distribution, last=distribution)
        for row in self._reading.rows(self._deal_key, wanted, after=closing, known_through=self._known):
            self._take(distribution, row.posts_as, row.code, row.sequence)


__all__ = ["FOLLOW_CLOSING", "followed"]
