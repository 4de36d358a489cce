"""Appending to SQLite: one file, WAL, ``synchronous = FULL``, a durable commit a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, registry

from ledger import Ledger
from ledger.store.database.engine import WRITING, make_engine, parse_url
from ledger.store.database.event_store import EventStore
from ledger.store.database.schema import INSERT_COLUMNS, events, run_loans, run_totals
from ledger.store.hashing import link
from ledger.store.memory import gc_paused
from ledger.store.run_sums import LoanPlace, RunSums
from tests.benchmarks import peers
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.workload import (
    AT,
    SUMS_QUERY,
    Row,
    Sums,
    Workload,
    driver_connection,
    months,
    remove,
    transaction,
)


def insert_into(table: Table) -> str:
    """Return the driver's statement that inserts a row into a table."""
    columns = table.columns.keys()
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


INSERT, INSERT_TOTALS, INSERT_LOANS = (insert_into(table) for table in (events, run_totals, run_loans))
PEER_SIZES = (100, 1_000, 20_000)
STORE = "Appending.insert (ready rows, sums by run)"
SUMMED = "sqlite3, ready rows and sums by run"
POST_MANY = "Ledger.post_many (objects ready, validated, hashed)"
POST_TABLE = "Ledger.post_table (tables in, validated, hashed)"


class MappedEvent:
    """A row of ``events`` as an object of SQLAlchemy's ORM."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


registry().map_imperatively(MappedEvent, events)


def held_sums(path: Path) -> Sums:
    """Return the sums of everything in a database."""
    connection = driver_connection(path)
    found = tuple(int(value) for value in connection.execute(SUMS_QUERY).fetchone())
    connection.close()
    return found


ReadySums = tuple[list[Row], list[Row]]
"""The rows of ``run_totals`` and of ``run_loans`` that belong to a batch."""


def gathered(rows: Sequence[Row], places: dict[str, LoanPlace]) -> RunSums:
    """Return the sums by run of a batch, having moved the loans by it, as a ledger's state is moved."""
    sums = RunSums(places)
    sums.add_rows(rows, 0)
    sums.carry(places)
    return sums


def boarded(before: Sequence[Row]) -> dict[str, LoanPlace]:
    """Return where the loans stand before the first batch."""
    places: dict[str, LoanPlace] = {}
    list(gathered(before, places).loans(0, 1, len(before)))
    return places


def ready_sums(before: Sequence[Row], batches: Sequence[Sequence[Row]]) -> list[ReadySums]:
    """Return the sums by run of every batch, ready to be inserted."""
    places, found = boarded(before), []
    for rows in batches:
        sums = gathered(rows, places)
        where = (rows[0][AT["deal_key"]], rows[0][AT["sequence"]], len(rows))
        found.append((list(sums.totals(*where)), list(sums.loans(*where))))
    return found


class Databases:
    """Hands out new databases that hold the deal, opened and boarded, and nothing else."""

    def __init__(self, directory: Path, work: Workload) -> None:
        self._directory, self._work, self._numbers = directory, work, count(1)
        self.before = work.before
        self._template = directory / "template.db"
        remove(self._template)
        store = EventStore.create(self._template)
        with store.appending(work.deal) as writer:
            writer.add_deal(work.before[0][AT["recorded_at"]])
            writer.insert([work.before])
        store.close()
        connection = driver_connection(self._template)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def path(self) -> Path:
        """Return where another database may be made."""
        path = self._directory / f"append-{next(self._numbers)}.db"
        remove(path)
        return path

    def copy(self) -> Path:
        """Return a database with the deal in it, as the product's own migrations made it."""
        path = self.path()
        path.write_bytes(self._template.read_bytes())
        return path

    def ledger(self) -> tuple[Path, Ledger]:
        """Return a ledger that has just opened and boarded the deal, and so holds its state, as a servicer's does."""
        path = self.path()
        ledger = Ledger.create(path)
        self._work.begin(ledger)
        return path, ledger


def driver(name: str, databases: Databases, batches: Sequence[Sequence[Row]], *, sums: bool, hashes: bool) -> Contender:
    """Ready rows through the bare driver."""
    ready = ready_sums(databases.before, batches) if sums else [([], []) for _ in batches]

    def prepare() -> tuple[Path, Any]:
        path = databases.copy()
        return path, driver_connection(path)

    def run(given: tuple[Path, Any]) -> None:
        for rows, (totals, loans) in zip(batches, ready, strict=True):
            with transaction(given[1]) as connection:
                if hashes:
                    chained(rows)
                connection.executemany(INSERT, rows)
                connection.executemany(INSERT_TOTALS, totals)
                connection.executemany(INSERT_LOANS, loans)

    return Contender(name=name, prepare=prepare, run=run, answer=lambda given, _: held_sums(given[0]), finish=_closed)


def chained(rows: Sequence[Row]) -> bytes:
    """Work the hash chain out again, and return its end."""
    sequence, recorded, distribution, payload = (
        AT[name] for name in ("sequence", "recorded_at", "distribution", "payload")
    )
    previous = bytes(32)
    for row in rows:
        previous = link(previous, row[sequence], row[recorded], row[distribution], row[payload].encode())
    return previous


def _closed(given: tuple[Any, ...]) -> None:
    given[1].close()
    remove(given[0])


def _store(databases: Databases, work: Workload) -> Contender:
    def prepare() -> tuple[Path, EventStore, dict[str, LoanPlace]]:
        path = databases.copy()
        return path, EventStore.open(path), boarded(work.before)

    def run(given: tuple[Path, EventStore, dict[str, LoanPlace]]) -> None:
        for batch in work.batches:
            with gc_paused(), given[1].appending(work.deal) as writer:
                writer.insert([batch.rows], gathered(batch.rows, given[2]))

    return Contender(
        name=STORE,
        ours=True,
        prepare=prepare,
        run=run,
        answer=lambda given, _: held_sums(given[0]),
        finish=_closed,
    )


def _ledger(name: str, databases: Databases, post: Callable[[Ledger], None]) -> Contender:
    return Contender(
        name=name,
        ours=True,
        prepare=databases.ledger,
        run=lambda given: post(given[1]),
        answer=lambda given, _: held_sums(given[0]),
        finish=_closed,
    )


def _core(databases: Databases, work: Workload) -> Contender:
    batches = [[dict(zip(INSERT_COLUMNS, row, strict=True)) for row in batch.rows] for batch in work.batches]

    def prepare() -> tuple[Path, Any]:
        path = databases.copy()
        return path, make_engine(parse_url(path))

    def run(given: tuple[Path, Any]) -> None:
        for rows in batches:
            with given[1].connect().execution_options(**WRITING) as connection, connection.begin():
                connection.execute(insert(events), rows)

    return Contender(
        name="SQLAlchemy Core, insert(dicts)",
        prepare=prepare,
        run=run,
        answer=lambda given, _: held_sums(given[0]),
        finish=lambda given: _disposed(given[0], given[1]),
    )


def _orm(databases: Databases, work: Workload) -> Contender:
    def prepare() -> tuple[Path, Any, list[list[MappedEvent]]]:
        path = databases.copy()
        objects = [
            [MappedEvent(**dict(zip(INSERT_COLUMNS, row, strict=True))) for row in batch.rows] for batch in work.batches
        ]
        return path, make_engine(parse_url(path)), objects

    def run(given: tuple[Path, Any, list[list[MappedEvent]]]) -> None:
        engine = given[1].execution_options(**WRITING)
        for objects in given[2]:
            with Session(engine) as session, session.begin():
                session.add_all(objects)

    return Contender(
        name="SQLAlchemy ORM, add_all (objects ready)",
        prepare=prepare,
        run=run,
        answer=lambda given, _: held_sums(given[0]),
        finish=lambda given: _disposed(given[0], given[1]),
    )


def _disposed(path: Path, engine: Any) -> None:
    engine.dispose()
    remove(path)


def _mapped_peer(size: int, databases: Databases, work: Workload) -> Contender:
    """The library as its applications use it: event objects through its mapper and its JSON."""
    before = peers.payload_events(work.before)
    batches = [peers.domain_events(batch.rows) for batch in work.batches]

    def prepare() -> tuple[Path, Any]:
        path = databases.path()
        recorder = peers.sqlite_recorder("application", path)
        peers.save(recorder, before, 20_000)
        return path, recorder

    def run(given: tuple[Path, Any]) -> None:
        for batch in batches:
            peers.save(given[1], peers.mapped(batch), size)

    return Contender(
        name=f"eventsourcing, mapper and recorder (objects ready), {size:,} a save",
        prepare=prepare,
        run=run,
        answer=lambda given, _: peers.recorded_sums(given[1], {row[AT["event_id"]]: row for row in work.rows()}),
        finish=_recorder_closed,
    )


def _recorder_closed(given: tuple[Path, Any]) -> None:
    given[1].datastore.close()
    remove(given[0])


def _peer(kind: str, size: int, databases: Databases, work: Workload) -> Contender:
    before = peers.payload_events(work.before)
    batches = [peers.payload_events(batch.rows) for batch in work.batches]
    by_id = {row[AT["event_id"]]: row for row in work.rows()}

    def prepare() -> tuple[Path, Any]:
        path = databases.path()
        recorder = peers.sqlite_recorder(kind, path)
        peers.save(recorder, before, 20_000)
        return path, recorder

    def run(given: tuple[Path, Any]) -> None:
        for batch in batches:
            peers.save(given[1], batch, size)

    return Contender(
        name=f"eventsourcing, {kind} recorder, {size:,} a save",
        prepare=prepare,
        run=run,
        answer=lambda given, _: peers.recorded_sums(given[1], by_id),
        finish=_recorder_closed,
    )


def _best_size(kind: str, databases: Databases, work: Workload) -> int:
    """Find how many events the library saves at once in the least time; no table has these trials."""
    found: dict[int, float] = {}
    for size in PEER_SIZES:
        contender = _peer(kind, size, databases, work)
        taken = []
        for _ in range(2):
            given = contender.prepare()
            started = time.perf_counter()
            contender.run(given)
            taken.append(time.perf_counter() - started)
            contender.finish(given)
        found[size] = min(taken)
        say(f"  trial  eventsourcing, {kind} recorder, {size:,} a save: {work.events / found[size]:,.0f}/s")
    return min(found, key=lambda size: found[size])


def _comparison(key: str, title: str, directory: Path, work: Workload, rounds: int) -> Comparison:
    databases = Databases(directory, work)
    rows = [batch.rows for batch in work.batches]

    def post_tables(ledger: Ledger) -> None:
        for batch in work.batches:
            ledger.post_table(work.deal, batch.tables).or_raise()

    def post_events(ledger: Ledger) -> None:
        for batch in work.batches:
            ledger.post_many(batch.events).or_raise()

    sizes = {kind: _best_size(kind, databases, work) for kind in peers.RECORDERS}
    contenders = [
        driver("sqlite3, ready rows", databases, rows, sums=False, hashes=False),
        driver(SUMMED, databases, rows, sums=True, hashes=False),
        driver("sqlite3, ready rows and sums by run, hash chain", databases, rows, sums=True, hashes=True),
        _store(databases, work),
        _ledger(POST_TABLE, databases, post_tables),
        _ledger(POST_MANY, databases, post_events),
        _core(databases, work),
        _orm(databases, work),
        *(_peer(kind, size, databases, work) for kind, size in sizes.items()),
        _mapped_peer(sizes["application"], databases, work),
    ]
    each = ", ".join(f"{len(batch.rows):,}" for batch in work.batches)
    return compare(
        key=key,
        title=title,
        work=f"{work.events:,} events in {len(work.batches)} batches of {each}; a commit a batch",
        contenders=contenders,
        events=work.events,
        rounds=rounds,
        reference=POST_TABLE,
        pairs=[(STORE, SUMMED)],
        facts={"batches": [len(batch.rows) for batch in work.batches], "peer_sizes": sizes},
    )


def by_month(directory: Path, rounds: int, *, loans: int, count_months: int) -> Comparison:
    """Batches of a month."""
    work = months(directory, loans=loans, count=count_months)
    return _comparison("append_sqlite_month", "Append to SQLite, a month at a time", directory, work, rounds)


def large(directory: Path, rounds: int, *, loans: int, count_months: int) -> Comparison:
    """Batches of about fifty thousand events."""
    work = months(directory, loans=loans, count=count_months)
    return _comparison("append_sqlite_large", "Append to SQLite, large batches", directory, work, rounds)


def one_by_one(directory: Path, rounds: int, *, loans: int, events_each: int) -> Comparison:
    """A durable commit for every event."""
    work = months(directory, loans=loans, count=1)
    databases = Databases(directory, work)
    rows, objects = work.batches[0].rows[:events_each], work.batches[0].events[:events_each]
    single = [[row] for row in rows]

    def post(ledger: Ledger) -> None:
        for event in objects:
            ledger.post(event).or_raise()

    by_id = {row[AT["event_id"]]: row for row in (*work.before, *rows)}
    stored, before = peers.payload_events(rows), peers.payload_events(work.before)

    def recorder() -> tuple[Path, Any]:
        path = databases.path()
        made = peers.sqlite_recorder("application", path)
        peers.save(made, before, 20_000)
        return path, made

    contenders = [
        driver("sqlite3, a ready row", databases, single, sums=False, hashes=False),
        driver("sqlite3, a ready row and its sums", databases, single, sums=True, hashes=False),
        _ledger("Ledger.post", databases, post),
        Contender(
            name="eventsourcing, application recorder, 1 a save",
            prepare=recorder,
            run=lambda given: peers.save(given[1], stored, 1),
            answer=lambda given, _: peers.recorded_sums(given[1], by_id),
            finish=_recorder_closed,
        ),
    ]
    return compare(
        key="append_sqlite_single",
        title="Append to SQLite, one durable event at a time",
        work=f"{len(rows):,} events, a commit each",
        contenders=contenders,
        events=len(rows),
        rounds=rounds,
        reference="Ledger.post",
    )
