"""A closing fixes what its figures were made of, and a later month may rest on that and on nothing else."""

from __future__ import annotations

import zlib
from pathlib import Path

import attrs

from ledger import Ledger
from ledger.reading.snapshots import SNAPSHOT_VERSION
from replay.evidence.verify import verify
from tests.deals.toy import TOY, month_events, payment_date, toy_deal, toy_month
from tests.evidence.damage import opened_up


def closed(path: Path) -> Ledger:
    ledger = Ledger.create(path)
    toy_deal(ledger)
    toy_month(ledger, 1)
    ledger.post_many(month_events(2)).or_raise()
    return ledger


def test_the_digest_of_a_closing_is_that_of_what_is_replayed(tmp_path: Path) -> None:
    with closed(tmp_path / "toy.db") as ledger:
        closing = ledger.closing(TOY, payment_date(1))
        assert closing is not None
        found = ledger.replayed(TOY, payment_date(1), known_through=closing.sequence - 1)
    assert closing.event.facts_digest == found.facts_digest
    assert found.facts_digest.startswith(f"{SNAPSHOT_VERSION}:")
    assert closing.event.report_digest == found.report.digest


def test_a_closing_with_facts_of_its_own_is_not_let_in(tmp_path: Path) -> None:
    with closed(tmp_path / "toy.db") as ledger:
        proposed = ledger.proposed_closing(TOY, payment_date(2))
        told = ledger.post(attrs.evolve(proposed, facts_digest="3:" + "0" * 64))
        assert not told.accepted
        assert [(item.field, item.code) for item in told.violations] == [("facts_digest", "other_digest")]
        assert ledger.post(attrs.evolve(proposed, facts_digest="")).accepted, "it may be left out"


def test_a_snapshot_that_no_closing_proves_is_not_used(tmp_path: Path) -> None:
    with closed(tmp_path / "toy.db") as ledger:
        before = ledger.distribution(TOY, payment_date(2)).digest
    connection = opened_up(tmp_path / "toy.db")
    ((held,),) = connection.execute("SELECT content FROM snapshots").fetchall()
    forged = zlib.decompress(held).replace(b",3000000,", b",4000000,")
    assert forged != zlib.decompress(held)
    connection.execute("UPDATE snapshots SET content = ?", (zlib.compress(forged),))
    connection.close()
    with Ledger.open(tmp_path / "toy.db") as ledger:
        assert ledger.distribution(TOY, payment_date(2)).digest == before
        assert "other_snapshot" in {fault.code for fault in verify(ledger, TOY).faults}
