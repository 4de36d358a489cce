"""Cash that was set aside at closing, beside the collection account: no more leaves it than was put there.

It backs the bonds, or makes up for interest, until it is spent. What an account earns was never deposited and is paid
out as interest of its own, so that it is not counted. A reversal takes its event away from the day on which that
happened: an amount that is corrected was never on the account twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import attrs

from ledger.events.base import COMPONENTS
from ledger.journal.accounts import CAPITALIZED_INTEREST_ACCOUNT, PREFUNDING_ACCOUNT


class _Part(NamedTuple):
    """The account that a component of an event moves, and which way."""

    account: str
    component: str
    sign: int


_PARTS: Mapping[str, tuple[_Part, ...]] = {
    "prefunding_deposited": (_Part(PREFUNDING_ACCOUNT, "other", 1),),
    "prefunding_withdrawn": (
        _Part(PREFUNDING_ACCOUNT, "memo", -1),
        _Part(PREFUNDING_ACCOUNT, "principal", -1),
    ),
    "capitalized_interest_deposited": (_Part(CAPITALIZED_INTEREST_ACCOUNT, "other", 1),),
    "capitalized_interest_withdrawn": (
        _Part(CAPITALIZED_INTEREST_ACCOUNT, "interest", -1),
        _Part(CAPITALIZED_INTEREST_ACCOUNT, "memo", -1),
    ),
}

SET_ASIDE_TYPES = tuple(_PARTS)
"""Event types that put cash aside, or take it out again."""


def lowered_by(type_name: str, components: Sequence[int]) -> dict[str, str]:
    """Return the accounts that an event lowers, each with a component that does."""
    return {part.account: part.component for part in _PARTS.get(type_name, ()) if _moved(part, components) < 0}


def _moved(part: _Part, components: Sequence[int]) -> int:
    return part.sign * components[COMPONENTS.index(part.component)]


@attrs.define
class SetAside:
    """What was put aside and taken out, in units of 0.0001 dollar, by account and business date (YYYYMMDD)."""

    movements: dict[str, dict[int, int]] = attrs.field(factory=dict)

    def move(self, type_name: str, components: Sequence[int], day: int) -> None:
        """Move the accounts by one event of its day; a reversal comes under the type and day of what it voids."""
        for part in _PARTS[type_name]:
            moved = _moved(part, components)
            if moved:
                held = self.movements.setdefault(part.account, {})
                held[day] = held.get(day, 0) + moved

    def overdrawn(self) -> Iterator[tuple[str, int, int]]:
        """Yield every account that stands below nothing: its name, the first such day, and by how much it does then."""
        for account, movements in self.movements.items():
            stands = 0
            for day in sorted(movements):
                stands += movements[day]
                if stands < 0:
                    yield account, day, -stands
                    break
