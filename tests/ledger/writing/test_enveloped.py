"""Whatever posts a batch takes its envelope: one row a batch, chained with its first event, no part of the events."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from ledger import CurtailmentCollected, Envelope, InvalidArgument, Ledger, PeriodClosed, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.verify import verify
from tests.deals.tables import due
from tests.deals.toy import CLOSING, TOY, month_events, payment_date, toy_deal, toy_terms
from tests.evidence.enveloped import JANE, LEE, STATED, enveloped_toy, stated


def paid(event_id: str, amount: str = "1.00") -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, deal=TOY, effective_date=CLOSING, loan="one-1", amount=amount)


def head_of(ledger: Ledger, deal: str = TOY) -> str:
    """Compute the head of a log from its rows and envelopes, by the recipe of the decision on the chain."""
    begun = {item.first_sequence: item.digest.hex() for item in ledger.stored_batches(deal)}
    head = bytes(32)
    for row in ledger.stored_rows(deal):
        version = f"2|{begun[row.sequence]}|" if row.sequence in begun else ""
        stamps = f"{version}{row.sequence}|{row.recorded_at}|{row.distribution}|"
        head = sha256(head + stamps.encode() + row.payload.encode()).digest()
    return head.hex()


def test_a_batch_is_stored_and_chained_with_its_envelope(either_ledger: Ledger) -> None:
    enveloped_toy(either_ledger)
    assert stated(either_ledger) == STATED
    assert head_of(either_ledger) == either_ledger.head(TOY).hash.hex()
    assert verify(either_ledger, TOY).ok


def test_on_postgresql_every_batch_has_the_login_and_embedded_none(either_ledger: Ledger) -> None:
    enveloped_toy(either_ledger)
    with either_ledger._store._engine.connect() as connection:
        user = connection.engine.url.username or "postgres"
    found = [(item.first_sequence, item.login) for item in either_ledger.batches(TOY)]
    if either_ledger._store.url.get_backend_name() == "sqlite":
        assert found == [(1, ""), (14, "")]
    else:
        assert found == [(1, user), (4, user), (14, user)]


def test_an_event_stays_a_repeat_whoever_posts_it_again(either_ledger: Ledger) -> None:
    enveloped_toy(either_ledger)
    before, head = either_ledger.stored_batches(TOY), either_ledger.head(TOY)
    assert either_ledger.post_many(month_events(1), envelope=JANE).or_raise().repeated == 23
    assert (either_ledger.stored_batches(TOY), either_ledger.head(TOY)) == (before, head)
    batch = [paid("a"), *month_events(1), paid("b"), paid("a")]
    receipt = either_ledger.post_many(batch, envelope=JANE).or_raise()
    assert (receipt.repeated, receipt.sequence) == (23, 38)
    assert stated(either_ledger)[-1] == (37, 38, JANE)
    assert verify(either_ledger, TOY).ok


def test_what_is_refused_or_only_tried_leaves_no_envelope(either_ledger: Ledger) -> None:
    enveloped_toy(either_ledger)
    before = either_ledger.stored_batches(TOY)
    assert not either_ledger.post_many([paid("a"), paid("b", "999999999.00")], envelope=JANE)
    assert either_ledger.post(paid("a"), envelope=JANE, dry_run=True)
    assert not either_ledger.post(paid("a"), envelope=JANE, expected_sequence=3)
    assert either_ledger.stored_batches(TOY) == before
    assert verify(either_ledger, TOY).ok


def test_an_envelope_that_says_nothing_is_none(ledger: Ledger) -> None:
    toy_deal(ledger)
    ledger.post(paid("a"), envelope=Envelope()).or_raise()
    assert ledger.stored_batches(TOY) == []
    assert head_of(ledger) == ledger.head(TOY).hash.hex()


@pytest.mark.usefixtures("by_columns_from_the_first_row")
def test_tables_are_chained_with_their_envelope_too(either_ledger: Ledger, encoded: list[str]) -> None:
    toy_deal(either_ledger)
    either_ledger.post_table(TOY, [("scheduled_payment_due", due())], envelope=LEE).or_raise()
    assert encoded == ["scheduled_payment_due"]
    assert stated(either_ledger) == [(14, 23, LEE)]
    assert head_of(either_ledger) == either_ledger.head(TOY).hash.hex()
    again = either_ledger.post_table(TOY, [("scheduled_payment_due", due())], envelope=JANE).or_raise()
    assert (again.repeated, stated(either_ledger)) == (10, [(14, 23, LEE)])
    assert verify(either_ledger, TOY).ok


def test_the_words_of_an_envelope_change_no_event(ledger: Ledger) -> None:
    toy_deal(ledger)
    with Ledger.create("sqlite://") as other:
        enveloped_toy(other)
        ledger.post_many(month_events(1)).or_raise()

        def bare(row: StoredRow) -> StoredRow:
            return row._replace(recorded_at=0, hash=b"")

        assert [bare(row) for row in ledger.stored_rows(TOY)] == [bare(row) for row in other.stored_rows(TOY)]


def test_corrections_and_reversals_take_an_envelope(ledger: Ledger) -> None:
    toy_deal(ledger)
    ledger.post_many([paid("a"), paid("b")]).or_raise()
    ledger.reverse(TOY, "a", effective_date=CLOSING, reason="returned", envelope=JANE).or_raise()
    ledger.correct("b", paid("c"), effective_date=CLOSING, reason="other amount", envelope=LEE).or_raise()
    assert stated(ledger) == [(16, 16, JANE), (17, 18, LEE)]


def test_closing_and_paying_take_an_envelope(real_ledger: Ledger) -> None:
    events = [recorded.event for recorded in real_ledger.events(DEAL)]
    at = next(place for place, event in enumerate(events) if isinstance(event, PeriodClosed))
    day = events[at].effective_date
    with Ledger.create("sqlite://") as ledger:
        ledger.post_many(events[:at]).or_raise()
        ledger.close_period(DEAL, day, envelope=JANE).or_raise()
        ledger.distribute(DEAL, day, envelope=LEE).or_raise()
        closed, paid_out = stated(ledger, DEAL)
        assert closed == (at + 1, at + 1, JANE)
        assert (paid_out[0], paid_out[2]) == (at + 2, LEE)
        assert verify(ledger, DEAL).ok


def test_a_batch_that_is_cut_at_a_closing_has_an_envelope_for_every_stretch(real_ledger: Ledger) -> None:
    events = [recorded.event for recorded in real_ledger.events(DEAL)]
    at = next(place for place, event in enumerate(events, 1) if isinstance(event, PeriodClosed))
    with Ledger.create("sqlite://") as ledger:
        tried = ledger.post_many(events, envelope=JANE, dry_run=True).or_raise()
        assert (tried.sequence, ledger.deals()) == (len(events), [])
        ledger.post_many(events, envelope=JANE).or_raise()
        stretches = [(first, through) for first, through, _ in stated(ledger, DEAL)]
        assert stretches == [(1, at - 1), (at, at), (at + 1, len(events))]
        assert head_of(ledger, DEAL) == ledger.head(DEAL).hash.hex()
        assert verify(ledger, DEAL).ok


Call = Callable[[Any], object]
CALLS: dict[str, Call] = {
    "post": lambda ledger: ledger.post(paid("a"), envelope="Jane"),
    "post_many": lambda ledger: ledger.post_many([paid("a")], envelope={"actor": "Jane"}),
    "post_table": lambda ledger: ledger.post_table(TOY, [], envelope="Jane"),
    "open_deal": lambda ledger: ledger.open_deal("other", toy_terms(), envelope="Jane"),
    "reverse": lambda ledger: ledger.reverse(TOY, "a", effective_date=CLOSING, reason="x", envelope="Jane"),
    "correct": lambda ledger: ledger.correct("a", paid("b"), effective_date=CLOSING, reason="x", envelope="Jane"),
    "close_period": lambda ledger: ledger.close_period(TOY, payment_date(1), envelope="Jane"),
    "distribute": lambda ledger: ledger.distribute(TOY, payment_date(1), envelope="Jane"),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_envelope_is_refused_at_once(toy: Ledger, name: str) -> None:
    with pytest.raises(InvalidArgument, match=r"envelope: must be Envelope\(actor=") as caught:
        CALLS[name](toy)
    assert (caught.value.name, caught.value.code) == ("envelope", "not_an_envelope")
    assert toy.head(TOY).sequence == 13
