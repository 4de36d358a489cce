"""The event store: append, read, totals. The only home of SQL.

The promises, held by one contract test suite over every backend: sequences of a deal are gapless and in commit order;
a batch lands whole or not at all; what is stored is never changed; a reader inside :meth:`EventStore.reading` sees one
state of the ledger however many queries it makes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, BindParameter, Connection, bindparam, func, select, text, true

from ledger.errors import IntegrityFault, SchemaAltered
from ledger.events.base import COMPONENTS
from ledger.journal.cuts import UNREAD, Moved
from ledger.journal.totals import TotalRow
from ledger.store.batches import StoredBatch
from ledger.store.database import access as access_control
from ledger.store.database.access import Access, Grant, Strength
from ledger.store.database.bulk import in_one_trip, insert_beside, insert_blocks, insert_many
from ledger.store.database.embedded import check_nothing_beside, check_unchanged, keep_ahead
from ledger.store.database.engine import (
    BUSY_TIMEOUT_MS,
    IDLE_WRITER_MS,
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
from ledger.store.database.engine import schema_revision as _schema_revision
from ledger.store.database.forks import MemoryTurns
from ledger.store.database.loan_statements import LOANS_BEHIND
from ledger.store.database.migrate import upgrade
from ledger.store.database.objects import schema_faults
from ledger.store.database.queries import Reading
from ledger.store.database.schema import batches, deals, events, run_cuts, run_loans, run_totals, snapshots
from ledger.store.database.statements import KEY_OF_DEAL
from ledger.store.hashing import GENESIS
from ledger.store.rows import Head, StoredRow
from ledger.store.run_cuts import UNBOARDED
from ledger.store.run_sums import LoanPlace, RunSums
from ledger.values.secrets import shown_address

_BLOCK = 1_024
"""Rows of sums that are made at a time."""

_MANY_LOANS = 2_000
"""From this many loans on, those of a deal are read all at once."""

PAGE_BYTES = 8_192
"""The pages of a new SQLite file.

A row of a boarded loan is 1.3 kB. In pages of half the size, of which a row of such a table may take a quarter, each
would have a page of its own behind it: three times the bytes, and twice the time.
"""

_log = logging.getLogger("ledger")


class EventStore:
    """A database that holds ledgers of events."""

    def __init__(self, url: str | URL | Path) -> None:
        self.url = parse_url(url)
        with faults_translated(self.url):
            self._engine = make_engine(self.url)
        self.schema_faults: tuple[str, ...] = ()
        """What was not as the migrations make it when the ledger was opened; such a ledger is read, and not written."""
        # An in-memory database is one connection; its users take turns. Every other kind has a connection for each.
        self._turn: AbstractContextManager[None] = MemoryTurns() if is_memory(self.url) else nullcontext()

    @classmethod
    def create(cls, url: str | URL | Path) -> EventStore:
        """Create the schema in a new or empty database (or bring an older one up to date) and return the store."""
        store = cls(url)
        with store.closed_if_refused():
            store.upgrade()
        return store

    @classmethod
    def open(cls, url: str | URL | Path) -> EventStore:
        """Return the store of an existing ledger; raises where there is none or its schema is not this release's."""
        store = cls(url)
        check_exists(store.url)
        with store.closed_if_refused(), faults_translated(store.url), store._engine.connect() as connection:
            check_schema(connection, store.url)
            store.schema_faults = schema_faults(connection)
        if store.schema_faults:
            told = {
                "address": shown_address(store.url.render_as_string(hide_password=True)),
                "objects": len(store.schema_faults),
            }
            _log.warning("schema unlike the migrations'", extra=told)
        return store

    @contextmanager
    def closed_if_refused(self) -> Iterator[None]:
        """Give every connection back where what is done with a new store fails: nobody else has it to close it."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def upgrade(self, revision: str = "head") -> None:
        """Run the migrations; data stays as it is."""
        if self.url.get_backend_name() == "sqlite" and not is_memory(self.url):
            check_nothing_beside(Path(str(self.url.database)))
        check_not_newer(self.revision(), self.url)
        with faults_translated(self.url):
            if self.url.get_backend_name() == "sqlite":
                with self._engine.connect() as connection:
                    driver = connection.connection.driver_connection
                    assert driver is not None
                    # It is of a file that is not made yet; others keep their own.
                    driver.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                    keep_ahead(driver, BUSY_TIMEOUT_MS / 1000)
            with self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
                upgrade(connection, revision)

    def revision(self) -> str | None:
        """Return the schema revision found in the database, or None where there is no ledger."""
        if not is_there(self.url):
            return None
        with faults_translated(self.url), self._engine.connect() as connection:
            return _schema_revision(connection)

    def keep_snapshot(self, deal: str, distribution: int, through: int, version: int, content: bytes) -> None:
        """Keep a snapshot of a deal's distribution as known through a sequence; one that is kept already stays."""
        with self._writing() as connection:
            key = Reading(connection).deal_key(deal)
            connection.execute(_KEEP, dict(zip(_KEPT, (key, distribution, through, version, content), strict=True)))

    def drop_snapshots(self, deal: str) -> int:
        """Drop every snapshot of a deal and return how many there were; on PostgreSQL only the owner can."""
        with self._writing() as connection:
            key = Reading(connection).deal_key(deal)
            return int(connection.execute(snapshots.delete().where(snapshots.c.deal_key == key)).rowcount)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.schema_faults:
            place = shown_address(self.url.render_as_string(hide_password=True))
            raise SchemaAltered(
                f"{place}: {self.schema_faults[0]}; what guards the ledger is gone or changed, so nothing is written. "
                "See what else replay verify names, and restore it from a backup, an archive or a bundle"
            )
        with (
            self._turn,
            faults_translated(self.url),
            self._engine.connect().execution_options(**WRITING) as connection,
            connection.begin(),
        ):
            yield connection

    def grant(self, role: str, access: Access, deal: str) -> None:
        """Let a database role read, or read and post, a deal; see :mod:`ledger.store.database.access`."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.grant(connection, role, access, deal)

    def revoke(self, role: str, deal: str) -> None:
        """Take a role's access to a deal back."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            access_control.revoke(connection, role, deal)

    def grants(self) -> list[Grant]:
        """Return what every role was granted, those that are gone as well."""
        with faults_translated(self.url), self._engine.connect() as connection:
            return access_control.grants(connection)

    def strength(self) -> Strength:
        """Return what whoever is connected to a PostgreSQL ledger could do at most."""
        with faults_translated(self.url), self._engine.connect() as connection:
            return access_control.strength(connection)

    def forget_gone(self) -> int:
        """Remove the grants of roles that are gone and return how many there were."""
        with faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            return access_control.forget_gone(connection)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open one consistent view of the ledger."""
        with self._turn, faults_translated(self.url), self._engine.connect() as connection, connection.begin():
            if self._engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            driver = connection.connection.driver_connection
            yield Reading(connection)
            check_unchanged(driver)

    @contextmanager
    def appending(self, deal: str, *, trying: bool = False, first: Beginning | None = None) -> Iterator[Appending]:
        """Open the one writer of a deal; what it inserts is committed when the block ends without an exception.

        Raises :class:`~ledger.errors.StoreUnavailable` where other writers leave it no room in time. With ``trying``
        nothing is to be inserted: whoever may read may do so, and on PostgreSQL nobody waits. ``first`` is what the
        writer is going to :meth:`~Appending.begin` with, where that is known by now: a server is asked for it together
        with the lock, for whoever waits for this writer waits for every trip to the server.
        """
        with self._writing() as connection:
            begun = None
            if self._engine.dialect.name == "postgresql":
                if trying:
                    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
                else:
                    begun = _lock(connection, deal, first)
            yield Appending(connection, deal, None if first is None or begun is None else (first, begun))


class Beginning(NamedTuple):
    """What a writer begins with: the key of its deal, an event that it brings, and the sequence up to which it knows.

    Nothing is known where the sequence is 0.
    """

    deal_key: int
    event_id: str
    known: int = 0


class Appending(Reading):
    """The one writer of a deal inside its transaction."""

    def __init__(
        self, connection: Connection, deal: str, begun: tuple[Beginning, list[tuple[Any, ...]]] | None = None
    ) -> None:
        super().__init__(connection)
        self.deal = deal
        self._begun = begun
        self.latest = 0
        """When the last event that :meth:`begin` found was recorded, in microseconds since 1970."""
        self._places: dict[str, LoanPlace] = {}
        self._behind: tuple[int, list[Any]] | None = None

    def add_deal(self, opened_at: int) -> int:
        """Enter the deal's name and return its key; ``opened_at`` in microseconds since 1970."""
        statement = deals.insert().values(deal=self.deal, opened_at=opened_at).returning(deals.c.deal_key)
        return int(self._connection.execute(statement).scalar_one())

    def find_deal(self) -> int | None:
        """Return the key of the deal, or None before it is opened."""
        rows = self._execute(KEY_OF_DEAL, {"deal": self.deal})
        return int(rows[0].deal_key) if rows else None

    def begin(self, deal_key: int, event_id: str, known: int = 0) -> tuple[Head, bool]:
        """Return where the deal's log ends, and whether an event of this id stands in it: what every append asks.

        Whoever has followed the log up to the sequence ``known`` is going to ask for :meth:`totals_behind` it, and has
        the other writers of the deal wait; a server is asked for both at once.
        """
        asked, begun = Beginning(deal_key, event_id, known), self._begun
        self._begun = None
        self.queries += 1
        if begun is not None and begun[0] == asked:
            rows = begun[1]
        else:
            statement = _BEGIN_BEHIND if known and self._on_postgresql else _BEGIN
            rows = [tuple(row) for row in self._connection.execute(statement, asked._asdict())]
        if known and self._on_postgresql:
            self._behind = known, [row[4:] for row in rows if row[5] is not None]
        found = rows[0][:4] if rows else None
        if found is None:
            return Head(0, GENESIS), False
        sequence, digest, held, recorded_at = found
        if not (isinstance(digest, bytes) and isinstance(recorded_at, int)):
            # A file may hold whatever somebody wrote into it, and a chain must not go on from that.
            raise IntegrityFault(f"{self.deal}: the last event has no hash or no moment; see what replay verify names")
        self.latest = recorded_at
        return Head(sequence, digest), bool(held)

    def totals_behind(self, deal_key: int, head: Head) -> list[tuple[int, TotalRow]] | None:
        """Return the totals of every run behind a head, by business date (YYYYMMDD).

        None where the log does not hold that head, and where nothing is behind it.
        """
        if self._behind is not None and self._behind[0] == head.sequence:
            found = self._behind[1]
        else:
            self.queries += 1
            found = list(self._connection.execute(_BEHIND, {"deal_key": deal_key, "known": head.sequence}))
        if not found or bytes(found[0][0] or b"") != head.hash:
            return None
        return [(day, TotalRow._make(row)) for _, day, *row in found]

    def loans_behind(self, deal_key: int, sequence: int) -> list[str]:
        """Return the loans that the events behind a sequence name."""
        return [row.loan for row in self._execute(LOANS_BEHIND, {"deal_key": deal_key, "after": sequence})]

    def login(self) -> str:
        """Return who is connected, in the database's own word; nobody on an embedded ledger, which has no users."""
        if not self._on_postgresql:
            return ""
        # It is that of the connection, for as long as there is one.
        known = self._connection.info
        if _LOGIN not in known:
            known[_LOGIN] = str(self._connection.execute(text("SELECT CAST(session_user AS text)")).scalar_one())
        return str(known[_LOGIN])

    def insert(
        self,
        blocks: Iterable[Sequence[tuple[Any, ...]]],
        sums: RunSums | None = None,
        envelope: StoredBatch | None = None,
        *,
        ahead: bool = False,
        ending: bool = False,
    ) -> None:
        """Insert consecutive rows of the log, block by block, with their envelope and the sums of their runs.

        All of it lands or none. ``sums`` are those of exactly these rows, complete when the last block has been
        yielded; without them they are gathered here. ``ahead`` has the blocks made by a thread, while the database
        takes in those before: where they are many, and making them reads nothing of the store. With ``ending`` nothing
        is asked of this writer any more, and a server may commit what it takes in with the same trip. Raises
        :class:`~ledger.errors.EventIdTaken` where an event of one of the ids stands in the log.
        """
        gathered, ends = sums or RunSums(self._places), [0, 0, 0]

        def passing() -> Iterator[Sequence[tuple[Any, ...]]]:
            for rows in filter(None, blocks):
                if sums is None:
                    gathered.add_rows(rows, ends[2])
                gathered.noted.note(rows, ends[2])
                if not ends[2]:
                    row = StoredRow._make(rows[0])
                    ends[:2] = row.deal_key, row.sequence
                ends[2] += len(rows)
                yield rows

        few = insert_many(self._connection, events, passing(), ahead=ahead)
        deal_key, first, count = ends
        if sums is None:
            self._follow(gathered, deal_key, first - 1)
        self._read_cuts(gathered, deal_key, first - 1)

        def before() -> Moved | None:
            return self.pool_moved(deal_key, known_through=first - 1, before=None)

        insert_beside(
            self._connection,
            (
                (batches, [[(deal_key, *envelope)]] if envelope is not None else []),
                (run_totals, _blocks(gathered.totals(deal_key, first, count))),
                (run_cuts, _blocks(gathered.cuts(deal_key, first, count, before))),
                (run_loans, () if ahead else _blocks(gathered.loans(deal_key, first, count))),
            ),
            behind=(events, few),
            ending=ending and not ahead,
        )
        if ahead:
            insert_blocks(self._connection, run_loans, _blocks(gathered.loans(deal_key, first, count)), ahead=True)
        self._run_ends.clear()
        self._late_deals.clear()

    def insert_batches(self, deal_key: int, envelopes: Iterable[StoredBatch]) -> None:
        """Insert the envelopes of events that stand in the log, in the order of these."""
        insert_blocks(self._connection, batches, [[(deal_key, *item) for item in envelopes]])

    def _follow(self, sums: RunSums, deal_key: int, before: int) -> None:
        """Let the places of the loans that were moved follow, from where the log up to ``before`` left them."""
        missing = [loan for loan in sums.moved if loan not in self._places]
        found = self.loan_standings(deal_key, known_through=before, loans=missing) if missing and before else {}
        for loan, held in found.items():
            self._places[loan] = LoanPlace(held.balance, held.on_books, held.latest, UNREAD)
        sums.carry(self._places)

    def _read_cuts(self, sums: RunSums, deal_key: int, before: int) -> None:
        """Read what loans that were moved are cut by, as far as their boardings stand in the log up to ``before``."""
        places = sums.places
        unread = [loan for loan in sums.moving if places[loan].cut is UNREAD]
        if unread:
            asked = unread if len(unread) < _MANY_LOANS else None
            found = self.loans_boarded(deal_key, known_through=before, loans=asked)
            for loan in unread:
                places[loan].cut = found[loan].cut if loan in found else UNBOARDED


def _blocks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while block := list(islice(rows, _BLOCK)):
        yield block


def _lock(connection: Connection, deal: str, first: Beginning | None) -> list[tuple[Any, ...]]:
    """Queue behind the other writers of a deal on PostgreSQL, before its head is read, until the transaction ends.

    Returns what the log is asked for ``first``, as it is once the lock is held.
    A lock on a name, which any session could take, would let those who may only read stop those who post; the row of a
    deal can be locked by those alone who may post to it.
    """
    mode = "auto" if first is None else "force_generic_plan"
    asked = {"deal": deal, "idle": str(IDLE_WRITER_MS), "mode": mode}
    further = [] if first is None else [(_BEGIN_BEHIND_LOCKED if first.known else _BEGIN_LOCKED, first._asdict())]
    while True:
        held, *found = in_one_trip(connection, [(_LOCK, asked), *further])
        if held:
            return [row[:-1] for row in found[0]] if found else []
        # The first writer of a deal puts the row there. Where another one does so at this moment, this waits for it.
        connection.execute(_FIRST_LOCK, {"deal": deal})


_LOCK = text(
    "SELECT set_config('idle_in_transaction_session_timeout', :idle, true), "
    "set_config('plan_cache_mode', :mode, true) FROM deal_locks WHERE deal = :deal FOR NO KEY UPDATE"
)
_FIRST_LOCK = text("INSERT INTO deal_locks (deal) VALUES (:deal) ON CONFLICT DO NOTHING")

_KEPT = snapshots.columns.keys()
_KEEP = text(
    f"INSERT INTO snapshots ({', '.join(_KEPT)}) VALUES ({', '.join(f':{name}' for name in _KEPT)}) "
    "ON CONFLICT DO NOTHING"
)

_LOGIN = "ledger_login"
"""The key under which a connection remembers its login."""

_KEY: BindParameter[int] = bindparam("deal_key")
_EVENT: BindParameter[str] = bindparam("event_id")
_KNOWN: BindParameter[int] = bindparam("known")

_held = events.alias("held")
# What stands at a place is asked for as the next one in an order: there is one way to answer that, however little a
# server knew of its tables when it planned it.
_holds = (
    select(_held.c.event_id == _EVENT)
    .where(_held.c.deal_key == _KEY, _held.c.event_id >= _EVENT)
    .order_by(_held.c.event_id)
    .limit(1)
    .scalar_subquery()
)
_BEGIN = (
    select(events.c.sequence, events.c.hash, _holds, events.c.recorded_at)
    .where(events.c.deal_key == _KEY)
    .order_by(events.c.sequence.desc())
    .limit(1)
)

_hash_at_known = (
    select(_held.c.hash)
    .where(_held.c.deal_key == _KEY, _held.c.sequence <= _KNOWN)
    .order_by(_held.c.sequence.desc())
    .limit(1)
    .scalar_subquery()
)
_later = (
    select(run_totals)
    .where(run_totals.c.deal_key == _KEY, run_totals.c.through_sequence > _KNOWN)
    .order_by(run_totals.c.through_sequence)
    .subquery("later")
)
_BEHIND_COLUMNS = (
    _hash_at_known,
    _later.c.effective_date,
    *(_later.c[name] for name in ("distribution", "posts_as", "loan_group", "class_id", "code")),
    *(_later.c[name] for name in (*COMPONENTS, "events")),
)
_BEHIND = select(*_BEHIND_COLUMNS).select_from(_later)

_end = _BEGIN.subquery("log_end")
_BEGIN_BEHIND = select(*_end.c, *_BEHIND_COLUMNS).select_from(_end.outerjoin(_later, true()))
"""What :data:`_BEGIN` finds, before every row of :data:`_BEHIND`; once, and then with nulls, where there is none."""

_PLANNED_AGAIN = func.set_config("plan_cache_mode", "auto", True)
_BEGIN_LOCKED, _BEGIN_BEHIND_LOCKED = (asked.add_columns(_PLANNED_AGAIN) for asked in (_BEGIN, _BEGIN_BEHIND))
"""The same behind :data:`_LOCK`, which has them planned once for a session; what comes after them may be as it was."""


__all__ = ["Appending", "EventStore"]
