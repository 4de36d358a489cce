"""What a database says of a row reaches no message, no log and no cause; what is wrong still does."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ledger import Ledger, StoreError
from ledger.store.database.engine import faults_translated

SECRET = "loan-4711-of-somebody"


def faulty(ledger: Ledger, ask: Callable[[Connection], object]) -> str:
    """Return everything that can be printed of the fault that a question ends in."""
    store = ledger._store
    with (
        pytest.raises(StoreError) as caught,
        faults_translated(store.url),
        store._engine.connect() as connection,
        connection.begin(),
    ):
        ask(connection)
    assert str(caught.value)
    return "".join((str(caught.value), *traceback.format_exception(caught.value)))


STATEMENTS = {
    "sqlite": {
        "a text that cannot be decoded": f"SELECT CAST(x'ff{SECRET.encode().hex()}' AS TEXT)",
        "a key that stands there": "INSERT INTO kept VALUES (:given)",
        "a check": "INSERT INTO kept VALUES (:given || '!')",
    },
    "postgresql": {
        "a key that stands there": "INSERT INTO kept VALUES (:given)",
        "a check": "INSERT INTO kept VALUES (CAST(:given AS text) || '!')",
        "no number": "SELECT CAST(CAST(:given AS text) AS bigint)",
        "no date": "SELECT CAST(CAST(:given AS text) AS date)",
        "out of range": "SELECT CAST('47114711471147114711' AS bigint)",
        "a trigger's context": "SELECT count(*) FROM kept WHERE CAST(word AS integer) > 0",
    },
}


@pytest.mark.parametrize(
    ("backend", "kind"), [(backend, kind) for backend, kinds in STATEMENTS.items() for kind in kinds]
)
def test_no_fault_quotes_a_row(either_ledger: Ledger, backend: str, kind: str) -> None:
    if either_ledger._store.url.get_backend_name() != backend:
        pytest.skip("of the other database")

    def ask(connection: Connection) -> None:
        connection.execute(text("CREATE TEMP TABLE kept (word TEXT PRIMARY KEY CHECK (word NOT LIKE '%!'))"))
        connection.execute(text("INSERT INTO kept VALUES (:given)"), {"given": SECRET})
        statement = STATEMENTS[backend][kind]
        connection.execute(text(statement), {"given": SECRET} if ":given" in statement else {}).all()

    told = faulty(either_ledger, ask)
    assert SECRET not in told
    assert "4711471147" not in told


def test_a_number_that_the_driver_cannot_take_is_not_quoted(either_ledger: Ledger) -> None:
    def ask(connection: Connection) -> None:
        connection.execute(text("SELECT :word, :given"), {"word": SECRET, "given": object()})

    assert SECRET not in faulty(either_ledger, ask)


@pytest.mark.parametrize(
    "said",
    [
        f'duplicate key\nDETAIL:  Key (event_id)=({SECRET}) already exists.\nCONTEXT:  COPY events, line 1: "{SECRET}"',
        f'invalid input syntax for type integer: "{SECRET}"',
        f"Could not decode to UTF-8 column 'payload' with text '{SECRET}'",
    ],
)
def test_what_follows_the_sentence_is_left_out(toy: Ledger, said: str) -> None:
    def ask(_: Connection) -> None:
        raise DBAPIError("INSERT", {"word": SECRET}, Exception(said))

    told = faulty(toy, ask)
    assert SECRET not in told
    assert said.partition(":")[0].partition("\n")[0][:20] in told
