"""How long the pages of ``replay serve`` take with ten readers at once, and what the server holds in memory meanwhile.

``python -m tests.benchmarks.pages`` (``make bench-pages``) serves four ledgers, each by a server of its own: the real
month, a life of 360 months, a deal of very many events in one month, and, where it is asked for, a life of as many over
360 months. Readers ask for pages drawn from a seed.

A time says more of the machine than of the pages, so beside it stand ratios: of the slowest of ten readers at once to
one who reads alone, of that one to the bare call of Python that reads the same, and what the time would be on a machine
that counts to ten million in half a second. What loses stands there too: statements that nobody had made, by one reader
and by ten, and the distributions of a deal.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import quote

import attrs
import polars as pl

from ledger import Ledger, RecordedEvent
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from ledger.simulation import LifePlan, post_life
from tests.deals.toy import LOANS, TOY, month_events, payment_date, toy_deal

READERS = 10
LIMITS = {"statement": 0.300, "event": 0.150}
"""Seconds within which 95 of 100 pages of a kind should be there."""

ORDINARY = 0.5
"""Seconds in which an ordinary machine counts to ten million."""

MADE_BEFORE = 12
"""Statements of a deal that are made before readers come; a server keeps no more than some two dozen."""


@attrs.frozen(kw_only=True)
class Measured:
    """One kind of page of one ledger."""

    what: str
    kind: str
    events: int
    months: int
    seconds: tuple[float, ...]
    alone: float | None
    """The median of one reader; None where that was not asked."""
    bare: float | None
    """The median of the call of Python that reads the same; None where there is none."""
    work: float
    """Seconds of the processor that the server took for one of them: what the machine's other work does not change."""
    memory: float
    """Megabytes that the server has held at most so far."""
    counting: float
    """Seconds in which the machine counted to ten million while these pages were read."""

    @property
    def p95(self) -> float:
        """The time within which 95 of 100 were there; of few, the longest."""
        return statistics.quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 19 else max(self.seconds)

    @property
    def verdict(self) -> str:
        """Say whether the limit of its kind holds here, and where not, whether it would on an ordinary machine."""
        limit = LIMITS.get(self.kind)
        if limit is None:
            return ""
        if self.p95 < limit:
            return "holds"
        would = "would hold" if self.p95 * ORDINARY / self.counting < limit else "would not"
        return f"above {limit * 1000:.0f}; {would}"

    def told(self) -> str:
        """Return a row of the table."""
        middle = statistics.median(self.seconds)
        of_alone = "" if self.alone is None else f"{self.p95 / self.alone:.1f}"
        of_bare = "" if self.bare is None or self.alone is None else f"{self.alone / self.bare:.1f}"
        cells = (
            *(self.what, f"{self.events:,}", self.months, self.kind, len(self.seconds)),
            *(f"{middle * 1000:.0f}", f"{self.p95 * 1000:.0f}", of_alone, of_bare),
            *(f"{self.p95 * ORDINARY / self.counting * 1000:.0f}", f"{self.work * 1000:.1f}"),
            *(f"{self.memory:.0f}", self.verdict),
        )
        return f"| {' | '.join(map(str, cells))} |"


COLUMNS = ("ledger", "events", "months", "page", "pages", "median, ms", "95 of 100, ms", "of one reader's",
           "of the bare call", "ordinary, ms", "processor a page, ms", "memory, MB", "")  # fmt: skip


def counted() -> float:
    """Return the seconds in which this machine counts to ten million just now, from a tenth of it."""
    began = time.perf_counter()
    for _ in range(1_000_000):
        pass
    return 10 * (time.perf_counter() - began)


@contextmanager
def serving(path: Path) -> Iterator[tuple[int, int]]:
    """Serve a ledger by a process of its own; yields its port and its process."""
    command = [sys.executable, "-m", "replay", "serve", str(path), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert server.stderr is not None
        found = None
        while found is None:
            found = re.search(r"http://127\.0\.0\.1:([0-9]+)", server.stderr.readline())
        yield int(found[1]), server.pid
    finally:
        server.terminate()
        server.wait()


def held_by(process: int) -> float:
    """Return the megabytes that a process has held at most."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    return 0.0 if found is None else int(found[1]) / 1024


def worked_by(process: int) -> float:
    """Return the seconds of the processor that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read(port: int, address: str) -> float:
    """Return the seconds in which a page came whole."""
    began = time.perf_counter()
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=170)
    asked.request("GET", address)
    answer = asked.getresponse()
    answer.read()
    asked.close()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    return time.perf_counter() - began


def at_once(port: int, draw: Callable[[random.Random], str], each: int) -> tuple[float, ...]:
    """Return what the pages took that ten readers asked for at once, each of them so many."""
    took: list[float] = []

    def reads(seed: int) -> None:
        drawn = random.Random(seed)
        took.extend([read(port, draw(drawn)) for _ in range(each)])

    readers = [threading.Thread(target=reads, args=(seed,)) for seed in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return tuple(took)


@attrs.frozen(kw_only=True)
class Bench:
    """A ledger that is served, and what is asked of it."""

    what: str
    deal: str
    port: int
    process: int
    events: int
    days: tuple[str, ...]

    @property
    def here(self) -> str:
        """The address of the deal."""
        return f"/deals/{quote(self.deal, safe='')}"

    def statement(self, day: str, page: int | None = None) -> str:
        """Return the address of a statement."""
        return f"{self.here}/statements/{day}" + ("" if page is None else f"?page={page}")

    def row(self, kind: str, ask: Callable[[], Sequence[float]], *, alone: float | None = None,
            bare: float | None = None) -> Measured:  # fmt: skip
        """Ask, and return what it took."""
        before, counting = worked_by(self.process), counted()
        seconds = tuple(ask())
        counting = (counting + counted()) / 2
        work = (worked_by(self.process) - before) / len(seconds)
        return Measured(what=self.what, kind=kind, events=self.events, months=len(self.days), seconds=seconds,
                        work=work, alone=alone, bare=bare, memory=held_by(self.process), counting=counting)  # fmt: skip

    def read(self, draw: Callable[[random.Random], str], times: int) -> float:
        """Return the median of what one reader waits for pages that are drawn."""
        drawn = random.Random(99)
        return statistics.median(read(self.port, draw(drawn)) for _ in range(times))


def timed(ask: Callable[[], object], times: int = 5) -> float:
    """Return the median of the seconds that a call takes."""
    found: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measured(what: str, path: Path, deal: str, each: int) -> Iterator[Measured]:
    """Yield what the pages of a ledger took."""
    with Ledger.open(str(path)) as ledger:
        last = ledger.head(deal).sequence
        days = tuple(
            str(getattr(item.event, "distribution_date", "")) for item in ledger.events(deal, types=["period_closed"])
        )
        with serving(path) as (port, process):
            bench = Bench(what=what, deal=deal, port=port, process=process, events=last, days=days)
            yield from _of_statements(bench, ledger, each)
            yield from _of_events(bench, ledger, each)
            yield bench.row("distributions of the deal", lambda: [read(port, bench.here)])


def _of_statements(bench: Bench, ledger: Ledger, each: int) -> Iterator[Measured]:
    drawn = random.Random(1)
    shuffled = drawn.sample(bench.days, len(bench.days))
    chosen, others = shuffled[:MADE_BEFORE], shuffled[MADE_BEFORE:]
    read(bench.port, f"{bench.here}/events/1")  # A server that was never asked imports what it needs.
    bare = timed(lambda: ledger.distribution(bench.deal, dt.date.fromisoformat(chosen[0])))
    first = bench.row("statement, nobody's before", lambda: [read(bench.port, bench.statement(day)) for day in chosen])
    yield attrs.evolve(first, alone=statistics.median(first.seconds), bare=bare)

    def any_page(draw: random.Random) -> str:
        return bench.statement(draw.choice(chosen), draw.choice((2, 3, 4, 6, 10)))

    alone = bench.read(any_page, 20)
    yield bench.row("statement", lambda: at_once(bench.port, any_page, each), alone=alone, bare=bare)
    if len(others) >= READERS:
        coming, times = iter(others), min(3, len(others) // READERS)

        def nobodys(_: random.Random) -> str:
            return bench.statement(next(coming))

        yield bench.row("statement, ten nobody's at once", lambda: at_once(bench.port, nobodys, times),
                        alone=statistics.median(first.seconds), bare=bare)  # fmt: skip


def _of_events(bench: Bench, ledger: Ledger, each: int) -> Iterator[Measured]:
    def event(draw: random.Random) -> str:
        return f"{bench.here}/events/{draw.randint(1, bench.events)}"

    def listed(draw: random.Random) -> str:
        return f"{bench.here}/events?after={draw.randint(0, bench.events)}"

    for kind, draw, size in (("event", event, 3), ("100 events", listed, 101)):
        bare = timed(partial(_listed, ledger, bench, size), 20)
        yield bench.row(kind, partial(at_once, bench.port, draw, each), alone=bench.read(draw, 20), bare=bare)


def _listed(ledger: Ledger, bench: Bench, size: int) -> list[RecordedEvent]:
    return list(ledger.events(bench.deal, after=bench.events // 2, limit=size))


def lived(path: Path, name: str, loans: int, months: int) -> str:
    """Make a ledger of a simulated life, unless it is there; returns its deal. Few prepay, so that it lasts."""
    plan = LifePlan(name=name, loans=loans, months=months, prepayment_rate=1_000, callable_at=0)
    if not path.exists():
        with Ledger.create(str(path)) as ledger:
            post_life(ledger, plan)
    return plan.deal


def large(path: Path, events: int) -> str:
    """Make a ledger of a deal with very many events, unless it is there; returns its deal."""
    if not path.exists():
        day, each = dt.date(2020, 12, 20), events // len(LOANS)
        with Ledger.create(str(path)) as ledger:
            toy_deal(ledger)
            ledger.post_many(month_events(1)).or_raise()
            for loan in LOANS:
                columns = {
                    "event_id": [f"ahead/{loan}/{number}" for number in range(each)],
                    "effective_date": [day] * each,
                    "loan": [loan] * each,
                    "amount": [Decimal("0.01")] * each,
                }
                ledger.post_table(TOY, [("curtailment_collected", pl.DataFrame(columns))]).or_raise()
            ledger.close_period(TOY, payment_date(1)).or_raise()
    return TOY


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__)
    parser.add_argument("--each", type=int, default=20, help="pages that each of ten readers asks for (%(default)s)")
    parser.add_argument("--long-loans", type=int, default=20, help="loans of the long life (%(default)s)")
    parser.add_argument("--long-months", type=int, default=360, help="months of the long life (%(default)s)")
    parser.add_argument("--whole-loans", type=int, default=0,
                        help="loans of a long life of many events; 2000 give about a million (none)")  # fmt: skip
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the large month (%(default)s)")
    parser.add_argument("--keep", type=Path, help="where the ledgers are kept, and found again (not kept)")
    asked = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} processors; it counts to ten "
          f"million in {counted():.1f} s, an ordinary one in {ORDINARY} s\n")  # fmt: skip
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + "---|" * len(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        home = asked.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        for what, path, deal in _ledgers(home, asked):
            for row in measured(what, path, deal, asked.each):
                print(row.told(), flush=True)
    return 0


def _ledgers(home: Path, asked: argparse.Namespace) -> Iterator[tuple[str, Path, str]]:
    real = home / "real.db"
    if not real.exists():
        with Ledger.create(str(real)) as ledger:
            post_september_2002(ledger)
    yield "the real month", real, DEAL
    long = home / "long.db"
    yield "a long life", long, lived(long, "long", asked.long_loans, asked.long_months)
    many = home / "many.db"
    yield "a large month", many, large(many, asked.events)
    whole = home / "whole.db"
    if asked.whole_loans or whole.exists():
        yield "a long life of many", whole, lived(whole, "whole", asked.whole_loans or 2_000, asked.long_months)


if __name__ == "__main__":
    sys.exit(main())
