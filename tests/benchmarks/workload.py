"""What is posted: a simulated servicing life, as tables, as event objects and as the rows that the ledger stores.

The rows come from the ledger itself: it posts the life once, into a database that is thrown away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from ledger import Event, Ledger
from ledger.events.base import COMPONENTS
from ledger.simulation import Life, LifePlan
from ledger.store.database.engine import BUSY_TIMEOUT_MS, CACHE_KIB
from ledger.store.database.schema import INSERT_COLUMNS

Row = tuple[Any, ...]
"""Values in the order of the columns of ``events``."""

Sums = tuple[int, ...]
"""How many events there are, and the sum of each of their components in 0.0001 dollar."""

AT = {name: place for place, name in enumerate(INSERT_COLUMNS)}
_FIRST, _LAST = AT[COMPONENTS[0]], AT[COMPONENTS[-1]] + 1


def sums_of(rows: Iterable[Sequence[Any]]) -> Sums:
    """Return the count and the sums of rows."""
    found = [0] * (1 + len(COMPONENTS))
    for row in rows:
        found[0] += 1
        for place, value in enumerate(row[_FIRST:_LAST], 1):
            found[place] += value
    return tuple(found)


SUMS_QUERY = f"SELECT COUNT(*), {', '.join(f'SUM({name})' for name in COMPONENTS)} FROM events"
"""The same in SQL."""


@attrs.frozen(eq=False, kw_only=True)
class Batch:
    """What lands at once: the same events three times over."""

    tables: list[tuple[str, Any]]
    events: list[Event]
    rows: list[Row]


@attrs.frozen(eq=False, kw_only=True)
class Workload:
    """A deal that is open and boarded (``before``), and the batches that follow."""

    life: Life
    before: list[Row]
    batches: list[Batch]

    @property
    def deal(self) -> str:
        return self.life.deal

    @property
    def events(self) -> int:
        """How many events the batches hold."""
        return sum(len(batch.rows) for batch in self.batches)

    @property
    def sums(self) -> Sums:
        """What a database must hold when all is posted."""
        return sums_of(self.rows())

    def rows(self) -> Iterator[Row]:
        """Yield every row."""
        yield from self.before
        for batch in self.batches:
            yield from batch.rows

    def begin(self, ledger: Ledger) -> None:
        """Open the deal in a ledger and board its loans."""
        ledger.open_deal(self.deal, self.life.terms).or_raise()
        ledger.post_table(self.deal, [(table.type, table.frame()) for table in self.life.boarding()]).or_raise()


def months(directory: Path, *, loans: int, count: int, seed: int = 7) -> Workload:
    """Return the first months of a life without corrections, a batch a month.

    Nothing is closed in between: closing is reading more than writing, and has a table of its own.
    """
    life = Life(LifePlan(seed=seed, loans=loans, months=count, correction_rate=0))
    work = Workload(life=life, before=[], batches=[])
    path = directory / "workload.db"
    remove(path)
    with Ledger.create(path) as ledger:
        work.begin(ledger)
        for month in islice(life.months(), count):
            tables = [(table.type, table.frame()) for table in month.tables]
            known = ledger.head(life.deal).sequence
            if not work.batches:
                work.before.extend(tuple(row) for row in ledger.stored_rows(life.deal))
            ledger.post_table(life.deal, tables).or_raise()
            work.batches.append(
                Batch(
                    tables=tables,
                    events=[event for table in month.tables for event in table.events(life.deal)],
                    rows=[tuple(row) for row in ledger.stored_rows(life.deal, after=known)],
                )
            )
    remove(path)
    return work


def remove(path: Path) -> None:
    """Remove an SQLite database with all that belongs to it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def driver_connection(path: Path) -> sqlite3.Connection:
    """Connect with the bare driver, under the settings that the ledger connects with."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction of the bare driver."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
