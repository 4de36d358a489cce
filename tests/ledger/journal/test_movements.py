"""The tables of what moves a loan name event types that there are, and agree with what the events post."""

from __future__ import annotations

from ledger.events.registry import REGISTRY
from ledger.journal.movements import (
    BALANCE_SIGN,
    BOARDING,
    MONTHLY_TYPES,
    RAISING,
    REDUCING,
    REMOVALS,
    ROUTINE_CODE,
    ROUTINE_TYPES,
    is_routine,
)


def test_every_type_of_the_tables_is_an_event_with_the_component_that_it_moves() -> None:
    assert {*BALANCE_SIGN, *REMOVALS, *MONTHLY_TYPES, *ROUTINE_TYPES, ROUTINE_CODE[0]} <= set(REGISTRY)
    for name in BALANCE_SIGN:
        assert "principal" in REGISTRY[name].component_fields, name
    for name in REMOVALS:
        assert "loans" in REGISTRY[name].component_fields, name


def test_only_boarding_brings_loans_in_and_draws_and_arrears_raise_them() -> None:
    assert {name for name, sign in BALANCE_SIGN.items() if sign > 0} == {BOARDING, *RAISING}
    assert set(BALANCE_SIGN) - {BOARDING, *RAISING} == REDUCING
    assert {"draw_made", "interest_capitalized"} == RAISING
    assert set(REMOVALS) <= REDUCING


def test_what_every_loan_has_every_month_is_routine() -> None:
    assert [name for name in REGISTRY if is_routine(name)] == [
        name for name in REGISTRY if name in (*ROUTINE_TYPES, ROUTINE_CODE[0])
    ]
    assert set(ROUTINE_TYPES) <= MONTHLY_TYPES
