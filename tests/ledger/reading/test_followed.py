"""What may have restated a closed month is told by places in the log, and is what replaying every month tells."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import replay
from ledger import CollectionReceived, Dated, FeeCharged, Ledger, ScheduledPaymentDue, StoredBatch, StoredRow
from tests.deals.toy import TOY, due_date, month_events, payment_date, prior_month, toy_deal, toy_month
from tests.draws import draws
from tests.replay.restated import curtailed

MONTHS = (1, 2)


class Sums(TypedDict):
    """What an instalment and its payment both say."""

    loan: str
    principal: str
    interest: str
    restates: bool


Lived = tuple[list[StoredRow], list[StoredBatch]]


def fee(event_id: str, fee_id: str, ordinal: int) -> FeeCharged:
    """Return a fee that somebody posts into a month, which may be closed."""
    day = payment_date(ordinal)
    return FeeCharged(
        event_id=event_id, deal=TOY, effective_date=day, fee_id=fee_id, group="one", amount="5.00", restates=True
    )


def done(ledger: Ledger, what: str, ordinal: int, name: str) -> None:
    """Do one thing to a month that is closed and paid; what the rules refuse stays undone."""
    own = f"{TOY}/{payment_date(ordinal)}"
    on: Dated = {"deal": TOY, "effective_date": due_date(ordinal)}
    match what:
        case "restate":
            ledger.post(curtailed(name, "70.00", prior_month(ordinal, 20), restates=True))
        case "correct":
            right = curtailed(name, "650.00", prior_month(ordinal, 16), restates=True)
            day = prior_month(ordinal, 15)
            ledger.correct(f"{ordinal}/curtailment", right, effective_date=day, reason="misread")
        case "there and back":
            sums: Sums = {"loan": "one-2", "principal": "0.00", "interest": "1.00", "restates": True}
            due = ScheduledPaymentDue(event_id=name, **sums, **on)
            paid = CollectionReceived(event_id=f"{name}/paid", **sums, **on)
            for event in (due, paid):
                ledger.post(event)
                ledger.reverse(TOY, event.event_id, effective_date=due_date(ordinal), reason="misread", restates=True)
        case "posted fee":
            ledger.post(fee(name, "pmi", ordinal))
        case "computed fee":
            ledger.post(fee(name, "trustee", ordinal))
        case _:
            day = payment_date(ordinal)
            ledger.reverse(TOY, f"{own}/{what}", effective_date=day, reason="misread", restates=True)


def by_replaying(ledger: Ledger) -> dict[dt.date, tuple[str, ...]]:
    """Return by what every closed month is restated, told by its statement."""
    found = {}
    for item in ledger.events(TOY, types=["period_closed"]):
        assert item.distribution_date is not None
        statement = replay.statement(ledger, TOY, payment_date=item.distribution_date)
        told = replay.restated(ledger, statement)
        found[item.distribution_date] = () if told is None else told.event_ids
    return found


def by_places(ledger: Ledger) -> dict[dt.date, tuple[str, ...]]:
    """Return the same, as the periods say it."""
    return {item.payment_date: item.restated_by for item in replay.periods(ledger, TOY) if item.closed_at is not None}


@pytest.fixture(scope="module")
def lived() -> Lived:
    """The rows of two months that are closed and paid, each with a curtailment."""
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger, rules=2)
        for ordinal in MONTHS:
            ledger.post_many(month_events(ordinal, curtailment="500.00")).or_raise()
            ledger.close_period(TOY, payment_date(ordinal)).or_raise()
            ledger.distribute(TOY, payment_date(ordinal)).or_raise()
        return list(ledger.stored_rows(TOY)), ledger.stored_batches(TOY)


THINGS = st.sampled_from((
    "restate", "correct", "there and back", "posted fee", "computed fee", "fee/trustee/one", "principal/A", "remitted",
))  # fmt: skip


@settings(max_examples=draws(2))
@example(things=[("fee/trustee/one", 1), ("computed fee", 2)])
@example(things=[("restate", 2), ("there and back", 1)])
@given(things=st.lists(st.tuples(THINGS, st.sampled_from(MONTHS)), max_size=4))
def test_what_places_say_is_what_replaying_says(lived: Lived, things: list[tuple[str, int]]) -> None:
    rows, batches = lived
    with Ledger.create("sqlite://") as ledger:
        ledger.restore_rows(rows, batches)
        for place, (what, ordinal) in enumerate(things):
            done(ledger, what, ordinal, f"done/{place}")
        assert by_places(ledger) == by_replaying(ledger)


def test_a_life_in_which_nothing_was_restated_is_told_without_replaying(
    toy: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ordinal in MONTHS:
        toy_month(toy, ordinal)
    head = toy.head(TOY).sequence
    assert toy.followed(TOY) == frozenset()
    toy.post(curtailed("late", "70.00", prior_month(2, 20), restates=True)).or_raise()
    assert toy.followed(TOY) == {payment_date(2)}
    assert toy.followed(TOY, known_through=head) == frozenset(), "as known then"
    toy.post(curtailed("later", "70.00", prior_month(1, 20), restates=True)).or_raise()
    assert toy.followed(TOY) == {payment_date(1), payment_date(2)}, "what was posted to the first moves the second"
    monkeypatch.setattr(Ledger, "distribution", lambda *_, **__: pytest.fail("a month was replayed"))
    assert {item.state.value for item in replay.periods(toy, TOY, known_through=head)} == {"paid", "open"}


def test_a_run_that_reaches_behind_a_closing_is_looked_into(lived: Lived) -> None:
    rows, batches = lived
    with Ledger.create("sqlite://") as ledger:
        ledger.restore_rows(rows, batches)
        assert ledger.followed(TOY) == frozenset(), "all of it is one run, and nothing follows but the payments"
