"""Ages that are carried on from a snapshot are those that the loans give from the first month on."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from ledger import CurtailmentCollected, Event, EventReversed, Ledger, LoanBoarded
from ledger.deal.schedule import schedule
from ledger.reading.ages import ages_of
from ledger.reading.ages_carried import Carried, carried_ages
from ledger.reading.facts import payment_facts
from tests.deals.toy import CUT_OFF, TOY, boarding, month_events, prior_month, toy_terms


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Two open months of loans that differ in age, one of them of an age that nobody knows."""
    ledger = Ledger.create(tmp_path / "toy.db")
    ledger.open_deal(TOY, toy_terms(rules=3)).or_raise()
    loans = [event for event in boarding() if isinstance(event, LoanBoarded)]
    known = [attrs.evolve(loan, seasoning_months=f"{at}.5") for at, loan in enumerate(loans[1:])]
    ledger.post_many([loans[0], *known]).or_raise()
    ledger.post_many([*month_events(1), *month_events(2)]).or_raise()
    return ledger


def curtailed(loan: str, amount: str = "700.00") -> CurtailmentCollected:
    """What a loan paid ahead, for the second distribution."""
    day = prior_month(2, 20)
    return CurtailmentCollected(event_id=f"late/{loan}", deal=TOY, effective_date=day, loan=loan, amount=amount)


def both(ledger: Ledger, *later: Event) -> tuple[Carried | None, Carried]:
    """Return the ages after the second distribution, when something was posted: carried on, and told anew."""
    through = ledger.head(TOY).sequence
    for event in later:
        ledger.post(event).or_raise()
    known = ledger.head(TOY).sequence
    with ledger._store.reading() as reading:
        key = reading.deal_key(TOY)
        at = schedule(toy_terms(rules=3)).at(2)
        facts, _ = payment_facts(reading, TOY, at.payment_date, through)
        assert facts.pool is not None
        asked = reading, key, facts.calendar
        carried = carried_ages(*asked, number=at.number, through=through, cut=facts.pool.closing, known=known)
        return carried, ages_of(*asked, known=known, numbers=[at.number])


def test_what_came_late_is_added_to_what_was_known(ledger: Ledger) -> None:
    before, _ = both(ledger)
    carried, anew = both(ledger, curtailed("one-4"), curtailed("one-1"), curtailed("two-4"))
    assert before is not None
    assert carried == anew
    assert carried != before, "the curtailments weigh"


def test_a_loan_that_came_late_counts(ledger: Ledger) -> None:
    late = LoanBoarded(
        event_id="board/late", deal=TOY, effective_date=CUT_OFF, loan="late", group="two", balance="5000.00",
        note_rate="0.12", seasoning_months="40",
    )  # fmt: skip
    carried, anew = both(ledger, late, curtailed("late"))
    assert carried == anew


def test_nothing_is_carried_past_a_boarding_that_was_voided(ledger: Ledger) -> None:
    gone = EventReversed(
        event_id="void", deal=TOY, effective_date=CUT_OFF, reverses="board/late", reason="of another trust"
    )
    late = LoanBoarded(
        event_id="board/late", deal=TOY, effective_date=CUT_OFF, loan="late", group="two", balance="5000.00",
        note_rate="0.12", seasoning_months="40",
    )  # fmt: skip
    carried, _ = both(ledger, late, gone)
    assert carried is None
