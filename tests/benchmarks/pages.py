"""How long the pages of ``replay serve`` take with ten readers at once, and what the server holds in memory meanwhile.

``python -m tests.benchmarks.pages`` (``make bench-pages``) serves three ledgers, each by a server of its own: the real
month, a life of many months, and a deal of very many events. Readers ask for pages drawn from a seed. The first reader
of a statement waits for it to be made; that is a line of its own.
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
from pathlib import Path
from urllib.parse import quote

import attrs
import polars as pl

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from tests.deals.toy import LOANS, TOY, month_events, payment_date, toy_deal

READERS = 10
LIMITS = {"statement": 0.300, "event": 0.150}
"""Seconds within which 95 of 100 pages of a kind should be there."""


@attrs.frozen(kw_only=True)
class Measured:
    """One kind of page of one ledger."""

    what: str
    kind: str
    events: int
    seconds: tuple[float, ...]
    work: float
    """Seconds of the processor that the server took for one of them: what the machine's other work does not change."""
    memory: float
    """Megabytes that the server has held at most so far."""

    @property
    def p95(self) -> float:
        """The time within which 95 of 100 were there."""
        return statistics.quantiles(self.seconds, n=20)[-1]

    def told(self) -> str:
        """Return a row of the table."""
        limit = LIMITS.get(self.kind)
        verdict = "" if limit is None else "holds" if self.p95 < limit else f"above {limit * 1000:.0f}"
        middle = statistics.median(self.seconds) * 1000
        return (
            f"| {self.what} | {self.events:,} | {self.kind} | {len(self.seconds)} | {middle:.0f} | "
            f"{self.p95 * 1000:.0f} | {self.work * 1000:.1f} | {self.memory:.0f} | {verdict} |"
        )


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


def measured(what: str, path: Path, deal: str, each: int) -> Iterator[Measured]:
    """Yield what the pages of a ledger took."""
    with Ledger.open(str(path)) as ledger:
        last = ledger.head(deal).sequence
        days = [
            str(getattr(item.event, "distribution_date", "")) for item in ledger.events(deal, types=["period_closed"])
        ]
    here = f"/deals/{quote(deal, safe='')}"
    with serving(path) as (port, process):

        def row(kind: str, ask: Callable[[], Sequence[float]]) -> Measured:
            before = worked_by(process)
            seconds = tuple(ask())
            work = (worked_by(process) - before) / len(seconds)
            return Measured(what=what, kind=kind, events=last, seconds=seconds, work=work, memory=held_by(process))

        address = f"{here}/statements/{days[-1]}"
        yield row("statement, first made and again", lambda: (read(port, address), read(port, address)))
        chosen = random.Random(1).sample(days, min(len(days), 12))
        for day in chosen:
            read(port, f"{here}/statements/{day}")

        def statement(drawn: random.Random) -> str:
            return f"{here}/statements/{drawn.choice(chosen)}?page={drawn.choice((2, 3, 4, 6, 10))}"

        yield row("statement", lambda: at_once(port, statement, each))

        def event(drawn: random.Random) -> str:
            return f"{here}/events/{drawn.randint(1, last)}"

        def listed(drawn: random.Random) -> str:
            return f"{here}/events?after={drawn.randint(0, last)}"

        yield row("event", lambda: at_once(port, event, each))
        yield row("100 events", lambda: at_once(port, listed, each))


def lived(path: Path, name: str, loans: int, months: int) -> str:
    """Make a ledger of a simulated life, unless it is there; returns its deal."""
    if not path.exists():
        command = [sys.executable, "-m", "ledger", "simulate", str(path), name, "--loans", str(loans)]
        subprocess.run([*command, "--months", str(months)], check=True, stdout=subprocess.DEVNULL)
    return f"simulated-{name}"


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
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the large deal (%(default)s)")
    parser.add_argument("--keep", type=Path, help="where the ledgers are kept, and found again (not kept)")
    asked = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} processors\n")
    print("| ledger | events | page | pages | median, ms | 95 of 100, ms | processor a page, ms | memory, MB | |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        home = asked.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        real = home / "real.db"
        if not real.exists():
            with Ledger.create(str(real)) as ledger:
                post_september_2002(ledger)
        long, many = home / "long.db", home / "many.db"
        made = [
            ("the real month", real, DEAL),
            (f"{asked.long_months} months", long, lived(long, "long", asked.long_loans, asked.long_months)),
            ("many events", many, large(many, asked.events)),
        ]
        for what, path, deal in made:
            for row in measured(what, path, deal, asked.each):
                print(row.told(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
