"""PostgreSQL's own check of its indexes says of a ledger's what is so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import DatabaseError

from ledger import Ledger
from tests.deals.toy import TOY, month_events, toy_deal, toy_month
from tests.postgres import Server

# A partitioned index has no rows of its own; those of its parts are checked.
_INDEXES = text("""
SELECT c.oid::regclass::text FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
""")
_LACKING = text("SELECT checks.bt_index_check(CAST(:index AS regclass), true)")


@pytest.fixture
def database(postgres_server: Server) -> URL:
    address = postgres_server.empty_database()
    with Ledger.create(address) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
    postgres_server.run(
        "CREATE SCHEMA checks", "CREATE EXTENSION amcheck SCHEMA checks", database=str(address.database)
    )
    return address


def lacking(address: URL) -> Iterator[str]:
    """Yield the indexes of a database of which a row of the table is missing, or that are damaged otherwise."""
    engine = create_engine(address)
    with engine.connect() as connection:
        for (index,) in connection.execute(_INDEXES).all():
            try:
                connection.execute(_LACKING, {"index": index})
            except DatabaseError as fault:
                yield f"{index}: {fault.orig}"
            connection.rollback()
    engine.dispose()


def test_it_names_an_index_that_lacks_a_row_and_no_other(postgres_server: Server, database: URL) -> None:
    assert list(lacking(database)) == []
    engine = create_engine(database)
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "WHERE i.indrelid = 'run_totals'::regclass AND i.indisprimary"
            )
        ).all()
    engine.dispose()
    index = str(found[0][0])
    shut = f"UPDATE pg_index SET indisready = %s WHERE indexrelid = '{index}'::regclass"
    with Ledger.open(database) as ledger:
        # An index that is shut is unlike the migrations', and nothing is written; this one was looked at before. What
        # guards the sums asks the other index.
        assert list(ledger.store_faults(TOY)) == []
        postgres_server.run(shut % "false", database=str(database.database))
        ledger.post_many(month_events(2)).or_raise()
    postgres_server.run(shut % "true", database=str(database.database))
    told = list(lacking(database))
    assert [item.partition(":")[0] for item in told] == [index]
    assert "lacks matching index tuple" in told[0]
