"""The same cents on every path, over ten million simulated events: SQL, snapshots, archives, a cluster, plain Python.

``python tests/soak/same_cents.py`` makes simulated deals, each in a ledger of its own, seals them, and asks for totals
and statements along every path. Exit status 1 where two of them differ.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ledger import Ledger
from ledger.events.base import COMPONENTS
from ledger.journal.totals import TotalRow
from ledger.simulation import Life, LifePlan
from replay.portfolio.lines import PortfolioTask, replay_portfolio
from replay.portfolio.workers import connected

KEYS = ("distribution", "posts_as", "loan_group", "class_id", "code")
PROGRESS_EVERY = 60


def said(message: str) -> None:
    """Say how far the work is."""
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)


def live(path: Path, plan: LifePlan) -> list[dt.date]:
    """Post a life and close its months, so that snapshots are taken; return the payment dates of three of them."""
    life = Life(plan)
    payment_dates = [month.payment_date for month in islice(life.months(), plan.months)]
    compared = [payment_dates[len(payment_dates) // 2], payment_dates[-2], payment_dates[-1]]
    with Ledger.create(path) as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        for table in life.boarding():
            ledger.post_table(life.deal, [(table.type, table.frame())]).or_raise()
        for number, month in enumerate(life.months(), 1):
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            if month.corrections:
                ledger.post_many(month.corrections).or_raise()
            ledger.close_period(life.deal, month.payment_date).or_raise()
            if number % PROGRESS_EVERY == 0:
                said(f"{life.deal}: month {number}")
    return compared


def folded(ledger: Ledger, deal: str) -> list[TotalRow]:
    """Add up a deal's rows one by one, the way that nobody could get wrong."""
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in ledger.stored_rows(deal):
        held = sums.setdefault(tuple(getattr(row, name) for name in KEYS), [0] * 8)
        for index, name in enumerate(COMPONENTS):
            held[index] += getattr(row, name)
        held[7] += 1
    return sorted(TotalRow(*key, *values) for key, values in sums.items())  # type: ignore[arg-type]


def totals(address: str, deal: str) -> list[TotalRow]:
    """Return a deal's totals as its store adds them up."""
    with Ledger.open(address) as ledger, ledger._store.reading() as reading:
        key = reading.deal_key(deal)
        return sorted(reading.totals(key, known_through=reading.head(key).sequence))


def differences(path: Path, archives: Path, plan: LifePlan, closed: list[dt.date]) -> Iterator[str]:
    """Yield where two paths to the figures of one deal differ."""
    deal, url, archive = plan.deal, f"sqlite:///{path}", f"archive:{archives}"
    with Ledger.open(url) as ledger:
        ledger.archive(deal, str(archives))
        if not folded(ledger, deal) == totals(url, deal) == totals(archive, deal):
            yield f"{deal}: totals differ between single events, runs and the archive"
        if list(ledger.sum_faults(deal)) or list(ledger.snapshot_faults(deal)):
            yield f"{deal}: sums or snapshots are not those of the events"
        with Ledger.open(archive) as sealed:
            for day in closed:
                digests = {
                    "snapshot": ledger.distribution(deal, day).digest,
                    "events": ledger.without_snapshots().distribution(deal, day).digest,
                    "archive": sealed.distribution(deal, day).digest,
                }
                if len(set(digests.values())) != 1:
                    yield f"{deal}, {day}: {digests}"


def main() -> int:
    """Run it; see ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deals", type=int, default=8)
    parser.add_argument("--loans", type=int, default=2_500)
    parser.add_argument("--months", type=int, default=240)
    asked = parser.parse_args()
    found: list[str] = []
    events = 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        archives, tasks, urls = root / "archives", list[PortfolioTask](), list[PortfolioTask]()
        for seed in range(1, asked.deals + 1):
            plan = LifePlan(
                seed=seed,
                loans=asked.loans,
                months=asked.months,
                name=f"same-{seed}",
                prepayment_rate=1_500,
                callable_at=0,
            )
            path = root / f"{plan.deal}.db"
            closed = live(path, plan)
            found.extend(differences(path, archives, plan, closed))
            with Ledger.open(path) as ledger:
                events += ledger.head(plan.deal).sequence
                date = ledger.distribution(plan.deal, closed[-1]).distribution.record_date
            tasks.append(PortfolioTask(address=f"archive:{archives}", deal=plan.deal, record_date=date))
            urls.append(PortfolioTask(address=f"sqlite:///{path}", deal=plan.deal, record_date=date))
            said(f"{plan.deal}: {events:,} events so far, {len(found)} differences")
        with connected("processes", workers=2) as mapper:
            by_cluster = replay_portfolio(tasks, mapper)
        if by_cluster != replay_portfolio(urls):
            found.append("the cluster's lines over archives are not those of the ledgers")
    for line in found:
        print(line)
    print(f"{events:,} simulated events in {asked.deals} deals: {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
