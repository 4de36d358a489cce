"""Statements about loans are built once, with a parameter for each value."""

from __future__ import annotations

from itertools import product

from ledger.store.database.loan_statements import LEFT, REVERSED_AT, latest_in_force


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


def test_loans_that_left_are_asked_for_by_what_is_known() -> None:
    named = {name for name in LEFT.compile().params if not name.rpartition("_")[2].isdigit()}
    assert named == {"deal_key", "before", "last", "complete"}
    assert set(REVERSED_AT.compile().params) == {"deal_key", "known_through"}
