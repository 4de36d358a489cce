"""Before a month is closed, the pool holds what was boarded, less what has left."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from ledger import (
    DelinquencySource,
    DelinquencyTerms,
    Ledger,
    LoanBoarded,
    LoanStatusChanged,
)
from ledger.simulation import Life, LifePlan
from tests.deals.pair import DEAL, FEBRUARY, MARCH, due, month, on, pair_deal, pair_terms, settle
from tests.ledger.readiness.cases import Case, hold, shows
from tests.ledger.readiness.pool_cases import POOL
from tests.ledger.readiness.scene import Scene
from tests.ledger.readiness.small import codes


@pytest.mark.parametrize("case", POOL, ids=str)
def test_what_is_planted_is_named_and_nothing_else(scene: Scene, case: Case, tmp_path: Path) -> None:
    hold(scene, case, tmp_path / "planted.db")


@shows("boarded_unlike_terms")
def test_a_pool_that_is_not_what_the_terms_say() -> None:
    life = Life(LifePlan(seed=1, loans=20, months=1, name="first"))
    [month], deal = list(life.months()), life.deal
    for more, expected in (([], set()), (["L0000021"], {"boarded_unlike_terms", "instalment_missing"})):
        with Ledger.create("sqlite://") as ledger:
            ledger.open_deal(deal, life.terms).or_raise()
            [boarding] = life.boarding()
            events = [event for event in boarding.events(deal) if isinstance(event, LoanBoarded)]
            added = [attrs.evolve(events[0], event_id=f"board/{name}", loan=name) for name in more]
            ledger.post_many([*events, *added]).or_raise()
            ledger.post_many([event for table in month.tables for event in table.events(deal)]).or_raise()
            ready = ledger.readiness(deal, month.payment_date)
            assert codes(ready) == expected
            named = [dict(item.figures) for item in ready.findings if item.code == "boarded_unlike_terms"]
            assert [figures["loans boarded"] for figures in named if "loans boarded" in figures] == [13] * len(more)


@shows("servicing_rates_unknown")
def test_loans_without_a_servicing_rate_are_counted_until_a_month_is_closed() -> None:
    life = Life(LifePlan(seed=1, loans=20, months=1, name="first"))
    [month] = life.months()
    [boarding] = life.boarding()
    events = [event for event in boarding.events(life.deal) if isinstance(event, LoanBoarded)]
    for lacking in (0, 2):
        rated = [attrs.evolve(event, servicing_rate=0) if k < lacking else event for k, event in enumerate(events)]
        with Ledger.create("sqlite://") as ledger:
            ledger.open_deal(life.deal, life.terms).or_raise()
            ledger.post_many(rated).or_raise()
            ledger.post_many([event for table in month.tables for event in table.events(life.deal)]).or_raise()
            ready = ledger.readiness(life.deal, month.payment_date)
            named = [item for item in ready.findings if item.code == "servicing_rates_unknown"]
            assert [dict(item.figures) for item in named] == [{"loans": lacking}] * (lacking > 0)


@shows("bucket_unlike_owed")
@pytest.mark.parametrize(("bucket", "expected"), [("2 payments", True), ("1 payment", False), (None, False)])
def test_a_bucket_that_is_not_what_the_loan_owes_is_noted(ledger: Ledger, bucket: str | None, expected: bool) -> None:
    owed = DelinquencyTerms(source=DelinquencySource.WHAT_IS_OWED)
    pair_deal(ledger, attrs.evolve(pair_terms(rules=4), delinquency=owed))
    ledger.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    settle(ledger, FEBRUARY)
    stated = LoanStatusChanged(event_id="s", status="performing", bucket=bucket, **on("2024-03-10", loan="2"))
    ledger.post_many([*month(3, ["1"]), due(3, "2"), stated]).or_raise()
    named = [item for item in ledger.readiness(DEAL, MARCH).findings if item.code == "bucket_unlike_owed"]
    assert [item.loans for item in named] == [("2",)] * expected
