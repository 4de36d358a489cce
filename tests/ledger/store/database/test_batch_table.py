"""The database itself refuses to change envelopes, to forge the login of one, and to take one of no events."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import URL, event, text
from sqlalchemy.exc import DBAPIError

from ledger import CurtailmentCollected, IntegrityFault, Ledger, StoredBatch, StoreError
from ledger.store.database import bulk
from ledger.store.database.access import Access
from replay.evidence.verify import verify
from tests.deals.toy import CLOSING, LOANS, TOY, toy_deal
from tests.evidence.enveloped import JANE, LEE, STATED, enveloped_toy, stated
from tests.postgres import Server


def paid(event_id: str, deal: str = TOY) -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, deal=deal, effective_date=CLOSING, loan="one-1", amount="1.00")


def inserted(ledger: Ledger, deal_key: int = 1, **changes: Any) -> None:
    """Insert a row of batches as any client of the database could send it."""
    made = StoredBatch.of(LEE, first_sequence=37, through_sequence=37, recorded_at=1, login="")
    assert made is not None
    values = {"deal_key": deal_key, **made._asdict(), **changes}
    names = ", ".join(values)
    statement = text(f"INSERT INTO batches ({names}) VALUES ({', '.join(f':{name}' for name in values)})")
    with ledger._store._engine.begin() as connection:
        connection.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batches SET actor = 'somebody else'",
        "UPDATE batches SET digest = digest WHERE first_sequence = 14",
        "DELETE FROM batches WHERE first_sequence = 14",
        "DELETE FROM batches",
    ],
)
def test_an_envelope_cannot_be_changed_or_removed(either_ledger: Ledger, statement: str) -> None:
    enveloped_toy(either_ledger)
    with pytest.raises(DBAPIError, match="append-only"), either_ledger._store._engine.begin() as connection:
        connection.execute(text(statement))
    assert stated(either_ledger) == STATED


@pytest.mark.parametrize("statement", ["TRUNCATE batches", "TRUNCATE events, deals, batches"])
def test_postgresql_refuses_to_truncate_envelopes(postgres_ledger: URL, statement: str) -> None:
    with Ledger.create(postgres_ledger) as ledger:
        enveloped_toy(ledger)
        with pytest.raises(DBAPIError, match="append-only"), ledger._store._engine.begin() as connection:
            connection.execute(text(statement))
        assert stated(ledger) == STATED


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_sqlite_refuses_to_replace_an_envelope(tmp_path: Path, recursive: str) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        enveloped_toy(ledger)
        connection = sqlite3.connect(tmp_path / "toy.db")
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        for first in (1, 14):
            columns = (
                "deal_key, first_sequence, through_sequence, recorded_at, login, 'x', approver, document, '', digest"
            )
            statement = f"INSERT OR REPLACE INTO batches SELECT {columns} FROM batches WHERE first_sequence = {first}"
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
        connection.close()
        assert stated(ledger) == STATED


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"through_sequence": 38}, "events that stand in the ledger"),
        ({"first_sequence": 38, "through_sequence": 39}, "events that stand in the ledger"),
        ({"first_sequence": 36}, "no event has two"),
        ({"first_sequence": 2, "through_sequence": 2}, "no event has two"),
        ({"first_sequence": 4, "through_sequence": 4}, "in the order of their events"),
        ({"deal_key": 99}, "events that stand in the ledger"),
        ({"first_sequence": 38, "through_sequence": 37}, "ck_batches_range"),
        ({"digest": b"short"}, "ck_batches_digest_length"),
    ],
)
def test_an_envelope_of_no_events_or_of_those_of_another_is_refused(
    either_ledger: Ledger, changes: dict[str, Any], told: str
) -> None:
    enveloped_toy(either_ledger)
    # Nothing is stated of this batch; on PostgreSQL it has an envelope all the same, so its deal is emptied of those.
    if either_ledger._store.url.get_backend_name() == "sqlite":
        either_ledger.post(paid("a")).or_raise()
    else:
        unenveloped(either_ledger)
    before = either_ledger.stored_batches(TOY)
    with pytest.raises(DBAPIError, match=told):
        inserted(either_ledger, **changes)
    assert either_ledger.stored_batches(TOY) == before


def unenveloped(ledger: Ledger) -> None:
    """Append an event to the toy deal as a release did that knew no envelopes."""
    with Ledger.create("sqlite://") as aside:
        enveloped_toy(aside)
        aside.post(paid("a")).or_raise()
        *_, row = aside.stored_rows(TOY)
    with ledger._store.appending(TOY) as writer:
        key = writer.find_deal()
        assert key is not None
        writer.insert([[row._replace(deal_key=key)]])


def test_the_library_calls_such_a_refusal_a_fault_of_integrity(ledger: Ledger) -> None:
    enveloped_toy(ledger)
    made = StoredBatch.of(LEE, first_sequence=37, through_sequence=37, recorded_at=1, login="")
    assert made is not None
    with pytest.raises(IntegrityFault, match="append-only"), ledger._store.appending(TOY) as writer:
        writer.insert_batches(1, [made])


def as_role(server: Server, owner: Ledger, url: URL, access: Access, deal: str) -> tuple[str, Ledger]:
    """Make a database role with an access, and open the ledger as that role."""
    name = server.role()
    owner._store.grant(name, access, deal)
    return name, Ledger.open(url.set(username=name))


def test_a_servicer_is_held_to_the_login(postgres_ledger: URL, postgres_server: Server) -> None:
    with Ledger.create(postgres_ledger) as owner:
        enveloped_toy(owner)
        name, own = as_role(postgres_server, owner, postgres_ledger, Access.SERVICER, TOY)
        with own:
            own.post(paid("own"), envelope=JANE).or_raise()
            assert [(item.login, item.actor) for item in own.batches(TOY)][-1] == (name, JANE.actor)
            assert verify(own, TOY).ok
        unenveloped_by_name(owner)
        with Ledger.open(postgres_ledger.set(username=name)) as forging:
            for login in ("postgres", ""):
                with pytest.raises(DBAPIError, match="row-level security"):
                    inserted(forging, first_sequence=38, through_sequence=38, login=login)
            for statement in ("UPDATE batches SET actor = ''", "DELETE FROM batches", "TRUNCATE batches"):
                denied = pytest.raises(DBAPIError, match="permission denied")
                with denied, forging._store._engine.begin() as connection:
                    connection.execute(text(statement))
        inserted(owner, first_sequence=38, through_sequence=38, login="whoever it was")


def unenveloped_by_name(ledger: Ledger) -> None:
    """Append an event under another id than :func:`unenveloped`, at sequence 38."""
    *_, last = ledger.stored_rows(TOY)
    row = last._replace(sequence=38, event_id="bare")
    with ledger._store.appending(TOY) as writer:
        writer.insert([[row]])


def test_an_auditor_reads_envelopes_and_writes_none(postgres_ledger: URL, postgres_server: Server) -> None:
    with Ledger.create(postgres_ledger) as owner:
        enveloped_toy(owner)
        toy_deal(owner, "toy-2")
        name, own = as_role(postgres_server, owner, postgres_ledger, Access.AUDITOR, TOY)
        with own:
            assert own.stored_batches(TOY) == owner.stored_batches(TOY)
            with own._store.reading() as reading:
                assert reading.batches(2) == [], "another deal's envelopes are not its business"
            with pytest.raises(DBAPIError, match="permission denied"):
                inserted(own, login=name)


def test_a_servicer_restores_what_it_posted_itself(postgres_ledger: URL, postgres_server: Server) -> None:
    with Ledger.create(postgres_ledger) as owner:
        name, own = as_role(postgres_server, owner, postgres_ledger, Access.SERVICER, "*")
        with own:
            enveloped_toy(own)
            rows, batches = list(own.stored_rows(TOY)), own.stored_batches(TOY)
        assert {item.login for item in batches} == {name}
    fresh = postgres_server.empty_database()
    with Ledger.create(fresh) as owner:
        owner._store.grant(name, Access.SERVICER, "*")
        other, theirs = as_role(postgres_server, owner, fresh, Access.SERVICER, "*")
        with theirs, pytest.raises(StoreError, match="no right"):
            theirs.restore_rows(rows, batches)
        assert owner.deals() == []
        with Ledger.open(fresh.set(username=name)) as own:
            assert own.restore_rows(rows, batches).hash == rows[-1].hash
        assert owner.stored_batches(TOY) == batches
        assert other != name


def test_a_batch_of_a_few_events_is_one_trip_for_the_lock_and_one_for_its_rows(postgres_ledger: URL) -> None:
    """Whoever waits for a writer waits for every trip to the server; more rows than a few are copied."""
    with Ledger.open(postgres_ledger) as ledger:
        toy_deal(ledger)
        trips: list[list[str]] = []
        real = bulk._sent

        @event.listens_for(ledger._store._engine, "before_cursor_execute")
        def heard(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            trips.append([statement])

        def sent(connection: Any, statements: Any) -> Any:
            held = list(statements)
            trips.append([words for words, _ in held])
            return real(connection, held)

        for number, loans in enumerate((2, 10)):
            curtailed = [
                CurtailmentCollected(
                    event_id=f"{number}/{loan}", deal=TOY, effective_date=CLOSING, loan=loan, amount="5.00"
                )
                for loan in list(LOANS)[:loans]
            ]
            trips.clear()
            with patch.object(bulk, "_sent", sent):
                ledger.post_many(curtailed).or_raise()
            rows = next(trip for trip in trips if any("INSERT INTO batches" in words for words in trip))
            beside = next(words for words in rows if "INSERT INTO batches" in words)
            assert "INSERT INTO run_totals" in beside
            assert ("INSERT INTO run_loans" in beside) == (loans == 2)
            assert rows[0].startswith("INSERT INTO events") == (loans == 2)
            assert (rows[-1] == "COMMIT") == (loans == 2)
            assert ["FOR NO KEY UPDATE" in words for words in trips[0]] == [True, False]
            if loans == 2:
                assert trips[-1] is rows, "nothing is left to be sent, not even a commit"
        assert verify(ledger, TOY).ok
