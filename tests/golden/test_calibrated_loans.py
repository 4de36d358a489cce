"""The same statement with nothing of the pool reported at group level: 2,027 loans, calibrated, not real."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

import replay
from ledger import Ledger, PoolEvent
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.impac_cmb_2002_1.calibrated import month as calibrated_month
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TARGETS, calibrated_group, calibrated_tape
from replay.filing.figures_csv import read_figures_csv
from replay.reconciliation.told_apart import told_apart

Key = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def statement(calibrated_ledger: Ledger) -> replay.Statement:
    return replay.statement(calibrated_ledger, calibrated_month.DEAL, dt.date(2002, 8, 30))


def keyed(rows: list[dict[str, str]]) -> Counter[Key]:
    return Counter((r["page"], r["section"], r["line"], r["column"], r["printed"]) for r in rows)


def published() -> Counter[Key]:
    figures = told_apart(read_figures_csv(september_2002.data("published.csv"))).figures
    return Counter((str(f.page), f.section, f.line, f.column, f.printed) for f in figures)


@pytest.mark.parametrize("page", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 24])
def test_every_figure_of_the_page_is_printed_as_published(statement: replay.Statement, page: int) -> None:
    expected = Counter({key: count for key, count in published().items() if key[0] == str(page)})
    assert expected
    assert keyed([row for row in statement.rows() if row["page"] == str(page)]) == expected


def test_nothing_of_the_pool_is_reported_by_group(calibrated_ledger: Ledger) -> None:
    names = Counter(recorded.event.name for recorded in calibrated_ledger.events(calibrated_month.DEAL))
    assert not names["pool_balance_brought_forward"]
    assert not names["pool_characteristics_reported"]
    assert not names["delinquency_reported"]
    assert names["loan_boarded"] == 2027
    by_group = [
        recorded.event.event_id
        for recorded in calibrated_ledger.events(calibrated_month.DEAL)
        if isinstance(recorded.event, PoolEvent) and recorded.event.loan is None
    ]
    assert by_group == []


def test_pool_figures_are_derived_from_loans(statement: replay.Statement) -> None:
    for path in (
        "8/Principal Balance: Prior/total",
        "9/Weighted Average Seasoning Current/adjustable",
        "10/Weighted Average Margin Current/adjustable",
        "11/FORECLOSURE/Balance/3+ payments",
    ):
        assert statement.find(path)[0].origin.value == "derived", path


def test_the_tape_is_plausible_and_adds_up() -> None:
    tape = calibrated_tape()
    assert len({loan.loan for loan in tape}) == len(tape) == 2027
    assert sum(loan.payoff is not None for loan in tape) == 40
    assert all(loan.opening > 0 for loan in tape)
    assert all(Decimal("0.03") < loan.note_rate < Decimal("0.18") for loan in tape)
    for target in TARGETS:
        loans = calibrated_group(target)
        assert len(loans) == target.count
        assert sum(loan.closing for loan in loans) == target.closing_balance
        assert sum(loan.interest for loan in loans) == target.scheduled_interest
    assert sum(loan.opening for loan in tape) == Decimal("468190938.13")


def test_the_tape_is_always_the_same() -> None:
    assert calibrated_tape() == calibrated_tape()
