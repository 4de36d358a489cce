"""Migrations make the tables that the code declares, on both databases, and never touch an event."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import URL, Connection, MetaData, Table, create_engine, inspect, text
from sqlalchemy.schema import CheckConstraint

from ledger import (
    EventReversed,
    Ledger,
    LedgerNotFound,
    LoanBoarded,
    SchemaOutdated,
    SchemaTooNew,
    StoredRow,
    StoreError,
)
from ledger.cli import main
from ledger.store.database.event_store import EventStore
from ledger.store.database.migrate import scripts_directory
from ledger.store.database.schema import (
    SCHEMA_REVISION,
    WHERE,
    access_metadata,
    deals,
    events,
    metadata,
    run_cuts,
    run_loans,
    run_totals,
)
from replay.evidence.verify import verify
from tests.deals.toy import CUT_OFF, TOY, month_events, payment_date, toy_deal, toy_month
from tests.evidence.enveloped import JANE, STATED, enveloped_toy, stated
from tests.ledger.store.test_run_cuts import begun
from tests.postgres import Server

BACKENDS = ["sqlite", "postgresql"]
SUMS = (run_totals, run_loans)


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL | str:
    """The address of a database without a ledger, on each backend."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'toy.db'}"
    found: URL = request.getfixturevalue("postgres_empty")
    return found


@pytest.fixture
def connection(url: URL | str) -> Iterator[Connection]:
    """A plain connection to a database that was migrated."""
    Ledger.create(url).close()
    engine = create_engine(url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def scripts() -> ScriptDirectory:
    """Return the migrations as Alembic sees them."""
    config = Config()
    config.set_main_option("script_location", str(scripts_directory()))
    return ScriptDirectory.from_config(config)


def declared(connection: Connection) -> list[MetaData]:
    """Return the metadata that a backend's tables must equal."""
    if connection.dialect.name == "sqlite":
        return [metadata]
    own = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        copied = table.to_metadata(own)
        for key in list(copied.foreign_key_constraints):
            # Declared for embedded ledgers only.
            copied.constraints.discard(key)
            for element in key.elements:
                element.parent.foreign_keys.discard(element)
                copied.foreign_keys.discard(element)
    return [own, access_metadata]


def is_no_partition(name: str | None, kind: str, _parents: object) -> bool:
    """Leave PostgreSQL's partitions out: the tables do not declare them."""
    return not (kind == "table" and str(name).startswith("events_part_"))


def set_revision(url: URL | str, revision: str) -> None:
    """Write another revision into a database, as another release would have."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def test_migrations_are_a_single_line_that_ends_at_the_code_s_revision() -> None:
    found = scripts()
    assert found.get_heads() == [SCHEMA_REVISION]
    assert found.get_bases() == ["0001"]
    assert len(list(found.walk_revisions())) == int(SCHEMA_REVISION)


def test_every_migration_refuses_to_go_back() -> None:
    for revision in scripts().walk_revisions():
        with pytest.raises(NotImplementedError, match="backup"):
            revision.module.downgrade()


def test_the_migrated_tables_are_the_declared_ones(connection: Connection) -> None:
    opts = {"compare_type": True, "compare_server_default": True, "include_name": is_no_partition}
    context = MigrationContext.configure(connection, opts=opts)
    assert compare_metadata(context, declared(connection)) == []  # type: ignore[arg-type]


def test_the_comparison_notices_a_difference(connection: Connection) -> None:
    """Were it blind, the test above would prove nothing."""
    other = MetaData()
    for tables in declared(connection):
        for table in tables.sorted_tables:
            table.to_metadata(other)
    other.tables["events"].c.memo.nullable = True
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, other) != []


def test_the_migrated_check_constraints_are_the_declared_ones(connection: Connection) -> None:
    """Alembic does not compare them."""
    for tables in declared(connection):
        for table in tables.sorted_tables:
            wanted = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
            found = {str(item["name"]) for item in inspect(connection).get_check_constraints(table.name)}
            assert found == wanted


def test_the_migrated_names_follow_the_convention(connection: Connection) -> None:
    inspector = inspect(connection)
    for tables in declared(connection):
        for table in tables.sorted_tables:
            wanted = {str(constraint.name) for constraint in table.constraints}
            found = {
                inspector.get_pk_constraint(table.name)["name"],
                *(item["name"] for item in inspector.get_unique_constraints(table.name)),
                *(item["name"] for item in inspector.get_foreign_keys(table.name)),
                *(item["name"] for item in inspector.get_check_constraints(table.name)),
            }
            assert found == wanted


def test_the_migrated_indexes_take_in_the_declared_rows(connection: Connection) -> None:
    """Alembic compares no conditions. PostgreSQL writes them in its own words, so it is given the declared ones too."""
    declared_conditions = {str(i.name): i.info.get(WHERE) for table in (events, run_loans) for i in table.indexes}
    assert any(declared_conditions.values())
    for name, condition in declared_conditions.items():
        if connection.dialect.name == "sqlite":
            stored = text("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = :name")
            _, _, found = connection.execute(stored, {"name": name}).scalar_one().partition(" WHERE ")
            assert (found or None) == condition
        else:
            table = events if name in {index.name for index in events.indexes} else run_loans
            connection.execute(text(f"CREATE TEMP TABLE {name}_declared (LIKE {table.name})"))
            where = f" WHERE {condition}" if condition else ""
            connection.execute(text(f"CREATE INDEX {name}_again ON {name}_declared (deal_key){where}"))
            stored = text("SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = CAST(:n AS regclass)")
            found, again = (connection.execute(stored, {"n": n}).scalar_one() for n in (name, f"{name}_again"))
            assert found == again


def test_importing_the_ledger_loads_nothing_of_postgresql() -> None:
    """SQLAlchemy's dialect for it is slow to load, and an option named after it is enough to do so."""
    code = "import sys, ledger.service; sys.exit(any('dialects.postgresql' in name for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_log_has_its_foreign_key_on_sqlite_only(connection: Connection) -> None:
    """On PostgreSQL a trigger refuses events of no deal, as the contract of the store demands of both."""
    keys = inspect(connection).get_foreign_keys("events")
    assert bool(keys) == (connection.dialect.name == "sqlite")


def test_every_table_of_events_refuses_change_by_trigger(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        found = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
    else:
        found = set(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
    assert {
        f"{table}_refuse_{verb}"
        for table in ("deals", "events", "batches", "run_totals", "run_loans", "run_cuts")
        for verb in ("update", "delete")
    } <= found


def test_an_older_ledger_is_opened_only_after_an_upgrade(url: URL | str) -> None:
    with Ledger.create(url) as ledger:
        toy_deal(ledger)
    set_revision(url, "0000")
    with pytest.raises(SchemaOutdated, match=rf"has schema 0000, this release needs {SCHEMA_REVISION}.*ledger upgrade"):
        Ledger.open(url)


def test_a_newer_ledger_is_not_opened_and_not_upgraded(url: URL | str) -> None:
    Ledger.create(url).close()
    set_revision(url, "9999")
    with pytest.raises(SchemaTooNew, match="install a newer release"):
        Ledger.open(url)
    with pytest.raises(SchemaTooNew, match="install a newer release"):
        Ledger.open(url, upgrade=True)
    with pytest.raises(SchemaTooNew, match="install a newer release"):
        Ledger.create(url)


def written(
    url: URL | str, revision: str, rows: Sequence[StoredRow], sums: Mapping[Table, list[dict[str, Any]]]
) -> None:
    """Write a deal into a database of an earlier schema by hand."""
    store = EventStore(url)
    store.upgrade(revision)
    assert store.revision() == revision
    with store._engine.begin() as connection:
        connection.execute(deals.insert(), {"deal_key": 1, "deal": TOY, "opened_at": rows[0].recorded_at})
        connection.execute(events.insert(), [row._asdict() | {"deal_key": 1} for row in rows])
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('deals_deal_key_seq', 1)"))
        if revision >= "0003":
            for table, lines in sums.items():
                # The columns that came with 0006 are not there before; filled, they must be what the writer had put.
                names = [column.name for column in table.columns]
                earlier = [name for name in names if revision >= "0006" or not name.endswith("_after")]
                connection.execute(table.insert(), [{name: line[name] for name in earlier} for line in lines])
    store.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"])
def test_an_upgrade_keeps_every_event(url: URL | str, revision: str) -> None:
    """The toy deal is written under an earlier schema by hand, then brought up to this release's."""
    with Ledger.create("sqlite:///:memory:") as made:
        begun(made, random.Random(1), rules=1)
        toy_month(made, 1)
        before, rows, head = list(made.events(TOY)), list(made.stored_rows(TOY)), made.head(TOY)
        digest = made.distribution(TOY, payment_date(1)).digest
        with made._store.reading() as reading:
            sums = {t: [row._asdict() for row in reading._connection.execute(t.select())] for t in SUMS}
            cuts = list(reading._connection.execute(run_cuts.select()))
    written(url, revision, rows, sums)
    with pytest.raises(SchemaOutdated):
        Ledger.open(url)
    with Ledger.open(url, upgrade=True) as ledger:
        assert list(ledger.events(TOY)) == before
        assert ledger.head(TOY) == head
        assert ledger.distribution(TOY, payment_date(1)).digest == digest
        assert list(ledger.sum_faults(TOY)) == []
        if revision >= "0003":
            with ledger._store.reading() as reading:
                found = [row._asdict() for row in reading._connection.execute(run_loans.select())]
                filled = list(reading._connection.execute(run_cuts.select()))
            assert sorted(found, key=str) == sorted(sums[run_loans], key=str)
            assert filled == cuts
        assert verify(ledger, TOY).ok
        toy_month(ledger, 2)
        assert list(ledger.sum_faults(TOY)) == []


@pytest.mark.parametrize("revision", ["0001", "0006", "0007"])
def test_an_upgraded_ledger_keeps_its_hashes_and_takes_envelopes(url: URL | str, revision: str) -> None:
    """What was posted before has no envelope, on either database; what is posted from then on may."""
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        rows = list(made.stored_rows(TOY))
        with made._store.reading() as reading:
            sums = {t: [row._asdict() for row in reading._connection.execute(t.select())] for t in SUMS}
    written(url, revision, rows, sums)
    with Ledger.open(url, upgrade=True) as ledger:
        assert list(ledger.stored_rows(TOY)) == rows
        assert ledger.stored_batches(TOY) == []
        assert verify(ledger, TOY).ok
        ledger.post_many(month_events(1), envelope=JANE).or_raise()
        assert stated(ledger) == [(14, 36, JANE)]
        assert [item.first_sequence for item in ledger.batches(TOY)] == [14]
        assert list(ledger.stored_rows(TOY))[:13] == rows
        assert verify(ledger, TOY).ok


def test_who_had_access_before_envelopes_has_it_to_them(postgres_empty: URL, postgres_server: Server) -> None:
    store = EventStore(postgres_empty)
    store.upgrade("0006")
    servicer, auditor = postgres_server.role(), postgres_server.role()
    with store._engine.begin() as connection:
        for name, rights in ((servicer, "SELECT, INSERT"), (auditor, "SELECT")):
            for table in ("deals", "events", "run_totals", "run_loans"):
                connection.execute(text(f"GRANT {rights} ON {table} TO {name}"))
            connection.execute(text(f"GRANT SELECT ON alembic_version, deal_access, snapshots TO {name}"))
            connection.execute(text(f"INSERT INTO deal_access VALUES ('{name}', '*')"))
        connection.execute(text(f"GRANT USAGE ON SEQUENCE deals_deal_key_seq TO {servicer}"))
    store.upgrade()
    store.close()
    with Ledger.open(postgres_empty.set(username=servicer)) as own:
        enveloped_toy(own)
        assert {item.login for item in own.batches(TOY)} == {servicer}
    with Ledger.open(postgres_empty.set(username=auditor)) as reading:
        assert stated(reading) == STATED
        with pytest.raises(StoreError, match="no right"):
            reading.post_many(month_events(2)).or_raise()


def test_every_role_keeps_what_it_could_do_and_no_more(postgres_empty: URL, postgres_server: Server) -> None:
    """Whoever could post was servicer of all its deals; who is gone stays so, and who was revoked has none left."""
    store = EventStore(postgres_empty)
    store.upgrade("0007")
    servicer, auditor, revoked = (postgres_server.role() for _ in range(3))
    with store._engine.begin() as connection:
        for name, rights in ((servicer, "SELECT, INSERT"), (auditor, "SELECT"), (revoked, "SELECT, INSERT")):
            for table in ("deals", "events", "batches", "run_totals", "run_loans"):
                connection.execute(text(f"GRANT {rights} ON {table} TO {name}"))
            connection.execute(text(f"GRANT {rights}, DELETE ON snapshots TO {name}"))
            connection.execute(text(f"GRANT SELECT ON alembic_version, deal_access TO {name}"))
            connection.execute(text(f"GRANT USAGE ON SEQUENCE deals_deal_key_seq TO {name}"))
        for name, deal in ((servicer, TOY), (servicer, "toy-2"), (auditor, "*"), ("nobody_any_more", "*")):
            connection.execute(text(f"INSERT INTO deal_access VALUES ('{name}', '{deal}')"))
    store.upgrade()
    assert {(item.role, item.access.value, item.deal, item.is_gone) for item in store.grants()} == {
        (servicer, "servicer", TOY, False),
        (servicer, "servicer", "toy-2", False),
        (auditor, "auditor", "*", False),
        ("nobody_any_more", "auditor", "*", True),
    }
    with Ledger.open(postgres_empty.set(username=servicer)) as own:
        enveloped_toy(own)
        toy_deal(own, "toy-2")
        with pytest.raises(StoreError, match="no right"):
            toy_deal(own, "toy-3")
    with Ledger.open(postgres_empty.set(username=auditor)) as reading:
        assert reading.deals() == [TOY, "toy-2"]
        with reading._store._engine.connect() as connection:
            assert connection.execute(text("SELECT COUNT(*) FROM read_deals")).scalar_one() == 2
    held = text(
        "SELECT r.rolname, g.privilege_type FROM pg_class c, aclexplode(c.relacl) g JOIN pg_roles r "
        "ON r.oid = g.grantee WHERE c.relname = 'snapshots'"
    )
    with store._engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(held) if row.rolname != "postgres"}
        used = "SELECT has_sequence_privilege(:role, 'deals_deal_key_seq', 'USAGE')"
        assert not any(connection.execute(text(used), {"role": name}).scalar_one() for name in (servicer, revoked))
    assert found == {(servicer, "SELECT"), (servicer, "INSERT"), (auditor, "SELECT")}
    store.close()


@pytest.mark.parametrize("revision", ["0001", "0003", "0005"])
def test_an_upgrade_puts_a_loan_boarded_again_into_its_last_group(url: URL | str, revision: str) -> None:
    """Its row had the greatest of its groups' names, which verification would hold against the ledger for ever."""
    board = LoanBoarded(
        event_id="first", deal=TOY, effective_date=CUT_OFF, loan="moved", group="two", balance="5.00", note_rate="0.12"
    )
    back = EventReversed(
        event_id="back", deal=TOY, effective_date=CUT_OFF, reverses="first", reason="boarded into the wrong group"
    )
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        made.post_many([board, back, attrs.evolve(board, event_id="again", group="one")]).or_raise()
        rows = list(made.stored_rows(TOY))
        with made._store.reading() as reading:
            sums = {t: [row._asdict() for row in reading._connection.execute(t.select())] for t in SUMS}
    for line in sums[run_loans]:
        line["loan_group"] = "two" if line["loan"] == "moved" else line["loan_group"]
    written(url, revision, rows, sums)
    with Ledger.open(url, upgrade=True) as ledger:
        assert list(ledger.sum_faults(TOY)) == []
        assert verify(ledger, TOY).ok
        with ledger._store.reading() as reading:
            assert reading.loan_standings(1, known_through=len(rows))["moved"].group == "one"


def test_an_upgrade_of_a_ledger_of_this_release_changes_nothing(url: URL | str) -> None:
    with Ledger.create(url) as ledger:
        toy_deal(ledger)
        before = list(ledger.events(TOY))
    for _ in range(2):
        with Ledger.open(url, upgrade=True) as ledger:
            assert list(ledger.events(TOY)) == before


def test_an_upgrade_does_not_make_a_ledger_where_there_is_none(url: URL | str) -> None:
    with pytest.raises(LedgerNotFound):
        Ledger.open(url, upgrade=True)
    if isinstance(url, str):
        assert not Path(url.removeprefix("sqlite:///")).exists()


def test_a_migration_that_fails_leaves_nothing_half_done(url: URL | str) -> None:
    """Both databases define tables inside a transaction, and the whole upgrade is one."""
    store = EventStore(url)
    with store._engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (note TEXT)"))
    with pytest.raises(StoreError, match="already exists"):
        store.upgrade()
    with store._engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["events"]
    store.close()


def test_the_shell_upgrades_a_ledger(tmp_path: Path) -> None:
    made = tmp_path / "toy.db"
    with Ledger.create(made) as ledger:
        toy_deal(ledger)
    result = CliRunner().invoke(main, ["upgrade", str(made)])
    assert result.exit_code == 0
    assert "has this release's schema" in result.stderr


def test_the_backup_of_an_older_release_is_restored_with_this_release_s_schema(tmp_path: Path) -> None:
    older, back = tmp_path / "older.db", tmp_path / "back.db"
    store = EventStore(older)
    store.upgrade("0005")
    store.close()
    assert CliRunner().invoke(main, ["restore", str(older), str(back)]).exit_code == 0
    with Ledger.open(back) as ledger:
        assert ledger.deals() == []
    assert EventStore(older).revision() == "0005"


def test_the_shell_says_how_to_upgrade(tmp_path: Path) -> None:
    made = tmp_path / "toy.db"
    Ledger.create(made).close()
    with sqlite3.connect(made) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    result = CliRunner().invoke(main, ["deals", str(made)])
    assert result.exit_code == 2
    assert "run: ledger upgrade" in result.stderr
