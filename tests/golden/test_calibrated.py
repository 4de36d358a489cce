"""What single loans of the calibrated tape must say, beyond adding up, and what a statement over them may cost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger import AsOf, Ledger, LoanBoarded, PoolEvent, ScheduledPaymentDue
from ledger.reading.facts import facts_of
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.impac_cmb_2002_1.calibrated import month as calibrated_month
from ledger.samples.impac_cmb_2002_1.calibrated.rates import month_interest, settled_rates

RECORD_DATE = dt.date(2002, 8, 30)
QUERIES = 19
"""A statement's queries, however many loans and months stand behind it."""


def test_interest_follows_from_balance_and_note_rate_loan_by_loan(calibrated_ledger: Ledger) -> None:
    boarded: dict[str, LoanBoarded] = {}
    due: dict[str, Decimal] = {}
    for recorded in calibrated_ledger.events(calibrated_month.DEAL, types=["loan_boarded", "scheduled_payment_due"]):
        event = recorded.event
        if isinstance(event, LoanBoarded):
            boarded[event.loan] = event
        elif isinstance(event, ScheduledPaymentDue) and event.loan is not None:
            due[event.loan] = event.interest
    assert due.keys() == boarded.keys()
    assert len(due) == 2027
    others = [
        loan
        for loan, interest in due.items()
        if interest != month_interest(boarded[loan].balance, boarded[loan].note_rate)
    ]
    assert others == ["CAL-F-0001"], "one fixed loan carries the fraction of a cent that its group accrued"
    assert 0 < due["CAL-F-0001"] - month_interest(boarded["CAL-F-0001"].balance, boarded["CAL-F-0001"].note_rate) < 1


def test_note_rates_are_multiples_of_a_thousandth_of_a_percent(calibrated_ledger: Ledger) -> None:
    for recorded in calibrated_ledger.events(calibrated_month.DEAL, types=["loan_boarded"]):
        event = recorded.event
        assert isinstance(event, LoanBoarded)
        assert event.note_rate == event.note_rate.quantize(Decimal("0.00001"))


def test_the_forty_payoffs_are_the_published_ones(calibrated_ledger: Ledger) -> None:
    paid = {
        (event.loan, str(event.effective_date))
        for recorded in calibrated_ledger.events(calibrated_month.DEAL, types=["payoff_collected"])
        if isinstance(event := recorded.event, PoolEvent)
    }
    assert paid == {(row["loan"], row["date"]) for row in september_2002.payoffs()}


def test_a_statement_over_every_loan_takes_a_fixed_number_of_queries(calibrated_ledger: Ledger) -> None:
    with calibrated_ledger._store.reading() as reading:
        facts, _ = facts_of(reading, calibrated_month.DEAL, AsOf(record_date=RECORD_DATE))
        assert facts.pool is not None
        assert sum(balance for balance, _ in (held["months_to_maturity"] for held in facts.pool.opening.values())) > 0
        assert reading.queries <= QUERIES


def test_rates_that_cannot_reach_the_interest_are_refused() -> None:
    rate = Decimal("0.06")
    with pytest.raises(ValueError, match="cents"):
        settled_rates([Decimal("1200.00")] * 3, [rate] * 3, Decimal("18.01"))
    assert settled_rates([Decimal("1200.00")] * 3, [rate] * 3, Decimal("18.00")) == [rate] * 3
