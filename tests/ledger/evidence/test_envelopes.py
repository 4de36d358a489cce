"""No envelope can be taken out, put in or changed without the log being unsound, and none makes the verifier crash."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest

from ledger import Head, IntegrityFault, Ledger, StoredBatch, StoredRow, verify_rows
from replay.evidence.verify import verify
from tests.deals.toy import TOY
from tests.draws import one_in
from tests.evidence.damage import opened_up, summed_anew
from tests.evidence.enveloped import JANE, enveloped_toy
from tests.evidence.histories import codes, faults_of

COLUMNS = StoredBatch._fields


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of such a ledger, to be damaged."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        enveloped_toy(ledger)
    return tmp_path / "toy.db"


@pytest.fixture
def held(path: Path) -> tuple[list[StoredRow], list[StoredBatch]]:
    """Its rows and envelopes."""
    with Ledger.open(path) as ledger:
        return list(ledger.stored_rows(TOY)), ledger.stored_batches(TOY)


Held = tuple[list[StoredRow], list[StoredBatch]]


def signed(batch: StoredBatch, **changes: Any) -> StoredBatch:
    """Return an envelope with other words, and the digest that these have."""
    other = batch._replace(**changes)
    return other._replace(digest=other.digest_of_words())


def found_in(held: Held, change: Callable[[list[StoredBatch]], list[StoredBatch]]) -> set[tuple[int, str]]:
    return codes(list(verify_rows(TOY, held[0], change(held[1]))))


def test_a_sound_log_under_envelopes_has_no_fault(held: Held, path: Path) -> None:
    assert list(verify_rows(TOY, *held)) == []
    assert faults_of(path, deal=TOY) == []


def test_an_envelope_that_is_gone_is_found(path: Path, held: Held) -> None:
    connection = opened_up(path)
    connection.execute("DELETE FROM batches WHERE first_sequence = 14")
    (fault,) = faults_of(path, deal=TOY)
    assert (fault.sequence, fault.column, fault.code) == (14, "hash", "wrong_hash")
    assert "its envelope may be gone" in fault.message
    connection.execute("DELETE FROM batches")
    assert codes(faults_of(path, deal=TOY)) == {(1, "wrong_hash"), (14, "wrong_hash")}
    assert found_in(held, lambda _: []) == {(1, "wrong_hash"), (14, "wrong_hash")}


def test_an_envelope_that_was_put_there_afterwards_is_named(path: Path) -> None:
    made = StoredBatch.of(JANE, first_sequence=4, through_sequence=13, recorded_at=0, login="")
    assert made is not None
    connection = opened_up(path)
    (moment,) = connection.execute("SELECT recorded_at FROM events WHERE sequence = 4").fetchone()
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    connection.execute(f"INSERT INTO batches VALUES ({marks})", (1, *made._replace(recorded_at=moment)))
    (fault,) = faults_of(path, deal=TOY)
    assert (fault.sequence, fault.code) == (4, "envelope")
    assert "put there afterwards" in fault.message


@pytest.mark.parametrize("column", ["login", "actor", "approver", "document", "document_sha256"])
def test_a_changed_word_is_named(path: Path, held: Held, column: str) -> None:
    other = "cd" * 32 if column == "document_sha256" else "somebody else"
    opened_up(path).execute(f"UPDATE batches SET {column} = ? WHERE first_sequence = 1", (other,))
    (fault,) = faults_of(path, deal=TOY)
    assert (fault.sequence, fault.column, fault.code) == (1, "digest", "envelope")
    assert found_in(held, lambda all_: [signed(all_[0], **{column: other}), all_[1]]) == {(1, "envelope")}


@pytest.mark.parametrize("column", ["first_sequence", "through_sequence"])
@pytest.mark.parametrize("change", [-1, 1, 100])
def test_a_changed_range_is_named(held: Held, column: str, change: int) -> None:
    value = getattr(held[1][1], column) + change
    moved = found_in(held, lambda all_: [all_[0], all_[1]._replace(**{column: value})])
    assert any(code == "envelope" for _, code in moved)
    anew = found_in(held, lambda all_: [all_[0], signed(all_[1], **{column: value})])
    assert any(code in ("envelope", "wrong_hash") for _, code in anew)


def test_a_changed_moment_is_named(held: Held) -> None:
    assert (1, "envelope") in found_in(held, lambda all_: [all_[0]._replace(recorded_at=5), all_[1]])
    found = list(verify_rows(TOY, held[0], [held[1][0]._replace(recorded_at=5), held[1][1]]))
    assert {fault.column for fault in found} == {"recorded_at"}


def test_a_changed_digest_is_named(held: Held) -> None:
    assert found_in(held, lambda all_: [all_[0]._replace(digest=bytes(32)), all_[1]]) == {(1, "envelope")}


def test_envelopes_that_overlap_or_stand_out_of_order_are_named(held: Held) -> None:
    assert {code for _, code in found_in(held, lambda all_: all_[::-1])} == {"envelope"}
    assert found_in(held, lambda all_: [*all_, all_[1]]) == {(14, "envelope")}
    inside = StoredBatch.of(JANE, first_sequence=20, through_sequence=21, recorded_at=0, login="")
    assert inside is not None
    assert (20, "envelope") in found_in(held, lambda all_: [*all_, inside])


def test_an_envelope_of_events_that_there_are_not_is_named(held: Held) -> None:
    beyond = StoredBatch.of(JANE, first_sequence=40, through_sequence=41, recorded_at=0, login="")
    assert beyond is not None
    assert found_in(held, lambda all_: [*all_, beyond]) == {(40, "envelope")}
    assert codes(list(verify_rows(TOY, held[0][:30], held[1]))) == {(30, "envelope")}
    assert codes(list(verify_rows(TOY, held[0][:13], held[1]))) == {(14, "envelope")}


def test_a_log_that_is_cut_within_a_batch_shows_without_a_head(path: Path) -> None:
    opened_up(path).execute("DELETE FROM events WHERE sequence > 30")
    summed_anew(path)
    assert codes(faults_of(path, deal=TOY)) == {(30, "envelope")}


def test_an_event_that_was_changed_is_still_told_from_its_envelope(held: Held) -> None:
    rows, batches = held
    payload = rows[13].payload.replace("0.05", "0.06")
    changed = [*rows[:13], rows[13]._replace(payload=payload), *rows[14:]]
    found = list(verify_rows(TOY, changed, batches))
    assert (14, "wrong_hash") in codes(found)
    middle = [*rows[:19], rows[19]._replace(recorded_at=rows[19].recorded_at + 1), *rows[20:]]
    assert codes(list(verify_rows(TOY, middle, batches))) == {(20, "wrong_hash"), (20, "envelope")}


WEIRD: list[object] = [
    *(None, "", "x", "\ud800", "\x00", "\x1b[2J", "é" * 300, b"", b"\xff" * 32, 1.5, float("nan"), True, [], {}),
    *(0, 1, -1, 2**63, -(2**63), 10**30, -(10**5000)),
]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_value_of_any_type_crashes_the_verifier(held: Held, column: str) -> None:
    for place in (0, 1):
        for value in one_in(2, WEIRD):
            if type(value) is type(getattr(held[1][place], column)) and value == getattr(held[1][place], column):
                continue
            batches, changes = list(held[1]), cast("dict[str, Any]", {column: value})
            batches[place] = batches[place]._replace(**changes)
            faults = list(verify_rows(TOY, held[0], batches))
            assert faults, f"{column} = {value!r:.40} was not found"
            assert all(str(fault).isprintable() for fault in faults)


def test_every_changed_byte_is_found(path: Path) -> None:
    chance = random.Random(2002)
    connection = opened_up(path)
    for column in COLUMNS:
        for first in (1, 14):
            (value,) = connection.execute(f"SELECT {column} FROM batches WHERE first_sequence = ?", (first,)).fetchone()
            if isinstance(value, int):
                other: object = value ^ (1 << chance.randrange(20))
            else:
                other = bytes([value[0] ^ 1]) + value[1:] if value else b"x"
            bound = "?" if isinstance(value, int) or column == "digest" else "CAST(? AS TEXT)"
            statement = f"UPDATE batches SET {column} = {bound} WHERE first_sequence = ?"
            connection.execute(statement, (other, first))
            assert faults_of(path, deal=TOY), f"{column} = {other!r} was not found"
            connection.execute(statement, (value, other if column == "first_sequence" else first))
    assert faults_of(path, deal=TOY) == []


def test_what_the_database_cannot_give_is_a_fault(path: Path) -> None:
    opened_up(path).execute("UPDATE batches SET actor = CAST(x'ff' AS TEXT) WHERE first_sequence = 1")
    with Ledger.open(path) as ledger:
        found = verify(ledger, TOY)
    assert (0, "unreadable") in codes(found.faults)
    assert found.events == 36


def test_what_is_appended_while_a_log_is_verified_is_left_for_the_next_time(path: Path) -> None:
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        stored, asked = ledger.stored_batches, []

        def appending(deal: str, *, known_through: int | None = None) -> list[StoredBatch]:
            """Append to the log between the look for its end and the first row."""
            (found,) = other.events(TOY, event_ids=["1/index"])
            on = found.event.effective_date
            other.reverse(TOY, "1/index", effective_date=on, reason="x", envelope=JANE).or_raise()
            asked.append(known_through)
            return stored(deal, known_through=known_through)

        with patch.object(Ledger, "stored_batches", staticmethod(appending)):
            found = verify(ledger, TOY)
        assert asked == [36]
        assert (found.ok, found.events, ledger.head(TOY).sequence) == (True, 36, 37)
        assert verify(ledger, TOY).events == 37


def test_rows_are_restored_with_their_envelopes_or_not_at_all(held: Held, either_ledger: Ledger) -> None:
    rows, batches = held
    bad = [batches[0]._replace(actor="somebody else"), batches[1]]
    for wrong in ([], batches[:1], bad, batches[::-1], [*batches, batches[1]]):
        with pytest.raises(IntegrityFault, match="nothing was restored"):
            either_ledger.restore_rows(rows, wrong)
    assert either_ledger.deals() == []
    assert either_ledger.restore_rows(rows, iter(batches)) == Head(36, rows[-1].hash)
    assert either_ledger.stored_batches(TOY) == batches
    assert list(either_ledger.stored_rows(TOY)) == [
        row._replace(deal_key=found.deal_key) for row, found in zip(rows, either_ledger.stored_rows(TOY), strict=True)
    ]
    assert verify(either_ledger, TOY).ok
