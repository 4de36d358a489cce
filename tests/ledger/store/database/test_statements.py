"""Statements are built once, and ask each time for what their parameters say."""

from __future__ import annotations

from itertools import combinations

import pytest

from ledger import Ledger
from ledger.store.database.statements import columns_of_loans, cut_run, narrowing, runs_holding, whole_rows, whole_runs
from ledger.values.selector import Selector
from tests.deals.toy import TOY, month_events, toy_deal

EVERYTHING = Selector(types=("collection_received",), group="one", class_id="A", code="", first=20210125, last=20210225)
NAMES = ("deal_key", *narrowing(EVERYTHING))
BEYOND = ("after", "known_through", "loan", "loans", "event_ids", "start", "through", "limit")


def test_a_statement_of_one_shape_is_built_once() -> None:
    how = {"exceptional": False, "on_postgresql": False}
    assert whole_rows(("deal_key", "after"), **how) is whole_rows(("deal_key", "after"), **how)
    assert whole_rows(("deal_key", "after"), **how) is not whole_rows(("deal_key", "after", "last"), **how)
    assert whole_rows.cache_info().maxsize is not None


@pytest.mark.parametrize("on_postgresql", [False, True])
def test_a_statement_has_every_parameter_that_its_names_say_and_no_other(on_postgresql: bool) -> None:
    for exceptional in (False, True):
        names = (*NAMES, *BEYOND)
        asked = whole_rows(names, exceptional=exceptional, on_postgresql=on_postgresql)
        assert set(asked.compile().params) == set(names)
        names = (*NAMES, "known_through", "loans", "start", "through")
        found = columns_of_loans(("loan",), names, exceptional=exceptional, on_postgresql=on_postgresql)
        assert set(found.compile().params) - {"loan_1"} == set(names)
    summed = whole_runs(("posts_as",), (*NAMES, "effective_through", "after"))
    assert set(summed.compile().params) == {*NAMES, "effective_through", "after", "complete"}
    assert set(cut_run(("posts_as",), NAMES).compile().params) == {*NAMES, "after", "known_through"}
    assert set(runs_holding(NAMES).compile().params) == {*NAMES, "after"}


def test_questions_of_one_shape_have_answers_of_their_own(either_ledger: Ledger) -> None:
    toy_deal(either_ledger)
    for month in (1, 2):
        either_ledger.post_many(month_events(month)).or_raise()
    every = list(either_ledger.stored_rows(TOY))
    groups, kinds = sorted({row.loan_group for row in every}), sorted({row.type for row in every})
    with either_ledger._store.reading() as reading:
        for group in groups:
            assert list(reading.rows(1, Selector(group=group))) == [row for row in every if row.loan_group == group]
        for types in list(combinations(kinds, 2))[::7]:
            assert list(reading.rows(1, Selector(types=types))) == [row for row in every if row.posts_as in types]
        for loan in ("one-1", "one-2"):
            assert list(reading.rows(1, Selector(loan=loan))) == [row for row in every if row.loan == loan]
            ids = tuple(row.event_id for row in every if row.loan == loan)
            assert list(reading.by_event_id(1, ids)) == list(ids)
        for limit in (1, 3):
            assert list(reading.rows(1, limit=limit)) == every[:limit]
