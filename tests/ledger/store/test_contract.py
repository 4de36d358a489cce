"""What every store promises, stated once and run over every backend.

:class:`Contract` says the promises in its test names; a subclass gives the address of an empty ledger. PostgreSQL is
never skipped: its server comes from a wheel in the development lock.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import pytest
from freezegun import freeze_time
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

from ledger import (
    AsOf,
    CurtailmentCollected,
    Event,
    IntegrityFault,
    Ledger,
    PayoffCollected,
    PoolBalanceBroughtForward,
    Receipt,
    Refusal,
    ScheduledPaymentDue,
    StoreError,
    UnknownDeal,
    date_number,
    encode,
)
from ledger.events.codec import decode
from ledger.evidence import restoring
from ledger.journal.postings import Journal
from ledger.journal.totals import Totals
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from ledger.store.hashing import GENESIS, link
from ledger.store.rows import StoredRow
from ledger.values.selector import Selector
from ledger.writing.batch import BLOCK_EVENTS
from tests.deals.toy import (
    LOANS,
    TOY,
    boarding,
    due_date,
    month_events,
    payment_date,
    prior_month,
    toy_deal,
    toy_month,
    toy_terms,
)
from tests.postgres import Server

DECEMBER = dt.date(2020, 12, 20)
WRITERS = 6


def paid(event_id: str, amount: str = "1.00", *, deal: str = TOY, group: str = "one") -> CurtailmentCollected:
    """Return a small event that may be posted in any number."""
    return CurtailmentCollected(event_id=event_id, deal=deal, effective_date=DECEMBER, group=group, amount=amount)


def sequences(ledger: Ledger, deal: str = TOY) -> list[int]:
    """Return the sequences of a deal in the order in which they are read."""
    return [recorded.sequence for recorded in ledger.events(deal)]


def logs(ledger: Ledger) -> dict[str, list[object]]:
    """Return everything the ledger holds."""
    return {deal: list(ledger.events(deal)) for deal in ledger.deals()}


def stored(ledger: Ledger) -> list[StoredRow]:
    """Return the rows of the toy deal as they are stored."""
    with ledger._store.reading() as reading:
        return list(reading.rows(reading.deal_key(TOY)))


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run jobs in threads that start together, and return their results in order."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs, timeout=60))


class Contract:
    """The promises. A subclass says where its ledgers live with the fixture ``url``."""

    @pytest.fixture
    def url(self) -> URL | str:
        """The address of a ledger that holds nothing."""
        raise NotImplementedError

    @pytest.fixture
    def ledger(self, url: URL | str) -> Iterator[Ledger]:
        """An empty ledger of the backend."""
        with Ledger.create(url) as made:
            yield made

    @pytest.fixture
    def toy(self, ledger: Ledger) -> Ledger:
        """The toy deal on the backend, 13 events."""
        toy_deal(ledger)
        return ledger

    # Sequences

    def test_a_new_ledger_holds_no_deal(self, ledger: Ledger) -> None:
        assert ledger.deals() == []
        with pytest.raises(UnknownDeal, match="holds no deal yet"):
            ledger.head(TOY)

    @pytest.mark.parametrize("name", ["\udcff", "toy\x00", "no such deal"])
    def test_a_name_that_is_no_text_is_that_of_no_deal(self, toy: Ledger, name: str) -> None:
        with pytest.raises(UnknownDeal, match=f"this ledger holds: {TOY}"):
            toy.head(name)

    def test_sequences_start_at_one_and_have_no_gap(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        assert sequences(toy) == list(range(1, toy.head(TOY).sequence + 1))

    def test_events_are_read_in_the_order_in_which_they_were_committed(self, toy: Ledger) -> None:
        posted = [paid(f"{n:03}") for n in (5, 3, 9, 1)]
        for event in posted:
            toy.post(event).or_raise()
        assert [recorded.event for recorded in toy.events(TOY, after=13)] == posted

    def test_a_batch_is_stored_in_the_order_given(self, toy: Ledger) -> None:
        batch = [paid(f"{n}") for n in (5, 3, 9, 1)]
        toy.post_many(batch).or_raise()
        assert [recorded.event for recorded in toy.events(TOY, after=13)] == batch

    def test_a_refused_event_leaves_no_gap_in_the_sequence(self, toy: Ledger) -> None:
        assert isinstance(toy.post(paid("bad", group="three")), Refusal)
        assert toy.post(paid("good")).or_raise().sequence == 14
        assert sequences(toy) == list(range(1, 15))

    def test_sequences_survive_a_large_batch(self, toy: Ledger) -> None:
        receipt = toy.post_many([paid(f"{n}", "0.01") for n in range(3000)]).or_raise()
        assert (receipt.first_sequence, receipt.sequence) == (14, 3013)
        assert sequences(toy) == list(range(1, 3014))

    # What is stored

    def test_every_event_of_a_deal_is_read_back_equal(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        events = [*boarding(), *month_events(1)]
        by_id = {recorded.event.event_id: recorded.event for recorded in toy.events(TOY)}
        assert [by_id[event.event_id] for event in events] == events
        assert by_id[f"{TOY}/opened"] == attrs.evolve(by_id[f"{TOY}/opened"], terms=toy_terms())  # type: ignore[call-arg]

    def test_stored_payloads_are_the_canonical_bytes(self, toy: Ledger) -> None:
        for row in stored(toy):
            assert encode(decode(row.payload)) == row.payload.encode()

    def test_totals_are_the_sums_of_the_stored_columns(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        with toy._store.reading() as reading:
            key = reading.deal_key(TOY)
            known = reading.head(key).sequence
            grouped = Journal(Totals(reading.totals(key, known_through=known)))
            dated = Journal(
                Totals(row for _, row in reading.dated_totals(key, Selector(types=ALL_TYPES), known_through=known))
            )
            loans = reading.loan_standings(key, known_through=known, loans=list(LOANS))
        assert grouped.balance("pool_principal") == 1_000_000 - 10 * 100
        assert grouped.accounts() == dated.accounts()
        assert all(grouped.balance(name) == dated.balance(name) for name in grouped.accounts())
        assert set(loans) == set(LOANS)
        assert sum(item.balance for item in loans.values()) == (1_000_000 - 10 * 100) * 10**4
        assert list(toy.sum_faults(TOY)) == []

    def test_totals_at_every_sequence_are_the_sums_of_the_rows_up_to_it(self, toy: Ledger) -> None:
        """Wherever ``known_through`` cuts a run, nothing is missed and nothing counted twice."""
        toy_month(toy, 1)
        rows = list(toy.stored_rows(TOY))
        with toy._store.reading() as reading:
            key = reading.deal_key(TOY)
            for known in range(1, len(rows) + 1):
                found = reading.totals(key, known_through=known)
                assert sum(item.events for item in found) == known
                for column in ("principal", "interest", "fee", "loans"):
                    assert sum(getattr(item, column) for item in found) == sum(
                        getattr(row, column) for row in rows[:known]
                    )
                standings = reading.loan_standings(key, known_through=known)
                due = [row for row in rows[:known] if row.posts_as == "scheduled_payment_due"]
                boarded = [row for row in rows[:known] if row.posts_as == "loan_boarded"]
                left = sum(row.principal + row.memo for row in boarded) - sum(row.principal for row in due)
                assert sum(item.balance for item in standings.values()) == left

    def test_amounts_of_a_trillion_add_up_exactly(self, toy: Ledger) -> None:
        whole = "999999999999.99"
        toy.post_many(
            PoolBalanceBroughtForward(
                event_id=f"{n}", deal=TOY, effective_date=DECEMBER, group="one", balance=whole, loan_count=1
            )
            for n in range(200)
        ).or_raise()
        held = toy.books(TOY, AsOf(record_date=DECEMBER)).balance("pool_principal", "one")
        assert str(held.decimal) == "200000000599998.00"

    @pytest.mark.parametrize("name", ["payoff/ü", "o'clock", 'a"b', "a\\b", "%s", ":x"])
    def test_text_that_means_something_to_a_database_is_only_text(self, toy: Ledger, name: str) -> None:
        event = ScheduledPaymentDue(
            event_id="text", deal=TOY, effective_date=DECEMBER, group="one", principal="1", interest="1"
        )
        reason = toy.reverse(TOY, toy.post(event).or_raise().event_ids[0], effective_date=DECEMBER, reason=name)
        [recorded] = toy.events(TOY, event_ids=reason.or_raise().event_ids)
        assert recorded.event.reason == name  # type: ignore[attr-defined]

    # Batches

    def test_a_refused_batch_leaves_nothing(self, toy: Ledger) -> None:
        before = logs(toy)
        assert isinstance(toy.post_many([paid("good"), paid("bad", group="three")]), Refusal)
        assert logs(toy) == before

    def test_a_refused_opening_leaves_no_deal(self, ledger: Ledger) -> None:
        batch = [*opening(), paid("bad", group="three")]
        assert isinstance(ledger.post_many(batch), Refusal)
        assert ledger.deals() == []
        assert isinstance(ledger.post_many(batch[:-1]), Receipt)

    def test_a_batch_that_fails_in_the_database_leaves_nothing(self, toy: Ledger) -> None:
        before = logs(toy)
        good = stored(toy)[-1]
        rows = [good._replace(sequence=14, event_id="x"), good._replace(sequence=14, event_id="y")]
        with pytest.raises(StoreError), toy._store.appending(TOY) as writer:
            writer.insert([rows])
        assert logs(toy) == before

    def test_a_batch_is_rolled_back_when_its_block_fails(self, toy: Ledger) -> None:
        before = logs(toy)
        good = stored(toy)[-1]
        with pytest.raises(ZeroDivisionError):
            insert_and_fail(toy, good._replace(sequence=14, event_id="x"))
        assert logs(toy) == before
        assert toy.post(paid("x")).or_raise().sequence == 14

    # Repeats

    def test_a_repeated_event_returns_the_first_receipt(self, toy: Ledger) -> None:
        first = toy.post(paid("x")).or_raise()
        toy_month(toy, 1)
        again = toy.post(paid("x")).or_raise()
        assert again == attrs.evolve(first, repeated=1)
        assert sequences(toy).count(14) == 1

    def test_a_repeated_batch_returns_the_first_receipt(self, toy: Ledger) -> None:
        batch = [paid("x"), paid("y"), paid("z")]
        first = toy.post_many(batch).or_raise()
        toy.post(paid("other")).or_raise()
        before = logs(toy)
        assert toy.post_many(batch).or_raise() == attrs.evolve(first, repeated=3)
        assert logs(toy) == before

    def test_a_repeat_inside_a_batch_of_news_is_not_stored_again(self, toy: Ledger) -> None:
        first = toy.post(paid("x")).or_raise()
        receipt = toy.post_many([paid("y"), paid("x"), paid("z")]).or_raise()
        assert (receipt.first_sequence, receipt.sequence, receipt.repeated) == (first.sequence, 16, 1)
        assert receipt.event_ids == ("y", "x", "z")
        assert [recorded.event.event_id for recorded in toy.events(TOY, after=13)] == ["x", "y", "z"]

    def test_an_event_twice_in_one_batch_is_stored_once(self, toy: Ledger) -> None:
        toy.post_many([paid("x"), paid("x")]).or_raise()
        assert toy.head(TOY).sequence == 14

    def test_a_repeat_that_the_rules_would_now_refuse_returns_the_first_receipt(self, toy: Ledger) -> None:
        batch = month_events(1)
        first = toy.post_many(batch).or_raise()
        toy.close_period(TOY, payment_date(1)).or_raise()
        assert toy.post_many(batch).or_raise() == attrs.evolve(first, repeated=len(batch))

    def test_a_closing_jumps_over_no_open_month_whoever_posts_it(self, toy: Ledger) -> None:
        """What is open is known from the log, also to a writer that posted none of it."""
        toy.post(paid("x")).or_raise()
        for ordinal in (1, 2):
            outcome = Ledger(toy._store).close_period(TOY, payment_date(ordinal + 2))
            assert isinstance(outcome, Refusal)
            [violation] = outcome.violations
            assert (violation.field, violation.code) == ("distribution_date", "earlier_open")
            assert str(payment_date(ordinal)) in violation.message
            toy_month(toy, ordinal)
        toy_month(toy, 3)

    def test_a_group_is_not_overdrawn_by_its_loans_whoever_posts_them(self, toy: Ledger) -> None:
        on = prior_month(1, 20)
        whole = PayoffCollected(
            event_id="group", deal=TOY, effective_date=on, group="one", amount="500000.01", note_rate="0.12"
        )
        toy.post(whole).or_raise()
        outcome = Ledger(toy._store).post(
            attrs.evolve(whole, event_id="x", group=None, loan="one-1", amount="100000.00")
        )
        assert isinstance(outcome, Refusal)
        assert [(v.field, v.code) for v in outcome.violations] == [("amount", "above_balance")]

    def test_terms_that_cannot_be_read_again_are_not_written(self, toy: Ledger) -> None:
        broken = toy_terms()
        object.__setattr__(broken, "late_events", "foo")
        before = logs(toy)
        for deal in (TOY, "other"):
            outcome = toy.open_deal(deal, broken)
            assert isinstance(outcome, Refusal)
            assert "malformed_terms" in {v.code for v in outcome.violations} or deal == TOY
        assert logs(toy) == before

    def test_a_repeat_needs_no_sequence_to_be_right(self, toy: Ledger) -> None:
        first = toy.post(paid("x"), expected_sequence=13).or_raise()
        toy.post(paid("y")).or_raise()
        assert toy.post(paid("x"), expected_sequence=13).or_raise() == attrs.evolve(first, repeated=1)

    def test_a_repeat_that_differs_is_refused(self, toy: Ledger) -> None:
        toy.post(paid("x")).or_raise()
        before = logs(toy)
        for batch in ([paid("x", "2.00")], [paid("y"), paid("x", "2.00")]):
            outcome = toy.post_many(batch)
            assert isinstance(outcome, Refusal)
            assert [v.code for v in outcome.violations] == ["different_payload"]
        assert logs(toy) == before

    def test_a_refusal_beside_a_repeat_names_what_is_wrong_and_not_the_repeat(self, toy: Ledger) -> None:
        toy.post(paid("x")).or_raise()
        before = logs(toy)
        outcome = toy.post_many([paid("y"), paid("x"), paid("z", group="nowhere")])
        assert isinstance(outcome, Refusal)
        assert [(v.event_id, v.code) for v in outcome.violations] == [("z", "unknown_group")]
        assert logs(toy) == before

    def test_a_batch_refused_at_its_end_leaves_nothing_of_its_beginning(self, toy: Ledger) -> None:
        before = logs(toy)
        news = [paid(f"{n}") for n in range(2 * BLOCK_EVENTS)]
        outcome = toy.post_many([*news, paid("last", group="nowhere")])
        assert isinstance(outcome, Refusal)
        assert [v.event_id for v in outcome.violations] == ["last"]
        assert logs(toy) == before
        assert toy.post_many(news).or_raise().sequence == len(before[TOY]) + len(news)
        assert list(toy.sum_faults(TOY)) == []

    # Sequences expected, and trial runs

    def test_an_expected_sequence_lets_the_batch_land_only_there(self, toy: Ledger) -> None:
        assert isinstance(toy.post(paid("x"), expected_sequence=12), Refusal)
        assert isinstance(toy.post(paid("x"), expected_sequence=14), Refusal)
        assert toy.post(paid("x"), expected_sequence=13).or_raise().sequence == 14

    def test_a_deal_that_is_not_there_yet_is_expected_at_zero(self, ledger: Ledger) -> None:
        assert isinstance(ledger.post_many(opening(), expected_sequence=1), Refusal)
        assert isinstance(ledger.post_many(opening(), expected_sequence=0), Receipt)

    def test_a_dry_run_tells_the_receipt_and_writes_nothing(self, toy: Ledger) -> None:
        before = logs(toy)
        tried = toy.post(paid("x"), dry_run=True).or_raise()
        assert (tried.recorded_at, tried.first_sequence, tried.sequence) == (None, 14, 14)
        assert logs(toy) == before
        assert toy.post(paid("x")).or_raise().sequence == 14

    def test_a_dry_run_of_an_opening_opens_nothing(self, ledger: Ledger) -> None:
        assert isinstance(ledger.post_many(opening(), dry_run=True), Receipt)
        assert ledger.deals() == []

    def test_a_dry_run_refuses_what_posting_refuses(self, toy: Ledger) -> None:
        bad = paid("bad", group="three")
        assert toy.post(bad, dry_run=True) == toy.post(bad)

    # The chain

    def test_the_hash_chain_can_be_computed_again_from_what_is_read(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        previous = GENESIS
        for recorded in toy.events(TOY):
            stamp = (recorded.recorded_at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
            number = date_number(recorded.distribution_date) if recorded.distribution_date else 0
            held = recorded.envelope
            begins = held is not None and held.first_sequence == recorded.sequence
            digest = bytes.fromhex(held.digest) if held is not None and begins else b""
            previous = link(previous, recorded.sequence, stamp, number, encode(recorded.event), digest)
            assert recorded.hash == previous.hex()
        assert toy.head(TOY).hash == previous

    def test_the_hash_chain_can_be_computed_again_from_the_stored_columns(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        previous = GENESIS
        columns = "sequence, recorded_at, distribution, payload, hash"
        with toy._store._engine.connect() as connection:
            rows = connection.execute(text(f"SELECT {columns} FROM events ORDER BY sequence")).all()
            found = connection.execute(text("SELECT first_sequence, digest FROM batches")).all()
            begun = {int(first): bytes(digest) for first, digest in found}
        for sequence, recorded_at, distribution, payload, held in rows:
            envelope = bytes(begun.get(sequence, b""))
            previous = link(previous, sequence, recorded_at, distribution, payload.encode(), envelope)
            assert bytes(held) == previous
        assert len(rows) == toy.head(TOY).sequence

    def test_a_receipt_is_the_head_of_the_log(self, toy: Ledger) -> None:
        for batch in ([paid("x")], [paid("y"), paid("z")]):
            receipt = toy.post_many(batch).or_raise()
            assert (receipt.sequence, bytes.fromhex(receipt.head_hash)) == toy.head(TOY)

    def test_a_dry_run_does_not_know_the_hash_of_the_future(self, toy: Ledger) -> None:
        """The time of recording is part of the chain; nothing that was tried may pass for something recorded."""
        with freeze_time("2021-01-01"):
            tried = toy.post(paid("x"), dry_run=True).or_raise()
        assert tried.head_hash != toy.post(paid("x")).or_raise().head_hash

    # The clock

    def test_recorded_at_is_the_time_of_posting_to_the_microsecond(self, toy: Ledger) -> None:
        moment = dt.datetime(2102, 9, 25, 15, 30, 0, 123457, tzinfo=dt.UTC)
        with freeze_time(moment):
            receipt = toy.post(paid("x")).or_raise()
        [recorded] = toy.events(TOY, event_ids=["x"])
        assert receipt.recorded_at == recorded.recorded_at == moment

    def test_recorded_at_of_a_repeat_is_that_of_the_first(self, toy: Ledger) -> None:
        with freeze_time("2021-01-01 12:00:00"):
            first = toy.post(paid("x")).or_raise()
        with freeze_time("2021-06-01 12:00:00"):
            assert toy.post(paid("x")).or_raise().recorded_at == first.recorded_at

    def test_a_clock_set_back_does_not_disturb_the_order(self, toy: Ledger) -> None:
        for number, day in enumerate(("2021-03-01", "2021-01-01", "2021-02-01")):
            with freeze_time(day):
                toy.post(paid(f"{number}")).or_raise()
        assert [r.event.event_id for r in toy.events(TOY, after=13)] == ["0", "1", "2"]

    # Append only

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE events SET principal = principal + 1 WHERE sequence = 13",
            "UPDATE events SET payload = '{}'",
            "UPDATE deals SET deal = 'other'",
            "DELETE FROM events WHERE sequence = 13",
            "DELETE FROM events",
            "DELETE FROM deals",
            "INSERT INTO deals (deal, opened_at) VALUES ('toy', 0)",
        ],
    )
    def test_the_database_itself_refuses_a_change(self, toy: Ledger, statement: str) -> None:
        before = logs(toy)
        with pytest.raises(DBAPIError), toy._store._engine.begin() as connection:
            connection.execute(text(statement))
        assert logs(toy) == before

    @pytest.mark.parametrize(
        "changes",
        [
            {"sequence": 15},
            {"sequence": 13},
            {"sequence": 0},
            {"sequence": -1},
            {"sequence": 14, "event_id": "board/one-1"},
            {"sequence": 14, "deal_key": 99},
            {"sequence": 1, "deal_key": 99},
            {"sequence": 14, "hash": b"short"},
        ],
        ids=str,
    )
    def test_the_database_itself_refuses_a_row_out_of_order(self, toy: Ledger, changes: dict[str, Any]) -> None:
        before = logs(toy)
        row = stored(toy)[-1]._replace(event_id="around")._replace(**changes)
        with pytest.raises(DBAPIError), toy._store._engine.begin() as connection:
            connection.execute(*insert(row))
        assert logs(toy) == before

    def test_the_database_itself_refuses_to_reverse_an_event_twice(self, toy: Ledger) -> None:
        toy.post(paid("x")).or_raise()
        toy.reverse(TOY, "x", effective_date=DECEMBER, reason="test").or_raise()
        row = stored(toy)[-1]._replace(event_id="around", sequence=16)
        with pytest.raises(DBAPIError), toy._store._engine.begin() as connection:
            connection.execute(*insert(row))
        assert toy.head(TOY).sequence == 15

    def test_the_database_takes_a_row_in_order(self, toy: Ledger) -> None:
        """The refusals above are of what is wrong, not of everything."""
        row = stored(toy)[-1]._replace(event_id="around", sequence=14)
        with toy._store._engine.begin() as connection:
            connection.execute(*insert(row))
        assert toy.head(TOY).sequence == 14

    def test_the_library_calls_a_refused_change_a_fault_of_integrity(self, toy: Ledger) -> None:
        row = stored(toy)[-1]._replace(event_id="gap", sequence=20)
        with pytest.raises(IntegrityFault, match="append-only"), toy._store.appending(TOY) as writer:
            writer.insert([[row]])

    # Deals

    def test_two_deals_never_depend_on_each_other(self, toy: Ledger) -> None:
        toy_deal(toy, "toy-2")
        alone = logs(toy)[TOY]
        toy_month(toy, 1, "toy-2")
        assert toy.deals() == [TOY, "toy-2"]
        assert logs(toy)[TOY] == alone
        assert sequences(toy, "toy-2") == list(range(1, toy.head("toy-2").sequence + 1))
        assert toy.head(TOY).sequence == 13

    def test_an_event_id_belongs_to_its_deal(self, toy: Ledger) -> None:
        toy_deal(toy, "toy-2")
        toy.post(paid("x", "1.00")).or_raise()
        assert isinstance(toy.post(paid("x", "2.00", deal="toy-2")), Receipt)

    # Reading

    def test_what_was_known_through_a_sequence_never_changes(self, toy: Ledger) -> None:
        toy_month(toy, 1)
        known = toy.head(TOY).sequence
        events = list(toy.events(TOY, known_through=known))
        books = toy.books(TOY, AsOf(record_date=payment_date(2), known_through=known)).rows()
        digest = toy.distribution(TOY, payment_date(1), known_through=known).digest
        toy_month(toy, 2)
        toy.reverse(TOY, "1/due/one-1", effective_date=due_date(1), reason="test", restates=True).or_raise()
        assert list(toy.events(TOY, known_through=known)) == events
        assert toy.books(TOY, AsOf(record_date=payment_date(2), known_through=known)).rows() == books
        assert toy.distribution(TOY, payment_date(1), known_through=known).digest == digest
        assert toy.distribution(TOY, payment_date(1)).digest != digest

    def test_the_events_known_through_a_sequence_are_a_prefix_of_the_log(self, toy: Ledger) -> None:
        whole = list(toy.events(TOY))
        for known in range(len(whole) + 1):
            assert list(toy.events(TOY, known_through=known)) == whole[:known]
            assert list(toy.events(TOY, after=known)) == whole[known:]
        assert list(toy.events(TOY, limit=5)) == whole[:5]

    def test_a_deal_was_not_open_at_sequence_zero(self, toy: Ledger) -> None:
        books = toy.books(TOY, AsOf(record_date=payment_date(1), known_through=0))
        assert (books.known_through, list(books)) == (0, [])
        with pytest.raises(LookupError):
            toy.terms(TOY, known_through=0)


class SharedContract(Contract):
    """The promises to several connections; a database in memory has but one."""

    @pytest.fixture
    def empty(self) -> URL | str:
        """The address of a database without a ledger."""
        raise NotImplementedError

    def test_one_ledger_created_by_many_at_once_is_created_once(self, empty: URL | str) -> None:
        def make() -> list[str]:
            with Ledger.create(empty) as own:
                return own.deals()

        assert at_once([make] * WRITERS) == [[]] * WRITERS

    def test_everything_is_there_after_closing_and_opening_again(self, toy: Ledger, url: URL | str) -> None:
        toy_month(toy, 1)
        before = logs(toy)
        toy.close()
        with Ledger.open(url) as again:
            assert logs(again) == before
            assert again.post(paid("x", deal=TOY)).accepted is False  # the month is closed
            toy_month(again, 2)

    def test_another_writer_is_seen_at_once(self, toy: Ledger, url: URL | str) -> None:
        with Ledger.open(url) as other:
            for number in range(4):
                writer, reader = (toy, other) if number % 2 else (other, toy)
                receipt = writer.post(paid(f"{number}")).or_raise()
                assert receipt.sequence == 14 + number
                assert reader.head(TOY).sequence == 14 + number

    def test_a_reader_sees_one_state_however_many_queries_it_makes(self, toy: Ledger, url: URL | str) -> None:
        with Ledger.open(url) as other, toy._store.reading() as reading:
            key = reading.deal_key(TOY)
            before = reading.head(key)
            other.post(paid("x")).or_raise()
            assert other.head(TOY).sequence == 14
            assert reading.head(key) == before
            assert len(list(reading.rows(key))) == 13
            counted = sum(row.events for row in reading.totals(key, known_through=10**6))
            assert counted == 13
        assert toy.head(TOY).sequence == 14

    def test_a_reader_does_not_wait_for_a_writer(self, toy: Ledger, url: URL | str) -> None:
        with Ledger.open(url) as other, toy._store.appending(TOY) as writer:
            writer.insert([[stored(other)[-1]._replace(event_id="x", sequence=14)]])
            assert other.head(TOY).sequence == 13

    def test_events_may_be_posted_while_events_are_read(self, toy: Ledger) -> None:
        for recorded in toy.events(TOY):
            if recorded.sequence <= 3:
                toy.post(paid(f"{recorded.sequence}")).or_raise()
        assert toy.head(TOY).sequence == 16

    @pytest.mark.parametrize("shared", [True, False], ids=["one ledger", "a ledger each"])
    def test_writers_of_one_deal_lose_nothing(self, toy: Ledger, url: URL | str, shared: bool) -> None:
        batches, size = 8, 3

        def write(writer: int, ledger: Ledger) -> list[tuple[int, int]]:
            receipts = []
            for batch in range(batches):
                events = [paid(f"{writer}/{batch}/{n}", "0.01") for n in range(size)]
                receipt = ledger.post_many(events).or_raise()
                receipts.append((receipt.first_sequence, receipt.sequence))
            return receipts

        ledgers = [toy if shared else Ledger.open(url) for _ in range(WRITERS)]
        written = at_once([partial(write, writer, own) for writer, own in enumerate(ledgers)])
        ranges = sorted(pair for receipts in written for pair in receipts)
        assert ranges == [(14 + size * n, 13 + size * (n + 1)) for n in range(WRITERS * batches)]
        assert sequences(toy) == list(range(1, 14 + WRITERS * batches * size))
        for number in range(WRITERS):
            mine = [r.event.event_id for r in toy.events(TOY) if r.event.event_id.startswith(f"{number}/")]
            assert mine == sorted(mine), "a writer's own batches stand in its own order"
        for own in ledgers:
            own.close()

    def test_writers_of_many_deals_lose_nothing(self, toy: Ledger, url: URL | str) -> None:
        names = [f"deal-{n}" for n in range(WRITERS)]

        def write(deal: str) -> None:
            with Ledger.open(url) as own:
                toy_deal(own, deal)
                for n in range(8):
                    own.post(paid(f"{n}", deal=deal)).or_raise()

        at_once([partial(write, name) for name in names])
        assert sorted(toy.deals()) == sorted([TOY, *names])
        for name in names:
            assert sequences(toy, name) == list(range(1, 22))

    def test_of_writers_that_expect_one_sequence_exactly_one_lands(self, toy: Ledger, url: URL | str) -> None:
        def write(number: int) -> bool:
            with Ledger.open(url) as own:
                return own.post(paid(f"{number}"), expected_sequence=13).accepted

        landed = at_once([partial(write, number) for number in range(WRITERS)])
        assert landed.count(True) == 1
        assert toy.head(TOY).sequence == 14

    def test_one_event_posted_by_many_at_once_is_stored_once(self, toy: Ledger, url: URL | str) -> None:
        def write() -> Receipt:
            with Ledger.open(url) as own:
                return own.post(paid("x")).or_raise()

        receipts = at_once([write] * WRITERS)
        assert sorted(receipt.repeated for receipt in receipts) == [0] + [1] * (WRITERS - 1)
        assert len({attrs.evolve(receipt, repeated=0) for receipt in receipts}) == 1
        assert toy.head(TOY).sequence == 14

    def test_one_deal_opened_by_many_at_once_is_opened_once(self, ledger: Ledger, url: URL | str) -> None:
        def write() -> Receipt:
            with Ledger.open(url) as own:
                return own.post_many(opening()).or_raise()

        assert len({receipt.head_hash for receipt in at_once([write] * WRITERS)}) == 1
        assert ledger.deals() == [TOY]


class TestSqliteMemory(Contract):
    """SQLite in memory."""

    @pytest.fixture
    def url(self) -> URL | str:
        """Every such address is a new ledger."""
        return "sqlite://"

    def test_threads_that_share_the_ledger_wait_for_each_other(self, toy: Ledger) -> None:
        def write(number: int) -> None:
            for n in range(8):
                toy.post(paid(f"{number}/{n}")).or_raise()
                assert toy.head(TOY).sequence >= 14

        at_once([partial(write, number) for number in range(WRITERS)])
        assert sequences(toy) == list(range(1, 14 + 8 * WRITERS))


class TestSqliteFile(SharedContract):
    """SQLite in a file, as servicers embed it."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> URL | str:
        """A file that is not there yet."""
        return f"sqlite:///{tmp_path / 'toy.db'}"

    @pytest.fixture
    def empty(self, tmp_path: Path) -> URL | str:
        """A file that is not there yet."""
        return f"sqlite:///{tmp_path / 'new.db'}"

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT OR REPLACE INTO events SELECT * FROM events WHERE sequence = 13",
            "INSERT OR REPLACE INTO events SELECT deal_key, 14, event_id, type, posts_as, effective_date, distribution,"
            " loan, loan_group, class_id, code, principal, interest, fee, loss, other, memo, loans, note_rate,"
            " servicing_rate, reverses, recorded_at, payload, hash FROM events WHERE sequence = 13",
            "INSERT OR IGNORE INTO events SELECT * FROM events WHERE sequence = 13",
            "REPLACE INTO deals (deal_key, deal, opened_at) VALUES (1, 'other', 0)",
            "INSERT OR REPLACE INTO deals (deal, opened_at) VALUES ('toy', 1)",
            "UPDATE OR REPLACE events SET sequence = 1 WHERE sequence = 2",
            "INSERT INTO deals VALUES (1, 'toy', 0) ON CONFLICT (deal) DO UPDATE SET opened_at = 1",
        ],
    )
    @pytest.mark.parametrize("recursive", ["ON", "OFF"])
    def test_sqlite_refuses_to_replace_what_is_stored(
        self, toy: Ledger, tmp_path: Path, statement: str, recursive: str
    ) -> None:
        """REPLACE deletes without firing a delete trigger, unless recursive triggers are on."""
        before = logs(toy)
        connection = sqlite3.connect(tmp_path / "toy.db")
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        connection.close()
        assert logs(toy) == before

    @pytest.mark.parametrize("sizes", [(1, 0, 6), (0, 0, 7), (7, 0), (2, 2, 0, 3)])
    def test_an_empty_block_ends_nothing(self, toy: Ledger, tmp_path: Path, sizes: tuple[int, ...]) -> None:
        toy.post_many([paid(f"block/{n}") for n in range(sum(sizes))]).or_raise()
        rows = list(toy.stored_rows(TOY))
        copy, given = EventStore.create(tmp_path / "copy.db"), iter(rows)
        with copy.appending(TOY) as writer:
            writer.add_deal(1)
            writer.insert([list(islice(given, len(rows) - sum(sizes)))])
        with copy.appending(TOY) as writer:
            writer.insert([list(islice(given, size)) for size in sizes])
        with copy.reading() as reading:
            assert list(reading.rows(1)) == rows
            assert list(reading.sum_faults(1)) == []
        copy.close()

    def test_the_settings_that_the_promises_need_are_on(self, toy: Ledger) -> None:
        with toy._store._engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in SETTINGS}
        assert found == SETTINGS


class TestPostgresql(SharedContract):
    """PostgreSQL, the production store."""

    @pytest.fixture
    def url(self, postgres_ledger: URL) -> URL | str:
        """A database with an empty ledger."""
        return postgres_ledger

    @pytest.fixture
    def empty(self, postgres_empty: URL) -> URL | str:
        """A database without tables."""
        return postgres_empty

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE events",
            "TRUNCATE deals CASCADE",
            "INSERT INTO deals (deal, opened_at) VALUES ('toy', 0) ON CONFLICT (deal) DO UPDATE SET opened_at = 1",
            "INSERT INTO events SELECT * FROM events WHERE sequence = 13"
            " ON CONFLICT (deal_key, sequence) DO UPDATE SET principal = 0",
            "MERGE INTO events USING deals ON deals.deal_key = events.deal_key WHEN MATCHED THEN DELETE",
        ],
    )
    def test_postgresql_refuses_to_replace_what_is_stored(self, toy: Ledger, statement: str) -> None:
        before = logs(toy)
        with pytest.raises(DBAPIError, match="append-only"), toy._store._engine.begin() as connection:
            connection.execute(text(statement))
        assert logs(toy) == before

    def test_a_servicer_role_posts_and_changes_nothing(self, toy: Ledger, url: URL, postgres_server: Server) -> None:
        with role(postgres_server, toy, url, Access.SERVICER, TOY) as own:
            assert own.post(paid("x")).or_raise().sequence == 14
            assert own.post_many([paid(f"{n}") for n in range(50)]).or_raise().sequence == 64
            for statement in ("UPDATE events SET fee = 1", "DELETE FROM events", "TRUNCATE events"):
                with pytest.raises(DBAPIError, match="permission denied"), own._store._engine.begin() as connection:
                    connection.execute(text(statement))
        assert sequences(toy) == list(range(1, 65))

    def test_a_servicer_role_restores_a_deal_in_parts(
        self, toy: Ledger, url: URL, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(restoring, "_PART", 50)
        with Ledger.create("sqlite://") as aside:
            toy_deal(aside, "toy-2")
            aside.post_many([paid(f"{n}", deal="toy-2") for n in range(120)]).or_raise()
            rows, head = list(aside.stored_rows("toy-2")), aside.head("toy-2")
        with role(postgres_server, toy, url, Access.SERVICER, "*") as own:
            assert own.restore_rows(rows) == head
            assert list(own.sum_faults("toy-2")) == []

    def test_a_servicer_role_of_every_deal_opens_deals(self, toy: Ledger, url: URL, postgres_server: Server) -> None:
        with role(postgres_server, toy, url, Access.SERVICER, "*") as own:
            toy_deal(own, "toy-2")
            toy_month(own, 1, "toy-2")
        assert toy.deals() == [TOY, "toy-2"]

    def test_an_auditor_role_reads_and_cannot_post(self, toy: Ledger, url: URL, postgres_server: Server) -> None:
        with role(postgres_server, toy, url, Access.AUDITOR, TOY) as own:
            assert logs(own) == logs(toy)
            with pytest.raises(StoreError, match="no right"):
                own.post(paid("x"))
        assert toy.head(TOY).sequence == 13

    def test_a_role_sees_no_deal_but_its_own(self, toy: Ledger, url: URL, postgres_server: Server) -> None:
        toy_deal(toy, "toy-2")
        with role(postgres_server, toy, url, Access.SERVICER, "toy-2") as own:
            assert own.deals() == ["toy-2"]
            with pytest.raises(UnknownDeal):
                own.head(TOY)
            with pytest.raises(StoreError):
                toy_deal(own, "toy-3")
        assert toy.deals() == [TOY, "toy-2"]


ALL_TYPES = (
    "loan_boarded",
    "bond_class_issued",
    "scheduled_payment_due",
    "collection_received",
    "servicing_fee_withheld",
    "fee_charged",
    "collection_account_remitted",
    "bond_interest_paid",
    "bond_principal_paid",
)
SETTINGS = {"journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2, "busy_timeout": 30000}


def opening(deal: str = TOY) -> list[Event]:
    """Return the events that open the toy deal."""
    with Ledger.create("sqlite://") as aside:
        aside.open_deal(deal, toy_terms()).or_raise()
        return [recorded.event for recorded in aside.events(deal)]


def insert_and_fail(ledger: Ledger, row: StoredRow) -> None:
    """Insert a row and break down before the block ends."""
    with ledger._store.appending(TOY) as writer:
        writer.insert([[row]])
        raise ZeroDivisionError


def insert(row: StoredRow) -> tuple[Any, dict[str, Any]]:
    """Return an insert of one row, as any client of the database could send it."""
    columns, values = ", ".join(row._fields), ", ".join(f":{name}" for name in row._fields)
    return text(f"INSERT INTO events ({columns}) VALUES ({values})"), row._asdict()


def role(server: Server, owner: Ledger, url: URL, access: Access, deal: str) -> Ledger:
    """Make a database role with an access, and open the ledger as that role."""
    name = server.role()
    owner._store.grant(name, access, deal)
    return Ledger.open(url.set(username=name))
