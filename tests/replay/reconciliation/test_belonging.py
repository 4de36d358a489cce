"""A published table belongs to the statement beside it by name, series and dates."""

from __future__ import annotations

import pytest

import replay
from replay.filing import read_class_table
from replay.reconciliation.belonging import same_deal
from tests.replay.reconciliation.published import TABLE


@pytest.mark.parametrize(
    ("above", "problems"),
    [
        ("Impac CMB Trust Series 2002-1 Record Date 30-Aug-2002 Distribution Date 25-Sep-2002", []),
        ("IMPAC TRUST SERIES 2002-1, RECORD DATE AUGUST 30 2002 PAYMENT DATE 9/25/2002", []),
        ("Impac CMB Trust Series 2002-1 Record Date 30-Aug-2002 Distribution Date 24-Sep-2002", ["distribution"]),
        ("Impac CMB Trust Series 2002-1 Record Date 15-Aug-2002 Distribution Date 25-Sep-2002", ["record"]),
        ("Impac CMB Trust Series 2002-2 Record Date 30-Aug-2002 Distribution Date 25-Sep-2002", ["deal"]),
        (
            "Acme Home Trust Series 2002-1 Record Date 15-Aug-2002 Distribution Date 9/24/02",
            ["deal", "distribution", "record"],
        ),
    ],
)
def test_a_table_of_something_else_is_no_pass(
    real_statement: replay.Statement, above: str, problems: list[str]
) -> None:
    tied = replay.reconcile_class_table(real_statement, read_class_table(f"{above}\n{TABLE}"))
    assert not tied.breaks
    assert tied.notes == ()
    assert [p.code.removesuffix("-differs").removesuffix("-date") for p in tied.problems] == problems
    assert tied.agrees == (not problems)
    assert all(problem.source_line == 1 for problem in tied.problems)


def test_a_table_that_says_nothing_of_itself_is_noted(real_statement: replay.Statement) -> None:
    tied = replay.reconcile_class_table(real_statement, read_class_table(TABLE))
    assert tied.agrees
    assert tied.notes == (
        "the statement prints no deal's name, no distribution date, no record date that could be compared",
    )


@pytest.mark.parametrize(
    ("printed", "title", "same"),
    [
        ("SMT SERIES 2002-11", "Sequoia Mortgage Trust 2002-11", True),
        ("Sequoia Mortgage Trust SMT Series 2000-4", "Sequoia Mortgage Trust 2000-4", True),
        ("GreenPoint Home Equity Loan Trust 2001-1", "Green Point HELOC 2001-1", True),
        ("IMPAC CMB TRUST, SERIES 2002-1", "impac-cmb-2002-1", True),
        ("Example Savings Trust", "Example Savings Trust 2001-9", True),
        ("Mortgage Trust 2005-HE1", "Anything 2005-he1", True),
        ("SMT SERIES 2002-11", "Sequoia Mortgage Trust 2002-1", False),
        ("Sequoia Mortgage Trust 2000-4", "Impac CMB Trust 2000-4", False),
        ("Mortgage Trust 2005-HE1", "Anything 2005-HE2", False),
    ],
)
def test_names_are_compared_by_series_and_words(printed: str, title: str, same: bool) -> None:
    assert same_deal(printed, [title]) is same
