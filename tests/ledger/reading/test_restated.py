"""What stands behind the closings and no later distribution has settled."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

import replay
from ledger import CurtailmentCollected, EventReversed, Ledger, RestatedCash, TermsAmended
from ledger.projections.restated import principal_restated
from ledger.reading.restated import unsettled
from tests.deals.closing import closed
from tests.deals.pair import APRIL, DEAL, FEBRUARY, MARCH, MAY, month, on, pair_deal, pair_terms, settle

JANUARY = dt.date(2024, 1, 20)


def found(event_id: str, amount: str, day: dt.date = JANUARY) -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, amount=amount, restates=True, **on(day, loan="1"))


def principal(ledger: Ledger, before: dt.date, known: int | None = None) -> dict[str, int]:
    """Return what is left to be settled before a distribution, in dollars by group."""
    with ledger._store.reading() as reading:
        key = reading.deal_key(DEAL)
        through = reading.head(key).sequence if known is None else known
        rows = unsettled(reading, key, through, int(f"{before:%Y%m%d}"))
        found = principal_restated(rows).of_groups
        return {group: sum(part.units for part in parts) // 10_000 for group, parts in found.items()}


@pytest.mark.parametrize("rule", RestatedCash)
def test_a_distribution_that_settles_leaves_what_is_posted_behind_its_closing(
    ledger: Ledger, rule: RestatedCash
) -> None:
    pair = pair_deal(ledger, pair_terms(restated_cash=rule, rules=3))
    assert principal(pair, FEBRUARY) == {}
    pair.post_many(month(2)).or_raise()
    settle(pair, FEBRUARY)
    assert principal(pair, MARCH) == {}
    pair.post(found("one", "70.00")).or_raise()
    known = pair.head(DEAL).sequence
    pair.post(found("two", "5.00")).or_raise()
    assert principal(pair, MARCH) == {"one": 75}
    assert principal(pair, MARCH, known) == {"one": 70}
    assert principal(pair, FEBRUARY) == {}
    pair.post_many(month(3)).or_raise()
    settle(pair, MARCH)
    settled = rule is RestatedCash.SETTLE
    assert principal(pair, APRIL) == ({} if settled else {"one": 75})
    pair.post_many([found("three", "1.00"), found("four", "2.00", dt.date(2024, 2, 20))]).or_raise()
    assert principal(pair, APRIL) == {"one": 3 if settled else 78}


def test_terms_that_hold_between_two_that_settle(ledger: Ledger) -> None:
    """February settles, March holds: before April stands what came behind February's closing, March's own too."""
    settling = pair_terms(restated_cash=RestatedCash.SETTLE, rules=3)
    holding = attrs.evolve(settling, restated_cash=RestatedCash.HOLD)
    pair = pair_deal(ledger, settling)
    pair.post_many(month(2)).or_raise()
    settle(pair, FEBRUARY)
    pair.post(TermsAmended(event_id="hold", terms=holding, **on(dt.date(2024, 3, 1)))).or_raise()
    pair.post_many([found("one", "70.00"), *month(3)]).or_raise()
    settle(pair, MARCH)
    pair.post_many([found("two", "5.00"), found("three", "2.00", dt.date(2024, 2, 20))]).or_raise()
    assert principal(pair, APRIL) == {"one": 77}
    pair.post(TermsAmended(event_id="settle", terms=settling, **on(dt.date(2024, 4, 1)))).or_raise()
    pair.post_many(month(4)).or_raise()
    settle(pair, APRIL)
    assert principal(pair, MAY) == {}


def test_what_comes_between_a_closing_and_its_payment_is_paid_by_it_and_settled_by_nobody_else(ledger: Ledger) -> None:
    """February is closed, 70.00 are found, and February pays them: March has nothing to settle."""
    pair = pair_deal(ledger, pair_terms(restated_cash=RestatedCash.SETTLE, rules=3))
    pair.post_many(month(2)).or_raise()
    closed(pair, DEAL, FEBRUARY)
    pair.post(found("between", "70.00")).or_raise()
    assert principal(pair, MARCH) == {}
    pair.distribute(DEAL, FEBRUARY).or_raise()
    assert principal(pair, MARCH) == {}
    pair.post_many(month(3)).or_raise()
    report = pair.distribution(DEAL, MARCH)
    assert report.account.interest["prior period adjustment"]["one"] == 0
    assert report.classes["A"].principal == 200
    pair.post(found("behind", "5.00")).or_raise()
    assert principal(pair, MARCH) == {"one": 5}


def test_what_is_settled_leads_to_the_events_that_left_it_and_to_no_other(ledger: Ledger) -> None:
    """The principal of the next month's adjustment comes from what was posted behind the closing, undone or not."""
    pair = pair_deal(ledger, pair_terms(restated_cash=RestatedCash.SETTLE, rules=3))
    pair.post_many([*month(2), found("within", "9.00", dt.date(2024, 1, 21))]).or_raise()
    settle(pair, FEBRUARY)
    pair.post_many([found("one", "70.00"), found("other", "1.00")]).or_raise()
    undone = EventReversed(event_id="undone", reverses="other", reason="not so", restates=True, **on(JANUARY))
    pair.post(undone).or_raise()
    pair.post_many([found("late", "5.00", dt.date(2024, 2, 10)), *month(3)]).or_raise()
    statement = replay.statement(pair, DEAL, payment_date=MARCH)
    adjusted = statement.find("4/PRINCIPAL - COLLECTIONS/Prior Period Adjustment- Principal/total")
    assert [item.exact_text for item in adjusted] == ["70.00"]
    behind = [item.event.event_id for item in replay.explain(pair, statement, adjusted[0]).events]
    assert behind == ["one", "other", "undone"]
