"""The latest of every loan as of a distribution: its balance, its status and its note rate.

The answer is one row a loan, for the loans that were boarded by then: balance in 0.0001 dollar, status, rate in
10**-10. What is in force is the latest by business date and sequence; a balance is everything that moved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from ledger.journal.movements import BALANCE_SIGN, BOARDING, REDUCING
from ledger.store.database.event_store import EventStore
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.totals import checkpointed, lived
from tests.benchmarks.workload import driver_connection, remove

OURS = "Reading.loan_standings, loan_statuses, loan_rates"
_STATUS, _RATED = "loan_status_changed", (BOARDING, "loan_rate_changed")
_COLUMNS = (
    "sequence",
    "event_id",
    "posts_as",
    "effective_date",
    "distribution",
    "loan",
    "code",
    "principal",
    "memo",
    "note_rate",
    "reverses",
)
_TEXTS = frozenset({"event_id", "posts_as", "loan", "code", "reverses"})

Answer = frozenset[tuple[str, int, str, int]]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_MOVED = (
    f"SUM(CASE WHEN posts_as = '{BOARDING}' THEN principal + memo "
    f"WHEN posts_as IN ({_quoted(REDUCING)}) THEN -principal ELSE 0 END)"
)
_BALANCES = (
    f"SELECT loan, {_MOVED} FROM {{source}} WHERE loan <> '' AND distribution <= ?1 "
    f"AND posts_as IN ({_quoted(BALANCE_SIGN)}) GROUP BY loan"
)
_RANKED = (
    "SELECT loan, {column} FROM (SELECT loan, {column}, ROW_NUMBER() OVER (PARTITION BY loan "
    "ORDER BY effective_date DESC, sequence DESC) AS place FROM {source} e WHERE loan <> '' AND posts_as IN ({types}) "
    "AND {bound} <= ?1 AND reverses IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM {source} v WHERE {same} v.reverses = e.event_id)) WHERE place = 1"
)
_GREATEST = (
    "SELECT loan, {column}, MAX(effective_date * 10000000000 + sequence) FROM {source} e WHERE loan <> '' "
    "AND posts_as IN ({types}) AND {bound} <= ?1 AND reverses IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM {source} v WHERE {same} v.reverses = e.event_id) GROUP BY loan"
)


def _answer(balances: Iterable[Any], statuses: Iterable[Any], rates: Iterable[Any]) -> Answer:
    """Return one row a loan out of (loan, balance), (loan, status) and (loan, rate)."""
    stated = {row[0]: row[1] for row in statuses}
    borne = {row[0]: int(row[1]) for row in rates}
    return frozenset((row[0], int(row[1]), stated.get(row[0], ""), borne[row[0]]) for row in balances)


def _ours(path: Path, known: int, last: int) -> Contender:
    def run(store: EventStore) -> Any:
        with store.reading() as reading:
            return (
                reading.loan_standings(1, known_through=known, last=last),
                reading.loan_statuses(1, known_through=known, last=last),
                reading.loan_rates(1, known_through=known, through=last),
            )

    def answer(_: object, found: Any) -> Answer:
        standings, statuses, rates = found
        return _answer(
            ((loan, held.balance) for loan, held in standings.items()),
            ((loan, f"{held.status}:{held.bucket}") for loan, held in statuses.items()),
            ((loan, held[0]) for loan, held in rates.items()),
        )

    return Contender(
        name=OURS,
        ours=True,
        prepare=lambda: EventStore.open(path),
        run=run,
        answer=answer,
        finish=lambda store: store.close(),
    )


def _sql(name: str, path: Path, last: int, latest: str) -> Contender:
    queries = [_BALANCES.format(source="events")]
    for column, types, bound in (("code", (_STATUS,), "distribution"), ("note_rate", _RATED, "effective_date")):
        same = "v.deal_key = e.deal_key AND"
        queries.append(latest.format(source="events", column=column, types=_quoted(types), bound=bound, same=same))
    return Contender(
        name=name,
        prepare=lambda: driver_connection(path),
        run=lambda connection: [connection.execute(query, (last,)).fetchall() for query in queries],
        answer=lambda _, found: _answer(*found),
        finish=lambda connection: connection.close(),
    )


def _polars(file: Path, last: int) -> Contender:
    def run(_: object) -> list[Any]:
        rows = pl.scan_parquet(file).filter(pl.col("loan") != "")
        moved = (
            pl.when(pl.col("posts_as") == BOARDING)
            .then(pl.col("principal") + pl.col("memo"))
            .otherwise(-pl.col("principal"))
        )
        moving = rows.filter(pl.col("distribution") <= last, pl.col("posts_as").is_in(list(BALANCE_SIGN)))
        queries = [moving.group_by("loan").agg(moved.sum())]
        for column, types, bound in (("code", [_STATUS], "distribution"), ("note_rate", [*_RATED], "effective_date")):
            of_type = rows.filter(pl.col("posts_as").is_in(types))
            voided = of_type.filter(pl.col("reverses").is_not_null()).select("reverses")
            standing = of_type.filter(pl.col("reverses").is_null(), pl.col(bound) <= last)
            kept = standing.join(voided, left_on="event_id", right_on="reverses", how="anti")
            latest = pl.struct("effective_date", "sequence")
            queries.append(kept.group_by("loan").agg(pl.col(column).sort_by(latest).last()))
        return pl.collect_all(queries)

    return Contender(
        name="Polars, the same Parquet",
        run=run,
        answer=lambda _, frames: _answer(*(frame.iter_rows() for frame in frames)),
    )


def _duckdb(file: Path, last: int) -> Contender:
    def run(_: object) -> list[Any]:
        import duckdb

        source = f"read_parquet('{file}')"
        queries = [_BALANCES.format(source=source)]
        for column, types, bound in (("code", (_STATUS,), "distribution"), ("note_rate", _RATED, "effective_date")):
            queries.append(_RANKED.format(source=source, column=column, types=_quoted(types), bound=bound, same=""))
        with duckdb.connect() as connection:
            return [connection.execute(query.replace("?1", str(last))).fetchall() for query in queries]

    return Contender(name="DuckDB, the same Parquet", run=run, answer=lambda _, found: _answer(*found))


def per_loan(directory: Path, rounds: int, *, size: int) -> Iterator[Comparison]:
    """Where every loan stands, early in the life of a large pool and late in that of a small one that few leave."""
    title = "The latest balance, status and rate of every loan"
    young, old = max(50, size // 180), max(20, size // 1_000)
    yield _compared("latest_per_loan", f"{title}, a third of a life", directory, rounds, size, young)
    yield _compared("latest_per_loan_life", f"{title}, a whole life", directory, rounds, size, old, 2_000)


def _compared(
    key: str,
    title: str,
    directory: Path,
    rounds: int,
    size: int,
    loans: int,
    prepayment_rate: int | None = None,
) -> Comparison:
    """Post a life and compare contenders on it."""
    path = directory / "latest.db"
    say("\nPreparing the life of the loans")
    _, last = lived(path, size=size, loans=loans, prepayment_rate=prepayment_rate)
    compared = over(path, last, rounds, key=key, title=title)
    remove(path)
    return compared


def over(path: Path, last: int, rounds: int, *, key: str, title: str) -> Comparison:
    """Compare contenders that each answer all three questions of a ledger of one deal, as of a distribution."""
    parquet = path.with_suffix(".parquet")
    connection = driver_connection(path)
    rows = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM events ORDER BY sequence").fetchall()
    connection.close()
    known, count = len(rows), len({row[5] for row in rows if row[5]})
    schema = {name: pl.String if name in _TEXTS else pl.Int64 for name in _COLUMNS}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(parquet, compression="zstd")
    del rows
    checkpointed(path)
    compared = compare(
        key=key,
        title=title,
        work=f"{known:,} events of {count:,} loans up to {last}; a rate counts them all",
        contenders=[
            _ours(path, known, last),
            _sql("SQLite, ROW_NUMBER() over the events", path, last, _RANKED),
            _sql("SQLite, MAX() and a bare column over the events", path, last, _GREATEST),
            _polars(parquet, last),
            _duckdb(parquet, last),
        ],
        events=known,
        rounds=rounds,
        reference=OURS,
        facts={"last": last, "loans": count},
    )
    parquet.unlink()
    return compared


__all__ = ["over", "per_loan"]
