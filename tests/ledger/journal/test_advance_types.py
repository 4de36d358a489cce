"""What concerns advances is told by an event's type and code, and what repays them by the cash that it brings in."""

from __future__ import annotations

import pytest

from ledger.events.base import COMPONENTS
from ledger.events.registry import REGISTRY
from ledger.journal.advance_types import ADVANCE_TYPES, REPAYING_TYPES, concerns_advances, repays


def components(**units: int) -> tuple[int, ...]:
    """Return an event's components, nothing but those given."""
    return tuple(units.get(name, 0) for name in COMPONENTS)


def test_every_type_is_an_event() -> None:
    assert set(ADVANCE_TYPES) <= set(REGISTRY)
    assert set(REPAYING_TYPES) < set(ADVANCE_TYPES)


@pytest.mark.parametrize(
    ("type_name", "code", "concerned"),
    [
        ("advance_made", "", True),
        ("collection_received", "late, advanced", True),
        ("collection_received", "on time", False),
        ("amount_brought_forward", "unreimbursed advances", True),
        ("amount_brought_forward", "interest paid", False),
        ("fee_charged", "", False),
    ],
)
def test_a_code_may_decide(type_name: str, code: str, concerned: bool) -> None:
    assert concerns_advances(type_name, code) is concerned


def test_late_cash_repays_and_an_advance_does_not() -> None:
    cash = components(principal=100_0000, interest=20_0000)
    assert repays("collection_received", "late", cash) == 120_0000
    assert repays("collection_received", "on time", cash) == 0
    assert repays("advance_made", "", cash) == 0
