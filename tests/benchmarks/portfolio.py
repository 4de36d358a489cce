"""How long a portfolio takes, on one and on more workers, and what that says of more deals and workers still.

Run on a quiet machine: ``make bench-portfolio``. It makes one deal of the length asked for, seals it, copies the
archive as often as deals are wanted, and replays the copies at the deal's end in turn, on threads and on processes.
``--model SECONDS`` measures nothing and prints the model for a deal that takes so long.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from ledger import Ledger
from ledger.simulation import LifePlan, post_life
from replay.portfolio.lines import Mapper, PortfolioTask, in_turn, replay_portfolio, replay_task
from replay.portfolio.workers import ThreadMapper, available_cores, connected

DEALS = (10, 100, 1_000)
WORKERS = (1, 2, 4, 8, 16, 32, 64)
NOTHING = 1_000
"""Tasks that do nothing, to see what a task costs beside its work."""


def made_deal(directory: Path, loans: int, months: int) -> tuple[str, int, dt.date]:
    """Post and seal a deal; return its name, its events, and a record date at its end."""
    plan = LifePlan(seed=1, loans=loans, months=months, name="benchmark", callable_at=0)
    with Ledger.create(directory / "made.db") as ledger:
        post_life(ledger, plan)
        sealed = ledger.archive(plan.deal, directory / "0")
        last = max(file.distribution for file in sealed.files)
        date = dt.date(last // 10_000, last // 100 % 100, 1) - dt.timedelta(days=1)
    (directory / "made.db").unlink()
    return plan.deal, sealed.events, date


def spread(samples: Sequence[float]) -> str:
    """Return least, median and greatest."""
    return f"{min(samples):7.2f} {median(samples):7.2f} {max(samples):7.2f}"


def timed(mapper: Mapper, tasks: Sequence[PortfolioTask]) -> tuple[float, list[str]]:
    """Return how long the tasks take and the digests that they give."""
    started = time.perf_counter()
    lines = replay_portfolio(tasks, mapper)
    return time.perf_counter() - started, [line.digest for line in lines]


def model(cost: float, start: float, task: float) -> str:
    """Return seconds by deals and workers: the start, then the scheduler's work or the workers' share."""
    lines = ["deals  " + "".join(f"{workers:>12}" for workers in WORKERS)]
    for deals in DEALS:
        times = [start + max(deals * task, -(-deals // workers) * cost) for workers in WORKERS]
        shares = [(start + deals * cost) / (workers * spent) for workers, spent in zip(WORKERS, times, strict=True)]
        cells = (f"{spent:7.1f} {share:4.0%}" for spent, share in zip(times, shares, strict=True))
        lines.append(f"{deals:>5}  " + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def alone(tasks: Sequence[PortfolioTask], rounds: int, digests: set[str]) -> tuple[list[float], list[float]]:
    """Return the seconds that each deal takes here, and how many of a processor."""
    single: list[float] = []
    busy: list[float] = []
    for task in [task for _ in range(rounds) for task in tasks]:
        began, worked = time.perf_counter(), time.process_time()
        digests.add(replay_task(task).digest)
        single.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    return single, busy


def measure(given: argparse.Namespace, directory: Path) -> tuple[float, float, float]:
    """Print what is measured; return the median seconds of a deal, of starting processes, and of a task."""
    started = time.perf_counter()
    deal, events, date = made_deal(directory, given.loans, given.months)
    for number in range(1, given.deals):
        shutil.copytree(directory / "0", directory / str(number))
    addresses = [f"archive:{directory / str(number)}" for number in range(given.deals)]
    tasks = [PortfolioTask(address=address, deal=deal, record_date=date) for address in addresses]
    files = [file.stat().st_size for file in (directory / "0").rglob("*.parquet")]
    size = sum(files)
    shape = f"{events:,} events in {len(files)} files, {size / events:.0f} bytes each"
    print(f"a deal of {given.loans:,} loans and {given.months} months: {shape}")
    print(f"made in {time.perf_counter() - started:.0f} seconds; {given.deals} of them, {given.rounds} rounds\n")
    if replay_task(tasks[0]).failed:
        raise SystemExit(f"the deal cannot be replayed: {replay_task(tasks[0]).reason}")
    digests: set[str] = set()
    single, busy = alone(tasks, given.rounds, digests)
    print(f"{'seconds':34}    min  median     max")
    print(f"{'one deal, here':34}{spread(single)}")
    print(f"{'  of a processor':34}{spread(busy)}")
    rows: list[tuple[str, list[float]]] = []
    whole: list[float] = []
    for _ in range(given.rounds):
        spent, found = timed(in_turn, tasks)
        digests.update(found)
        whole.append(spent)
    rows.append(("all, in turn", whole))
    for workers in given.workers:
        samples = [timed(ThreadMapper(workers), tasks)[0] for _ in range(given.rounds)]
        rows.append((f"all, {workers} threads", samples))
    starts: list[float] = []
    each: list[float] = []
    for workers in given.workers:
        samples, first = [], []
        for _ in range(given.rounds):
            began = time.perf_counter()
            with connected("processes", workers=workers) as mapper:
                starting = time.perf_counter() - began
                first.append(starting)
                # The first task on each worker also imports the program there.
                list(mapper(replay_task, tasks[:1] * workers))
                starts.append(time.perf_counter() - began)
                spent, found = timed(mapper, tasks)
                digests.update(found)
                samples.append(spent)
                began = time.perf_counter()
                list(mapper(str, range(NOTHING)))
                each.append((time.perf_counter() - began) / NOTHING)
        rows.append((f"starting {workers} processes", first))
        rows.append((f"all, {workers} processes, started", samples))
    for name, samples in rows:
        print(f"{name:34}{spread(samples)}")
    if len(digests) != 1:
        raise SystemExit("the runs gave different digests")
    cost, start = median(single), max(0.0, median(starts) - median(single))
    print(f"\nstarting processes until each has done its first deal, less that deal: {start:.2f}")
    return cost, start, median(each)


def main() -> int:
    """Measure, or take what is given, and print the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=8)
    parser.add_argument("--loans", type=int, default=200)
    parser.add_argument("--months", type=int, default=360)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--model", type=float, metavar="SECONDS")
    parser.add_argument("--start", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--task", type=float, default=0.002, metavar="SECONDS")
    given = parser.parse_args()
    cost, start, task = given.model, given.start, given.task
    if cost is None:
        release = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
        print(f"{release}, {available_cores()} processors, load {os.getloadavg()[0]:.1f}\n")
        with tempfile.TemporaryDirectory(prefix="portfolio-") as place:
            cost, start, task = measure(given, Path(place))
    print(f"\nmodel: {cost:.2f} seconds a deal, {start:.1f} to start, {task * 1000:.1f} ms a task in the scheduler")
    print("seconds by workers, and the share of the workers' time that is of use\n")
    print(model(cost, start, task))
    return 0


if __name__ == "__main__":
    sys.exit(main())
