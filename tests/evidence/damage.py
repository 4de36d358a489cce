"""Ways to damage a ledger or a bundle that no user has: straight into the file, past triggers and rules."""

from __future__ import annotations

import io
import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ledger import Ledger, StoredRow
from ledger.evidence.bundles.canonical_zip import Content, deflated, read_content, read_members, write_zip
from ledger.evidence.bundles.manifest import Manifest, manifest_of
from ledger.store.database.bulk import insert_blocks
from ledger.store.database.schema import run_cuts, run_loans, run_totals, snapshots
from ledger.store.hashing import GENESIS, link
from ledger.store.run_sums import LoanPlace, RunSums
from tests.evidence.old_bundles import stored

T = TypeVar("T")


class Change(NamedTuple):
    """One byte changed in one column of one row."""

    sequence: int
    column: str
    before: object
    after: object


def opened_up(path: Path) -> sqlite3.Connection:
    """Open an embedded ledger as an attacker with the file does: without triggers and checks."""
    connection = sqlite3.connect(path, isolation_level=None)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("PRAGMA synchronous = OFF")
    connection.text_factory = bytes
    return connection


def _changed(value: object, chance: random.Random) -> object:
    """Return a stored value with one byte changed, as a value to bind; None where it has no byte."""
    if isinstance(value, int):
        held = bytearray(value.to_bytes(8, "big", signed=True))
    elif isinstance(value, bytes):
        held = bytearray(value)
    else:
        return None
    if not held:
        return None
    held[chance.randrange(len(held))] ^= chance.randrange(1, 256)
    return int.from_bytes(held, "big", signed=True) if isinstance(value, int) else bytes(held)


def change_a_byte(connection: sqlite3.Connection, column: str, chance: random.Random) -> Change | None:
    """Change one byte of a column in one row; None where every row has it empty or SQLite refuses the value."""
    rows = connection.execute(f"SELECT sequence FROM events WHERE length({column}) > 0 ORDER BY sequence").fetchall()
    if not rows:
        return None
    sequence = chance.choice(rows)[0]
    key = "deal_key = 1 AND sequence = ?"
    before = connection.execute(f"SELECT {column} FROM events WHERE {key}", (sequence,)).fetchone()[0]
    after = _changed(before, chance)
    if after is None:
        return None
    # Bytes that are no UTF-8 can be stored as text all the same.
    value = "CAST(? AS TEXT)" if isinstance(before, bytes) and column != "hash" else "?"
    try:
        connection.execute(f"UPDATE events SET {column} = {value} WHERE {key}", (after, sequence))
    except sqlite3.IntegrityError:
        return None
    return Change(sequence, column, before, after)


def undo(connection: sqlite3.Connection, change: Change) -> None:
    """Put the byte back."""
    key: dict[str, Any] = {"deal_key": 1, "sequence": change.sequence}
    if change.column in key:
        key[change.column] = change.after
    value = "CAST(? AS TEXT)" if isinstance(change.before, bytes) and change.column != "hash" else "?"
    connection.execute(
        f"UPDATE events SET {change.column} = {value} WHERE deal_key = ? AND sequence = ?",
        (change.before, key["deal_key"], key["sequence"]),
    )


def hashed_anew(rows: Iterable[StoredRow]) -> list[StoredRow]:
    """Return rows with the hashes that an attacker who knows the rule gives them."""
    found: list[StoredRow] = []
    previous = GENESIS
    for row in rows:
        previous = link(previous, row.sequence, row.recorded_at, row.distribution, row.payload.encode())
        found.append(row._replace(hash=previous))
    return found


def replaced(connection: sqlite3.Connection, rows: Sequence[StoredRow]) -> None:
    """Put other rows in the place of all that are stored."""
    connection.execute("DELETE FROM events")
    marks = ", ".join("?" * len(StoredRow._fields))
    connection.executemany(f"INSERT INTO events VALUES ({marks})", [tuple(row) for row in rows])


def rearranged(items: Sequence[T], chance: random.Random) -> tuple[str, list[T]]:
    """Return items with one removed from between the others, two exchanged, or the tail cut off; and which it was."""
    at, other = sorted(chance.sample(range(len(items)), 2))
    kind = chance.choice(["removed", "swapped", "cut"])
    if kind == "removed":
        return f"{at} removed", [*items[:at], *items[at + 1 :]]
    if kind == "swapped":
        found = list(items)
        found[at], found[other] = found[other], found[at]
        return f"{at} and {other} swapped", found
    return f"cut at {other}", list(items[:other])


def summed_anew(path: Path) -> None:
    """Make the sums beside the events fit them again and drop the snapshots, as an attacker who knows of them does."""
    with Ledger.open(path) as ledger:
        rows = list(ledger.stored_rows(ledger.deals()[0]))
        places: dict[str, LoanPlace] = {}
        sums = RunSums(places)
        sums.add_rows(rows, 0)
        sums.noted.note(rows, 0)
        sums.carry(places)
        with ledger._store._engine.connect() as connection, connection.begin():
            for table in (run_totals, run_loans, run_cuts, snapshots):
                connection.execute(table.delete())
            insert_blocks(connection, run_totals, [list(sums.totals(1, 1, len(rows)))])
            insert_blocks(connection, run_cuts, [list(sums.cuts(1, 1, len(rows), dict))])
            insert_blocks(connection, run_loans, [list(sums.loans(1, 1, len(rows)))])


def contents_of(path: Path) -> dict[str, bytes]:
    """Return the members of a bundle."""
    with path.open("rb") as file:
        return {name: read_content(file, member, 1 << 30) for name, member in read_members(file).items()}


def _content(name: str, content: bytes, *, old: bool) -> Content:
    return stored(name, content) if old else deflated(name, io.BytesIO(), content)


def packed(contents: Mapping[str, bytes], *, old: bool | None = None) -> bytes:
    """Return a canonical archive of these members, stored where they are those of an old format."""
    out = io.BytesIO()
    stands = b'"indenture bundle 3"' not in contents.get("manifest.json", b'"indenture bundle 3"')
    stands = stands or "events.jsonl" in contents if old is None else old
    write_zip(out, [_content(name, content, old=stands) for name, content in contents.items()])
    return out.getvalue()


def repacked(contents: Mapping[str, bytes]) -> bytes:
    """Return the archive of an attacker who also makes the manifest fit: sizes, hashes, and everything else of it."""
    known = manifest_of(contents["manifest.json"])
    held = {name: content for name, content in contents.items() if name not in ("manifest.json", "signature.json")}
    is_old = known.version < 3
    fitting = Manifest(
        deal=known.deal,
        events=known.events,
        head=known.head,
        release=known.release,
        members={name: (len(content), sha256(content).hexdigest()) for name, content in held.items()},
        version=known.version if not is_old else 1 + ("batches.jsonl" in held),
        envelopes=known.envelopes,
    )
    signed = {"signature.json": contents["signature.json"]} if "signature.json" in contents else {}
    return packed({"manifest.json": fitting.to_bytes(), **signed, **held}, old=is_old)
