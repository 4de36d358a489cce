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


def test_snapshots_of_no_closing_change_no_answer_and_are_named(tmp_path: Path) -> None:
    """Behind any event, of any distribution or number, of any version: what is there is not used."""
    with closed(tmp_path / "toy.db") as ledger:
        before = ledger.distribution(TOY, payment_date(2)).digest
        head, numbers = ledger.head(TOY).sequence, [int(f"{payment_date(at):%Y%m%d}") for at in (1, 2)]
    connection = opened_up(tmp_path / "toy.db")
    ((held,),) = connection.execute("SELECT content FROM snapshots").fetchall()
    forged = zlib.compress(zlib.decompress(held).replace(b",3000000,", b",4000000,"))
    rows = [
        (number, through, SNAPSHOT_VERSION, forged) for number in (*numbers, 7) for through in (3, head - 1, head + 1)
    ]
    rows += [(numbers[1], head - 2, version, forged) for version in (SNAPSHOT_VERSION - 1,)]
    rows += [(numbers[1], head - 3, version, forged) for version in (SNAPSHOT_VERSION + 1,)]
    connection.executemany(
        "INSERT INTO snapshots (deal_key, distribution, through_sequence, version, content) VALUES (1, ?, ?, ?, ?)",
        rows,
    )
    connection.close()
    with Ledger.open(tmp_path / "toy.db") as ledger:
        assert ledger.distribution(TOY, payment_date(2)).digest == before
        told = [fault.message for fault in verify(ledger, TOY).faults if fault.code == "other_snapshot"]
    named = {(number, through) for number, through, version, _ in rows if version == SNAPSHOT_VERSION}
    assert len(told) == len(named)
    days = {number: payment_date(at) for at, number in enumerate(numbers, 1)}
    for number, through in named:
        shown = f"distribution of {days.get(number, number)} as known through event {through} "
        assert any(shown in message for message in told)
    assert sum("is of no closing" in message for message in told) == 5
    assert sum("knows more than the log" in message for message in told) == 3


def test_a_closing_that_is_repeated_keeps_no_snapshot_of_what_came_since(tmp_path: Path) -> None:
    with closed(tmp_path / "toy.db") as ledger:
        kept = opened_up(tmp_path / "toy.db").execute("SELECT count(*) FROM snapshots").fetchone()
        assert ledger.close_period(TOY, payment_date(1)).or_raise().repeated == 1
        assert opened_up(tmp_path / "toy.db").execute("SELECT count(*) FROM snapshots").fetchone() == kept == (1,)
        # Earlier releases kept one, which is what the events give, and no fault.
        ledger._store.keep_snapshot(
            TOY, int(f"{payment_date(1):%Y%m%d}"), (known := ledger.head(TOY).sequence), SNAPSHOT_VERSION,
            ledger.replayed(TOY, payment_date(1), known_through=known).content,
        )  # fmt: skip
        assert [fault for fault in verify(ledger, TOY).faults if fault.code == "other_snapshot"] == []
