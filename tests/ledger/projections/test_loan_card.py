"""The card of a loan: what stands in its events by kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger import Ledger, LoanStatusChanged
from tests.deals.pair import DEAL, FEBRUARY, due, first, on, paid, pair_deal, pair_terms


@pytest.fixture
def pair() -> Iterator[Ledger]:
    """Two loans of 150,000 at 6%."""
    with Ledger.create("sqlite://") as ledger:
        pair_deal(ledger, pair_terms(rules=4))
        yield ledger


def test_statuses_and_reversals_are_found_among_the_events(pair: Ledger) -> None:
    behind = LoanStatusChanged(event_id="fc", status="foreclosure", bucket="3+ payments", **on(first(2), loan="1"))
    pair.post_many([due(2, "1"), paid(2, "1"), behind]).or_raise()
    pair.reverse(DEAL, "paid/2/1", effective_date=first(2), reason="bounced").or_raise()
    card = pair.loan_card(DEAL, "1", FEBRUARY)
    assert [event.code for event in card.statuses] == ["foreclosure:3+ payments"]
    assert [event.reverses for event in card.reversals] == ["paid/2/1"]
    assert [event.sequence for event in card.events] == sorted(event.sequence for event in card.events)
