"""Envelopes are found by the events that stand in them, on both databases."""

from __future__ import annotations

from ledger import CurtailmentCollected, Envelope, Ledger
from tests.deals.toy import CLOSING, TOY, toy_deal


def posted(ledger: Ledger, sizes: list[int]) -> None:
    """Post batches of these many events, every second of them under an envelope."""
    toy_deal(ledger)
    for number, size in enumerate(sizes):
        ledger.post_many(
            [
                CurtailmentCollected(
                    event_id=f"{number}/{n}", deal=TOY, effective_date=CLOSING, loan="one-1", amount="1.00"
                )
                for n in range(size)
            ],
            envelope=Envelope(actor=f"actor {number}") if number % 2 else None,
        ).or_raise()


def test_envelopes_are_found_by_range_and_by_event(either_ledger: Ledger) -> None:
    posted(either_ledger, [2, 3, 1, 2])
    with either_ledger._store.reading() as reading:
        key = reading.deal_key(TOY)
        told = {item.first_sequence: item for item in reading.batches(key) if item.actor}
        assert {first: (item.through_sequence, item.actor) for first, item in told.items()} == {
            16: (18, "actor 1"),
            20: (21, "actor 3"),
        }
        assert reading.has_batches(key)
        assert [item for item in reading.batches(key, after=16) if item.actor] == [told[20]]
        assert [item for item in reading.batches(key, known_through=19) if item.actor] == [told[16]]
        for sequences, firsts in (([17], [16]), ([18, 16], [16]), ([21, 17, 20], [16, 20]), ([], [])):
            found = reading.batches_of(key, sequences)
            assert [item.first_sequence for item in found if item.actor] == firsts
        before = reading.queries
        reading.batches_of(key, list(range(1, 22)))
        assert reading.queries == before + 1


def test_a_log_without_envelopes_has_none(ledger: Ledger) -> None:
    posted(ledger, [2])
    with ledger._store.reading() as reading:
        key = reading.deal_key(TOY)
        assert (reading.has_batches(key), reading.batches(key), reading.batches_of(key, [1, 15])) == (False, [], [])
