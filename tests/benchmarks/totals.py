"""Totals as of a date: what every account was moved by, over all events dated up to it.

The answer is the same rows for every contender: keys (distribution, type, group, class, code), the sums of seven
components in 0.0001 dollar, and a count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from ledger import Ledger
from ledger.events import codec
from ledger.events.base import COMPONENTS
from ledger.events.registry import REGISTRY
from ledger.simulation import Life, LifePlan
from ledger.store.database.event_store import EventStore
from ledger.store.database.schema import INSERT_COLUMNS
from ledger.values.dates import date_number
from tests.benchmarks import peers
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.workload import AT, Row, driver_connection, remove

KEYS = ("distribution", "posts_as", "loan_group", "class_id", "code")
RUNS = "Reading.totals (sums by run)"
GROUPED = (
    f"SELECT {', '.join(KEYS)}, {', '.join(f'SUM({name})' for name in COMPONENTS)}, COUNT(*) FROM {{source}} "
    f"WHERE effective_date <= ? GROUP BY {', '.join(KEYS)}"
)
COVERING = (
    f"CREATE INDEX covering ON events (deal_key, {', '.join(KEYS)}, effective_date, sequence, {', '.join(COMPONENTS)})"
)
_FLAT = ["effective_date", *KEYS, *COMPONENTS]

Answer = frozenset[tuple[Any, ...]]


def plain(rows: Iterable[Sequence[Any]]) -> Answer:
    """Return rows of totals in a form that can be compared: no order, plain values, nothing but strings and ints."""
    return frozenset(tuple(value if isinstance(value, str) else int(value) for value in row) for row in rows)


def lived(path: Path, *, size: int, loans: int, prepayment_rate: int | None = None) -> tuple[Life, int]:
    """Post a life, but no payments to bonds, into a new SQLite ledger; return the life and the date it got to."""
    plan = LifePlan(seed=11, loans=loans, months=360, callable_at=0)
    life = Life(plan if prepayment_rate is None else attrs.evolve(plan, prepayment_rate=prepayment_rate))
    remove(path)
    last = 0
    with Ledger.create(path) as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
        for month in life.months():
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            if month.corrections:
                ledger.post_many(month.corrections).or_raise()
            last = date_number(month.payment_date)
            if ledger.head(life.deal).sequence >= size:
                break
        say(f"  posted {ledger.head(life.deal).sequence:,} events, up to {last}")
    return life, last


def _rows(path: Path) -> list[Row]:
    connection = driver_connection(path)
    found: list[Row] = connection.execute(
        f"SELECT {', '.join(INSERT_COLUMNS)} FROM events ORDER BY deal_key, sequence"
    ).fetchall()
    connection.close()
    return found


def _runs(name: str, path: Path, known: int, through: int) -> Contender:
    def run(store: EventStore) -> Any:
        with store.reading() as reading:
            return reading.totals(1, known_through=known, effective_through=through)

    return Contender(
        name=name,
        ours=True,
        prepare=lambda: EventStore.open(path),
        run=run,
        answer=lambda _, rows: plain(rows),
        finish=lambda store: store.close(),
    )


def _sql(name: str, path: Path, through: int, source: str) -> Contender:
    query = GROUPED.format(source=source)
    return Contender(
        name=name,
        prepare=lambda: driver_connection(path),
        run=lambda connection: connection.execute(query, (through,)).fetchall(),
        answer=lambda _, rows: plain(rows),
        finish=lambda connection: connection.close(),
    )


def _recorder(path: Path, through: int) -> Contender:
    def run(recorder: Any) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = {}
        start = 0
        while part := recorder.select_events(peers.ORIGINATOR, gt=start, limit=50_000):
            peers.fold(part, through, found)
            start = part[-1].originator_version
        return found

    def prepare() -> Any:
        return peers.RECORDERS["application"](peers.datastore(path))

    return Contender(
        name="eventsourcing, replay and fold (payloads of keys and sums)",
        prepare=prepare,
        run=run,
        answer=lambda _, found: plain((*key, *sums) for key, sums in found.items()),
        finish=lambda recorder: recorder.datastore.close(),
    )


def _objects(path: Path, through: int) -> Contender:
    """Event objects, decoded from the database one by one and added up in Python.

    An event does not say what it posts as, when it is a reversal, nor its distribution: these come from its row.
    """
    columns = ("payload", "reverses", *KEYS[:3])

    def run(connection: sqlite3.Connection) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = {}
        moved: dict[str, tuple[tuple[int, ...], str, str]] = {}
        query = f"SELECT {', '.join(columns)} FROM events ORDER BY deal_key, sequence"
        for payload, reverses, distribution, posts_as, group in connection.execute(query):
            event = codec.decode(payload)
            if reverses is None:
                known = REGISTRY[event.name]
                amounts = known.components(event)[: len(COMPONENTS)]
                _, _, class_id, code = known.keys(event)
                moved[event.event_id] = (amounts, class_id, code)
            else:
                amounts, class_id, code = moved[reverses]
                amounts = tuple(-amount for amount in amounts)
            if date_number(event.effective_date) > through:
                continue
            key = (distribution, posts_as, group, class_id, code)
            sums = found.get(key)
            if sums is None:
                found[key] = [*amounts, 1]
                continue
            for place, amount in enumerate(amounts):
                sums[place] += amount
            sums[-1] += 1
        return found

    return Contender(
        name="Python loop over event objects read from the database",
        prepare=lambda: driver_connection(path),
        run=run,
        answer=lambda _, found: plain((*key, *sums) for key, sums in found.items()),
        finish=lambda connection: connection.close(),
    )


def by_polars(files: Any, through: int) -> Any:
    """Return the totals of Parquet files, by Polars."""
    rows = pl.scan_parquet(files, hive_partitioning=False).filter(pl.col("effective_date") <= through)
    return rows.group_by(KEYS).agg(*(pl.col(name).sum() for name in COMPONENTS), pl.len()).collect(engine="streaming")


def by_duckdb(files: list[str], through: int) -> Any:
    """Return the totals of Parquet files, by DuckDB."""
    import duckdb

    with duckdb.connect() as connection:
        query = GROUPED.format(source="read_parquet($files, hive_partitioning = false)").replace("?", "$through")
        return connection.execute(query, {"files": files, "through": through}).fetchall()


def by_pandas(files: list[str], through: int) -> Any:
    """Return the totals of Parquet files, by pandas: file by file, of each only the columns that count."""
    import pandas as pd

    keys, parts = list(KEYS), []
    for file in files:
        rows = pd.read_parquet(file, columns=_FLAT)
        rows = rows[rows["effective_date"] <= through]
        grouped = rows.groupby(keys, observed=True, sort=False)
        part = grouped[list(COMPONENTS)].sum().join(grouped.size().rename("events")).reset_index()
        parts.append(part.astype(dict.fromkeys(KEYS[1:], "string")))
    return pd.concat(parts).groupby(keys, sort=False).sum().reset_index()


def over_parquet(files: Sequence[Path], through: int) -> list[Contender]:
    """Return the contenders that add up columns of Parquet files."""
    names = [str(file) for file in files]
    return [
        Contender(
            name="Polars, the same Parquet",
            run=lambda _: by_polars(names, through),
            answer=lambda _, found: plain(found.iter_rows()),
        ),
        Contender(
            name="DuckDB, the same Parquet",
            run=lambda _: by_duckdb(names, through),
            answer=lambda _, rows: plain(rows),
        ),
        Contender(
            name="pandas, the same Parquet",
            run=lambda _: by_pandas(names, through),
            answer=lambda _, found: plain(found.itertuples(index=False)),
        ),
    ]


def _beancount(rows: Sequence[Row], through: int) -> Contender:
    """Beancount, over as many postings as it is asked to hold; a transaction an event, its amount against a contra."""
    from beancount.core import amount, data, realization

    meta = data.new_metadata("bench", 0)
    entries: list[Any] = []
    principal = AT["principal"]
    for row in rows:
        units = amount.Amount(Decimal(row[principal]).scaleb(-4), "USD")
        name = _account(row)
        day = _day(row[AT["effective_date"]])
        postings = [
            data.Posting(name, units, None, None, None, None),
            data.Posting("Equity:Contra", -units, None, None, None, None),
        ]
        entries.append(data.Transaction(meta, day, "*", None, row[AT["event_id"]], frozenset(), frozenset(), postings))
    expected: dict[str, Decimal] = {}
    for row in rows:
        if row[AT["effective_date"]] <= through:
            held = expected.get(_account(row), Decimal())
            expected[_account(row)] = held + Decimal(row[principal]).scaleb(-4)

    def run(_: object) -> dict[str, Decimal]:
        last = _day(through)
        tree = realization.realize([entry for entry in entries if entry.date <= last])
        return {
            leaf.account: leaf.balance.get_currency_units("USD").number
            for leaf in realization.iter_children(tree, leaf_only=True)
            if leaf.account and leaf.account != "Equity:Contra"
        }

    return Contender(
        name=f"beancount, realize, {len(rows):,} events in memory, principal only",
        run=run,
        answer=lambda _, found: {name: value for name, value in found.items() if value},
        events=len(rows),
        expected={name: value for name, value in expected.items() if value},
    )


def _account(row: Row) -> str:
    parts = (row[AT["posts_as"]], str(row[AT["distribution"]]), row[AT["loan_group"]], row[AT["class_id"]])
    return ":".join(("Assets", *(f"K{''.join(letter for letter in part if letter.isalnum())}" for part in parts)))


def _day(number: int) -> Any:
    from ledger.values.dates import date_from_number

    return date_from_number(number)


def large(directory: Path, rounds: int, *, size: int, beancount_events: int) -> list[Comparison]:
    """A life as posted, whole and half way."""
    path, peer, covered = directory / "totals.db", directory / "totals-peer.db", directory / "totals-covered.db"
    say("\nPreparing the life of the totals")
    _, last = lived(path, size=size, loans=max(50, size // 180))
    rows = _rows(path)
    known = len(rows)
    for each in (peer, covered):
        remove(each)
    recorder = peers.sqlite_recorder("application", peer)
    stored = peers.flat_events(rows)
    while part := list(islice(stored, 50_000)):
        recorder.insert_events(part)
    recorder.datastore.close()
    checkpointed(path)
    covered.write_bytes(path.read_bytes())
    connection = driver_connection(covered)
    connection.execute(COVERING)
    connection.execute("ANALYZE")
    connection.close()
    checkpointed(covered)
    parquet = directory / "totals.parquet"
    columns = [*zip(*rows, strict=True)]
    pl.DataFrame({name: columns[AT[name]] for name in _FLAT}).write_parquet(parquet, compression="zstd")
    dates = sorted({row[AT["distribution"]] for row in rows if row[AT["distribution"]]})
    found = []
    for key, title, through in (
        ("totals_end", "Totals as of the last day", 99_991_231),
        ("totals_middle", "Totals as of a day half way", dates[len(dates) // 2]),
    ):
        contenders = [
            _runs(RUNS, path, known, through),
            _sql("SQLite, GROUP BY over the events", path, through, "events"),
            _sql("SQLite, GROUP BY over a covering index", covered, through, "events INDEXED BY covering"),
            *over_parquet([parquet], through),
            _recorder(peer, through),
            _objects(path, through),
            _beancount(rows[:beancount_events], through),
        ]
        compared = compare(
            key=key,
            title=title,
            work=f"{known:,} events of {len(dates)} months, posted a month at a time; a rate counts them all",
            contenders=contenders,
            events=known,
            rounds=rounds,
            reference=RUNS,
            facts={"last": last, "database_bytes": path.stat().st_size, "covered_bytes": covered.stat().st_size},
        )
        found.append(compared)
    for each in (path, peer, covered):
        remove(each)
    return found


def checkpointed(path: Path) -> None:
    """Move what stands in the write-ahead log into the database."""
    connection = driver_connection(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def worst(directory: Path, rounds: int, *, size: int) -> Comparison:
    """Events that were posted one by one: every event is a run of its own, and sums by run sum nothing up."""
    path, single = directory / "posted.db", directory / "single.db"
    say("\nPreparing the worst case for sums by run")
    lived(path, size=size, loans=max(50, size // 36))
    rows = _rows(path)
    remove(path)
    remove(single)
    store = EventStore.create(single)
    with store.appending("simulated-2002-1") as writer:
        writer.add_deal(0)
        for row in rows:
            writer.insert([[row]])
    store.close()
    checkpointed(single)
    covered = directory / "single-covered.db"
    covered.write_bytes(single.read_bytes())
    connection = driver_connection(covered)
    connection.execute(COVERING)
    connection.execute("ANALYZE")
    count_runs = connection.execute("SELECT COUNT(*) FROM run_totals").fetchone()[0]
    connection.close()
    through = 99_991_231
    compared = compare(
        key="totals_single",
        title="Totals where every event was posted alone",
        work=f"{len(rows):,} events, {count_runs:,} rows of sums",
        contenders=[
            _runs(RUNS, single, len(rows), through),
            _sql("SQLite, GROUP BY over the events", single, through, "events"),
            _sql("SQLite, GROUP BY over a covering index", covered, through, "events INDEXED BY covering"),
            _objects(single, through),
        ],
        events=len(rows),
        rounds=rounds,
        reference=RUNS,
    )
    for each in (single, covered):
        remove(each)
    return compared


__all__ = ["RUNS", "checkpointed", "large", "lived", "over_parquet", "plain", "worst"]
