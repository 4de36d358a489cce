"""Modifications: what their events themselves refuse."""

from __future__ import annotations

import pytest

from ledger import InterestCapitalized, InvalidEvent, PrincipalForgiven


def test_expenses_are_part_of_what_is_capitalised() -> None:
    with pytest.raises(InvalidEvent, match="expenses"):
        InterestCapitalized(
            event_id="e", deal="d", effective_date="2024-01-29", loan="1", amount="1.00", expenses="1.01"
        )


def test_a_cause_is_one_that_terms_can_carve_out() -> None:
    with pytest.raises(InvalidEvent, match="cause"):
        PrincipalForgiven(event_id="e", deal="d", effective_date="2024-01-29", loan="1", amount="1.00", cause="flood")
