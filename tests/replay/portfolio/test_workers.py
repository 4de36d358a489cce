"""A portfolio on a cluster: two worker processes on loopback, and one of them killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from replay.cli import main
from replay.portfolio.lines import PortfolioTask, portfolio_tasks, replay_portfolio, split_totals
from replay.portfolio.workers import ClusterFault, ClusterMapper, available_cores, connected
from tests.replay.portfolio.test_lines import AUGUST

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[ClusterMapper]:
    """Two worker processes, one thread each."""
    with connected("processes", workers=2) as mapper:
        assert isinstance(mapper, ClusterMapper)
        yield mapper


def _raising(item: int) -> int:
    if item == 2:
        raise ValueError("two")
    return item * item


def _many(home: Path) -> list[PortfolioTask]:
    """Every deal as known through many sequences: enough work to be interrupted."""
    tasks = [portfolio_tasks([home / "archives"], AUGUST, as_closed=closed) for closed in (False, True) * 5]
    return [task for part in tasks for task in part]


def test_a_cluster_gives_the_lines_that_threads_give(cluster: ClusterMapper, portfolio: Path) -> None:
    tasks = portfolio_tasks([portfolio / "archives"], AUGUST)
    assert replay_portfolio(tasks, cluster) == replay_portfolio(tasks)
    tasks = portfolio_tasks([portfolio / "trust.db"], AUGUST, as_closed=True)
    assert replay_portfolio(tasks, cluster) == replay_portfolio(tasks)


def _polars_threads(_: int) -> int:
    import polars

    return polars.thread_pool_size()


def test_workers_of_one_machine_share_its_processors(cluster: ClusterMapper) -> None:
    assert {result for _, result in cluster(_polars_threads, range(4))} == {max(1, available_cores() // 2)}


def test_what_is_raised_for_an_item_is_yielded_for_it(cluster: ClusterMapper) -> None:
    found = dict(cluster(_raising, [0, 1, 2, 3]))
    assert {position: result for position, result in found.items() if position != 2} == {0: 0, 1: 1, 3: 9}
    assert isinstance(found[2], ValueError)
    assert list(cluster(_raising, [])) == []


@pytest.mark.parametrize("parts", [1, 2, None])
def test_totals_of_one_deal_merge_across_workers(cluster: ClusterMapper, portfolio: Path, parts: int | None) -> None:
    for known in (None, 300):
        whole = split_totals(portfolio / "archives", "simulated-5", known, parts=1)
        assert split_totals(portfolio / "archives", "simulated-5", known, cluster, parts=parts) == whole


def test_the_command_prints_the_same_bytes_on_threads_processes_and_a_scheduler(
    cluster: ClusterMapper, portfolio: Path
) -> None:
    scheduler = cluster._client.scheduler.address
    for form in ("text", "csv", "json"):
        given = ("portfolio", f"archive:{portfolio}/archives", "--record-date", "2002-08-30", "--format", form)
        wheres = ("threads", scheduler) if form != "csv" else ("threads", scheduler, "processes")
        done = [CliRunner().invoke(main, [*given, "--cluster", where]) for where in wheres]
        assert [item.exit_code for item in done] == [0] * len(done), done[-1].output
        assert len({item.stdout_bytes for item in done}) == 1
        assert len(done[0].stdout) > 500


def test_an_address_without_a_scheduler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replay.portfolio.workers.CONNECTING", 1)
    with (
        pytest.raises(ClusterFault, match=r"there is no scheduler at tcp://127\.0\.0\.1:1"),
        connected("tcp://127.0.0.1:1"),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp//://nowhere", "foo://host:8786", "tcp://"])
def test_what_is_no_address_of_a_scheduler_is_refused_at_once(address: str) -> None:
    with pytest.raises(ClusterFault, match="is no address of a scheduler"), connected(address):
        pass


def test_a_cluster_of_another_release_is_refused(cluster: ClusterMapper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replay.portfolio.workers.__version__", "9.9")
    with pytest.raises(ClusterFault, match=r"install indenture 9\.9"), connected(cluster._client.scheduler.address):
        pass


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(cluster: ClusterMapper, portfolio: Path) -> None:
    tasks = _many(portfolio)
    expected = replay_portfolio(tasks)
    pids = list(cluster._client.run(os.getpid).values())
    assert len(set(pids)) == 2
    killed: list[int] = []

    def kill_one(done: int, whole: int) -> None:
        if done == 5:
            assert whole - done > len(tasks) // 2
            os.kill(pids[0], signal.SIGKILL)
            killed.append(done)

    assert replay_portfolio(tasks, cluster, kill_one) == expected
    assert killed == [5]
    left = set(cluster._client.run(os.getpid).values())
    assert pids[0] not in left
    assert pids[1] in left
