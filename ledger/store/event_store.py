"""The event store: append, read, totals. The only home of SQL.

The promises, held by one contract test suite over every backend: sequences of a deal are gapless and in commit order;
a batch lands whole or not at all; what is stored is never changed; a reader inside :meth:`EventStore.reading` sees one
state of the ledger however many queries it makes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Select, and_, func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement

from ledger.errors import LedgerNotFound, UnknownDeal
from ledger.events.base import COMPONENTS
from ledger.store import access as access_control
from ledger.store.access import Access
from ledger.store.engine import (
    WRITING,
    check_exists,
    check_not_newer,
    check_schema,
    faults_translated,
    is_memory,
    is_there,
    make_engine,
    parse_url,
)
from ledger.store.engine import schema_revision as _schema_revision
from ledger.store.hashing import GENESIS
from ledger.store.migrate import upgrade
from ledger.store.schema import INSERT_COLUMNS, deals, events
from ledger.totals import TotalRow

_BATCH = 500
"""Names per IN list; SQLite allows 32,766 variables, and 500 keeps statements readable in logs."""

_COLUMNS = {column.name: column for column in events.columns}
_SUMS = [func.sum(_COLUMNS[name]).label(name) for name in COMPONENTS]
_KEYS = [events.c.posts_as, events.c.loan_group, events.c.class_id, events.c.code]


class Head(NamedTuple):
    """The last event of a deal: its sequence (0 for none) and its hash."""

    sequence: int
    hash: bytes


class StoredRow(NamedTuple):
    """One row of the log as stored; amounts in units of 0.0001 dollar, dates as YYYYMMDD, times in microseconds."""

    deal_key: int
    sequence: int
    event_id: str
    type: str
    posts_as: str
    effective_date: int
    distribution: int
    loan: str
    loan_group: str
    class_id: str
    code: str
    principal: int
    interest: int
    fee: int
    loss: int
    other: int
    memo: int
    loans: int
    note_rate: int
    servicing_rate: int
    reverses: str | None
    recorded_at: int
    payload: str
    hash: bytes


class EventStore:
    """A database that holds ledgers of events."""

    def __init__(self, url: str | URL | Path) -> None:
        self.url = parse_url(url)
        with faults_translated(self.url):
            self._engine = make_engine(self.url)
        # An in-memory database is one connection; its users take turns. Every other kind has a connection for each.
        self._turn: AbstractContextManager[object] = threading.RLock() if is_memory(self.url) else nullcontext()

    @classmethod
    def create(cls, url: str | URL | Path) -> EventStore:
        """Create the schema in a new or empty database (or bring an older one up to date) and return the store."""
        store = cls(url)
        store.upgrade()
        return store

    @classmethod
    def open(cls, url: str | URL | Path) -> EventStore:
        """Return the store of an existing ledger; raises where there is none or its schema is not this release's."""
        store = cls(url)
        check_exists(store.url)
        with faults_translated(store.url), store._engine.connect() as connection:
            check_schema(connection, store.url)
        return store

    def upgrade(self, revision: str = "head") -> None:
        """Run the migrations; data stays as it is."""
        check_not_newer(self.revision(), self.url)
        with faults_translated(self.url):
            if self.url.get_backend_name() == "sqlite":
                with self._engine.connect() as connection:
                    driver = connection.connection.driver_connection
                    assert driver is not None
                    driver.execute("PRAGMA journal_mode = WAL")
            with self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
                upgrade(connection, revision)

    def revision(self) -> str | None:
        """Return the schema revision found in the database, or None where there is no ledger."""
        if not is_there(self.url):
            return None
        with faults_translated(self.url), self._engine.connect() as connection:
            return _schema_revision(connection)

    def grant(self, role: str, access: Access, deal: str) -> None:
        """Let a database role read, or read and post, a deal; see :mod:`ledger.store.access`."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.grant(connection, role, access, deal)

    def revoke(self, role: str, deal: str) -> None:
        """Take a role's access to a deal back."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.revoke(connection, role, deal)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open one consistent view of the ledger."""
        with self._turn, faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            if self._engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield Reading(connection)

    @contextmanager
    def appending(self, deal: str) -> Iterator[Appending]:
        """Open the one writer of a deal; what it inserts is committed when the block ends without an exception."""
        with (
            self._turn,
            faults_translated(self.url),
            self._engine.connect().execution_options(**WRITING) as connection,
            connection.begin(),
        ):
            if self._engine.dialect.name == "postgresql":
                # Writers of one deal queue here, before they read its head; a lock on a name needs no row to update,
                # so that the servicer's role can do without the right to UPDATE.
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(deal, 0))))
            yield Appending(connection, deal)


class Reading:
    """Queries over one consistent state of the ledger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.queries = 0

    def _execute(self, statement: Select[Any]) -> Sequence[Any]:
        self.queries += 1
        return self._connection.execute(statement).all()

    def deals(self) -> list[str]:
        """Return the names of every deal, in order of opening."""
        return [row.deal for row in self._execute(select(deals.c.deal).order_by(deals.c.deal_key))]

    def deal_key(self, deal: str) -> int:
        """Return the key of a deal; raises :class:`~ledger.errors.UnknownDeal`."""
        rows = self._execute(select(deals.c.deal_key).where(deals.c.deal == deal))
        if not rows:
            raise UnknownDeal(deal, self.deals())
        return int(rows[0].deal_key)

    def head(self, deal_key: int) -> Head:
        """Return the last sequence of a deal and its hash."""
        statement = (
            select(events.c.sequence, events.c.hash)
            .where(events.c.deal_key == deal_key)
            .order_by(events.c.sequence.desc())
            .limit(1)
        )
        rows = self._execute(statement)
        return Head(int(rows[0].sequence), bytes(rows[0].hash)) if rows else Head(0, GENESIS)

    def totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        effective_through: int | None = None,
        types: Sequence[str] | None = None,
    ) -> list[TotalRow]:
        """Return the grouped totals of a deal: the one read that projections are made of.

        ``last`` bounds the distribution, ``effective_through`` the business date (YYYYMMDD), ``known_through`` the
        sequence. Grouping follows the covering index, so the database streams it without sorting.
        """
        statement = (
            select(events.c.distribution, *_KEYS, *_SUMS, func.count().label("events"))
            .where(events.c.deal_key == deal_key, events.c.sequence <= known_through)
            .group_by(events.c.distribution, *_KEYS)
        )
        if last is not None:
            statement = statement.where(events.c.distribution <= last)
        if effective_through is not None:
            statement = statement.where(events.c.effective_date <= effective_through)
        if types is not None:
            statement = statement.where(events.c.posts_as.in_(types))
        return [TotalRow(row[0], *row[1:5], *(int(value) for value in row[5:])) for row in self._execute(statement)]

    def dated_totals(self, deal_key: int, *, known_through: int, types: Sequence[str]) -> list[tuple[int, TotalRow]]:
        """Return totals of these types by business date: pairs of YYYYMMDD and totals."""
        statement = (
            select(events.c.effective_date, events.c.distribution, *_KEYS, *_SUMS, func.count())
            .where(events.c.deal_key == deal_key, events.c.sequence <= known_through, events.c.posts_as.in_(types))
            .group_by(events.c.effective_date, events.c.distribution, *_KEYS)
        )
        return [
            (int(row[0]), TotalRow(row[1], *row[2:6], *(int(value) for value in row[6:])))
            for row in self._execute(statement)
        ]

    def rated_totals(
        self, deal_key: int, *, known_through: int, types: Sequence[str], first: int, last: int
    ) -> list[tuple[int, int, int, str, str, int]]:
        """Return principal by (business date, note rate, servicing rate, type, group): what shortfalls are made of."""
        keys = (
            events.c.effective_date,
            events.c.note_rate,
            events.c.servicing_rate,
            events.c.posts_as,
            events.c.loan_group,
        )
        statement = (
            select(*keys, func.sum(events.c.principal))
            .where(
                events.c.deal_key == deal_key,
                events.c.sequence <= known_through,
                events.c.posts_as.in_(types),
                events.c.distribution.between(first, last),
            )
            .group_by(*keys)
        )
        return [(int(r[0]), int(r[1]), int(r[2]), r[3], r[4], int(r[5])) for r in self._execute(statement)]

    def loan_totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        effective_through: int | None = None,
        loans: Sequence[str] | None = None,
    ) -> list[tuple[str, TotalRow]]:
        """Return totals by loan and type (every distribution together): what loan positions are made of."""
        found: list[tuple[str, TotalRow]] = []
        for part in [None] if loans is None else _batches(loans):
            statement = (
                select(events.c.loan, *_KEYS, *_SUMS, func.count())
                .where(events.c.deal_key == deal_key, events.c.loan != "", events.c.sequence <= known_through)
                .group_by(events.c.loan, *_KEYS)
            )
            if part is not None:
                statement = statement.where(events.c.loan.in_(part))
            if last is not None:
                statement = statement.where(events.c.distribution <= last)
            if effective_through is not None:
                statement = statement.where(events.c.effective_date <= effective_through)
            found.extend(
                (row[0], TotalRow(0, *row[1:5], *(int(value) for value in row[5:]))) for row in self._execute(statement)
            )
        return found

    def advance_totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        types: Mapping[str, Sequence[str]],
        effective_through: int | None = None,
        loans: Sequence[str] | None = None,
    ) -> list[tuple[str, int, TotalRow]]:
        """Return totals by loan, distribution and business date: what is known of advances loan by loan.

        ``types`` maps each type to the codes wanted of it (none: any). A loan of "" stands for what a group reports as
        one. A reversal counts from its own business date, but under the distribution of the event that it voids.
        """
        voided = events.alias("voided")
        distribution = func.coalesce(voided.c.distribution, events.c.distribution)
        keys = (events.c.loan, events.c.effective_date, distribution, *_KEYS)
        coded = [and_(events.c.posts_as == name, events.c.code.in_(codes)) for name, codes in types.items() if codes]
        wanted = or_(events.c.posts_as.in_([name for name, codes in types.items() if not codes]), *coded)
        found: list[tuple[str, int, TotalRow]] = []
        for part in [None] if loans is None else _batches(loans):
            statement = (
                select(*keys, *_SUMS, func.count())
                .select_from(
                    events.outerjoin(
                        voided, and_(voided.c.deal_key == events.c.deal_key, voided.c.event_id == events.c.reverses)
                    )
                )
                .where(events.c.deal_key == deal_key, events.c.sequence <= known_through, wanted)
                .group_by(*keys)
            )
            if part is not None:
                statement = statement.where(events.c.loan.in_(part))
            if effective_through is not None:
                statement = statement.where(events.c.effective_date <= effective_through)
            found.extend(
                (row[0], int(row[1]), TotalRow(int(row[2]), *row[3:7], *(int(value) for value in row[7:])))
                for row in self._execute(statement)
            )
        return found

    def loan_rates(
        self, deal_key: int, *, known_through: int, loans: Sequence[str] | None = None, through: int | None = None
    ) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan, in store units, as of a business date."""
        columns = (
            events.c.loan,
            events.c.note_rate,
            events.c.servicing_rate,
            events.c.event_id,
            events.c.reverses,
        )
        latest: dict[str, dict[str, tuple[int, int]]] = {}
        for part in [None] if loans is None else _batches(loans):
            statement = (
                select(*columns)
                .where(
                    events.c.deal_key == deal_key,
                    events.c.loan != "",
                    events.c.posts_as.in_(("loan_boarded", "loan_rate_changed")),
                    events.c.sequence <= known_through,
                )
                .order_by(events.c.effective_date, events.c.sequence)
            )
            if part is not None:
                statement = statement.where(events.c.loan.in_(part))
            if through is not None:
                statement = statement.where(events.c.effective_date <= through)
            for loan, note_rate, servicing_rate, event_id, reverses in self._execute(statement):
                held = latest.setdefault(loan, {})
                if reverses is None:
                    held[event_id] = (int(note_rate), int(servicing_rate))
                else:
                    held.pop(reverses, None)
        return {loan: list(held.values())[-1] for loan, held in latest.items() if held}

    def rows(
        self,
        deal_key: int,
        *,
        after: int = 0,
        known_through: int | None = None,
        types: Sequence[str] | None = None,
        group: str | None = None,
        class_id: str | None = None,
        code: str | None = None,
        loan: str | None = None,
        first: int | None = None,
        last: int | None = None,
        event_ids: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredRow]:
        """Yield stored rows in sequence order, narrowed by any of their keys."""
        conditions: list[ColumnElement[bool]] = [events.c.deal_key == deal_key, events.c.sequence > after]
        narrowing: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
            (known_through, events.c.sequence.__le__),
            (types, events.c.posts_as.in_),
            (group, events.c.loan_group.__eq__),
            (class_id, events.c.class_id.__eq__),
            (code, events.c.code.__eq__),
            (loan, events.c.loan.__eq__),
            (first, events.c.distribution.__ge__),
            (last, events.c.distribution.__le__),
            (event_ids, events.c.event_id.in_),
        ]
        for value, condition in narrowing:
            if value is not None:
                conditions.append(condition(value))
        statement = select(events).where(*conditions).order_by(events.c.sequence)
        if limit is not None:
            statement = statement.limit(limit)
        self.queries += 1
        for row in self._connection.execute(statement.execution_options(yield_per=2000)):
            yield StoredRow(*tuple(row))

    def loan_rows(
        self, deal_key: int, *, types: Sequence[str], known_through: int, loans: Iterable[str] | None = None
    ) -> Iterator[StoredRow]:
        """Yield the stored rows of some types that name a loan, of all loans or of those given."""
        for part in [None] if loans is None else _batches(list(loans)):
            statement = (
                select(events)
                .where(
                    events.c.deal_key == deal_key,
                    events.c.loan != "",
                    events.c.posts_as.in_(types),
                    events.c.sequence <= known_through,
                )
                .order_by(events.c.sequence)
            )
            if part is not None:
                statement = statement.where(events.c.loan.in_(part))
            for row in self._execute(statement):
                yield StoredRow(*row)

    def loan_statuses(self, deal_key: int, *, known_through: int, last: int) -> dict[str, tuple[str, str]]:
        """Return the (status, bucket) in force of each loan at the close of a distribution."""
        held: dict[str, dict[str, str]] = {}
        statement = (
            select(events.c.loan, events.c.code, events.c.event_id, events.c.reverses)
            .where(
                events.c.deal_key == deal_key,
                events.c.loan != "",
                events.c.posts_as == "loan_status_changed",
                events.c.distribution <= last,
                events.c.sequence <= known_through,
            )
            .order_by(events.c.effective_date, events.c.sequence)
        )
        for loan, code, event_id, reverses in self._execute(statement):
            codes = held.setdefault(loan, {})
            if reverses is None:
                codes[event_id] = code
            else:
                codes.pop(reverses, None)
        found: dict[str, tuple[str, str]] = {}
        for loan, codes in held.items():
            if codes:
                status, _, bucket = list(codes.values())[-1].partition(":")
                found[loan] = (status, bucket)
        return found

    def by_event_id(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the stored rows with these event ids."""
        wanted = list(dict.fromkeys(event_ids))
        found: dict[str, StoredRow] = {}
        for part in _batches(wanted):
            for row in self.rows(deal_key, event_ids=part):
                found[row.event_id] = row
        return found

    def reversed_among(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, str]:
        """Return, for those of these events that are reversed, the id of the event that reversed them."""
        found: dict[str, str] = {}
        for part in _batches(list(dict.fromkeys(event_ids))):
            statement = select(events.c.reverses, events.c.event_id).where(
                events.c.deal_key == deal_key, events.c.reverses.in_(part)
            )
            found.update({row.reverses: row.event_id for row in self._execute(statement)})
        return found

    def closed_through(self, deal_key: int, *, known_through: int) -> int:
        """Return the latest distribution that is closed; 0 where none is. A closing cannot be reversed."""
        rows = self.totals(deal_key, known_through=known_through, types=["period_closed"])
        return max((row.distribution for row in rows), default=0)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


_INSERT = f"INSERT INTO events ({', '.join(INSERT_COLUMNS)}) VALUES ({', '.join('?' * len(INSERT_COLUMNS))})"


class Appending(Reading):
    """The one writer of a deal inside its transaction."""

    def __init__(self, connection: Connection, deal: str) -> None:
        super().__init__(connection)
        self.deal = deal

    def add_deal(self, opened_at: int) -> int:
        """Enter the deal's name and return its key; ``opened_at`` in microseconds since 1970."""
        statement = deals.insert().values(deal=self.deal, opened_at=opened_at).returning(deals.c.deal_key)
        return int(self._connection.execute(statement).scalar_one())

    def find_deal(self) -> int | None:
        """Return the key of the deal, or None before it is opened."""
        rows = self._execute(select(deals.c.deal_key).where(deals.c.deal == self.deal))
        return int(rows[0].deal_key) if rows else None

    def insert(self, rows: Sequence[StoredRow]) -> None:
        """Insert rows in order, all or none: driver tuples on SQLite, COPY on PostgreSQL."""
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            self._copy(rows)
        else:
            self._connection.exec_driver_sql(_INSERT, [tuple(row) for row in rows])

    def _copy(self, rows: Sequence[StoredRow]) -> None:
        """COPY the rows in; a role under row-level security must copy beside the table and insert from there."""
        columns = ", ".join(INSERT_COLUMNS)
        guarded = self._connection.execute(text("SELECT row_security_active('events')")).scalar_one()
        target = "events"
        if guarded:
            target = "events_arriving"
            self._connection.execute(text(f"CREATE TEMP TABLE {target} (LIKE events) ON COMMIT DROP"))
        driver: Any = self._connection.connection.driver_connection
        dbapi: Any = self._connection.dialect.dbapi
        try:
            with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        except dbapi.Error as fault:
            raise DBAPIError(f"COPY {target}", None, fault) from fault
        if guarded:
            insert = f"INSERT INTO events ({columns}) SELECT {columns} FROM {target} ORDER BY sequence"
            self._connection.execute(text(insert))


def ledger_exists(url: str | URL | Path) -> bool:
    """Say whether a ledger stands at the address."""
    try:
        EventStore.open(url).close()
    except LedgerNotFound:
        return False
    return True


__all__ = ["Appending", "EventStore", "Head", "Reading", "StoredRow", "ledger_exists"]
