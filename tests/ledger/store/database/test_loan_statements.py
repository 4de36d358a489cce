"""Statements about loans are built once, with a parameter for each value."""

from __future__ import annotations

from itertools import product

from ledger.store.database.loan_statements import (
    LEFT,
    LOANS_BEHIND,
    REVERSED_AT,
    late_movements,
    latest_in_force,
    standings,
)


def test_each_has_the_parameters_that_its_names_say() -> None:
    always = ("deal_key", "kind", "known_through")
    for more, on_postgresql in product(
        ((), ("loans",), ("effective_through",), ("last", "status_until")), (False, True)
    ):
        names = (*always, *more)
        asked = latest_in_force(("code",), names, on_postgresql=on_postgresql)
        assert asked is latest_in_force(("code",), names, on_postgresql=on_postgresql)
        given = {name for name in asked.compile().params if not name.rpartition("_")[2].isdigit()}
        assert given == set(names)


def test_where_loans_stand_is_asked_for_by_names_or_kind_and_with_a_last_distribution_or_none() -> None:
    for built, who, more in product((standings, late_movements), ("loans", "kind"), ((), ("last",))):
        names = ("deal_key", "complete", who, *more)
        for on_postgresql in (False, True):
            given = built(names, on_postgresql=on_postgresql).compile().params
            assert {name for name in given if not name.rpartition("_")[2].isdigit()} == set(names)


def test_loans_that_left_are_asked_for_by_what_is_known() -> None:
    named = {name for name in LEFT.compile().params if not name.rpartition("_")[2].isdigit()}
    assert named == {"deal_key", "before", "last", "complete"}
    assert set(LOANS_BEHIND.compile().params) - {"loan_1"} == {"deal_key", "after"}
    assert set(REVERSED_AT.compile().params) == {"deal_key", "known_through"}
