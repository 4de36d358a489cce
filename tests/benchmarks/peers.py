"""The event store that the ledger is compared with, set up as well as its documentation allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteApplicationRecorder, SQLiteDatastore
from sqlalchemy import URL

from ledger.events.base import COMPONENTS
from ledger.store.database.engine import CACHE_KIB
from tests.benchmarks.workload import AT, Row, Sums

ORIGINATOR = UUID(int=1)
"""The deal: one sequence of events, as the ledger has it."""

_FIELDS = ("posts_as", "loan_group", "class_id", "code", "effective_date", "distribution", *COMPONENTS)


class Flat(msgspec.Struct, array_like=True):
    """What a total needs of an event; the quickest thing that can be made of a payload."""

    event_id: str
    posts_as: str
    group: str
    class_id: str
    code: str
    effective_date: int
    distribution: int
    amounts: tuple[int, ...]


_ENCODE, _DECODE = msgspec.json.Encoder().encode, msgspec.json.Decoder(Flat).decode


def payload_events(rows: Iterable[Row]) -> list[StoredEvent]:
    """Return rows as the library's stored events, each with the JSON of the event as its state."""
    sequence, kind, payload = AT["sequence"], AT["type"], AT["payload"]
    return [StoredEvent(ORIGINATOR, row[sequence], row[kind], row[payload].encode()) for row in rows]


def flat_events(rows: Iterable[Row]) -> Iterator[StoredEvent]:
    """Yield rows as stored events whose state is ready to be summed: keys and amounts, reversals netted."""
    keys = [AT[name] for name in ("event_id", *_FIELDS[:6])]
    first, last = AT[COMPONENTS[0]], AT[COMPONENTS[-1]] + 1
    for row in rows:
        state = _ENCODE([*(row[place] for place in keys), row[first:last]])
        yield StoredEvent(ORIGINATOR, row[AT["sequence"]], row[AT["type"]], state)


def fold(events: Iterable[StoredEvent], effective_through: int, found: dict[Any, list[int]]) -> None:
    """Add flat events, up to a date, to totals by key, with their count."""
    for stored in events:
        event = _DECODE(stored.state)
        if event.effective_date > effective_through:
            continue
        key = (event.distribution, event.posts_as, event.group, event.class_id, event.code)
        sums = found.get(key)
        if sums is None:
            found[key] = [*event.amounts, 1]
            continue
        for place, amount in enumerate(event.amounts):
            sums[place] += amount
        sums[-1] += 1


def datastore(path: Path) -> SQLiteDatastore:
    """Return the library's data store with the page cache that the ledger's connections have; it commits as durably."""
    store = SQLiteDatastore(str(path))
    create = store.pool._create_connection

    def tuned() -> Any:
        connection = create()
        connection.cursor().execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return connection

    store.pool._create_connection = tuned
    return store


RECORDERS: dict[str, type[SQLiteAggregateRecorder]] = {
    "application": SQLiteApplicationRecorder,
    "aggregate": SQLiteAggregateRecorder,
}


def sqlite_recorder(kind: str, path: Path) -> SQLiteAggregateRecorder:
    """Return a recorder on a new database."""
    recorder = RECORDERS[kind](datastore(path))
    recorder.create_table()
    return recorder


def save(recorder: Any, events: Sequence[StoredEvent], size: int) -> None:
    """Save events so many at a time."""
    for start in range(0, len(events), size):
        recorder.insert_events(events[start : start + size])


class Happened:
    """An event of the ledger as the library's mapper takes one: an object with the fields of the payload."""

    originator_id: UUID
    originator_version: int

    def __init__(self, originator_version: int, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields, originator_id=ORIGINATOR, originator_version=originator_version)


_MAPPER: Mapper[UUID] = Mapper(JSONTranscoder())


def domain_events(rows: Iterable[Row]) -> list[Happened]:
    """Return rows as the library's event objects."""
    return [Happened(row[AT["sequence"]], msgspec.json.decode(row[AT["payload"]])) for row in rows]


def mapped(events: Iterable[Happened]) -> list[StoredEvent]:
    """Return event objects as stored events, through the library's own mapper and JSON transcoder."""
    return [_MAPPER.to_stored_event(event) for event in events]


def recorded_sums(recorder: Any, by_id: dict[str, Row]) -> Sums:
    """Return the sums of what a recorder holds, event by event, as the ledger's row of the same id has them."""
    first, last = AT[COMPONENTS[0]], AT[COMPONENTS[-1]] + 1
    found = [0] * (1 + len(COMPONENTS))
    for stored in recorder.select_events(ORIGINATOR):
        found[0] += 1
        row = by_id[msgspec.json.decode(bytes(stored.state))["event_id"]]
        for place, amount in enumerate(row[first:last], 1):
            found[place] += amount
    return tuple(found)


def postgres_recorder(url: URL, *, functions: bool) -> Any:
    """Return an application recorder on a PostgreSQL database; ``functions``: it inserts by a stored function."""
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

    datastore = PostgresDatastore(
        dbname=url.database or "",
        host=str(url.host or url.query["host"]),
        port=url.port or 5432,
        user=url.username or "postgres",
        password=str(url.password or ""),
        enable_db_functions=functions,
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
    recorder.create_table()
    return recorder
