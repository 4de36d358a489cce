"""What happened before a deal was carried in is in its balances already, and is refused when it is posted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count

import pytest

from ledger import (
    AdvanceMade,
    CurtailmentCollected,
    Event,
    IndexRateSet,
    Ledger,
    Refusal,
    ScheduledPaymentDue,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as real

NUMBER = count()
Make = Callable[[dt.date], Event]


def stamp(on: dt.date) -> dict[str, object]:
    return {"event_id": f"carried/{next(NUMBER)}", "deal": real.DEAL, "effective_date": on}


def due(on: dt.date) -> Event:
    return ScheduledPaymentDue(group="fixed", principal="0.00", interest="1.00", **stamp(on))  # type: ignore[arg-type]


def ahead(on: dt.date) -> Event:
    return CurtailmentCollected(group="fixed", amount="1.00", **stamp(on))  # type: ignore[arg-type]


def advance(on: dt.date) -> Event:
    return AdvanceMade(group="fixed", principal="1.00", interest="0.00", **stamp(on))  # type: ignore[arg-type]


@pytest.fixture
def carried(ledger: Ledger) -> Ledger:
    """A deal that comes in with the balances after the distribution of August 2002."""
    ledger.open_deal(real.DEAL, real.terms()).or_raise()
    ledger.post_many(real.brought_forward()).or_raise()
    return ledger


LAST_BEFORE: dict[Make, str] = {due: "2002-08-01", ahead: "2002-07-31", advance: "2002-08-26"}
FIRST_AFTER: dict[Make, str] = {due: "2002-08-02", ahead: "2002-08-01", advance: "2002-08-27"}


@pytest.mark.parametrize("make", LAST_BEFORE, ids=lambda make: make.__name__)
def test_what_lies_before_is_refused(carried: Ledger, make: Make) -> None:
    before = carried.head(real.DEAL)
    for day in (LAST_BEFORE[make], "2002-04-15"):
        refusal = carried.post(make(dt.date.fromisoformat(day)))
        assert isinstance(refusal, Refusal)
        [violation] = refusal.violations
        assert (violation.field, violation.code) == ("effective_date", "before_carried_in")
        assert "2002-08-26" in violation.message
    assert carried.head(real.DEAL) == before


@pytest.mark.parametrize("make", FIRST_AFTER, ids=lambda make: make.__name__)
def test_what_lies_after_is_accepted(carried: Ledger, make: Make) -> None:
    carried.post(make(dt.date.fromisoformat(FIRST_AFTER[make]))).or_raise()


def test_it_is_refused_in_the_batch_that_carries_the_deal_in(ledger: Ledger) -> None:
    ledger.open_deal(real.DEAL, real.terms()).or_raise()
    refusal = ledger.post_many([*real.brought_forward(), due(dt.date(2002, 8, 1))])
    assert isinstance(refusal, Refusal)
    assert [item.code for item in refusal.violations] == ["before_carried_in"]


def test_a_restatement_reaches_no_further(carried: Ledger) -> None:
    carried.post_many(real.month()).or_raise()
    carried.close_period(real.DEAL, real.PAID).or_raise()
    event = CurtailmentCollected(
        event_id="late",
        deal=real.DEAL,
        effective_date=dt.date(2002, 7, 31),
        group="fixed",
        amount="1.00",
        restates=True,
    )
    refusal = carried.post(event)
    assert isinstance(refusal, Refusal)
    assert [item.code for item in refusal.violations] == ["before_carried_in"]


def test_rates_and_levels_of_earlier_months_are_no_part_of_a_month(carried: Ledger) -> None:
    event = IndexRateSet(
        event_id="libor", deal=real.DEAL, effective_date=dt.date(2002, 7, 25), index="LIBOR-1M", rate="0.0182"
    )
    carried.post(event).or_raise()
