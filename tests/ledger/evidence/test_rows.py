"""No stored value can be changed without the verifier naming the row, and none can make it crash."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs
import pytest

from ledger import (
    CurtailmentCollected,
    EventReversed,
    Head,
    Ledger,
    LedgerError,
    LoanBoarded,
    StoredRow,
    StoreUnavailable,
    UnknownDeal,
    decode,
    encode,
    verify_rows,
)
from ledger.events.base import COMPONENTS
from ledger.events.registry import BY_CLASS, REGISTRY
from ledger.events.upcasters import LADDER
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.verify import verify
from tests.deals.toy import TOY, prior_month
from tests.draws import one_in
from tests.evidence.damage import change_a_byte, hashed_anew, opened_up, rearranged, replaced, summed_anew, undo
from tests.evidence.histories import a_history_with_everything, codes, faults_of

TYPED = [name for name in StoredRow._fields if name not in ("deal_key", "sequence", "recorded_at", "payload", "hash")]
"""The columns that no hash covers."""


def with_value(row: StoredRow, column: str, value: object) -> StoredRow:
    values: dict[str, Any] = {column: value}
    return row._replace(**values)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A small ledger in which every column of the log is used."""
    with Ledger.create(tmp_path / "history.db") as ledger:
        a_history_with_everything(ledger)
    return tmp_path / "history.db"


def change_bytes(path: Path, deal: str, changes: int, seed: int) -> set[str]:
    """Make single changes, one after the other and column by column; each must be found, where it was made."""
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Ledger.open(path) as ledger:
        head = ledger.head(deal)
    connection = opened_up(path)
    columns: set[str] = set()
    for made in range(changes):
        change = change_a_byte(connection, StoredRow._fields[made % len(StoredRow._fields)], chance)
        if change is None:
            continue
        columns.add(change.column)
        faults = faults_of(path, head, deal)
        assert faults, f"seed {seed}, change {made}: {change} was not found"
        if change.column not in ("deal_key", "sequence"):
            assert faults[0].sequence == change.sequence, f"seed {seed}, change {made}: {change}: {faults[0]}"
        undo(connection, change)
    assert faults_of(path, head, deal) == []
    return columns


def test_every_changed_byte_is_found(history: Path) -> None:
    assert change_bytes(history, TOY, 24, seed=2002) == set(StoredRow._fields)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_every_changed_byte_is_found_in_thousands(trust_copy: Path, history: Path, seed: int) -> None:
    change_bytes(trust_copy, DEAL, 360, seed)
    assert change_bytes(history, TOY, 240, seed) == set(StoredRow._fields)


@pytest.mark.parametrize(("tries", "seed"), [(12, 1), pytest.param(300, 2, marks=pytest.mark.slow)])
def test_rows_removed_swapped_or_cut_are_found(
    trust_copy: Path, trust_rows: list[StoredRow], trust_head: Head, tries: int, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    connection = opened_up(trust_copy)
    for made in range(tries):
        told, changed = rearranged(trust_rows, chance)
        if "swapped" in told:
            changed = [row._replace(sequence=number) for number, row in enumerate(changed, 1)]
        replaced(connection, changed)
        assert faults_of(trust_copy, trust_head), f"seed {seed}, change {made}: {told} was not found"


def damaged_pages(path: Path, tries: int, seed: int) -> None:
    sound = path.read_bytes()
    chance = random.Random(seed)
    found = 0
    for _ in range(tries):
        content = bytearray(sound)
        if chance.random() < 0.5:
            content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        else:
            start = chance.randrange(len(content) // 4096) * 4096
            content[start : start + 4096] = chance.randbytes(4096)
        path.write_bytes(bytes(content))
        try:
            found += bool(faults_of(path))
        except LedgerError:
            found += 1
    assert found > tries // 4
    path.write_bytes(sound)


def test_a_damaged_file_ends_in_faults_or_a_ledger_error(trust_copy: Path) -> None:
    damaged_pages(trust_copy, 8, seed=1)


@pytest.mark.slow
def test_a_damaged_file_ends_in_faults_or_a_ledger_error_in_thousands(trust_copy: Path) -> None:
    damaged_pages(trust_copy, 1_500, seed=2)


WEIRD: list[object] = [
    *(None, "", "x", "\ud800", "\x00", "é" * 200, b"", b"\xff" * 32, 1.5, float("nan"), True, [], {}),
    *(0, 1, -1, 2**63, -(2**63), 10**30, -(10**5000)),
]


@pytest.mark.parametrize("column", StoredRow._fields)
def test_no_value_of_any_type_crashes_the_verifier(trust_rows: list[StoredRow], column: str) -> None:
    at = next(index for index, row in enumerate(trust_rows) if row.type == "payoff_collected")
    for value in one_in(3, WEIRD):
        if type(value) is type(getattr(trust_rows[at], column)) and value == getattr(trust_rows[at], column):
            continue
        damaged = [*trust_rows[:at], with_value(trust_rows[at], column, value), *trust_rows[at + 1 :]]
        faults = list(verify_rows(DEAL, damaged))
        assert faults, f"{column} = {value!r:.40} was not found"
        assert column != "sequence" or faults[0].column == "sequence"
        assert faults[0].sequence == at + 1 or column == "sequence"
        assert all(str(fault).isprintable() for fault in faults)


@pytest.mark.parametrize("value", ["{", "null", "[]", "[" * 100_000, '{"$type":"deal_opened"}', "1" * 10_000])
def test_no_payload_crashes_the_verifier(trust_rows: list[StoredRow], value: str) -> None:
    for at in (0, 50, 166):
        damaged = [*trust_rows[:at], trust_rows[at]._replace(payload=value), *trust_rows[at + 1 :]]
        faults = list(verify_rows(DEAL, damaged))
        assert (faults[0].sequence, faults[0].column) == (at + 1, "hash")
        assert any(fault.column == "payload" and fault.sequence == at + 1 for fault in faults)
        assert list(verify_rows(DEAL, hashed_anew(damaged)))


@pytest.mark.parametrize("column", TYPED)
def test_a_column_that_no_hash_covers_is_derived_again(trust_rows: list[StoredRow], column: str) -> None:
    for at in (3, 60, 166):
        value = getattr(trust_rows[at], column)
        other = value + 1 if isinstance(value, int) else f"{value or ''}x"
        damaged = [*trust_rows[:at], with_value(trust_rows[at], column, other), *trust_rows[at + 1 :]]
        named = [(fault.sequence, fault.column) for fault in verify_rows(DEAL, damaged)]
        assert (at + 1, column) in named
        assert {sequence for sequence, _ in named} == {at + 1}, "one bad column is one bad row"


def test_a_removed_row_is_found(trust_copy: Path) -> None:
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence = 60")
    faults = faults_of(trust_copy)
    assert (61, "gap") in codes(faults)
    assert "event 60 is missing" in faults[0].message


def test_swapped_rows_are_found(trust_copy: Path, trust_rows: list[StoredRow]) -> None:
    swapped = [
        *trust_rows[:69],
        trust_rows[70]._replace(sequence=70),
        trust_rows[69]._replace(sequence=71),
        *trust_rows[71:],
    ]
    replaced(opened_up(trust_copy), swapped)
    assert {(70, "wrong_hash"), (71, "wrong_hash")} <= codes(faults_of(trust_copy))
    moved = [*trust_rows[:69], trust_rows[70], trust_rows[69], *trust_rows[71:]]
    assert {(71, "gap"), (70, "out_of_order")} <= codes(list(verify_rows(DEAL, moved)))


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(trust_copy: Path, trust_head: Head) -> None:
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence > 150")
    assert codes(faults_of(trust_copy)) == {(0, "other_sums"), (0, "other_snapshot")}
    summed_anew(trust_copy)
    assert faults_of(trust_copy) == [], "rows alone cannot show what once followed them"
    assert codes(faults_of(trust_copy, trust_head)) == {(167, "cut")}
    with Ledger.open(trust_copy) as ledger:
        found = verify(ledger, DEAL, head=ledger.head(DEAL))
    assert {fault.code for fault in found.faults} == {"other_schema"}, "the test took the guards off"


def test_a_deal_that_is_listed_without_an_event_is_found(trust_copy: Path) -> None:
    opened_up(trust_copy).execute("INSERT INTO deals (deal, opened_at) VALUES ('another', 1)")
    with Ledger.open(trust_copy) as ledger:
        assert "another" in ledger.deals()
        assert "empty" in {fault.code for fault in verify(ledger, "another").faults}


def test_a_sum_beside_the_events_is_found(trust_copy: Path) -> None:
    connection = opened_up(trust_copy)
    for table, column in (("run_totals", "principal"), ("run_totals", "events"), ("run_loans", "balance")):
        changed = connection.execute(f"UPDATE {table} SET {column} = {column} + 1").rowcount
        assert codes(faults_of(trust_copy)) >= ({(0, "other_sums")} if changed else set())
        connection.execute(f"UPDATE {table} SET {column} = {column} - 1")
    assert faults_of(trust_copy) == []
    connection.execute("UPDATE run_totals SET code = CAST(x'ff' || CAST(code AS BLOB) AS TEXT)")
    assert faults_of(trust_copy)


def test_a_log_hashed_anew_is_found_by_a_head_kept_elsewhere(
    trust_copy: Path, trust_rows: list[StoredRow], trust_head: Head
) -> None:
    at = next(index for index, row in enumerate(trust_rows) if row.type == "bond_interest_paid")
    forged = trust_rows[at]._replace(recorded_at=trust_rows[at].recorded_at + 1)
    replaced(opened_up(trust_copy), hashed_anew([*trust_rows[:at], forged, *trust_rows[at + 1 :]]))
    assert faults_of(trust_copy) == [], "a consistent rewriting is a log of its own"
    assert codes(faults_of(trust_copy, trust_head)) == {(167, "rewritten")}
    assert codes(faults_of(trust_copy, Head(at + 1, trust_rows[at].hash))) == {(at + 1, "rewritten")}
    assert faults_of(trust_copy, Head(at, trust_rows[at - 1].hash)) == [], "an earlier head proves the part before"


def test_an_event_that_the_rules_refuse_is_found_however_it_is_hashed(trust_rows: list[StoredRow]) -> None:
    again = trust_rows[3]._replace(sequence=168, event_id="again")
    payload = again.payload.replace(trust_rows[3].event_id, "again")
    forged = hashed_anew([*trust_rows, again._replace(payload=payload)])
    assert (168, "refused") in codes(list(verify_rows(DEAL, forged)))
    twice = hashed_anew([*trust_rows, trust_rows[166]._replace(sequence=168)])
    assert (168, "repeated") in codes(list(verify_rows(DEAL, twice)))


def test_a_payload_has_one_spelling(trust_rows: list[StoredRow]) -> None:
    spaced = trust_rows[60]._replace(payload=trust_rows[60].payload.replace('":"', '": "', 1))
    assert decode(spaced.payload) == decode(trust_rows[60].payload)
    forged = hashed_anew([*trust_rows[:60], spaced, *trust_rows[61:]])
    assert codes(list(verify_rows(DEAL, forged))) == {(61, "not_canonical")}


@pytest.mark.parametrize(("version", "found"), [(3, set()), (4, {"not_canonical"})])
def test_unknowns_are_spelt_out_in_an_older_version_alone(toy: Ledger, version: int, found: set[str]) -> None:
    rows = list(toy.stored_rows(TOY))
    at = next(place for place, row in enumerate(rows) if row.type == LoanBoarded.name)
    unknown = {item.name: None for item in attrs.fields(LoanBoarded) if item.default is None}
    fields = {**unknown, **json.loads(rows[at].payload), "$version": version}
    spelt = rows[at]._replace(payload=json.dumps(fields, sort_keys=True, separators=(",", ":")))
    assert decode(spelt.payload) == decode(rows[at].payload)
    forged = hashed_anew([*rows[:at], spelt, *rows[at + 1 :]])
    assert {code for _, code in codes(list(verify_rows(TOY, forged)))} == found


def test_a_payload_of_an_older_version_is_sound_as_it_stands(toy: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    on = prior_month(1, 15)
    event = CurtailmentCollected(event_id="old", deal=TOY, effective_date=on, loan="one-1", amount="10.00")
    toy.post(event).or_raise()
    rows = list(toy.stored_rows(TOY))
    older = REGISTRY[event.name].version
    known = attrs.evolve(REGISTRY[event.name], version=older + 1)
    monkeypatch.setattr(CurtailmentCollected, "version", older + 1)
    monkeypatch.setitem(REGISTRY, event.name, known)
    monkeypatch.setitem(BY_CLASS, CurtailmentCollected, known)
    assert codes(list(verify_rows(TOY, rows))) == {(14, "unreadable")}, "no rung leads to it"
    monkeypatch.setitem(LADDER, (event.name, older), lambda payload: payload)
    assert list(verify_rows(TOY, rows)) == []
    spaced = rows[13]._replace(payload=rows[13].payload.replace('":"', '": "', 1))
    assert codes(list(verify_rows(TOY, hashed_anew([*rows[:13], spaced])))) == {(14, "not_canonical")}


def test_a_correction_whose_replacement_is_gone_is_found(ledger: Ledger) -> None:
    a_history_with_everything(ledger)
    rows = [row for row in ledger.stored_rows(TOY) if row.event_id != "better"]
    kept = [row._replace(sequence=number) for number, row in enumerate(rows, 1)]
    first = next(row.sequence for row in kept if row.type == "event_corrected")
    found = list(verify_rows(TOY, hashed_anew(kept[:first])))
    assert codes(found) == {(first, "not_replaced")}


def test_a_reversal_of_nothing_is_refused(trust_rows: list[StoredRow]) -> None:
    event = EventReversed(event_id="r", deal=DEAL, effective_date=date(2002, 9, 25), reverses="nothing", reason="x")
    forged = trust_rows[166]._replace(sequence=168, event_id="r", payload=encode(event).decode())
    assert (168, "refused") in codes(list(verify_rows(DEAL, hashed_anew([*trust_rows, forged]))))


def test_events_of_another_deal_are_found(trust_rows: list[StoredRow]) -> None:
    assert (1, "other_deal") in codes(list(verify_rows("another", trust_rows)))


def test_of_very_many_faults_the_first_are_listed(trust_copy: Path, trust_rows: list[StoredRow]) -> None:
    for column in (*COMPONENTS, "note_rate"):
        trust_rows = [with_value(row, column, 7) for row in trust_rows]
    replaced(opened_up(trust_copy), trust_rows)
    with Ledger.open(trust_copy) as ledger:
        found = verify(ledger, DEAL)
    assert len(found.faults) == 1_000
    assert found.fault_count > 1_000
    assert not found


def test_rows_that_the_database_cannot_give_are_faults(trust_copy: Path, trust_rows: list[StoredRow]) -> None:
    connection = opened_up(trust_copy)
    for sequence in (5, 90):
        connection.execute("UPDATE events SET loan = CAST(x'ff' AS TEXT) WHERE sequence = ?", (sequence,))
    with Ledger.open(trust_copy) as ledger:
        found = verify(ledger, DEAL)
    assert {(5, "unreadable"), (90, "unreadable")} <= codes(found.faults)
    assert found.events == 165


def test_a_deal_that_is_not_there_is_no_fault_but_an_error(trust: Path) -> None:
    with Ledger.open(trust / "trust.db") as ledger, pytest.raises(UnknownDeal):
        verify(ledger, "another")


def test_a_database_out_of_reach_is_no_fault_of_the_log(trust: Path) -> None:
    away = StoreUnavailable("the server cannot be reached")
    for name in ("head", "stored_rows", "replayed"):
        with (
            Ledger.open(trust / "trust.db") as ledger,
            patch.object(Ledger, name, side_effect=away),
            pytest.raises(StoreUnavailable),
        ):
            verify(ledger, DEAL)


def test_a_row_whose_bytes_name_another_trouble_is_still_a_fault(trust_copy: Path) -> None:
    opened_up(trust_copy).execute("UPDATE events SET loan = CAST(? AS TEXT) WHERE sequence = 5", (b"\xff locked",))
    assert (5, "unreadable") in codes(faults_of(trust_copy))
