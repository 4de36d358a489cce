"""A portfolio from Python: its lines, their order, what cannot be replayed, and what is read for it."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import shutil
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

import replay
from ledger import StoreUnavailable, UnknownDeal, absolute_address
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.portfolio.lines import (
    DealHeldTwice,
    Outcome,
    PortfolioTask,
    in_turn,
    portfolio_tasks,
    replay_deal,
    replay_portfolio,
)
from replay.portfolio.workers import ClusterFault, ThreadMapper, connected
from tests.deals.portfolio import SIMULATED

T = TypeVar("T")
R = TypeVar("R")
AUGUST = dt.date(2002, 8, 30)


def test_a_line_says_what_the_statement_says(portfolio: Path) -> None:
    line = replay_deal(f"archive:{portfolio}/archives", DEAL, AUGUST)
    printed = replay.statement(portfolio / "trust.db", DEAL, AUGUST)
    assert (line.outcome, line.reason, line.failed) == ("replayed", "", False)
    assert (line.record_date, line.distribution_date) == ("2002-08-30", "2002-09-25")
    assert (line.known_through, line.digest) == ("167", printed.report.digest)
    assert (line.pool_balance, line.pool_count) == ("458896788.57", "1987")
    assert Decimal(line.pool_balance) - Decimal(line.class_balance) == Decimal(line.overcollateralization)
    whole = {figure.column: figure.exact_text for figure in printed if (figure.page, figure.line) == (2, "Total")}
    assert whole["principal"] == line.principal
    assert whole["interest"] == line.interest
    assert whole["current principal balance"] == line.class_balance
    assert line.delinquent_60 == "4480112.91"


def test_a_ledger_and_its_archive_and_both_together_give_identical_lines(portfolio: Path) -> None:
    sources = (
        portfolio / "trust.db",
        f"sqlite:///{portfolio}/trust.db",
        portfolio / "archives",
        f"archive:{portfolio}/archives",
    )
    tailed = f"archive:{portfolio}/archives?tail={portfolio}/trust.db"
    found = [replay_portfolio(portfolio_tasks([source], AUGUST)) for source in (*sources, tailed)]
    assert len(found[0]) == SIMULATED + 1
    assert all(line.outcome == "replayed" for line in found[0])
    assert all(lines == found[0] for lines in found)


def test_lines_are_in_order_of_deals_whatever_is_finished_first(portfolio: Path) -> None:
    def backwards(function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
        return reversed(list(in_turn(function, items)))

    tasks = portfolio_tasks([portfolio / "archives"], AUGUST)
    told: list[tuple[int, int]] = []
    lines = replay_portfolio(tasks, backwards, lambda done, whole: told.append((done, whole)))
    assert [line.deal for line in lines] == sorted(line.deal for line in lines)
    assert lines == replay_portfolio(tasks)
    assert told == [(done, len(tasks)) for done in range(1, len(tasks) + 1)]


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_threads_give_the_same_lines(portfolio: Path, workers: int) -> None:
    tasks = portfolio_tasks([portfolio / "archives"], AUGUST)
    assert replay_portfolio(tasks, ThreadMapper(workers)) == replay_portfolio(tasks)


def test_a_deal_without_a_distribution_has_not_failed(portfolio: Path) -> None:
    line = replay_deal(str(portfolio / "archives"), DEAL, dt.date(2001, 1, 1))
    assert (line.outcome, line.failed, line.digest) == ("no distribution", False, "")
    assert "2001-01-01 lies before it" in line.reason


def test_what_was_not_known_yet_is_incomplete(portfolio: Path) -> None:
    line = replay_deal(str(portfolio / "archives"), DEAL, AUGUST, 20)
    assert (line.outcome, line.failed) == ("incomplete", True)
    assert "index_rate_set" in line.reason


def test_damaged_archives_are_lines_and_no_others_suffer(portfolio: Path, portfolio_copy: Path) -> None:
    whole = replay_portfolio(portfolio_tasks([portfolio / "archives"], AUGUST))
    (portfolio_copy / "simulated-1" / "manifest.json").write_text("{")
    os.truncate(next((portfolio_copy / "simulated-2").glob("period=200209*/*.parquet")), 100)
    shutil.rmtree(next((portfolio_copy / "simulated-3").glob("period=200209*")))
    lines = replay_portfolio(portfolio_tasks([portfolio_copy], AUGUST))
    bad = [line.deal for line in lines if line.outcome == Outcome.DAMAGED]
    assert bad == ["simulated-1", "simulated-2", "simulated-3"]
    assert all(line.reason and "\n" not in line.reason and not line.digest for line in lines if line.failed)
    assert [line for line in lines if line.deal not in bad] == [line for line in whole if line.deal not in bad]


def test_a_mapper_that_fails_for_one_deal_fails_for_that_deal(portfolio: Path) -> None:
    def losing(function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
        for position, result in in_turn(function, items):
            yield position, ClusterFault("lost") if position == 1 else result

    lines = replay_portfolio(portfolio_tasks([portfolio / "archives"], AUGUST), losing)
    assert [(line.outcome, line.reason) for line in lines[:2]] == [("replayed", ""), ("unavailable", "lost")]


def test_a_fault_of_the_program_is_named(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing,\nat all")

    monkeypatch.setattr("replay.portfolio.lines.open_deal_at", broken)
    line = replay_deal(str(portfolio), DEAL, AUGUST)
    assert (line.outcome, line.reason) == ("damaged", "ZeroDivisionError: by nothing, at all")


def test_a_ledger_out_of_reach_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> None:
        raise StoreUnavailable("locked")

    monkeypatch.setattr("replay.portfolio.lines.open_deal_at", locked)
    assert replay_deal("trust.db", DEAL, AUGUST).outcome == "unavailable"


def test_patterns_choose_deals(portfolio: Path) -> None:
    def chosen(*patterns: str) -> list[str]:
        return [task.deal for task in portfolio_tasks([portfolio / "archives"], AUGUST, patterns=patterns)]

    assert chosen("simulated-1") == ["simulated-1"]
    assert chosen("simulated-[4-9]", "impac*") == [DEAL, "simulated-4", "simulated-5"]
    assert len(chosen("simulated-?")) == SIMULATED
    with pytest.raises(UnknownDeal, match="Simulated"):
        chosen("impac*", "Simulated*")


def test_a_deal_at_two_addresses_would_count_twice(portfolio: Path) -> None:
    with pytest.raises(DealHeldTwice, match=r"two of the addresses hold .*tail"):
        portfolio_tasks([portfolio / "archives", portfolio / "trust.db"], AUGUST)
    assert len(portfolio_tasks([portfolio / "archives", f"archive:{portfolio}/archives"], AUGUST)) == SIMULATED + 1
    both = [portfolio / "archives", portfolio / "trust.db"]
    with pytest.raises(DealHeldTwice, match="simulated-1"):
        portfolio_tasks(both, AUGUST, patterns=["simulated-1"])


def test_tasks_and_lines_are_plain_values(portfolio: Path) -> None:
    task = portfolio_tasks([portfolio / "archives"], AUGUST, as_closed=True, patterns=[DEAL])[0]
    assert pickle.loads(pickle.dumps(task)) == task
    assert task == PortfolioTask(address=f"archive:{portfolio}/archives", deal=DEAL, record_date=AUGUST, as_closed=True)
    line = replay_deal(task.address, task.deal, task.record_date)
    assert pickle.loads(pickle.dumps(line)) == line
    assert all(type(value) is str for value in line.row().values())


def test_addresses_are_made_to_mean_the_same_in_any_directory(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(portfolio)
    assert absolute_address("trust.db") == absolute_address("sqlite:///trust.db") == f"sqlite:///{portfolio}/trust.db"
    assert absolute_address("archives") == absolute_address("archive:archives") == f"archive:{portfolio}/archives"
    assert (
        absolute_address("archive:archives?tail=trust.db")
        == f"archive:{portfolio}/archives?tail=sqlite:///{portfolio}/trust.db"
    )
    for elsewhere in ("archive:s3://bucket/archives", "sqlite://", "postgresql+psycopg://me:secret@host/db"):
        assert absolute_address(elsewhere) == elsewhere


def test_only_threads_processes_and_addresses_are_clusters() -> None:
    for address in ("foo://x", "tcp://", "://x"):
        with pytest.raises(ClusterFault, match="as in tcp://host:8786"), connected(address):
            raise AssertionError("there is no such cluster")
    with pytest.raises(ClusterFault, match="is no cluster"), connected("thread"):
        pass


@pytest.mark.parametrize("cluster", ["processes", "tcp://127.0.0.1:1"])
def test_a_cluster_without_dask_says_what_to_install(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ClusterFault, match=r"distributed: pip install 'indenture\[cluster\]'"), connected(cluster):
        pass


def test_threads_need_no_dask(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with connected(workers=2) as mapper:
        assert len(replay_portfolio(portfolio_tasks([portfolio / "trust.db"], AUGUST), mapper)) == SIMULATED + 1
