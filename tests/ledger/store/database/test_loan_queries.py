"""What is asked of loans one by one is what all their events say: who stands where, what is in force, who is gone.

The expectations are worked out in plain Python over the stored rows, on SQLite and PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from ledger import (
    Event,
    EventReversed,
    IndexRateSet,
    Ledger,
    LoanBoarded,
    LoanStatusChanged,
    PayoffCollected,
    ScheduledPaymentDue,
)
from ledger.journal.movements import BALANCE_SIGN, BOARDING, REMOVALS
from ledger.reading.as_of import AsOf
from ledger.reading.facts import facts_of
from ledger.simulation import LifePlan, post_life
from ledger.store.database.queries import Reading
from ledger.store.rows import LoanStatus, StoredRow
from tests.deals.toy import BALANCE, INDEX, PRINCIPAL, TOY, due_date, payment_date, prior_month, toy_deal, toy_month
from tests.draws import one_in

PLAN = LifePlan(
    seed=12,
    loans=24,
    months=20,
    name="loans",
    late_rate=90_000,
    prepayment_rate=50_000,
    foreclosure_rate=400_000,
    reo_rate=400_000,
    liquidation_rate=400_000,
    correction_rate=25_000,
    callable_at=0,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    url: Any = tmp_path_factory.mktemp("loans") / "lived.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").empty_database()
    with Ledger.create(url) as made:
        post_life(made, PLAN)
        yield made


@pytest.fixture
def toy(either_ledger: Ledger) -> Ledger:
    """Three months of the toy deal, none closed."""
    toy_deal(either_ledger)
    for ordinal in (1, 2, 3):
        toy_month(either_ledger, ordinal, pay=False)
    return either_ledger


def numbers(rows: list[StoredRow]) -> list[int]:
    """Return the distributions that events belong to, in order."""
    return sorted({row.distribution for row in rows if row.distribution})


def of_each(rows: list[StoredRow]) -> dict[str, list[StoredRow]]:
    """Return the rows of every loan."""
    found: dict[str, list[StoredRow]] = {}
    for row in rows:
        found.setdefault(row.loan or "", []).append(row)
    return found


def position(rows: list[StoredRow], last: int, first: int = 0) -> tuple[int, int]:
    """Return the balance of a loan and its standing in the pool, added up out of its rows."""
    balance = on_books = 0
    for row in rows:
        if first <= row.distribution <= last:
            if row.posts_as == BOARDING:
                balance += row.principal + row.memo
                on_books += (row.memo > 0) - (row.memo < 0) if row.memo else row.loans
            elif row.posts_as in BALANCE_SIGN:
                balance -= row.principal
                on_books -= row.loans if row.posts_as in REMOVALS else 0
    return balance, on_books


def in_force(
    rows: list[StoredRow], types: tuple[str, ...], allowed: Callable[[StoredRow], bool]
) -> dict[str, StoredRow]:
    """Return the latest of each loan's events of some types that stands."""
    voided = {row.reverses for row in rows}
    standing = [row for row in rows if row.posts_as in types and row.reverses is None and row.event_id not in voided]
    return {
        row.loan: row
        for row in sorted(standing, key=lambda row: (row.effective_date, row.sequence))
        if row.loan and allowed(row)
    }


def asked(ledger: Ledger, deal: str) -> Iterator[tuple[Reading, int, list[StoredRow], list[int]]]:
    """Yield, for some sequences, how to ask, the sequence, the rows up to it, and distributions to ask about."""
    rows = list(ledger.stored_rows(deal))
    with ledger._store.reading() as reading:
        for known in (len(rows), len(rows) - 40, len(rows) * 2 // 3, len(rows) // 3 + 5):
            yield reading, known, rows[:known], numbers(rows)[::4]


def test_loans_stand_where_their_events_put_them(lived: Ledger) -> None:
    for reading, known, rows, days in asked(lived, PLAN.deal):
        own = of_each(rows)
        loans = sorted({row.loan for row in rows if row.loan})
        for last, first in one_in(3, product(days, (None, days[1]))):
            some = reading.loan_standings(1, known_through=known, last=last, loans=loans[::2], first=first)
            every = reading.loan_standings(1, known_through=known, last=last, first=first)
            assert some == {loan: held for loan, held in every.items() if loan in loans[::2]}
            for loan, held in every.items():
                assert (held.balance, held.on_books) == position(own[loan], last, first or 0)
                assert held.opening == position(own[loan], last - 1, first or 0)[0]


def test_the_status_in_force_is_the_latest_that_stands(lived: Ledger) -> None:
    for reading, known, rows, days in asked(lived, PLAN.deal):
        for last in days:
            latest = in_force(rows, ("loan_status_changed",), lambda row, last=last: row.distribution <= last)  # type: ignore[misc]
            expected = {
                loan: LoanStatus(*row.code.partition(":")[::2], row.distribution) for loan, row in latest.items()
            }
            assert reading.loan_statuses(1, known_through=known, last=last) == expected
            some = sorted(expected)[:5]
            found = reading.loan_statuses(1, known_through=known, last=last, loans=[*some, "none such"])
            assert found == {loan: expected[loan] for loan in some}


def test_the_rate_in_force_is_the_latest_that_stands(lived: Ledger) -> None:
    for reading, known, rows, days in asked(lived, PLAN.deal):
        for through in (None, *days):
            types = (BOARDING, "loan_rate_changed")
            latest = in_force(rows, types, lambda row, day=through: day is None or row.effective_date <= day)  # type: ignore[misc]
            found = reading.loan_rates(1, known_through=known, through=through)
            assert found == {loan: (row.note_rate, row.servicing_rate) for loan, row in latest.items()}


def test_loans_that_are_gone_stand_at_nothing_ever_since(lived: Ledger) -> None:
    named = 0
    for reading, known, rows, days in asked(lived, PLAN.deal):
        own = of_each(rows)
        for place, before in enumerate(days):
            for last in days[place:]:
                gone = reading.loans_gone(1, known_through=known, before=before, last=last)
                named += len(gone)
                for loan, number in product(gone, (before - 1, before, last)):
                    balance, on_books = position(own[loan], number)
                    assert (balance, on_books <= 0) == (0, True)
    assert named > 100


def test_most_loans_that_left_are_named(lived: Ledger) -> None:
    rows = list(lived.stored_rows(PLAN.deal))
    last = numbers(rows)[-1]
    left = {row.loan for row in rows if row.posts_as in REMOVALS and row.distribution < last}
    with lived._store.reading() as reading:
        gone = reading.loans_gone(1, known_through=len(rows), before=last, last=last)
    assert gone <= left
    assert len(gone) > len(left) // 2 > 3


def payoff(loan: str, day: dt.date, months: int, event_id: str = "payoff") -> PayoffCollected:
    """Return the payoff of a toy loan that so many instalments fell due of."""
    amount = BALANCE - PRINCIPAL * months
    return PayoffCollected(event_id=event_id, deal=TOY, effective_date=day, loan=loan, amount=amount, note_rate="0.12")


def boarded_again(day: dt.date) -> LoanBoarded:
    """Return the boarding of a loan that was in the other group before."""
    return LoanBoarded(
        event_id="again", deal=TOY, effective_date=day, loan="one-1", group="two", balance="5.00", note_rate="0.12"
    )


def gone_at(ledger: Ledger, ordinal: int, known: int | None = None) -> frozenset[str]:
    """Return the loans that were gone before a distribution."""
    day = payment_date(ordinal)
    number = day.year * 10_000 + day.month * 100 + day.day
    with ledger._store.reading() as reading:
        through = reading.head(1).sequence if known is None else known
        return reading.loans_gone(1, known_through=through, before=number, last=number)


def test_a_loan_is_gone_after_the_distribution_that_it_leaves_in(toy: Ledger) -> None:
    toy.post(payoff("one-1", prior_month(4, 15), 3)).or_raise()
    assert gone_at(toy, 4) == frozenset()
    assert gone_at(toy, 5) == {"one-1"}
    assert gone_at(toy, 5, known=toy.head(TOY).sequence - 1) == frozenset()


def test_a_loan_that_something_falls_due_of_later_is_not_gone(toy: Ledger) -> None:
    """Posted before its payoff, which is dated earlier: the sums of the months between are not nothing."""
    toy.post(payoff("one-1", prior_month(2, 15), 3)).or_raise()
    assert gone_at(toy, 3) == frozenset()
    assert gone_at(toy, 4) == {"one-1"}


def test_a_loan_whose_payoff_is_reversed_is_not_gone(toy: Ledger) -> None:
    toy.post(payoff("one-1", prior_month(4, 15), 3)).or_raise()
    known = toy.head(TOY).sequence
    toy.reverse(TOY, "payoff", effective_date=prior_month(4, 20), reason="not paid").or_raise()
    assert gone_at(toy, 5) == frozenset()
    assert gone_at(toy, 5, known) == {"one-1"}
    toy.post(payoff("one-1", prior_month(4, 21), 3, "again")).or_raise()
    assert gone_at(toy, 5) == {"one-1"}


def test_a_loan_that_a_reversal_brings_a_balance_back_to_is_not_gone(toy: Ledger) -> None:
    toy.post(payoff("one-1", prior_month(4, 15), 3)).or_raise()
    due = next(
        item.event
        for item in toy.events(TOY, types=["scheduled_payment_due"])
        if item.event.loan == "one-1"  # type: ignore[attr-defined]
    )
    assert isinstance(due, ScheduledPaymentDue)
    toy.post(
        EventReversed(
            event_id="back", deal=TOY, effective_date=due_date(2), reverses=due.event_id, reason="never was due"
        )
    ).or_raise()
    assert gone_at(toy, 5) == frozenset()


def test_a_loan_that_is_boarded_again_is_not_gone(toy: Ledger) -> None:
    toy.post(payoff("one-1", prior_month(3, 15), 3)).or_raise()
    toy.post(boarded_again(prior_month(4, 20))).or_raise()
    assert gone_at(toy, 5) == frozenset()


def test_a_loan_that_took_its_status_now_is_not_gone(toy: Ledger) -> None:
    """A statement lists the loans that became REO, wherever they are."""
    toy.post(payoff("one-1", prior_month(3, 15), 3)).or_raise()
    assert gone_at(toy, 5) == {"one-1"}
    toy.post(status("one-1", payment_date(5), "reo")).or_raise()
    assert gone_at(toy, 5) == frozenset()


def status(loan: str, day: dt.date, word: str, event_id: str = "status") -> LoanStatusChanged:
    return LoanStatusChanged(
        event_id=event_id, deal=TOY, effective_date=day, loan=loan, status=word, bucket="3+ payments"
    )


@pytest.mark.parametrize("again", [False, True])
def test_a_statement_is_the_same_without_passing_over_any_loan(
    toy: Ledger, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    events: list[Event] = [
        payoff("one-1", prior_month(2, 15), 3),
        payoff("two-1", prior_month(3, 15), 3, "payoff/2"),
        status("one-2", payment_date(2), "performing", "late"),
        status("two-2", payment_date(3), "foreclosure", "worse"),
        status("two-1", payment_date(4), "reo", "left already"),
    ]
    if again:
        events.append(boarded_again(prior_month(4, 20)))
    index = IndexRateSet(event_id="4/index", deal=TOY, effective_date=prior_month(4), index=INDEX, rate="0.05")
    events.append(index)
    toy.post_many(events).or_raise()
    plain = toy.without_snapshots()
    asked_of = [payment_date(ordinal) for ordinal in (2, 3, 4)]
    found = [plain.distribution(TOY, day) for day in asked_of]
    with monkeypatch.context() as patched:
        patched.setattr(Reading, "loans_gone", lambda *_args, **_bounds: frozenset())
        assert [plain.distribution(TOY, day) for day in asked_of] == found
    assert [loan.loan for loan in found[-1].new_reo] == ["two-1"]


def test_the_cells_of_earlier_months_are_those_of_their_own_statements(lived: Ledger) -> None:
    """What a month is told from the one after it is what it said of itself."""
    days = numbers(list(lived.stored_rows(PLAN.deal)))
    counted = 0
    with lived._store.reading() as reading:
        for at in one_in(2, days[4::3]):
            on = dt.date(at // 10_000, at // 100 % 100, at % 100)
            facts, known = facts_of(reading, PLAN.deal, AsOf(record_date=on))
            for number, cells in facts.cells.items():
                day = dt.date(number // 10_000, number // 100 % 100, number % 100)
                own, _ = facts_of(reading, PLAN.deal, AsOf(record_date=day, known_through=known))
                if own.number == number:
                    assert own.pool is not None
                    assert own.pool.cells == cells
                    counted += len(cells)
    assert counted > 5
