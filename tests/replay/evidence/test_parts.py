"""Parts of a log in processes of their own: None wherever the whole has to be gone through."""

from __future__ import annotations

from pathlib import Path

from ledger import Ledger
from replay.evidence.parts import faults_around, prove_in_parts, prove_part
from tests.deals.toy import TOY, toy_deal, toy_month
from tests.evidence.damage import opened_up


def test_nothing_is_proved_in_parts_where_it_cannot_be_cut() -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        assert ledger.address is None
        assert prove_in_parts(ledger, TOY, 4, None) is None


def test_parts_that_are_proved_are_joined_and_told_of(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        for ordinal in (1, 2):
            toy_month(ledger, ordinal)
        told: list[tuple[int, int]] = []
        proof = prove_in_parts(ledger, TOY, 2, lambda done, whole: told.append((done, whole)))
        head = ledger.head(TOY)
    assert proof is not None
    assert (proof.head, proof.events, proof.periods) == (head, head.sequence, 2)
    assert told[-1] == (head.sequence, head.sequence)


def test_a_part_that_is_not_sound_proves_nothing(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        end = ledger.head(TOY).sequence
    opened_up(tmp_path / "toy.db").execute("UPDATE events SET interest = interest + 1 WHERE sequence = ?", (end,))
    assert prove_part(f"sqlite:///{tmp_path / 'toy.db'}", TOY, 0, end) is None


def test_what_is_wrong_around_the_rows_is_told_beside_the_parts(tmp_path: Path) -> None:
    path = tmp_path / "toy.db"
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        assert faults_around(str(ledger.address), TOY) == ()
    opened_up(path).execute("UPDATE deals SET opened_at = opened_at + 1")
    with Ledger.open(path) as ledger:
        proof = prove_in_parts(ledger, TOY, 2, None)
        assert proof is not None
        assert proof.around is not None
        assert proof.around == tuple(ledger.store_faults(TOY))
        assert "opened_at" in {fault.column for fault in proof.around}
    assert faults_around(f"sqlite:///{tmp_path / 'none.db'}", TOY) is None, "what cannot be looked at is not sound"
