"""A search for changes to an embedded ledger that alter an answer and are not named.

A change is drawn from a seed: a byte of the file, a value, a row removed, doubled or made up, or an object of the
schema. It is made as whoever holds the file makes it, past triggers and checks, which are put back as they were.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

from ledger import Ledger, LedgerError
from tests.attacks.search import Change, Search, answers, is_named, other_byte, other_value

TABLES = ("events", "deals", "batches", "run_totals", "run_loans", "run_cuts", "snapshots")


class DatabaseSearch(Search):
    """A sound ledger, what it answers, and the changes that are tried on copies of it."""

    impossible = (sqlite3.Error,)

    def __init__(self, path: Path, deal: str, record_dates: tuple[str, ...], seed: int) -> None:
        super().__init__(seed)
        self._sound, self._deal, self._dates = path, deal, record_dates
        self._copy = path.with_name("changed.db")
        with Ledger.open(path) as ledger:
            self._head = ledger.head(deal)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._before = answers(path, deal, record_dates)
        assert not is_named(path, deal, self._head), "the ledger is sound to begin with"
        self.changes = CHANGES

    def copied(self) -> Path:
        """Return a copy of the ledger's file, with nothing beside it."""
        for suffix in ("", "-wal", "-shm"):
            self._copy.with_name(self._copy.name + suffix).unlink(missing_ok=True)
        return Path(shutil.copyfile(self._sound, self._copy))

    def altered(self, path: Path) -> str:
        """Say what the ledger answers otherwise, unless it is named."""
        if is_named(path, self._deal, self._head):
            return ""
        try:
            after = answers(path, self._deal, self._dates)
        except LedgerError:
            return ""  # a clear error is no wrong answer
        return "" if after == self._before else "another answer, and nothing is named"


def _opened(path: Path) -> tuple[sqlite3.Connection, list[str]]:
    """Open a file without its triggers and checks; return the connection and what puts the triggers back."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA synchronous = OFF")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return connection, [sql for _, sql in triggers]


def _closed(connection: sqlite3.Connection, triggers: list[str]) -> None:
    for sql in triggers:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _row(connection: sqlite3.Connection, table: str, chance: random.Random) -> tuple[list[str], list[object]] | None:
    cursor = connection.execute(f"SELECT * FROM {table}")
    rows = cursor.fetchall()
    if not rows:
        return None
    return [item[0] for item in cursor.description], list(chance.choice(rows))


def _matching(columns: list[str]) -> str:
    return " AND ".join(f"{column} IS ?" for column in columns)


def a_byte_of_the_file(path: Path, chance: random.Random) -> str:
    """Change one byte, anywhere."""
    content = path.read_bytes()
    changed = other_byte(content, chance)
    path.write_bytes(changed)
    return f"byte {next(at for at, byte in enumerate(content) if byte != changed[at])}"


def a_value(path: Path, chance: random.Random) -> str:
    """Change one column of one row of any table."""
    connection, triggers = _opened(path)
    table = chance.choice(TABLES)
    found = _row(connection, table, chance)
    told = f"nothing in {table}"
    if found is not None:
        columns, row = found
        at = chance.randrange(len(columns))
        other = other_value(row[at], chance)
        connection.execute(f"UPDATE {table} SET {columns[at]} = ? WHERE {_matching(columns)}", [other, *row])
        told = f"{table}.{columns[at]} from {row[at]!r:.60} to {other!r:.60}"
    _closed(connection, triggers)
    return told


def a_row_gone(path: Path, chance: random.Random) -> str:
    """Remove one row of any table."""
    connection, triggers = _opened(path)
    table = chance.choice(TABLES)
    found = _row(connection, table, chance)
    if found is not None:
        connection.execute(f"DELETE FROM {table} WHERE {_matching(found[0])}", found[1])
    _closed(connection, triggers)
    return f"{table}: {found and found[1][:6]!r}"


def a_row_more(path: Path, chance: random.Random) -> str:
    """Put one row into any table that is like another but for one or two columns."""
    connection, triggers = _opened(path)
    table = chance.choice(TABLES)
    found = _row(connection, table, chance)
    told = f"nothing in {table}"
    if found is not None:
        columns, row = found
        for _ in range(chance.choice([1, 1, 2])):
            at = chance.randrange(len(columns))
            row[at] = other_value(row[at], chance)
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        told = f"{table}: {row[:8]!r}"
    _closed(connection, triggers)
    return told


def rows_exchanged(path: Path, chance: random.Random) -> str:
    """Let two rows of a table exchange one column."""
    connection, triggers = _opened(path)
    table = chance.choice(TABLES)
    one, two = _row(connection, table, chance), _row(connection, table, chance)
    told = f"nothing in {table}"
    if one is not None and two is not None and one != two:
        at = chance.randrange(len(one[0]))
        column, key = one[0][at], _matching(one[0])
        connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {key}", [two[1][at], *one[1]])
        connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {key}", [one[1][at], *two[1]])
        told = f"{table}.{column}: {one[1][at]!r:.60} and {two[1][at]!r:.60}"
    _closed(connection, triggers)
    return told


def _objects(connection: sqlite3.Connection, kind: str) -> list[tuple[str, str, str]]:
    statement = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY name"
    return [(str(name), str(table), str(sql)) for name, table, sql in connection.execute(statement, (kind,))]


def an_object_gone(path: Path, chance: random.Random) -> str:
    """Remove a trigger, an index or a table."""
    connection = sqlite3.connect(path, isolation_level=None)
    kind = chance.choice(["trigger", "trigger", "index", "table"])
    name, _, _ = chance.choice([item for item in _objects(connection, kind) if not item[0].startswith("sqlite_")])
    connection.execute(f"DROP {kind} {name}")
    connection.close()
    return f"{kind} {name}"


def a_table_without_its_keys(path: Path, chance: random.Random) -> str:
    """Make a table anew without keys and checks, some of its rows twice."""
    connection, triggers = _opened(path)
    table = chance.choice(TABLES)
    indexes = [sql for _, of, sql in _objects(connection, "index") if of == table]
    connection.execute(f"CREATE TABLE spare AS SELECT * FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM spare")
    connection.execute(f"INSERT INTO {table} SELECT * FROM spare ORDER BY random() LIMIT 1")
    connection.execute("DROP TABLE spare")
    for sql in [*indexes, *triggers]:
        try:
            connection.execute(sql)
        except sqlite3.Error:
            continue
    connection.close()
    return table


def a_view_in_the_place_of_a_table(path: Path, chance: random.Random) -> str:
    """Let a view stand where a table stood, that leaves a row out."""
    connection, _ = _opened(path)
    table = chance.choice(TABLES)
    connection.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"CREATE VIEW {table} AS SELECT * FROM kept WHERE rowid <> {chance.randrange(1, 20)}")
    connection.close()
    return table


def an_index_on_other_rows(path: Path, chance: random.Random) -> str:
    """Let an index leave some rows out, and say that it is what it was."""
    connection, triggers = _opened(path)
    name, table, sql = chance.choice(
        [item for item in _objects(connection, "index") if not item[0].startswith("sqlite_")]
    )
    column = {"events": "sequence", "run_totals": "through_sequence", "run_loans": "through_sequence"}[table]
    least, most = connection.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
    at = chance.randint(least, most)
    condition = " AND " if " WHERE " in sql else " WHERE "
    connection.execute(f"DROP INDEX {name}")
    connection.execute(f"{sql}{condition}{column} <> {at}")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, name))
    connection.execute("PRAGMA writable_schema = OFF")
    _closed(connection, triggers)
    return f"{name} without {column} {at}"


def a_guard_that_lets_go(path: Path, chance: random.Random) -> str:
    """Put a trigger of the attacker's on a table."""
    connection = sqlite3.connect(path, isolation_level=None)
    table = chance.choice(TABLES)
    connection.execute(f"CREATE TRIGGER ours AFTER INSERT ON {table} BEGIN SELECT 1; END")
    connection.close()
    return table


CHANGES: tuple[Change, ...] = (
    a_byte_of_the_file,
    a_byte_of_the_file,
    a_value,
    a_value,
    a_value,
    a_row_gone,
    a_row_more,
    a_row_more,
    rows_exchanged,
    an_object_gone,
    a_table_without_its_keys,
    a_view_in_the_place_of_a_table,
    an_index_on_other_rows,
    a_guard_that_lets_go,
)
