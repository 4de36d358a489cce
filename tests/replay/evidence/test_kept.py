"""Every head that was kept elsewhere is compared with the log, in one pass."""

from __future__ import annotations

from pathlib import Path

from ledger import Head, Ledger, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.kept import KeptHeads, LastHash, contradicted
from replay.evidence.verify import verify
from tests.evidence.damage import opened_up


def test_every_kept_head_is_compared_in_the_pass_that_is_made_anyway(
    trust_copy: Path, trust_rows: list[StoredRow]
) -> None:
    kept = [Head(row.sequence, row.hash) for row in trust_rows]
    with Ledger.open(trust_copy) as ledger:
        assert verify(ledger, DEAL, head=lambda deal: kept if deal == DEAL else [])
        other = [*kept[:5], Head(6, bytes(31) + b"\1"), *kept[6:20], Head(900, bytes(32)), Head(6, bytes(31) + b"\2")]
        found = verify(ledger, DEAL, head=lambda _: other)
        assert [(fault.sequence, fault.code) for fault in found.faults] == [
            (6, "rewritten"),
            (6, "rewritten"),
            (900, "cut"),
        ]


def test_a_log_that_was_cut_lacks_every_later_head(trust_copy: Path, trust_rows: list[StoredRow]) -> None:
    kept = [Head(row.sequence, row.hash) for row in trust_rows]
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence > 160")
    with Ledger.open(trust_copy) as ledger:
        found = verify(ledger, DEAL, head=lambda _: kept)
        cut = [fault.sequence for fault in found.faults if fault.code == "cut"]
        assert cut == [161, 162, 163, 164, 165, 166, 167]
        assert [fault.sequence for fault in contradicted(ledger, DEAL, kept)] == cut
        assert list(contradicted(ledger, DEAL, kept[:160])) == []


def test_what_was_kept_of_an_empty_log_contradicts_nothing() -> None:
    assert list(KeptHeads(Head(0, bytes(32)), "d").faults(Head(9, bytes(32)))) == []
    assert [fault.code for fault in KeptHeads(Head(0, b"\1" * 32), "d").faults(Head(9, bytes(32)))] == ["cut"]
    assert list(KeptHeads(None, "d").faults(Head(9, bytes(32)))) == []


def test_a_row_without_a_hash_is_another_one() -> None:
    kept = KeptHeads(Head(1, bytes(32)), "d")
    kept.look(None, bytes(32))
    kept.look(1, b"")
    assert [fault.code for fault in kept.faults(Head(1, bytes(32)))] == ["rewritten"]


def test_a_hash_alone_is_held_to_the_last_event(trust_copy: Path, trust_rows: list[StoredRow]) -> None:
    with Ledger.open(trust_copy) as ledger:
        assert verify(ledger, DEAL, head=LastHash(trust_rows[-1].hash))
        assert list(contradicted(ledger, DEAL, [LastHash(trust_rows[-1].hash)])) == []
        for digest in (trust_rows[-2].hash, bytes(32)):
            (fault,) = verify(ledger, DEAL, head=LastHash(digest)).faults
            assert (fault.sequence, fault.code) == (167, "other_head")
            assert "give SEQUENCE:HASH to tell which" in fault.message
            assert [item.code for item in contradicted(ledger, DEAL, [LastHash(digest)])] == ["other_head"]
