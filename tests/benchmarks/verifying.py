"""Verifying a ledger beside the least that could be done: reading what is hashed, and chaining it.

::

    python -m tests.benchmarks.verifying             a simulated deal of about 100,000 events, and two that lose
    python -m tests.benchmarks.verifying --loans 4000 --months 36

Rounds measure everything in turn, so that what else the machine does falls on all of it; ratios are of one round, whose
bare chain runs before and behind each. Time is that of the processes at work, and what two gain also that of the clock.
It also says what ``ledger events`` takes beside copying the column of payloads.
"""

from __future__ import annotations

import argparse
import io
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ledger import Ledger, verify_rows
from ledger.reports.logs import event_lines
from ledger.simulation import LifePlan, post_life
from ledger.store.hashing import GENESIS, link
from replay.evidence.verify import verify


def bare_chain(path: Path) -> None:
    """Read what is hashed of every event, and chain it."""
    previous = GENESIS
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT sequence, recorded_at, distribution, payload, hash FROM events WHERE deal_key = 1 ORDER BY sequence"
        )
        for sequence, recorded_at, distribution, payload, digest in rows:
            previous = link(previous, sequence, recorded_at, distribution, payload.encode())
            assert previous == digest


def copied_column(path: Path) -> None:
    """Write the column of payloads out, a line each."""
    out = io.StringIO()
    with sqlite3.connect(path) as connection:
        for (payload,) in connection.execute("SELECT payload FROM events WHERE deal_key = 1 ORDER BY sequence"):
            out.write(payload)
            out.write("\n")


MOST_TIMES = 8
"""Times the bare chain that reading, chaining, rows and sums take together at most, in one process."""

LEAST_GAIN = 1.7
"""Times one process that two are to verify in a second at least, on two cores that do nothing else."""


def rows_and_sums(ledger: Ledger, deal: str) -> None:
    """Read, chain and verify every row, and add up the sums beside them."""
    found = verify_rows(deal, ledger.stored_rows(deal), ledger.stored_batches(deal), ledger.stored_runs(deal))
    assert list(found) == []


def worked() -> float:
    """Return the seconds that this process and those that it has waited for were at work."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in used)


def seconds_of(job: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Return what a job takes."""
    began = clock()
    job()
    return clock() - began


def times_the_chain(ledger: Ledger, deal: str, path: Path, rounds: int) -> list[float]:
    """Return how many times the bare chain reading, chaining, rows and sums take, round by round."""
    rows_and_sums(ledger, deal)
    found = []
    for _ in range(rounds):
        before = seconds_of(lambda: bare_chain(path))
        whole = seconds_of(lambda: rows_and_sums(ledger, deal))
        found.append(2 * whole / (before + seconds_of(lambda: bare_chain(path))))
    return found


def jobs(ledger: Ledger, deal: str, path: Path) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""

    def events() -> None:
        out = io.StringIO()
        for payloads in ledger.payloads(deal):
            out.write(event_lines(payloads))
            out.write("\n")

    return {
        "bare chain": lambda: bare_chain(path),
        "rows and sums": lambda: rows_and_sums(ledger, deal),
        "whole, one process": lambda: verify(ledger, deal),
        "whole, two processes": lambda: verify(ledger, deal, processes=2),
        "copying payloads": lambda: copied_column(path),
        "ledger events": events,
    }


MOST_TIMES_COPIED = 1.5
"""Times copying the column of payloads that ``ledger events`` takes at most."""


def told(ratios: list[float], digits: int) -> str:
    """Return the middle of some ratios, and the least and the most of them."""
    return f"{statistics.median(ratios):.{digits}f} ({min(ratios):.{digits}f} to {max(ratios):.{digits}f})"


def measured(plan: LifePlan, rounds: int, folder: Path) -> None:
    """Print what verifying one simulated deal takes, and the ratios that matter."""
    path = folder / f"{plan.name}.db"
    with Ledger.create(path) as ledger:
        post_life(ledger, plan)
    with Ledger.open(path) as ledger:
        count = ledger.head(plan.deal).sequence
        work = jobs(ledger, plan.deal, path)
        taken: dict[str, list[float]] = {name: [] for name in work}
        clocked: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(rounds):
            for name, job in work.items():
                began = time.perf_counter()
                taken[name].append(seconds_of(job, worked))
                clocked[name].append(time.perf_counter() - began)
        times = times_the_chain(ledger, plan.deal, path, rounds)
    print(f"{count:,} events; microseconds an event, and times the bare chain of the same round (median, least, most)")
    for name, seconds in taken.items():
        ratios = [mine / bare for mine, bare in zip(seconds, taken["bare chain"], strict=True)]
        each = statistics.median(seconds) / count * 1e6
        spread = f"{statistics.median(ratios):5.1f}  {min(ratios):5.1f}  {max(ratios):5.1f}"
        print(f"{name:22} {each:7.2f}  {spread}")
    print(
        f"reading, chaining, rows and sums: {told(times, 1)} times the bare chain; to be at most {MOST_TIMES} "
        "where months repeat"
    )
    pairs = zip(clocked["whole, one process"], clocked["whole, two processes"], strict=True)
    gains = [one / two for one, two in pairs]
    print(f"two processes: {told(gains, 2)} times one, by the clock; to be at least {LEAST_GAIN} of a long log")
    pairs = zip(taken["whole, two processes"], taken["whole, one process"], strict=True)
    shared = [two / one for two, one in pairs]
    print(
        f"both are at work {told(shared, 2)} times as long as one alone; 2 divided by it is what quiet cores may gain"
    )
    pairs = zip(taken["ledger events"], taken["copying payloads"], strict=True)
    copied = [mine / bare for mine, bare in pairs]
    print(f"ledger events: {told(copied, 2)} times copying the column; to be at most {MOST_TIMES_COPIED}", flush=True)


LOSING = (
    ("a log of boardings, of which no row reads like another", 1_000, 1),
    ("a short log, which is over before a second process has begun", 25, 12),
)
"""Deals of which the ratios are worse, and are not promised: what they are, their loans and months."""


def main() -> None:
    """Measure one simulated deal, and those that lose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=1_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured(LifePlan(seed=1, loans=given.loans, months=given.months, name="verified"), given.rounds, Path(folder))
        for number, (what, loans, months) in enumerate(LOSING):
            print(f"\nlosing: {what}")
            plan = LifePlan(seed=1, loans=loans, months=months, name=f"losing-{number}")
            measured(plan, given.rounds, Path(folder))


if __name__ == "__main__":
    main()
