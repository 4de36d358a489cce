"""Performance, guarded without a clock: the number of queries, of rows read and of events decoded does not grow.

A statement asks the store for totals; it must not matter how many months lie behind it or how many events were
collected. These tests count what is done, so they tell the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import attrs
import pytest

import replay
from ledger import AsOf, CollectionReceived, CurtailmentCollected, Event, Ledger, ScheduledPaymentDue
from ledger.events import codec
from ledger.reading.terms_in_force import _stating
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from ledger.store.database.event_store import Appending
from ledger.store.database.queries import Reading
from ledger.writing.batch import BLOCK_EVENTS
from tests.deals.toy import TOY, due_date, payment_date, prior_month, toy_deal, toy_month

MONTHS = 24
STATEMENT_QUERIES = 24
"""More than a statement takes today, and far fewer than one a month, a loan or an event would be."""
POSTING_QUERIES = 12


@attrs.define
class Work:
    """What was done while it was watched."""

    queries: int = 0
    rows: int = 0
    decoded: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], Work]:
    """Return a function that runs a job and tells what it did."""
    found = Work()
    decode, execute, rows = codec.decode, Reading._execute, Reading.rows
    enter = Reading.__init__
    watched: list[Reading] = []

    def counted_init(self: Reading, connection: Any) -> None:
        enter(self, connection)
        watched.append(self)

    def counted_decode(payload: bytes | str) -> Event:
        found.decoded += 1
        return decode(payload)

    def counted_execute(self: Reading, *asked: Any) -> Any:
        result = execute(self, *asked)
        found.rows += len(result)
        return result

    def counted_rows(self: Reading, *arguments: Any, **options: Any) -> Iterator[Any]:
        for row in rows(self, *arguments, **options):
            found.rows += 1
            yield row

    monkeypatch.setattr(Reading, "__init__", counted_init)
    monkeypatch.setattr(Reading, "_execute", counted_execute)
    monkeypatch.setattr(Reading, "rows", counted_rows)
    monkeypatch.setattr(codec, "decode", counted_decode)

    def run(job: Callable[[], object]) -> Work:
        watched.clear()
        found.rows = found.decoded = 0
        job()
        return Work(queries=sum(item.queries for item in watched), rows=found.rows, decoded=found.decoded)

    return run


Counter = Callable[[Callable[[], object]], Work]


@pytest.fixture(scope="module")
def long_lived() -> Iterator[Ledger]:
    """The toy deal with 24 months posted, closed and paid."""
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        for ordinal in range(1, MONTHS + 1):
            toy_month(made, ordinal)
        yield made


@contextmanager
def toy_of(months: int) -> Iterator[Ledger]:
    """Make a ledger with some months of the toy deal."""
    with Ledger.create("sqlite://") as made:
        toy_deal(made)
        for ordinal in range(1, months + 1):
            toy_month(made, ordinal)
        yield made


def statement_of(ledger: Ledger, ordinal: int) -> Callable[[], object]:
    """Return the job of replaying one distribution of the toy deal, figures and all."""
    record_date = ledger.distribution(TOY, payment_date(ordinal)).distribution.record_date
    return lambda: replay.statement(ledger, TOY, record_date).rows()


def test_the_watch_counts(real_ledger: Ledger, work: Counter) -> None:
    done = work(lambda: list(real_ledger.events(DEAL)))
    # The deal, whether it has envelopes, and the events.
    assert done == Work(queries=3, rows=1 + real_ledger.head(DEAL).sequence, decoded=real_ledger.head(DEAL).sequence)


def test_a_statement_of_the_real_month_takes_few_queries(real_ledger: Ledger, work: Counter) -> None:
    record_date = real_ledger.distribution(DEAL, PAID).distribution.record_date
    done = work(lambda: replay.statement(real_ledger, DEAL, record_date).rows())
    assert 0 < done.queries <= STATEMENT_QUERIES


def test_a_statement_takes_as_many_queries_after_24_months_as_after_one(long_lived: Ledger, work: Counter) -> None:
    counts = {ordinal: work(statement_of(long_lived, ordinal)).queries for ordinal in (1, 2, 12, MONTHS)}
    assert len(set(counts.values())) == 1, counts
    assert 0 < counts[1] <= STATEMENT_QUERIES


def test_books_take_as_many_queries_after_24_months_as_after_one(long_lived: Ledger, work: Counter) -> None:
    dates = [payment_date(ordinal) for ordinal in (1, 12, MONTHS)]
    counts = [work(partial(long_lived.books, TOY, AsOf(record_date=day))).queries for day in dates]
    assert len(set(counts)) == 1
    assert counts[0] <= 5


def more_collections(number: int) -> list[Event]:
    """Return so many collections more, and what fell due for them, in the first month of the toy deal."""
    events: list[Event] = []
    for n in range(number):
        fields: dict[str, Any] = {"deal": TOY, "effective_date": due_date(1), "loan": "one-1", "principal": "0.00"}
        events.append(ScheduledPaymentDue(event_id=f"more/{n}/due", interest="0.01", **fields))
        events.append(CollectionReceived(event_id=f"more/{n}/collected", interest="0.01", **fields))
        events.append(
            CurtailmentCollected(
                event_id=f"more/{n}/curtailment",
                deal=TOY,
                effective_date=prior_month(1, 15),
                loan="one-1",
                amount="0.01",
            )
        )
    return events


def test_the_work_of_a_statement_does_not_grow_with_the_number_of_collections(toy: Ledger, work: Counter) -> None:
    toy_month(toy, 1, pay=False)
    few = work(statement_of(toy, 1))
    toy.post_many(more_collections(1)).or_raise()
    some = work(statement_of(toy, 1))
    toy.post_many(more_collections(1000)).or_raise()
    many = work(statement_of(toy, 1))
    assert toy.head(TOY).sequence > 3000
    assert many == some
    assert (many.queries, many.decoded) == (few.queries, few.decoded)


def test_the_work_of_books_does_not_grow_with_the_number_of_collections(toy: Ledger, work: Counter) -> None:
    toy_month(toy, 1, pay=False)
    toy.post_many(more_collections(1)).or_raise()
    as_of = AsOf(record_date=payment_date(1))
    _stating.cache_clear()
    assert work(lambda: toy.books(TOY, as_of)).decoded == 1, "books are made of totals, and of the terms alone"
    some = work(lambda: toy.books(TOY, as_of))
    assert some.decoded == 0, "terms are read once"
    toy.post_many(more_collections(1000)).or_raise()
    assert work(lambda: toy.books(TOY, as_of)) == some


def test_posting_takes_as_many_queries_after_24_months_as_after_one(work: Counter) -> None:
    def posting(ledger: Ledger, name: str) -> Callable[[], object]:
        event = CurtailmentCollected(
            event_id=name, deal=TOY, effective_date=prior_month(MONTHS + 1, 15), loan="one-1", amount="1.00"
        )
        return lambda: ledger.post(event).or_raise()

    cold, warm = [], []
    for months in (1, 6, MONTHS):
        with toy_of(months) as ledger:
            warm.append(work(posting(ledger, "warm")))
            with Ledger(ledger._store) as fresh:
                cold.append(work(posting(fresh, "cold")))
                assert isinstance(fresh, Ledger)
    assert len({item.queries for item in warm}) == 1
    assert len({item.queries for item in cold}) == 1
    assert warm[0].queries <= cold[0].queries <= POSTING_QUERIES
    assert len({item.decoded for item in cold}) == 1
    assert {item.decoded for item in warm} == {0}, "an open ledger knows the state that it left"
    assert len({item.rows for item in warm}) == 1


def test_a_batch_takes_no_query_an_event(toy: Ledger, work: Counter) -> None:
    """Names are looked up 500 at a time."""
    toy.post_many(batch_of(1)).or_raise()  # whoever posts first to a log reads where it stands
    counts = {
        size: work(lambda size=size: toy.post_many(batch_of(size)).or_raise()).queries  # type: ignore[misc]
        for size in (10, 100, 499)
    }
    assert len(set(counts.values())) == 1, counts
    thousands = work(lambda: toy.post_many(batch_of(5000)).or_raise()).queries
    assert thousands - counts[10] <= 5000 // 500


def batch_of(size: int) -> list[Event]:
    """Return a batch of small events."""
    return [
        CurtailmentCollected(
            event_id=f"{size}/{n}", deal=TOY, effective_date=prior_month(1, 15), loan="one-1", amount="0.01"
        )
        for n in range(size)
    ]


def test_a_batch_is_handed_to_the_store_in_large_blocks(toy: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    inserted: list[int] = []
    insert = Appending.insert

    def counted(self: Appending, blocks: Any, *rest: Any, **named: Any) -> None:
        def passing() -> Iterator[Any]:
            for rows in blocks:
                inserted.append(len(rows))
                yield rows

        insert(self, passing(), *rest, **named)

    monkeypatch.setattr(Appending, "insert", counted)
    toy.post_many(batch_of(2 * BLOCK_EVENTS + 1)).or_raise()
    assert inserted == [BLOCK_EVENTS, BLOCK_EVENTS, 1]
