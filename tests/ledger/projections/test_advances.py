"""What the servicer advanced and has not got back: loan by loan, month by month, on any date."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    Advances,
    AmountBroughtForward,
    AsOf,
    CollectionReceived,
    CurtailmentCollected,
    Event,
    EventReversed,
    LateEvents,
    Ledger,
    PayoffCollected,
    Receipt,
    Refusal,
)
from tests.deals.advances import END, FEBRUARY, JANUARY, MARCH, collected, declared, made, recovered, stamp
from tests.deals.toy import TOY, month_events, toy_deal
from tests.draws import draws

FIRST = dt.date(2021, 1, 5)
ZERO = Decimal("0.00")


def on(ledger: Ledger, day: dt.date = END, known_through: int | None = None) -> Advances:
    """Return the advances on a date."""
    return ledger.advances(TOY, AsOf(record_date=day, known_through=known_through))


def months(ledger: Ledger, day: dt.date = END, loan: str = "one-1") -> dict[dt.date | None, Decimal]:
    """Return what is outstanding of one loan by month."""
    return {item.month: item.outstanding for item in on(ledger, day) if item.loan == loan}


def codes(outcome: Receipt | Refusal) -> list[tuple[str, str]]:
    """Return the events and codes of a refusal."""
    return [(v.event_id, v.code) for v in outcome.violations] if isinstance(outcome, Refusal) else []


def agrees_with_the_books(ledger: Ledger, day: dt.date, known_through: int | None = None) -> None:
    """Check every group's advances against the three accounts that they make up."""
    found, books = on(ledger, day, known_through), ledger.books(TOY, AsOf(record_date=day, known_through=known_through))
    for group in ("one", "two"):
        own = [item for item in found if item.group == group]
        divided = sum((item.principal + item.interest + item.brought_forward for item in own), ZERO)
        assert divided == books.balance("unreimbursed_advances", group).decimal
        assert sum((item.servicing for item in own), ZERO) == books.balance("servicing_advances", group).decimal
        assert (
            sum((item.nonrecoverable for item in own), ZERO) == books.balance("nonrecoverable_advances", group).decimal
        )


@pytest.fixture
def advanced(toy: Ledger) -> Ledger:
    """The toy deal with an instalment of one-1 advanced in January and one in February."""
    toy.post_many([made("jan", JANUARY), made("feb", FEBRUARY)]).or_raise()
    return toy


class TestTheSubLedger:
    """Per loan and per month, oldest first, on the same loan."""

    def test_months_are_those_the_advances_were_made_for(self, advanced: Ledger) -> None:
        assert months(advanced) == {JANUARY: Decimal("1100.00"), FEBRUARY: Decimal("1100.00")}
        assert months(advanced, JANUARY) == {JANUARY: Decimal("1100.00")}
        assert months(advanced, JANUARY - dt.timedelta(days=1)) == {}

    def test_recoveries_take_the_oldest_month_first(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        paid = [collected("late", day, "150", "1200"), recovered("back", day, "150", "1200")]
        advanced.post_many(paid).or_raise()
        january, february = on(advanced)
        assert (january.recovered, january.outstanding) == (Decimal("1100.00"), ZERO)
        assert (february.principal, february.interest) == (Decimal("50.00"), Decimal("800.00"))
        assert (february.made, february.recovered) == (Decimal("1100.00"), Decimal("250.00"))
        agrees_with_the_books(advanced, END)

    def test_principal_and_interest_are_recovered_as_one(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.post_many([collected("late", day, "0", "2150"), recovered("back", day, "0", "2150")]).or_raise()
        assert [(item.principal, item.interest) for item in on(advanced)] == [(ZERO, ZERO), (Decimal("50.00"), ZERO)]

    def test_another_loan_keeps_its_own(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.post_many([made("other", JANUARY, loan="one-2"), collected("late", day)]).or_raise()
        advanced.post(recovered("back", day, "100", "1000")).or_raise()
        assert months(advanced, loan="one-2") == {JANUARY: Decimal("1100.00")}
        assert on(advanced).outstanding(loan="one-1") == Decimal("1100.00")
        assert on(advanced).outstanding(group="one") == Decimal("2200.00")

    def test_what_a_group_reports_stands_under_the_group(self, advanced: Ledger) -> None:
        advanced.post(made("group", JANUARY, loan=None, group="one")).or_raise()
        assert on(advanced).outstanding(loan="", group="one") == Decimal("1100.00")
        assert on(advanced).outstanding() == Decimal("3300.00")
        agrees_with_the_books(advanced, END)

    def test_declared_nonrecoverable_is_owed_until_it_is_taken_from_any_funds(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.post(declared("gone", day, "100", "1500")).or_raise()
        assert [item.nonrecoverable for item in on(advanced)] == [Decimal("1100.00"), Decimal("500.00")]
        assert on(advanced).outstanding() == Decimal("2200.00")
        advanced.post(recovered("any", day, "100", "1100", source="any funds")).or_raise()
        january, february = on(advanced)
        assert (january.outstanding, january.recovered_from_any_funds) == (ZERO, Decimal("1100.00"))
        assert (february.nonrecoverable, february.recovered_from_any_funds) == (Decimal("400.00"), Decimal("100.00"))
        agrees_with_the_books(advanced, END)

    def test_servicing_advances_and_balances_brought_forward_stand_apart(self, toy: Ledger) -> None:
        opening = AmountBroughtForward(
            measure="unreimbursed advances", amount="70.0050", **stamp("bf", dt.date(2020, 12, 20), group="one")
        )
        toy.post_many([opening, made("jan", JANUARY, "0", "0", servicing_advance="30")]).or_raise()
        before, january = on(toy)
        assert (before.month, before.brought_forward) == (None, Decimal("70.0050"))
        assert (january.servicing, january.outstanding) == (Decimal("30.00"), Decimal("30.00"))
        agrees_with_the_books(toy, END)

    def test_a_reversal_counts_against_the_month_of_the_advance_that_it_voids(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.reverse(TOY, "jan", effective_date=day, reason="paid in time").or_raise()
        assert months(advanced) == {FEBRUARY: Decimal("1100.00")}
        assert months(advanced, FEBRUARY) == {JANUARY: Decimal("1100.00"), FEBRUARY: Decimal("1100.00")}

    def test_what_was_known_then_stays_known(self, advanced: Ledger) -> None:
        then = advanced.head(TOY).sequence
        rows = on(advanced).rows()
        advanced.reverse(TOY, "jan", effective_date=JANUARY, reason="paid in time").or_raise()
        assert on(advanced).rows() != rows
        assert on(advanced, known_through=then).rows() == rows

    def test_a_late_advance_stands_in_the_month_that_reports_it(self, ledger: Ledger) -> None:
        toy_deal(ledger, late_events=LateEvents.NEXT_DISTRIBUTION)
        ledger.post_many(month_events(1)).or_raise()
        ledger.close_period(TOY, JANUARY).or_raise()
        ledger.post(made("late", JANUARY)).or_raise()
        assert months(ledger) == {FEBRUARY: Decimal("1100.00")}


class TestJustification:
    """An advance comes back only out of what the same loan brought in, or out of any funds once it is declared lost."""

    def test_nothing_is_taken_that_the_loan_did_not_bring_in(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.post_many([collected("late", day), collected("other", day, loan="one-2")]).or_raise()
        refused = advanced.post(recovered("bad", day, "100", "1000.01"))
        assert codes(refused) == [("bad", "not_justified")]
        assert isinstance(refused, Refusal)
        assert "1,100.00 are left" in refused.violations[0].message
        advanced.post(recovered("back", day, "100", "1000")).or_raise()
        assert codes(advanced.post(recovered("more", day, "0.01", "0"))) == [("more", "not_justified")]

    def test_nor_before_it_did(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 10)
        advanced.post(collected("late", day)).or_raise()
        assert codes(advanced.post(recovered("bad", day - dt.timedelta(days=1), "1", "0"))) == [
            ("bad", "not_justified")
        ]
        advanced.post(recovered("back", day, "1", "0")).or_raise()

    def test_nor_before_it_was_advanced(self, advanced: Ledger) -> None:
        advanced.post(collected("late", JANUARY)).or_raise()
        early = recovered("bad", JANUARY - dt.timedelta(days=1), "1", "0")
        assert codes(advanced.post(early)) == [("bad", "above_advances")]

    def test_punctual_collections_and_curtailments_justify_nothing(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        punctual = CollectionReceived(principal="100", interest="1000", **stamp("punctual", day))
        ahead = CurtailmentCollected(amount="500", **stamp("ahead", day))
        advanced.post_many([punctual, ahead]).or_raise()
        assert codes(advanced.post(recovered("bad", day, "1", "0"))) == [("bad", "not_justified")]

    def test_proceeds_do(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        off = PayoffCollected(amount="100000", note_rate="0.12", **stamp("off", day))
        advanced.post_many([off, recovered("back", day, "200", "2000", source="proceeds")]).or_raise()
        (line,) = on(advanced).withdrawals
        assert (line.withdrawn, line.from_proceeds, line.proceeds) == (
            Decimal("2200.00"),
            Decimal("2200.00"),
            Decimal("100000.00"),
        )
        assert line.justified

    def test_a_group_rests_on_what_its_loans_brought_in(self, toy: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        toy.post_many([made("group", JANUARY, loan=None, group="one"), made("two", JANUARY, loan="two-1")]).or_raise()
        toy.post_many(
            [collected("other", day, loan="two-1"), collected("late", day, "10", "0", loan="one-3")]
        ).or_raise()
        refused = toy.post(recovered("bad", day, "11", "0", loan=None, group="one"))
        assert codes(refused) == [("bad", "not_justified")]
        toy.post(recovered("back", day, "10", "0", loan=None, group="one")).or_raise()
        (line,) = on(toy).withdrawals
        assert (line.loan, line.from_late_collections, line.available) == ("", Decimal("10.00"), ZERO)

    def test_money_is_not_used_for_a_group_and_for_its_loan(self, toy: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        toy.post_many([made("group", JANUARY, loan=None, group="one"), made("jan", JANUARY)]).or_raise()
        toy.post_many(
            [collected("late", day), recovered("back", day, "100", "1000", loan=None, group="one")]
        ).or_raise()
        assert codes(toy.post(recovered("bad", day, "1", "0"))) == [("bad", "not_justified")]

    def test_a_groups_own_advances_are_not_those_of_its_loans(self, advanced: Ledger) -> None:
        advanced.post(collected("late", MARCH, loan=None, group="one")).or_raise()
        refused = advanced.post(recovered("bad", MARCH, "1", "0", loan=None, group="one"))
        assert codes(refused) == [("bad", "above_advances")]

    @pytest.mark.parametrize(("voided", "code"), [("late", "not_justified"), ("feb", "above_advances")])
    def test_what_a_recovery_rests_on_is_not_reversed_before_it(self, advanced: Ledger, voided: str, code: str) -> None:
        day = dt.date(2021, 3, 1)
        events = [collected("late", day, "200", "2000"), recovered("back", day, "200", "2000")]
        advanced.post_many([*events, collected("spare", day, loan="two-4")]).or_raise()
        first = advanced.reverse(TOY, voided, effective_date=day, reason="x")
        assert (f"{voided}/reversed", code) in codes(first)
        advanced.reverse(TOY, "back", effective_date=day, reason="x").or_raise()
        advanced.reverse(TOY, voided, effective_date=day, reason="x").or_raise()

    def test_a_correction_is_judged_with_what_takes_its_place(self, advanced: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        advanced.post_many([collected("late", day), recovered("back", day, "50", "900")]).or_raise()
        less = collected("b", day, "50", "800")
        assert ("late/corrected", "not_justified") in codes(
            advanced.correct("late", less, effective_date=day, reason="misread")
        )
        enough = collected("c", day, "50", "900")
        advanced.correct("late", enough, effective_date=day, reason="misread").or_raise()
        (line,) = on(advanced).withdrawals
        assert (line.late_collections, line.available, line.justified) == (Decimal("950.00"), ZERO, True)

    def test_one_batch_may_hold_both(self, toy: Ledger) -> None:
        day = dt.date(2021, 3, 1)
        toy.post_many([made("jan", JANUARY), collected("late", day), recovered("back", day, "100", "1000")]).or_raise()
        assert on(toy).outstanding() == ZERO


LOANS = st.sampled_from(["one-1", "one-2", None])


def amounts(least: int, most: int) -> st.SearchStrategy[tuple[Decimal, ...]]:
    """Return three amounts in dollars and cents, often nothing."""
    one = st.one_of(st.just(0), st.integers(least * 100, most * 100)).map(lambda cents: Decimal(cents).scaleb(-2))
    return st.tuples(one, one, one)


# What is taken back is drawn smaller and later than what is given, so that a fair share of it is accepted.
ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["made", "made", "collected"]), LOANS, st.integers(0, 70), amounts(100, 300)),
        st.tuples(
            st.sampled_from(["recovered", "recovered", "any funds", "declared", "reversed"]),
            LOANS,
            st.integers(30, 110),
            amounts(1, 90),
        ),
    ),
    min_size=12,
    max_size=40,
)


def event_of(number: int, act: tuple[Any, ...], posted: list[Event]) -> Event | None:
    """Return the event that a drawn act stands for."""
    kind, loan, days, (principal, interest, servicing) = act
    day = FIRST + dt.timedelta(days=days)
    e = stamp(f"e{number}", day, loan, None if loan else "one")
    if kind == "reversed":
        if not posted:
            return None
        target = posted[days % len(posted)]
        day = max(day, target.effective_date)
        return EventReversed(event_id=f"e{number}", deal=TOY, effective_date=day, reverses=target.event_id, reason="x")
    if kind == "collected":
        return CollectionReceived(principal=principal, interest=interest, timing="late", **e)
    amounts = {"principal": principal, "interest": interest, "servicing_advance": servicing}
    if kind == "made":
        return AdvanceMade(**amounts, **e)
    if kind == "declared":
        return AdvanceDeclaredNonrecoverable(**amounts, **e)
    return AdvanceRecovered(**amounts, source="late collections" if kind == "recovered" else "any funds", **e)


@settings(max_examples=draws(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    acts=ACTS, days=st.lists(st.integers(min_value=-1, max_value=210), min_size=2, max_size=4), back=st.integers(0, 9)
)
def test_outstanding_is_made_less_recovered_and_never_negative(
    acts: list[tuple[Any, ...]], days: list[int], back: int
) -> None:
    """On any date and at any point of knowledge, loan by loan, and together the books' own accounts."""
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        standing = CollectionReceived(principal="1000000", interest="0", **stamp("float", FIRST, "two-4"))
        ledger.post(standing).or_raise()
        posted: list[Event] = []
        for number, act in enumerate(acts):
            event = event_of(number, act, posted)
            if event is not None and ledger.post(event).accepted and not isinstance(event, EventReversed):
                posted.append(event)
        head = ledger.head(TOY).sequence
        for day in (FIRST + dt.timedelta(days=offset) for offset in days):
            for known_through in (head, max(14, head - back)):
                found = on(ledger, day, known_through)
                by_loan: dict[tuple[str, str], Decimal] = {}
                for item in found:
                    key = (item.group, item.loan)
                    by_loan[key] = by_loan.get(key, ZERO) + item.outstanding
                    assert item.outstanding == item.made - item.recovered - item.recovered_from_any_funds
                    assert min(item.recovered, item.recovered_from_any_funds) >= 0
                assert all(units >= 0 for units in by_loan.values()), by_loan
                assert all(line.justified for line in found.withdrawals)
                agrees_with_the_books(ledger, day, known_through)
        same = Ledger(ledger._store)
        assert on(same).rows() == on(ledger).rows()


def test_state_carried_along_refuses_what_fresh_state_refuses(advanced: Ledger) -> None:
    """A second process that loads its state from the log decides as the first one, which kept it."""
    day = dt.date(2021, 3, 1)
    advanced.post_many([collected("late", day), recovered("back", day, "50", "0")]).or_raise()
    advanced.post_many([collected("late-2", day, "10", "0"), made("mar", MARCH)]).or_raise()
    fresh = Ledger(advanced._store)
    for ledger in (advanced, fresh):
        assert ledger.post(recovered("fits", day, "60", "1000"), dry_run=True).accepted
        assert codes(ledger.post(recovered("bad", day, "60", "1000.01"), dry_run=True)) == [("bad", "not_justified")]


def test_postgresql_says_the_same(postgres_ledger: URL, toy: Ledger) -> None:
    """Both stores hold the same history and answer alike, a reversal among it."""
    day = dt.date(2021, 3, 1)
    events = [made("jan", JANUARY), made("feb", FEBRUARY), collected("late", day), recovered("back", day, "40", "1000")]
    with Ledger.create(postgres_ledger) as other:
        toy_deal(other)
        for ledger in (toy, other):
            ledger.post_many(events).or_raise()
            ledger.reverse(TOY, "feb", effective_date=day, reason="paid in time").or_raise()
            assert codes(ledger.post(recovered("bad", day, "61", "0"))) == [("bad", "above_advances")]
        assert on(other).rows() == on(toy).rows()
        assert on(other).withdrawal_rows() == on(toy).withdrawal_rows()
        agrees_with_the_books(other, END)
