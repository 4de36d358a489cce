"""Where a loan stands is looked up in what its runs left it at; what reaches back behind them is added.

Curtailments of random months in a random order, some reversed, in batches and runs of every size: wherever the log is
cut on either clock, a loan must stand where its events put it one by one.
"""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger import CurtailmentCollected, Event, EventReversed, Ledger, LoanBoarded
from ledger.store import run_sums
from ledger.store.database.schema import run_loans
from ledger.store.rows import StoredRow
from ledger.writing import admission as admitting
from tests.deals.toy import BALANCE, CUT_OFF, LOANS, TOY, prior_month, toy_deal
from tests.ledger.store.database.test_loan_queries import numbers, of_each, position

MONTHS = range(2, 8)
SOME = tuple(LOANS)[:4]


@pytest.fixture
def toy(either_ledger: Ledger) -> Ledger:
    toy_deal(either_ledger)
    return either_ledger


def curtailment(name: str, loan: str, ordinal: int, amount: int = 10) -> CurtailmentCollected:
    """Return a payment ahead that belongs to a distribution."""
    on = prior_month(ordinal, 5)
    return CurtailmentCollected(event_id=name, deal=TOY, effective_date=on, loan=loan, group=LOANS[loan], amount=amount)


def out_of_order(chance: random.Random, count: int) -> list[Event]:
    """Return curtailments whose months follow no order, one in five of them reversed later in its own month."""
    found: list[Event] = []
    for number in range(count):
        ordinal = chance.choice(MONTHS)
        event = curtailment(f"paid/{number}", chance.choice(SOME), ordinal, chance.randint(1, 50))
        found.append(event)
        if chance.random() < 0.2:
            on = prior_month(ordinal, 6)
            back = EventReversed(
                event_id=f"back/{number}", deal=TOY, effective_date=on, reverses=event.event_id, reason="returned"
            )
            found.append(back)
    return found


def check(ledger: Ledger, chance: random.Random) -> None:
    """Compare standings with the events added up one by one, at cuts on both clocks."""
    rows = list(ledger.stored_rows(TOY))
    days = numbers(rows)
    with ledger._store.reading() as reading:
        for known in sorted({len(rows), *chance.choices(range(1, len(rows)), k=6)}):
            held = rows[:known]
            own = of_each(held)
            for last, first in product((None, *days), (None, days[2])):
                found = reading.loan_standings(1, known_through=known, last=last, first=first)
                some = reading.loan_standings(1, known_through=known, last=last, first=first, loans=SOME[:2])
                assert some == {loan: found[loan] for loan in SOME[:2] if loan in found}
                through = days[-1] if last is None else last
                for loan in SOME:
                    moved = position(own.get(loan, []), through, first or 0)
                    standing = found.get(loan)
                    assert moved == (0, 0) if standing is None else (standing.balance, standing.on_books) == moved
                    if standing is not None and first is None:
                        of_loan = [row for row in held if row.loan == loan and row.distribution <= through]
                        assert standing.latest == max(row.distribution for row in of_loan)
                        if last is not None:
                            assert standing.opening == position(own.get(loan, []), last - 1)[0]


def late_rows(ledger: Ledger) -> int:
    """Return how many rows say nothing of where their loan stands."""
    with ledger._store.reading() as reading:
        rows = reading._connection.execute(run_loans.select()).all()
    assert all((row.balance_after is None) == (row.on_books_after is None) for row in rows)
    return sum(row.balance_after is None for row in rows)


@pytest.mark.parametrize(("seed", "run"), [(1, 1), (2, 2), (3, 5), (4, 8192), (5, 3), (6, 8192)])
def test_a_loan_stands_where_its_events_put_it_in_whatever_order_they_came(
    toy: Ledger, monkeypatch: pytest.MonkeyPatch, seed: int, run: int
) -> None:
    for module in (admitting, run_sums):
        monkeypatch.setattr(module, "RUN_EVENTS", run)
    chance = random.Random(seed)
    waiting = out_of_order(chance, 60)
    while waiting:
        size = chance.choice([1, 1, 2, 7, 20])
        toy.post_many(waiting[:size]).or_raise()
        waiting = waiting[size:]
    assert late_rows(toy) > 10
    assert list(toy.sum_faults(TOY)) == []
    check(toy, chance)


def test_a_ledger_that_is_opened_again_goes_on_where_its_loans_stand(toy: Ledger) -> None:
    """The latest month of every loan is part of what is loaded."""
    toy.post_many([curtailment("late in the year", SOME[0], 7), curtailment("earlier", SOME[1], 4)]).or_raise()
    again = toy.without_snapshots()
    again.post_many([curtailment("before that", SOME[0], 5), curtailment("after that", SOME[1], 5)]).or_raise()
    assert late_rows(toy) == 1
    assert list(toy.sum_faults(TOY)) == []


def test_restored_rows_stand_where_they_stood(toy: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deal is restored part by part, without anybody deciding anything."""
    monkeypatch.setattr("ledger.evidence.restoring._PART", 7)
    chance = random.Random(9)
    toy.post_many(out_of_order(chance, 40)).or_raise()
    with Ledger.create("sqlite://") as other:
        other.restore_rows(list(toy.stored_rows(TOY)), toy.stored_batches(TOY))
        assert list(other.sum_faults(TOY)) == []
        assert late_rows(other) > 5
        check(other, chance)


def boarded(name: str, group: str) -> LoanBoarded:
    return LoanBoarded(
        event_id=name, deal=TOY, effective_date=CUT_OFF, loan="moved", group=group, balance=BALANCE, note_rate="0.12"
    )


@pytest.mark.parametrize(("first", "then"), [("one", "two"), ("two", "one")])
@pytest.mark.parametrize("together", [True, False])
def test_a_loan_is_of_the_group_that_it_was_boarded_into_last(
    toy: Ledger, tmp_path: Path, first: str, then: str, together: bool
) -> None:
    """Its group is what its next events are held to, whichever name sorts first."""
    back = EventReversed(
        event_id="back", deal=TOY, effective_date=CUT_OFF, reverses="board/1", reason="boarded into the wrong group"
    )
    events: list[Event] = [boarded("board/1", first), back, boarded("board/2", then)]
    for batch in [events] if together else [[event] for event in events]:
        toy.post_many(batch).or_raise()
    rows = list(toy.stored_rows(TOY))
    with toy._store.reading() as reading:
        for known in range(len(rows) - 3, len(rows) + 1):
            held = reading.loan_standings(1, known_through=known).get("moved")
            assert (held.group if held else "") == last_group(rows[:known])
    assert list(toy.sum_faults(TOY)) == []
    toy.archive(TOY, tmp_path)
    with Ledger.open(f"archive:{tmp_path}") as sealed, sealed._store.reading() as reading:
        assert reading.loan_standings(1, known_through=len(rows))["moved"].group == then
    paid = CurtailmentCollected(
        event_id="paid", deal=TOY, effective_date=prior_month(2, 5), loan="moved", group=then, amount=1
    )
    toy.without_snapshots().post(paid).or_raise()


def last_group(rows: list[StoredRow]) -> str:
    return next((row.loan_group for row in reversed(rows) if row.loan == "moved"), "")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE run_loans SET balance_after = balance_after + 1 WHERE loan = 'one-2'",
        "UPDATE run_loans SET on_books_after = 0 WHERE loan = 'one-2'",
        "UPDATE run_loans SET balance_after = NULL, on_books_after = NULL WHERE loan = 'one-2'",
        "UPDATE run_loans SET balance_after = 0, on_books_after = 1 WHERE balance_after IS NULL",
    ],
)
def test_a_standing_that_the_runs_do_not_give_is_found(change: str) -> None:
    with Ledger.create("sqlite://") as toy:
        toy_deal(toy)
        toy.post_many([curtailment("later", SOME[0], 7)]).or_raise()
        toy.post_many([curtailment("earlier", SOME[0], 4)]).or_raise()
        with toy._store._engine.connect() as connection:
            connection.execute(text("DROP TRIGGER run_loans_refuse_update"))
            assert connection.execute(text(change)).rowcount
            connection.commit()
        assert any("does not stand after event" in fault for fault in toy.sum_faults(TOY))
