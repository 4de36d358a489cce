"""A month of a large pool built from the notes of its loans, and posted, beside the same by hand.

The loans are level, state their payments, and all pay. By hand Polars takes balance, rate and payment out of the
boardings that sqlite3 reads, reckons the instalments in whole numbers, and sqlite3 inserts three rows a loan into a
plain table: no rules, no chain, no sums, no exceptions.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import polars as pl

from ledger import Ledger
from ledger.journal.movements import BOARDING
from ledger.store.memory import gc_paused
from tests.benchmarks.alone import alone, peak_mib, told
from tests.benchmarks.harness import Contender
from tests.benchmarks.workload import driver_connection, remove
from tests.deals.noted import DEAL, DUE, ISSUED, terms

_EIGHTH = 12_500_000
_YEAR = 12 * 10**10
_FEE = 25_000_000
_DUE = int(f"{DUE:%Y%m%d}")
_PLAIN = "CREATE TABLE plain (kind TEXT, loan TEXT, due INTEGER, principal INTEGER, interest INTEGER, fee INTEGER)"


@attrs.frozen(kw_only=True)
class NotedPool:
    """A file with loans that were boarded, and no month yet."""

    path: Path
    loans: int


def boarded(path: Path, loans: int) -> NotedPool:
    """Board level loans that state their payments."""
    remove(path)
    random = np.random.default_rng(11)
    original = random.integers(60_000, 900_000, loans) * 100
    age, rate = random.integers(0, 60, loans), random.integers(40, 70, loans) * _EIGHTH
    balance = original - original * age // 700
    payment = balance * rate // _YEAR + balance // (360 - age)
    firsts = [dt.date(2024 - (months + 10) // 12, (1 - months) % 12 + 1, 1) for months in range(60)]

    def dollars(cents: Any) -> pl.Series:
        return (pl.Series(values=cents).cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(18, 2))

    def rates(units: Any) -> pl.Series:
        return (pl.Series(values=units).cast(pl.Decimal(38, 10)) / 10**10).cast(pl.Decimal(18, 10))

    names = pl.Series([f"L{number:07d}" for number in range(loans)])
    tape = pl.DataFrame(
        {
            "event_id": "board/" + names,
            "effective_date": pl.Series([ISSUED] * loans),
            "loan": names,
            "group": pl.Series(["fixed"] * loans),
            "balance": dollars(balance),
            "note_rate": rates(rate),
            "servicing_rate": rates(np.full(loans, _FEE)),
            "original_balance": dollars(original),
            "payment": dollars(payment),
            "original_term_months": np.full(loans, 360),
            "remaining_term_months": 360 - age,
            "seasoning_months": age,
            "paid_to_date": pl.Series([ISSUED] * loans),
            "first_due_date": pl.Series([firsts[months] for months in age.tolist()]),
            "amortization_type": pl.Series(["fixed"] * loans),
            "loan_to_value": rates(random.integers(40, 96, loans) * 10**8),
        }
    )
    deal = terms()
    classes = [
        attrs.evolve(item, face=f"{int(balance.sum()) * 9 // 1000}.00") if item.class_id == "A" else item
        for item in deal.classes
    ]
    with Ledger.create(path) as ledger:
        ledger.open_deal(DEAL, attrs.evolve(deal, classes=tuple(classes))).or_raise()
        ledger.post_table(DEAL, [(BOARDING, tape)]).or_raise()
    connection = driver_connection(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return NotedPool(path=path, loans=loans)


def _copied(at: NotedPool) -> Path:
    copy = at.path.with_suffix(".copy.db")
    remove(copy)
    shutil.copyfile(at.path, copy)
    return copy


def _dues_of(path: Path, table: str, kind: str) -> int:
    """Return what fell due by a file, in units of 0.0001 dollar."""
    connection = driver_connection(path)
    try:
        (found,) = connection.execute(f"SELECT SUM(principal) + SUM(interest) FROM {table} WHERE {kind}").fetchone()
        return int(found)
    finally:
        connection.close()


def _reckoned(connection: Any) -> pl.DataFrame:
    """Return the instalments of the month by hand, in cents."""
    rows = connection.execute(f"SELECT loan, payload FROM events WHERE posts_as = '{BOARDING}'").fetchall()
    frame = pl.DataFrame(rows, schema=["loan", "payload"], orient="row")

    def units(name: str, scale: int) -> pl.Expr:
        text = pl.col("payload").str.json_path_match(f"$.{name}")
        found: pl.Expr = (text.cast(pl.Decimal(38, scale)) * 10**scale).cast(pl.Int64).alias(name)
        return found

    read = frame.select("loan", units("balance", 2), units("note_rate", 10), units("payment", 2))
    interest = (2 * pl.col("balance") * pl.col("note_rate") + _YEAR) // (2 * _YEAR)
    fee = (2 * pl.col("balance") * _FEE + _YEAR) // (2 * _YEAR)
    found = read.with_columns(interest=interest, fee=fee)
    return found.with_columns(principal=pl.col("payment") - pl.col("interest"))


def _inserted(path: Path) -> None:
    connection = driver_connection(path)
    try:
        found = _reckoned(connection)
        columns = found.select("loan", "principal", "interest", "fee").iter_rows()
        connection.execute(_PLAIN)
        connection.execute("BEGIN")
        for loan, principal, interest, fee in columns:
            amounts = principal * 100, interest * 100
            rows = (("due", loan, _DUE, *amounts, 0), ("paid", loan, _DUE, *amounts, 0), ("fee", loan, _DUE, 0, 0, fee))
            connection.executemany("INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _build_by_hand(connection: Any) -> int:
    found = _reckoned(connection)
    return int(found.select((pl.col("principal") + pl.col("interest")).sum()).item()) * 100


def _said(proposal: Any) -> int:
    return int(sum(item.due_principal + item.due_interest for item in proposal.groups) * 10_000)


def kinds(at: NotedPool) -> Iterator[tuple[str, str, list[Contender]]]:
    """Yield what is measured: a key, a title, and its contenders, the product first."""
    yield (
        "build",
        "A month built from the notes of its loans",
        [
            Contender(
                name="Ledger.build_month",
                ours=True,
                prepare=lambda: Ledger.open(at.path),
                run=lambda ledger: ledger.build_month(DEAL, DUE),
                answer=lambda _, proposal: _said(proposal),
                finish=lambda ledger: ledger.close(),
            ),
            Contender(
                name="sqlite3 and Polars: the instalments alone",
                prepare=lambda: driver_connection(at.path),
                run=_build_by_hand,
                finish=lambda connection: connection.close(),
            ),
        ],
    )
    yield (
        "post",
        "A month built and posted, three events a loan",
        [
            Contender(
                name="Ledger.post_month",
                ours=True,
                prepare=lambda: Ledger.open(_copied(at)),
                run=lambda ledger: ledger.post_month(DEAL, DUE).or_raise(),
                answer=lambda _, __: _dues_of(
                    at.path.with_suffix(".copy.db"), "events", "posts_as = 'scheduled_payment_due'"
                ),
                finish=lambda ledger: ledger.close(),
            ),
            Contender(
                name="sqlite3 and Polars: into a plain table",
                prepare=lambda: _copied(at),
                run=_inserted,
                answer=lambda copy, _: _dues_of(copy, "plain", "kind = 'due'"),
                finish=remove,
            ),
        ],
    )


_ONCE: dict[str, Callable[[Ledger], Any]] = {
    "build a month": lambda ledger: ledger.build_month(DEAL, DUE),
    "build and post it": lambda ledger: ledger.post_month(DEAL, DUE, dry_run=True).or_raise(),
}


def memory(at: NotedPool) -> str:
    """Return what building and posting take in processes of their own, in words."""
    found = [(name, [float(word) for word in alone("months", name, str(at.path))]) for name in _ONCE]
    return "; ".join(told(name, measured) for name, measured in found)


if __name__ == "__main__":
    with Ledger.open(Path(sys.argv[2])) as opened, gc_paused():
        started = time.perf_counter()
        _ONCE[sys.argv[1]](opened)
        print(time.perf_counter() - started, peak_mib())
