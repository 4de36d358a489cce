"""A pool cut out of sums is the pool cut loan by loan: at every month, as known at every run."""

from __future__ import annotations

import random
from collections.abc import Iterable
from unittest.mock import patch

import pytest

from ledger import Ledger
from ledger.deal.schedule import schedule
from ledger.deal.terms import DealTerms
from ledger.projections.pool import PoolCut
from ledger.reading.loan_pool import LoanPool
from ledger.simulation import Life, LifePlan
from ledger.store.database.cut_queries import CutQueries
from ledger.store.source import Source
from tests.deals.toy import TOY, payment_date
from tests.ledger.store.test_run_cuts import SOME, begun, boarded_again, curtailed, lived

MONTHS = (1, 3, 4, 7)


def cut(reading: Source, terms: DealTerms, known: int, ordinal: int, first: int) -> PoolCut:
    calendar = schedule(terms)
    return LoanPool(reading, 1, known, first=calendar.at(first).number, at=calendar.at(ordinal)).cut(terms)


def compared(ledger: Ledger, months: Iterable[int], terms: DealTerms) -> int:
    """Compare both ways; return how often sums were of use."""
    summed = 0
    with ledger._store.reading() as reading:
        ends = [run.through for run in reading.stored_runs(1)]
        for known in {ends[-1], *ends[:: max(1, len(ends) // 3)]}:
            for ordinal in months:
                number = schedule(terms).at(ordinal).number
                summed += reading.pool_moved(1, known_through=known, before=number) is not None
                found = cut(reading, terms, known, ordinal, max(1, ordinal - 1))
                with patch.object(CutQueries, "pool_moved", return_value=None):
                    assert cut(reading, terms, known, ordinal, max(1, ordinal - 1)) == found
    return summed


@pytest.mark.parametrize(("seed", "closes"), [(3, True), (4, False)])
def test_a_simulated_life_is_cut_alike_both_ways(seed: int, *, closes: bool) -> None:
    """With statuses, payoffs and liquidations, and either closings or corrections of months that are past."""
    plan = LifePlan(
        seed=seed,
        loans=40,
        months=7,
        callable_at=0,
        late_rate=300_000,
        foreclosure_rate=900_000,
        reo_rate=900_000,
        prepayment_rate=100_000 if closes else 18_000,
        correction_rate=0 if closes else 100_000,
    )
    life = Life(plan)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
        for number, month in enumerate(life.months(), 1):
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            if closes and number < 6:
                why = dict.fromkeys(ledger.readiness(life.deal, month.payment_date).codes_to_acknowledge, "drawn")
                ledger.close_period(life.deal, month.payment_date, acknowledge=why).or_raise()
                ledger.distribute(life.deal, month.payment_date).or_raise()
        assert compared(ledger, (1, 3, 6, 7), life.terms) > 6
        found = ledger.distribution(life.deal, month.payment_date).digest
        with patch.object(CutQueries, "pool_moved", return_value=None):
            assert ledger.distribution(life.deal, month.payment_date).digest == found


@pytest.mark.parametrize(("rules", "again"), [(1, False), (4, False), (4, True)])
def test_payments_of_any_month_in_any_order_are_cut_alike_both_ways(rules: int, *, again: bool) -> None:
    """Where a loan was boarded again, whoever knows of it looks the loans up; who does not, need not."""
    chance = random.Random(rules)
    with Ledger.create("sqlite://") as ledger:
        begun(ledger, chance, rules=rules)
        events = lived(chance, 20)
        for start in range(0, len(events), 5):
            ledger.post_many(events[start : start + 5]).or_raise()
        summed = compared(ledger, MONTHS, ledger.terms(TOY))
        if again:
            ledger.post_many(boarded_again(chance)).or_raise()
            ledger.post(curtailed("after", SOME[0], 7, 9)).or_raise()
            assert compared(ledger, MONTHS, ledger.terms(TOY)) > 0
            with ledger._store.reading() as reading:
                last = reading.head(1).sequence
                number = int(f"{payment_date(7):%Y%m%d}")
                assert reading.pool_moved(1, known_through=last, before=number) is None
        assert summed > 5
