"""What a database holds around the rows: every table, column, constraint, index, trigger, policy and function.

Each can change an answer, or let somebody change one: a view in the place of a table, an index on other rows, a trigger
that is gone. So each is described in one line, and held to what the migrations make, which stands beside this module
as data (``expected/``; ``make schema-objects`` writes it, and a test holds it to the migrations). Opening a ledger
compares all of it; that takes one query of the catalog.

An index may also disagree with its table, which no description shows: :func:`index_faults` looks every index of a deal
through, and its table beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count as count_from
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, text

from ledger.store.database.schema import VIEWS, WHERE, access_metadata, metadata

EXPECTED = Path(__file__).with_name("expected")
"""Where the objects that the migrations make are written down, a file for each dialect."""

_OURS = (*metadata.tables, *access_metadata.tables, *VIEWS, "alembic_version")
_MOST_TOLD = 20


def described(connection: Connection) -> dict[str, str]:
    """Return every object of the ledger's in a database by its kind and name, with its definition in one line."""
    found = _on_postgresql(connection) if connection.dialect.name == "postgresql" else _in_sqlite(connection)
    return dict(sorted(found))


@cache
def expected(dialect: str) -> Mapping[str, str]:
    """Return what the migrations of this release make, as :func:`described` describes it."""
    made: dict[str, str] = json.loads((EXPECTED / f"{dialect}.json").read_text(encoding="utf-8"))
    return made


def schema_faults(connection: Connection) -> tuple[str, ...]:
    """Say which objects of a ledger are not what the migrations make of them; nothing where all are."""
    found, wanted = described(connection), expected(connection.dialect.name)
    if found == wanted:
        return ()
    told = [f"there is no {name}" for name in wanted if name not in found]
    told += [f"there is a strange {name}" for name in found if name not in wanted]
    told += [
        f"the {name} is not what the migrations make" for name, made in wanted.items() if found.get(name, made) != made
    ]
    more = [f"and {len(told) - _MOST_TOLD} more objects"] if len(told) > _MOST_TOLD else []
    return (*told[:_MOST_TOLD], *more)


def _one_line(sql: str | None) -> str:
    return " ".join((sql or "").split())


def _in_sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    statement = text("SELECT type, name, tbl_name, sql FROM sqlite_master")
    for kind, name, table, sql in connection.execute(statement):
        if str(name).casefold() in _OURS or str(table).casefold() in _OURS:
            yield f"{kind} {name} of {table}" if name != table else f"{kind} {name}", _one_line(sql)


# Releases of PostgreSQL do not agree on when to put a table's name before a column of a view: it is left out.
_CATALOG = r"""
WITH home AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = current_schema()),
ours AS (
  SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
         c.relpartbound, c.relam, c.reloptions FROM pg_class c JOIN home ON c.relnamespace = home.oid
  WHERE c.relname = ANY(:ours) OR c.oid IN (
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN home h ON p.relnamespace = h.oid WHERE p.relname = ANY(:ours)))
SELECT 'relation ' || relname AS name, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
       CASE WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END, pg_get_expr(relpartbound, oid),
       CASE WHEN relkind = 'v' THEN array_to_string(reloptions, ',') END,
       CASE WHEN relkind = 'v' THEN regexp_replace(pg_get_viewdef(oid), '\m[a-z_]+[.]', '', 'g') END) AS made
FROM ours WHERE relkind <> 'i' AND relkind <> 'I'
UNION ALL
SELECT format('column %s of %s', a.attname, o.relname), concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod),
       CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated,
       CASE WHEN a.attcollation <> 0 THEN (SELECT collname FROM pg_collation WHERE oid = a.attcollation) END,
       pg_get_expr(d.adbin, d.adrelid))
FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT o.relispartition
UNION ALL
SELECT format('constraint %s of %s', k.conname, o.relname),
       concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN k.convalidated THEN 'valid' ELSE 'not valid' END)
FROM ours o JOIN pg_constraint k ON k.conrelid = o.oid WHERE k.contype <> 'n'
UNION ALL
SELECT format('index %s of %s', c.relname, o.relname), concat_ws(' ', pg_get_indexdef(i.indexrelid),
       CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN 'valid' ELSE 'not valid' END)
FROM ours o JOIN pg_index i ON i.indrelid = o.oid JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT format('trigger %s of %s', t.tgname, o.relname), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT format('policy %s of %s', p.polname, o.relname), concat_ws(' ', p.polcmd, p.polpermissive,
       (SELECT string_agg(r::regrole::text, ',') FROM unnest(p.polroles) r WHERE r <> 0),
       'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
FROM ours o JOIN pg_policy p ON p.polrelid = o.oid
UNION ALL
SELECT format('rule %s of %s', w.rulename, o.relname), pg_get_ruledef(w.oid)
FROM ours o JOIN pg_rewrite w ON w.ev_class = o.oid WHERE o.relkind <> 'v' OR w.rulename <> '_RETURN'
UNION ALL
SELECT DISTINCT format('function %s', p.proname), pg_get_functiondef(p.oid)
FROM pg_proc p JOIN home ON p.pronamespace = home.oid
WHERE p.prokind = 'f' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  AND (p.oid IN (SELECT t.tgfoid FROM pg_trigger t JOIN ours o ON t.tgrelid = o.oid) OR p.proname LIKE 'ledger%')
"""


def _on_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    home = str(connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one())
    for name, made in connection.execute(text(_CATALOG), {"ours": list(_OURS)}):
        # The ledger may live in any schema; what is described is the same in each.
        yield str(name), _one_line(made).replace(f"{home}.", "")


def index_faults(connection: Connection, deal_key: int) -> Iterator[str]:
    """Say which indexes do not hold what their tables hold of a deal; nothing where all do."""
    for table in metadata.sorted_tables:
        if "deal_key" not in table.c or table.name == "deals":
            continue
        indexes = list(_indexes(table))
        held = _held_by_table(connection, table, indexes, deal_key) if indexes else []
        for index, beside in zip(indexes, held, strict=True):
            if _found_by_index(connection, table, index, deal_key) != beside:
                yield f"an index of {table.name} on {', '.join(index.columns)} holds other rows than the table"


class _Index(NamedTuple):
    """An index: its name in SQLite, its columns, and the condition on its rows ("" for all)."""

    name: str
    columns: list[str]
    where: str

    def names_of(self, table: Table) -> list[str]:
        """Return what an index holds of a row: its columns, and the key of the table."""
        return list(dict.fromkeys([*self.columns, *(column.name for column in table.primary_key)]))


def _indexes(table: Table) -> Iterator[_Index]:
    """Yield the indexes of a table that are not the table itself."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield _Index(str(index.name), [column.name for column in index.columns], str(index.info.get(WHERE, "")))
    # SQLite numbers its own indexes, those of keys that are no table of their own first.
    if _has_rowid(table):
        yield _Index(f"sqlite_autoindex_{table.name}_1", [column.name for column in table.primary_key], "")
    unique = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    for number, constraint in enumerate(unique, 2):
        columns = [column.name for column in constraint.columns]
        yield _Index(f"sqlite_autoindex_{table.name}_{number}", columns, "")


def _has_rowid(table: Table) -> bool:
    return bool(table.dialect_options["sqlite"]["with_rowid"])


_Fingerprint = tuple[int, int]
"""How many rows there are, and a sum of hashes of what they hold.

Python keys its hashes anew in every process, so that nobody can prepare other rows of the same sum.
"""
_AT_ONCE = 10_000
_BITS = 2**64 - 1


def _found_by_index(connection: Connection, table: Table, index: _Index, deal_key: int) -> _Fingerprint:
    """Return what an index finds of a deal, and nothing but the index."""
    source, order = f"{table.name} INDEXED BY {index.name}", ""
    if connection.dialect.name != "sqlite":
        _lead(connection, by_index=True)
        source, order = table.name, f" ORDER BY {', '.join(index.columns)}"
    condition = f" AND {index.where}" if index.where else ""
    names = ", ".join(index.names_of(table))
    count = total = 0
    asked = f"SELECT {names} FROM {source} WHERE deal_key = :deal_key{condition}{order}"
    for part in _parts_of(connection, asked, deal_key):
        count += len(part)
        total += sum(map(hash, part))
    return count, total & _BITS


def _held_by_table(
    connection: Connection, table: Table, indexes: Sequence[_Index], deal_key: int
) -> list[_Fingerprint]:
    """Return what a table holds of what each of its indexes should find; it is gone through once for all of them."""
    source = table.name
    if connection.dialect.name == "sqlite":
        # A table without rowids is its own first index, and NOT INDEXED would not keep SQLite from the others.
        apart = "NOT INDEXED" if _has_rowid(table) else f"INDEXED BY sqlite_autoindex_{table.name}_1"
        source = f"{table.name} {apart}"
    else:
        _lead(connection, by_index=False)
    names = list(dict.fromkeys(name for index in indexes for name in index.names_of(table)))
    conditions = [f"CASE WHEN {index.where} THEN 1 ELSE 0 END" for index in indexes if index.where]
    places = {name: place for place, name in enumerate(names)}
    takes = [itemgetter(*(places[name] for name in index.names_of(table))) for index in indexes]
    marks = count_from(len(names))
    marked = [itemgetter(next(marks)) if index.where else None for index in indexes]
    counts, totals = [0] * len(indexes), [0] * len(indexes)
    asked = f"SELECT {', '.join([*names, *conditions])} FROM {source} WHERE deal_key = :deal_key"
    for part in _parts_of(connection, asked, deal_key):
        for at, (take, mark) in enumerate(zip(takes, marked, strict=True)):
            rows = part if mark is None else [row for row in part if mark(row)]
            counts[at] += len(rows)
            totals[at] += sum(map(hash, map(take, rows)))
    return [(count, total & _BITS) for count, total in zip(counts, totals, strict=True)]


def _lead(connection: Connection, *, by_index: bool) -> None:
    """Leave PostgreSQL's planner one way only: through an index, or through the table."""
    for setting in ("enable_seqscan", "enable_sort"):
        connection.execute(text(f"SET LOCAL {setting} = {'off' if by_index else 'on'}"))
    for setting in ("enable_indexscan", "enable_indexonlyscan"):
        connection.execute(text(f"SET LOCAL {setting} = {'on' if by_index else 'off'}"))
    connection.execute(text("SET LOCAL enable_bitmapscan = off"))


def _parts_of(connection: Connection, asked: str, deal_key: int) -> Iterator[Sequence[Sequence[object]]]:
    """Yield the rows of a question, some at a time; from SQLite as the driver gives them, which is quicker."""
    if connection.dialect.name != "sqlite":
        streamed = text(asked).execution_options(yield_per=_AT_ONCE)
        yield from connection.execute(streamed, {"deal_key": deal_key}).partitions(_AT_ONCE)
        return
    result = connection.execute(text(asked), {"deal_key": deal_key})
    try:
        while part := result.cursor.fetchmany(_AT_ONCE):
            yield part
    finally:
        result.close()


__all__ = ["described", "expected", "index_faults", "schema_faults"]
