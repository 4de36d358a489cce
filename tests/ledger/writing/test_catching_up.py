"""A state that caught up with what others appended is the state that would be loaded from the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import URL, event

from ledger import (
    AdvanceMade,
    CollectionReceived,
    CurtailmentCollected,
    Ledger,
    LoanRateChanged,
    PayoffCollected,
    Refusal,
    TermsAmended,
)
from ledger.rules.state import DealState
from ledger.store.rows import Head
from ledger.writing import write_path
from ledger.writing.catching_up import catch_up
from ledger.writing.loading import load_loans, load_state
from tests.deals.toy import LOANS, TOY, boarding, due_date, month_events, toy_month, toy_terms

ON = dt.date(2021, 1, 20)
KEPT_BY_LOAN = ("loans", "loan_advances", "group_advances", "dues", "payments")
"""What a state holds of single loans and instalments: it is loaded as batches ask for it."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL | str:
    """The address of a ledger that two writers open."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'toy.db'}"
    found: URL = request.getfixturevalue("postgres_ledger")
    return found


@pytest.fixture(params=[1, 2])
def pair(url: URL | str, request: pytest.FixtureRequest) -> Iterator[tuple[Ledger, Ledger]]:
    """Two writers of the toy deal, as two processes would be: neither knows what the other posts."""
    with Ledger.create(url) as one, Ledger.open(url) as other:
        one.open_deal(TOY, toy_terms(rules=request.param)).or_raise()
        one.post_many(boarding()).or_raise()
        yield one, other


def collected(event_id: str, **changes: Any) -> CollectionReceived:
    values = {"deal": TOY, "effective_date": ON, "loan": "one-1", "principal": "0.00", "interest": "1.00"}
    return CollectionReceived(event_id=event_id, **{**values, **changes})


POSTS: dict[str, Callable[[Ledger], Any]] = {
    "a collection": lambda ledger: ledger.post(collected("c")),
    "a month": lambda ledger: ledger.post_many(month_events(1)),
    "a month that is closed": lambda ledger: toy_month(ledger, 1),
    "two months": lambda ledger: (toy_month(ledger, 1), ledger.post_many(month_events(2))),
    "a curtailment": lambda ledger: ledger.post(
        CurtailmentCollected(event_id="x", deal=TOY, effective_date=ON, loan="one-1", amount="500.00")
    ),
    "a payoff": lambda ledger: ledger.post(
        PayoffCollected(event_id="x", deal=TOY, effective_date=ON, loan="one-1", amount="100000.00", note_rate="0.12")
    ),
    "a rate": lambda ledger: ledger.post(
        LoanRateChanged(event_id="x", deal=TOY, effective_date=ON, loan="one-1", note_rate="0.11")
    ),
    "an advance": lambda ledger: ledger.post(
        AdvanceMade(event_id="x", deal=TOY, effective_date=ON, loan="one-1", principal="1.00", interest="1.00")
    ),
    "a reversal": lambda ledger: (
        ledger.post(collected("c")),
        ledger.reverse(TOY, "c", effective_date=ON, reason="a test"),
    ),
}


def shared(state: DealState) -> dict[str, Any]:
    """Return what a state holds however it came to be, without what adds up to nothing."""
    found = {
        field.name: getattr(state, field.name)
        for field in attrs.fields(DealState)
        if not field.name.startswith("_") and field.name not in KEPT_BY_LOAN
    }
    for name, value in found.items():
        if isinstance(value, dict):
            found[name] = {key: units for key, units in value.items() if units}
    return found | {"dues": state.dues.months}


@pytest.mark.parametrize("what", POSTS)
def test_a_state_that_caught_up_is_the_one_that_would_be_loaded(pair: tuple[Ledger, Ledger], what: str) -> None:
    one, other = pair
    with one._store.appending(TOY) as writer:
        state = load_state(writer, TOY, 1)
        load_loans(writer, 1, state, LOANS)
    POSTS[what](other)
    with one._store.appending(TOY) as writer:
        head = writer.head(1)
        assert head.sequence > state.sequence
        assert catch_up(writer, 1, state, head)
        loaded = load_state(writer, TOY, 1)
        for asked in (state, loaded):
            load_loans(writer, 1, asked, LOANS)
    assert shared(state) == shared(loaded)
    assert state.loans == loaded.loans


def test_new_terms_are_loaded_anew(pair: tuple[Ledger, Ledger]) -> None:
    one, other = pair
    with one._store.appending(TOY) as writer:
        state = load_state(writer, TOY, 1)
    assert state.terms is not None
    terms = attrs.evolve(state.terms, title="New")
    other.post(TermsAmended(event_id="x", deal=TOY, effective_date=ON, terms=terms, reason="a test")).or_raise()
    with one._store.appending(TOY) as writer:
        assert not catch_up(writer, 1, state, writer.head(1))


def test_a_state_of_another_log_does_not_catch_up(pair: tuple[Ledger, Ledger]) -> None:
    one, other = pair
    with one._store.appending(TOY) as writer:
        state = load_state(writer, TOY, 1)
    other.post(collected("c")).or_raise()
    state.hash = bytes(32)
    with one._store.appending(TOY) as writer:
        assert not catch_up(writer, 1, state, writer.head(1))
        assert not catch_up(writer, 1, DealState(deal=TOY), writer.head(1))
        assert not catch_up(writer, 1, load_state(writer, TOY, 1), Head(10**6, bytes(32)))


def test_two_writers_in_turn_answer_as_one_would(pair: tuple[Ledger, Ledger]) -> None:
    """Each refuses what only the other made wrong."""
    one, other = pair
    one.post(collected("a")).or_raise()
    other.post_many(month_events(1)).or_raise()
    one.post(collected("b")).or_raise()
    whole = PayoffCollected(
        event_id="whole", deal=TOY, effective_date=ON, loan="one-1", amount="99900.00", note_rate="0.12"
    )
    part = CurtailmentCollected(event_id="part", deal=TOY, effective_date=ON, loan="one-1", amount="1.00")
    other.post(part).or_raise()
    refused = one.post(whole)
    assert isinstance(refused, Refusal)
    assert {violation.field for violation in refused.violations} == {"amount"}
    one.post(attrs.evolve(whole, amount="99899.00")).or_raise()
    assert not other.post(attrs.evolve(part, event_id="again")).accepted
    assert list(one.sum_faults(TOY)) == []


def test_a_closing_by_another_writer_is_known_at_once(pair: tuple[Ledger, Ledger]) -> None:
    one, other = pair
    one.post(collected("a")).or_raise()
    toy_month(other, 1)
    refused = one.post(collected("late", effective_date=due_date(1)))
    assert isinstance(refused, Refusal)
    assert {violation.code for violation in refused.violations} == {"period_closed"}
    one.post_many(month_events(2)).or_raise()
    assert list(one.sum_faults(TOY)) == []


def test_a_batch_behind_another_writer_s_asks_little_more(
    pair: tuple[Ledger, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the deal loaded anew, every writer would pay for all that the others ever posted."""
    one, other = pair
    asked = list[str]()
    event.listen(one._store._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    one.post(collected("first")).or_raise()
    counts = []
    for number in range(3):
        asked.clear()
        one.post(collected(f"own-{number}")).or_raise()
        counts.append(len(asked))
        other.post(collected(f"other-{number}")).or_raise()

    def loading(*_: object) -> DealState:
        raise AssertionError("the deal is loaded anew")

    monkeypatch.setattr(write_path, "load_state", loading)
    other.post(collected("other")).or_raise()
    asked.clear()
    one.post(collected("behind")).or_raise()
    assert len(asked) <= min(counts) + 1
