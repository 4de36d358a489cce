"""Writers of one deal, and of a deal each: how many batches a second get through as more of them queue.

::

    python -m tests.benchmarks.writers --seconds 4 --backend postgresql

Every writer is a process of its own, or (``threads``) a thread that shares one open ledger. A round measures one writer
and several in turn, so that what else the machine does falls on both; the ratio is taken within the round.

A writer that queues behind seven others stands still for seven batches, and its program and its server process are out
of every cache when its turn comes. What that costs by itself is measured too: by one writer with nobody beside it, that
stands still as long between two batches.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from ledger import CollectionReceived, Event, Ledger, LoanBoarded
from tests.deals.toy import CUT_OFF, toy_terms
from tests.postgres import running_server

LOANS = 400
"""Loans of the deal beside those of the toy deal; every batch is of other ones than the batch before."""


def opened(ledger: Ledger, deal: str) -> None:
    """Open a deal with many small loans."""
    ledger.open_deal(deal, toy_terms()).or_raise()
    boarded = [
        LoanBoarded(
            event_id=f"board/{n}", deal=deal, effective_date=CUT_OFF, loan=f"l-{n}", group="one", balance="1000.00",
            note_rate="0.12",
        )
        for n in range(LOANS)
    ]  # fmt: skip
    ledger.post_many(boarded).or_raise()


def batch(deal: str, writer: str, number: int, events: int) -> list[Event]:
    """Return one small batch: what came in for some loans."""
    return [
        CollectionReceived(
            event_id=f"{writer}/{number}/{place}", deal=deal, effective_date="2021-01-05",
            loan=f"l-{(number * events + place) % LOANS}", principal="0.00", interest="1.00",
        )
        for place in range(events)
    ]  # fmt: skip


def posted(ledger: Ledger, deal: str, writer: str, events: int, until: float) -> int:
    """Post batches until a moment and return how many got in by then.

    The last batch of each writer ends behind it, and would count for more the more writers there are.
    """
    number = 0
    while True:
        ledger.post_many(batch(deal, writer, number, events)).or_raise()
        if time.time() > until:
            return number
        number += 1


def pausing(url: str, deal: str, events: int, seconds: float, pause: float) -> float:
    """Return how many times as long a batch takes of one writer that stands still for so long before each."""
    tag, took = time.time_ns(), {pause: [0.0], 0.0: [0.0]}
    with Ledger.open(url) as ledger:
        ledger.post_many(batch(deal, f"{tag}/first", 0, LOANS)).or_raise()
        for waiting, spans in took.items():
            del spans[:]
            until, number = time.time() + seconds, 0
            while time.time() < until:
                given = batch(deal, f"{tag}/{waiting}", number, events)
                time.sleep(waiting)
                began = time.perf_counter()
                ledger.post_many(given).or_raise()
                spans.append(time.perf_counter() - began)
                number += 1
    return statistics.median(took[pause]) / statistics.median(took[0.0])


_starting: Any = None
"""The barrier of a pool's processes, in each of them."""


def _begin(barrier: Any) -> None:
    global _starting  # noqa: PLW0603
    _starting = barrier


def _process(url: str, deal: str, writer: str, events: int, seconds: float) -> int:
    with Ledger.open(url) as ledger:
        # Nothing is measured that only the first batch of a deal or a loan does.
        ledger.post_many(batch(deal, f"{writer}/first", 0, LOANS)).or_raise()
        _starting.wait()
        return posted(ledger, deal, writer, events, time.time() + seconds)


def by_processes(url: str, deals: Sequence[str], events: int, seconds: float) -> int:
    """Let a process a deal (the same deal may stand several times) post at once; return the batches of all."""
    context, tag = multiprocessing.get_context("spawn"), time.time_ns()
    with context.Pool(len(deals), _begin, [context.Barrier(len(deals))]) as pool:
        jobs = [(url, deal, f"{tag}/{n}", events, seconds) for n, deal in enumerate(deals)]
        return sum(pool.starmap(_process, jobs, chunksize=1))


def by_threads(url: str, deals: Sequence[str], events: int, seconds: float) -> int:
    """Let a thread a deal post at once through one open ledger; return the batches of all."""
    tag = time.time_ns()
    with Ledger.open(url) as ledger, ThreadPoolExecutor(len(deals)) as pool:
        for deal in dict.fromkeys(deals):
            ledger.post_many(batch(deal, f"{tag}/first", 0, LOANS)).or_raise()
        until = time.time() + seconds
        jobs = [pool.submit(posted, ledger, deal, f"{tag}/{n}", events, until) for n, deal in enumerate(deals)]
        return sum(job.result() for job in jobs)


LEAST_OF_ONE = 0.9
"""Batches that eight writers of one deal are to get in at least, where one gets in one, on a machine that is quiet."""

WAYS = {"processes": by_processes, "threads": by_threads}


@contextmanager
def address(backend: str) -> Iterator[str]:
    """Return the address of an empty ledger: a server's with its durable settings, or a file's."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory() as home:
            yield f"sqlite:///{Path(home) / 'writers.db'}"
        return
    with running_server() as server:
        server.run(*(f"ALTER SYSTEM RESET {name}" for name in ("fsync", "full_page_writes", "synchronous_commit")))
        server.run("SELECT pg_reload_conf()")
        url: URL = server.url("ledgers")
        yield url.render_as_string(hide_password=False)


def main() -> None:
    """Print batches a second of one writer and of several, and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.writers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--writers", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--events", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--ways", nargs="+", choices=sorted(WAYS), default=sorted(WAYS))
    parser.add_argument("--backend", choices=["postgresql", "sqlite"], default="postgresql")
    given = parser.parse_args()
    print(f"{given.backend}, {os.cpu_count()} cores, rounds of {given.seconds:g} s")
    for way in given.ways:
        for events in given.events:
            for apart in (False, True):
                for writers in given.writers:
                    _round(given, way, events, writers, apart=apart)


def _round(given: argparse.Namespace, way: str, events: int, writers: int, *, apart: bool) -> None:
    ones, manys, alone = [], [], []
    with address(given.backend) as url:
        deals = [f"deal-{n}" if apart else "deal-0" for n in range(writers)]
        with Ledger.create(url) as ledger:
            for deal in dict.fromkeys(deals):
                opened(ledger, deal)
        for _ in range(given.rounds):
            ones.append(WAYS[way](url, deals[:1], events, given.seconds) / given.seconds)
            manys.append(WAYS[way](url, deals, events, given.seconds) / given.seconds)
            if way == "processes" and not apart:
                alone.append(pausing(url, deals[0], events, given.seconds / 2, (writers - 1) / manys[-1]))
    ratio = statistics.median(many / one for many, one in zip(manys, ones, strict=True))
    kind = "a deal each" if apart else "one deal"
    mark = f"as many as there are cores: {os.cpu_count()}" if apart else f"at least {LEAST_OF_ONE}"
    print(
        f"{way:9} {events:3} events a batch, {writers} writers of {kind:11}: {statistics.median(ones):7.1f}/s by one, "
        f"{statistics.median(manys):7.1f}/s together, {ratio:.2f}; to be {mark}",
        flush=True,
    )
    if alone:
        print(f"{'':10}one that stands still as long before each takes {statistics.median(alone):.2f} times as long")


if __name__ == "__main__":
    main()
