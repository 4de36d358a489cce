"""A month of a large pool: built and posted; and while it is open its statement, closing, explanation and loans.

The month before is closed and paid, so that a snapshot holds it; of the open one nothing is kept. What is set beside
the product is less: sums of balances out of the same file by sqlite3 alone, and the static columns of the pool by
Polars. A second size says how the work grows.
"""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl

import replay
from ledger import Ledger
from ledger.journal.movements import BALANCE_SIGN, BOARDING, REDUCING
from ledger.simulation import Life, LifePlan
from tests.benchmarks import months
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.workload import driver_connection, remove

_MONTHS = 3
_MOVED = (
    f"SUM(CASE WHEN posts_as = '{BOARDING}' THEN principal + memo "
    f"WHEN posts_as IN ({', '.join(repr(name) for name in sorted(REDUCING))}) THEN -principal ELSE principal END)"
)
_BALANCES = (
    f"SELECT loan, {_MOVED} FROM events WHERE loan <> '' "
    f"AND posts_as IN ({', '.join(repr(name) for name in BALANCE_SIGN)}) GROUP BY loan"
)
_PAYLOADS = f"SELECT loan, payload FROM events WHERE posts_as = '{BOARDING}' AND loan <> ''"
_MEASURES = ("remaining_term_months", "seasoning_months", "margin", "max_rate")


@attrs.frozen(kw_only=True)
class _OpenMonth:
    """A pool in a file, and the payment date of its month that is open."""

    path: Path
    deal: str
    day: dt.date
    loans: int


def _posted(path: Path, loans: int) -> _OpenMonth:
    life = Life(LifePlan(seed=7, loans=loans, months=_MONTHS, callable_at=0, correction_rate=0))
    say(f"\nPreparing {loans:,} loans and {_MONTHS} months")
    remove(path)
    with Ledger.create(path) as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
        day = life.terms.closing_date
        for number, month in enumerate(life.months(), 1):
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            day = month.payment_date
            if number < _MONTHS:
                ledger.close_period(life.deal, day).or_raise()
                ledger.distribute(life.deal, day).or_raise()
    connection = driver_connection(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return _OpenMonth(path=path, deal=life.deal, day=day, loans=loans)


def _ours(
    name: str, at: _OpenMonth, run: Callable[[Ledger], Any], answer: Callable[[Any], Any], *, snapshots: bool = True
) -> Contender:
    return Contender(
        name=name,
        ours=True,
        rival=not snapshots,
        prepare=lambda: Ledger.open(at.path, snapshots=snapshots),
        run=run,
        answer=lambda _, found: answer(found),
        finish=lambda ledger: ledger.close(),
    )


def _by_hand(name: str, at: _OpenMonth, *, columns: bool) -> Contender:
    """Return balances added up by sqlite3, and the static columns taken out of the payloads by Polars."""

    def run(connection: Any) -> int:
        balances = connection.execute(_BALANCES).fetchall()
        if columns:
            held = pl.DataFrame(balances, schema=["loan", "units"], orient="row")
            frame = pl.DataFrame(connection.execute(_PAYLOADS).fetchall(), schema=["loan", "payload"], orient="row")
            fields = [pl.col("payload").str.json_path_match(f"$.{name}").alias(name) for name in _MEASURES]
            joined = frame.select("loan", *fields).join(held, on="loan")
            numbers = [(pl.col(name).cast(pl.Float64) * pl.col("units")).sum() for name in _MEASURES]
            joined.select(*numbers)
        return sum(units for _, units in balances)

    return Contender(
        name=name, prepare=lambda: driver_connection(at.path), run=run, finish=lambda connection: connection.close()
    )


def _kinds(at: _OpenMonth) -> Iterator[tuple[str, str, list[Contender]]]:
    """Yield what is measured: a key, a title, and its contenders, the product first."""

    def closing(report: Any) -> int:
        return int(report.collateral.total.closing_balance.value * 10_000)

    yield (
        "statement",
        "The statement of an open month",
        [
            _ours("Ledger.distribution", at, lambda ledger: ledger.distribution(at.deal, at.day), closing),
            _ours(
                "Ledger.distribution, without snapshots",
                at,
                lambda ledger: ledger.distribution(at.deal, at.day),
                closing,
                snapshots=False,
            ),
            _by_hand("sqlite3 and Polars: balances, and four averages", at, columns=True),
        ],
    )
    yield (
        "close",
        "The gate and the closing of a month",
        [
            _ours(
                "Ledger.close_period (decided, not written)",
                at,
                lambda ledger: ledger.close_period(at.deal, at.day, dry_run=True).or_raise(),
                lambda receipt: receipt.accepted,
            )
        ],
    )
    yield (
        "loans",
        "The loans of an open month, one by one",
        [
            _ours(
                "Ledger.loans_paid, gone through",
                at,
                lambda ledger: [line.stated_balance for line in ledger.loans_paid(at.deal, at.day)],
                lambda found: int(sum(found) * 10_000),
            ),
            _by_hand("sqlite3: balances alone", at, columns=False),
        ],
    )
    yield ("explain", "An explanation of a figure of an open month", [_explaining(at)])


def _explaining(at: _OpenMonth) -> Contender:
    def prepare() -> Any:
        ledger = Ledger.open(at.path)
        statement = replay.statement(ledger, at.deal, payment_date=at.day)
        return ledger, statement, statement.find("3/interest/A/accrued interest")[0]

    return Contender(
        name="replay.explain",
        ours=True,
        prepare=prepare,
        run=lambda held: replay.explain(*held),
        answer=lambda _, told: len(told.events),
        finish=lambda held: held[0].close(),
    )


def open_months(directory: Path, rounds: int, *, sizes: tuple[int, ...]) -> Iterator[Comparison]:
    """Yield every table at each size, and say how the work grew from the size before."""
    before: dict[str, tuple[int, float]] = {}
    for loans in sizes:
        pool = months.boarded(directory / f"noted-{loans}.db", loans)
        say(f"\nOnce in a process of its own, {loans:,} loans: {months.memory(pool)}")
        work = f"{loans:,} loans that were boarded, their first month; the rate is in loans"
        yield from _measured(months.kinds(pool), work, loans, rounds, before)
        remove(pool.path)
        remove(pool.path.with_suffix(".copy.db"))
        at = _posted(directory / f"servicing-{loans}.db", loans)
        work = f"{loans:,} loans, {_MONTHS} months, the last of them open; the rate is in loans"
        yield from _measured(_kinds(at), work, loans, rounds, before)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        say(f"  at most {peak:,} MB held by now, the simulation's posting included")
        remove(at.path)


def _measured(
    kinds: Iterable[tuple[str, str, list[Contender]]],
    work: str,
    loans: int,
    rounds: int,
    before: dict[str, tuple[int, float]],
) -> Iterator[Comparison]:
    """Yield the tables of one size; ``before`` holds the size and the median of the one before it, by key."""
    for key, title, contenders in kinds:
        found = compare(
            key=f"servicing_{key}_{loans}",
            title=f"{title}, {loans:,} loans",
            work=work,
            contenders=contenders,
            events=loans,
            rounds=rounds,
            reference=contenders[0].name,
            series=f"servicing_{key}",
            point=f"{loans:,} loans",
        )
        median = found.named(contenders[0].name).median
        if key in before:
            smaller, seconds = before[key]
            say(f"  growth from {smaller:,} loans: {median / seconds:.1f}x for {loans / smaller:.0f}x the loans")
        before[key] = loans, median
        yield found
