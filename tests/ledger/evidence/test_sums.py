"""Sums that stand beside the rows are added up again, run by run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import Ledger, StoredRow, StoredRun
from ledger.evidence.sums import SumsCheck
from tests.deals.toy import TOY, month_events, toy_deal, toy_month

Runs = list[StoredRun]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[StoredRow], Runs]:
    with Ledger.create(Path(tmp_path_factory.mktemp("sums")) / "toy.db") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        ledger.post_many(month_events(2)).or_raise()
        return list(ledger.stored_rows(TOY)), list(ledger.stored_runs(TOY) or ())


def told(rows: list[StoredRow], runs: Runs, step: int = 7) -> list[str]:
    check = SumsCheck(runs)
    for start in range(0, len(rows), step):
        check.add(rows[start : start + step])
    return list(check.finish())


@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_sound_sums_are_found_sound_however_rows_come(log: tuple[list[StoredRow], Runs], step: int) -> None:
    assert told(*log, step=step) == []


def a_total_twice(runs: Runs) -> Runs:
    return [runs[0]._replace(totals=[*runs[0].totals, runs[0].totals[0]]), *runs[1:]]


def a_total_less(runs: Runs) -> Runs:
    return [*runs[:-1], runs[-1]._replace(totals=runs[-1].totals[1:])]


def a_loan_less(runs: Runs) -> Runs:
    at = next(number for number, run in enumerate(runs) if run.loans)
    return [*runs[:at], runs[at]._replace(loans=runs[at].loans[1:]), *runs[at + 1 :]]


def a_loan_elsewhere(runs: Runs) -> Runs:
    at = next(number for number, run in enumerate(runs) if run.loans)
    *first, after, books = runs[at].loans[0]
    return [*runs[:at], runs[at]._replace(loans=[(*first, after + 1, books), *runs[at].loans[1:]]), *runs[at + 1 :]]


def a_run_less(runs: Runs) -> Runs:
    return runs[:-1]


def a_run_more(runs: Runs) -> Runs:
    return [*runs, StoredRun(runs[-1].through + 1, runs[-1].through + 1, [], [])]


def runs_exchanged(runs: Runs) -> Runs:
    return [runs[1], runs[0], *runs[2:]]


@pytest.mark.parametrize(
    "change", [a_total_twice, a_total_less, a_loan_less, a_loan_elsewhere, a_run_less, a_run_more, runs_exchanged]
)
def test_sums_that_are_wrong_are_named(log: tuple[list[StoredRow], Runs], change: Callable[[Runs], Runs]) -> None:
    rows, runs = log
    assert len(told(rows, change(runs))) == 1
