"""Every code of the registry is shown somewhere, once planted and once just missed."""

from __future__ import annotations

import pytest

from ledger.findings import Grade
from ledger.readiness.codes import CODES, LISTED, TOPICS, found
from tests.ledger.events import test_reference
from tests.ledger.readiness import (
    cases,
    instalment_cases,
    money_cases,
    pool_cases,
    test_accounts,
    test_advances,
    test_bonds,
    test_cash,
    test_gate,
    test_instalments,
    test_notes,
    test_pool,
    test_set_aside,
    test_triggers,
)

EVERYWHERE = (
    *instalment_cases.INSTALMENTS,
    *instalment_cases.NOTES,
    *money_cases.CASH,
    *money_cases.ADVANCES,
    *money_cases.ARREARS,
    *pool_cases.POOL,
    *pool_cases.BONDS,
)
SHOWING = (
    test_reference,
    test_accounts,
    test_advances,
    test_bonds,
    test_cash,
    test_gate,
    test_instalments,
    test_notes,
    test_pool,
    test_set_aside,
    test_triggers,
)
"""Modules whose tests show codes in deals of their own, which they say as they are imported."""


def test_every_code_is_planted_once_and_just_missed_once() -> None:
    assert all(module.__doc__ for module in SHOWING)
    shown = cases.SHOWN | {(case.code, case.near) for case in EVERYWHERE}
    assert sorted({(code, near) for code in CODES for near in (False, True)} - shown) == []
    assert {code for code, _ in shown} == set(CODES)


def test_at_least_forty_kinds_are_planted() -> None:
    assert len([case for case in EVERYWHERE if not case.near]) >= 40


def test_every_code_says_what_is_compared_how_closely_and_what_to_do() -> None:
    assert len(CODES) == sum(map(len, TOPICS.values()))
    for item in CODES.values():
        assert item.compares, item.code
        assert item.tolerance, item.code
        assert item.remedy, item.code


def test_a_finding_takes_grade_and_remedy_from_the_registry_and_names_the_first_loans() -> None:
    loans = [f"L{number}" for number in range(LISTED + 5)]
    item = found("due_unaccounted", "something", loans=loans)
    assert item.grade is Grade.ACKNOWLEDGE
    assert item.remedy == CODES["due_unaccounted"].remedy
    assert item.loans == tuple(loans[:LISTED])
    assert dict(item.figures) == {"loans": LISTED + 5}


def test_there_is_no_finding_without_a_code() -> None:
    with pytest.raises(KeyError):
        found("something_else", "something")
