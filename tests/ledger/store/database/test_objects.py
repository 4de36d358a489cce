"""What a database holds around the rows is held to what the migrations make."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

from ledger import Ledger, SchemaAltered
from ledger.store.database.event_store import EventStore
from ledger.store.database.objects import EXPECTED, described, expected, index_faults, schema_faults
from replay.evidence.verify import verify
from tests.deals.toy import TOY, month_events, toy_deal, toy_month
from tests.migrations.write_objects import made, written
from tests.postgres import Server


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    path = tmp_path / "toy.db"
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        ledger.post_many(month_events(2, curtailment="5.00")).or_raise()
    return path


def test_what_is_written_down_is_what_the_migrations_make(tmp_path: Path, postgres_empty: URL) -> None:
    """`make schema-objects` writes these files."""
    for dialect, address in (("sqlite", f"sqlite:///{tmp_path / 'new.db'}"), ("postgresql", postgres_empty)):
        assert (EXPECTED / f"{dialect}.json").read_text(encoding="utf-8") == written(made(address))
        assert json.loads((EXPECTED / f"{dialect}.json").read_text(encoding="utf-8")) == expected(dialect)


def test_a_ledger_in_another_schema_of_postgresql_is_described_alike(postgres_server: Server) -> None:
    address = postgres_server.empty_database()
    postgres_server.run('CREATE SCHEMA "Trust 1"', database=str(address.database))
    elsewhere = address.update_query_dict({"options": '-c search_path="Trust 1"'.replace(" 1", "\\ 1")})
    Ledger.create(elsewhere).close()
    assert EventStore.open(elsewhere).schema_faults == ()


OBJECTS = {
    "a view that says otherwise": (
        "DROP VIEW read_deals; CREATE VIEW read_deals AS SELECT deal, 'never' AS opened_at FROM deals",
        "the view read_deals is not what the migrations make",
    ),
    "a trigger gone": ("DROP TRIGGER events_refuse_update", "there is no trigger events_refuse_update of events"),
    "a strange trigger": (
        "CREATE TRIGGER ours AFTER INSERT ON events BEGIN SELECT 1; END",
        "there is a strange trigger ours of events",
    ),
    "an index gone": ("DROP INDEX ix_events_exceptional", "there is no index ix_events_exceptional of events"),
    "a strange index": (
        "CREATE INDEX ours ON events (loan COLLATE NOCASE)",
        "there is a strange index ours of events",
    ),
    "an index of other rows": (
        "DROP INDEX uq_events_reverses; CREATE UNIQUE INDEX uq_events_reverses ON events (deal_key, reverses)",
        "the index uq_events_reverses of events is not what the migrations make",
    ),
    "a table without its keys": (
        "PRAGMA legacy_alter_table = ON; "
        "CREATE TABLE x AS SELECT * FROM run_totals; DROP TABLE run_totals; ALTER TABLE x RENAME TO run_totals",
        "the table run_totals is not what the migrations make",
    ),
    "a view in its place": (
        "PRAGMA legacy_alter_table = ON; "
        "ALTER TABLE snapshots RENAME TO kept; CREATE VIEW snapshots AS SELECT * FROM kept",
        "there is a strange view snapshots",
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_that_is_not_the_migrations_is_named_and_nothing_is_written(ledger_file: Path, name: str) -> None:
    statements, told = OBJECTS[name]
    with sqlite3.connect(ledger_file) as connection:
        connection.executescript(statements)
    with Ledger.open(ledger_file) as ledger:
        assert told in [fault.message for fault in verify(ledger, TOY).faults if fault.code == "other_schema"]
        with pytest.raises(SchemaAltered, match="nothing is written"):
            ledger.post_many(month_events(3))
        assert ledger.head(TOY).sequence, "it is read all the same"


POSTGRES = {
    "a trigger switched off": "ALTER TABLE run_totals DISABLE TRIGGER ALL",
    "a policy gone": "DROP POLICY {policy} ON events",
    "row-level security off": "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    "a column of another collation": "DROP VIEW read_balances; "
    'ALTER TABLE run_totals ALTER COLUMN code TYPE text COLLATE "C"',
    "a function that lets go": "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NEW; END $$",
    "a rule": "CREATE RULE ours AS ON INSERT TO snapshots DO INSTEAD NOTHING",
    "a constraint gone": "ALTER TABLE batches DROP CONSTRAINT ck_batches_range",
}


@pytest.mark.parametrize("name", POSTGRES)
def test_an_object_of_postgresql_that_is_not_the_migrations_is_named(postgres_server: Server, name: str) -> None:
    address = postgres_server.empty_database()
    Ledger.create(address).close()
    assert EventStore.open(address).schema_faults == ()
    policy = next(
        item.split()[1] for item in expected("postgresql") if item.startswith("policy") and item.endswith("of events")
    )
    postgres_server.run(POSTGRES[name].format(policy=policy), database=str(address.database))
    assert [fault for fault in EventStore.open(address).schema_faults if "read_balances" not in fault]


def without_a_row(connection: sqlite3.Connection, name: str, condition: str) -> None:
    """Let an index leave rows out, and say in the schema that it is what it was."""
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    connection.execute(f"DROP INDEX {name}")
    connection.execute(f"{sql} {'AND' if ' WHERE ' in sql else 'WHERE'} {condition}")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, name))


@pytest.mark.parametrize(
    ("index", "condition"),
    [
        ("ix_events_exceptional", "posts_as <> 'curtailment_collected'"),
        ("ix_events_exceptional_loan", "posts_as <> 'curtailment_collected'"),
        ("ix_run_totals_through", "posts_as <> 'servicing_fee_withheld'"),
    ],
)
def test_an_index_that_lacks_a_row_is_named(ledger_file: Path, index: str, condition: str) -> None:
    connection = sqlite3.connect(ledger_file, isolation_level=None)
    without_a_row(connection, index, condition)
    connection.close()
    with Ledger.open(ledger_file) as ledger:
        faults = verify(ledger, TOY).faults
    assert {fault.code for fault in faults} >= {"other_index"}


def test_sound_indexes_are_not_named(either_ledger: Ledger) -> None:
    toy_deal(either_ledger)
    toy_month(either_ledger, 1)
    assert list(either_ledger.store_faults(TOY)) == []


def test_looking_changes_nothing(ledger_file: Path) -> None:
    before = ledger_file.read_bytes()
    engine = create_engine(f"sqlite:///{ledger_file}")
    with engine.connect() as connection:
        assert schema_faults(connection) == ()
        assert list(index_faults(connection, 1)) == []
        assert described(connection)
    engine.dispose()
    assert ledger_file.read_bytes() == before
